/* SPDX-License-Identifier: MIT
 *
 * Log: the messages of one topic that are still held, by number. This is the whole idea of the
 * server: a topic is a log, a subscriber is a cursor in it. No I/O, no locks, no HTTP.
 *
 * The topic's own log (topic.c) and each worker's replica of it (replica.c) are both of this
 * kind; messages are shared by reference.
 */
#ifndef PUSHLAB_LOG_H
#define PUSHLAB_LOG_H

#include "message.h"

/* Messages first … next-1 are held; next is the number the coming one will get. */
struct log {
    struct message **ring; /* message n is at n & (capacity - 1) */
    uint32_t capacity;     /* a power of two, or 0 */
    uint64_t first;
    uint64_t next;
    uint64_t bytes; /* footprint of what is held */
};

/* An empty log whose coming message is number next (1 at the start of a topic). */
void log_init(struct log *log, uint64_t next);
void log_finish(struct log *log);
/* Appends the message, whose seq must be log->next. Takes one reference of its own. 0, -ENOMEM.
 */
int log_append(struct log *log, struct message *message);
/* Drops the messages below seq. */
void log_drop(struct log *log, uint64_t seq);
/* The message with this number, borrowed; it must be held. */
struct message *log_at(const struct log *log, uint64_t seq);

#endif
