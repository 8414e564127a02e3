/* SPDX-License-Identifier: MIT */
#include "date.h"

#include <time.h>

void date_add(struct builder *out)
{
    static _Thread_local time_t written;
    static _Thread_local char line[48];
    static _Thread_local size_t len;
    time_t now = time(NULL);
    if (now != written) {
        struct tm parts;
        /* The names are English whatever the locale: the program sets none. */
        len = strftime(line, sizeof(line), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
                       gmtime_r(&now, &parts));
        written = now;
    }
    builder_add(out, line, len);
}
