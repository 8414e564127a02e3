/* SPDX-License-Identifier: MIT
 *
 * Logger: lines on standard error, with time and level. Silent below warnings unless told
 * otherwise. Any thread; each line is one write. Bytes that are no printable ASCII come out as
 * '?', so that nothing a peer sends can forge a line. Never pass it a token or a query.
 */
#ifndef PUSHLAB_LOGGER_H
#define PUSHLAB_LOGGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above this level are dropped. */
void log_level_set(enum log_level level);

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format,
                                                    ...);

/* One call site's allowance. Zeroed = nothing said yet. */
struct log_site {
    _Atomic int64_t said_ms; /* when it last wrote, CLOCK_MONOTONIC */
};

/* Whether this site may write now: once a second at most. */
bool log_site_due(struct log_site *site);

/* A line at most once a second from this place in the source. */
#define log_line_limited(level, ...)                                                           \
    do {                                                                                       \
        static struct log_site log_site_;                                                      \
        if (log_site_due(&log_site_))                                                          \
            log_line((level), __VA_ARGS__);                                                    \
    } while (0)

#endif
