/* SPDX-License-Identifier: MIT
 *
 * The feed `clock`: what time it is here. The smallest feed there is, and the one that shows
 * delay best: a reader compares time_us with its own clock.
 *
 *   {"number":7,"time_us":1795347000123456,"iso":"2026-11-22T11:30:00.123Z"}
 */
#include "feed.h"

#include <errno.h>
#include <time.h>

static int clock_make(void *state, uint64_t number, uint64_t time_us, struct builder *ret_data)
{
    (void)state;
    time_t seconds = (time_t)(time_us / 1000000);
    unsigned milliseconds = (unsigned)(time_us / 1000 % 1000);
    struct tm utc;
    char text[32];
    if (!gmtime_r(&seconds, &utc) ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        return -EOVERFLOW;
    builder_format(ret_data, "{\"number\":%llu,\"time_us\":%llu,\"iso\":\"%s.%03uZ\"}",
                   (unsigned long long)number, (unsigned long long)time_us, text, milliseconds);
    return 0;
}

const struct feed clock_feed = {
    .name = "clock",
    .summary = "the time, once a second",
    .rate = 1,
    .type = MESSAGE_JSON,
    .make = clock_make,
};
