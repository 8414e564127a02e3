/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { CAPACITY_MIN = 16 };

void log_init(struct log *log, uint64_t next)
{
    *log = (struct log){.first = next, .next = next};
}

void log_finish(struct log *log)
{
    log_drop(log, log->next);
    free(log->ring);
    *log = (struct log){.first = log->first, .next = log->next};
}

static struct message **slot(const struct log *log, uint64_t seq)
{
    return &log->ring[seq & (log->capacity - 1)];
}

static int resize(struct log *log, uint32_t capacity)
{
    struct log moved = *log;
    moved.capacity = capacity;
    moved.ring = calloc(capacity, sizeof(struct message *));
    if (!moved.ring)
        return -ENOMEM;
    for (uint64_t seq = log->first; seq < log->next; seq++)
        *slot(&moved, seq) = *slot(log, seq);
    free(log->ring);
    *log = moved;
    return 0;
}

int log_append(struct log *log, struct message *message)
{
    assert(message->seq == log->next);
    if (log->next - log->first == log->capacity) {
        int error = resize(log, log->capacity ? log->capacity * 2 : CAPACITY_MIN);
        if (error)
            return error;
    }
    *slot(log, log->next++) = message_ref(message);
    log->bytes += message_footprint(message);
    return 0;
}

void log_drop(struct log *log, uint64_t seq)
{
    for (; log->first < seq && log->first < log->next; log->first++) {
        struct message *message = *slot(log, log->first);
        log->bytes -= message_footprint(message);
        message_unref(message);
    }
    /* A burst's room goes with it; where there is no memory to move to, it stays. */
    while (log->capacity > CAPACITY_MIN && log->next - log->first < log->capacity / 4)
        if (resize(log, log->capacity / 2) < 0)
            break;
    /* A replica may be told to drop more than it ever held. */
    if (log->first < seq)
        log->first = log->next = seq;
}

struct message *log_at(const struct log *log, uint64_t seq)
{
    assert(seq >= log->first && seq < log->next);
    return *slot(log, seq);
}
