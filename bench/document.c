/* SPDX-License-Identifier: MIT */
#include "document.h"

#include "../server/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

cJSON *document_read(const char *path)
{
    struct builder text = {0};
    char *room;
    size_t len = 0;
    enum { CHUNK = 1 << 16 };
    errno = 0;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    while (file && (room = builder_reserve(&text, CHUNK)) &&
           (len = fread(room, 1, CHUNK, file)) > 0)
        builder_claim(&text, len);
    bool good = file && !ferror(file) && !text.failed;
    if (!good)
        fprintf(stderr, "pushbench: %s: %s\n", path,
                text.failed ? "too large" : strerror(errno));
    struct slice slice = builder_slice(&text);
    cJSON *document = good ? cJSON_ParseWithLength(slice.at, slice.len) : NULL;
    if (good && !document)
        fprintf(stderr, "pushbench: %s: this is not JSON; --json=FILE writes such files\n",
                path);
    if (file && file != stdin)
        fclose(file);
    builder_finish(&text);
    return document;
}
