/* SPDX-License-Identifier: MIT */
#include "logger.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_LIMIT = 512, SITE_INTERVAL_MS = 1000 };

static _Atomic int highest_level = LOG_LEVEL_WARNING;

void log_level_set(enum log_level level)
{
    atomic_store_explicit(&highest_level, (int)level, memory_order_relaxed);
}

static size_t write_prefix(char *line, size_t room, enum log_level level)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t len = strftime(line, room, "%Y-%m-%dT%H:%M:%S", &utc);
    return len + (size_t)snprintf(line + len, room - len,
                                  ".%03ldZ pushlab %s: ", now.tv_nsec / 1000000, names[level]);
}

void log_line(enum log_level level, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&highest_level, memory_order_relaxed))
        return;
    int saved_errno = errno;
    char line[LINE_LIMIT];
    size_t start = write_prefix(line, sizeof(line), level);
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(line + start, sizeof(line) - start, format, arguments);
    va_end(arguments);
    size_t len = start + (wanted < 0 ? 0 : (size_t)wanted);
    if (len > sizeof(line) - 1)
        len = sizeof(line) - 1;
    for (size_t i = start; i < len; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = '?';
    line[len++] = '\n';
    /* A line that cannot be written is lost; there is nobody left to tell. */
    ssize_t written = write(STDERR_FILENO, line, len);
    (void)written;
    errno = saved_errno;
}

bool log_site_due(struct log_site *site)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int64_t said_ms = atomic_load_explicit(&site->said_ms, memory_order_relaxed);
    if (said_ms != 0 && now_ms - said_ms < SITE_INTERVAL_MS)
        return false;
    return atomic_compare_exchange_strong_explicit(&site->said_ms, &said_ms, now_ms,
                                                   memory_order_relaxed, memory_order_relaxed);
}
