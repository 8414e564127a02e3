/* SPDX-License-Identifier: MIT
 *
 * Inbox: how other threads tell a worker that topics have grown. It holds marks, not messages:
 * a topic lies in it at most once, however much has been published since the worker last
 * looked. The eventfd is written only when an empty inbox gets its first mark, and not at all
 * by the worker itself, since a write costs more than everything else about a publish.
 */
#ifndef PUSHLAB_INBOX_H
#define PUSHLAB_INBOX_H

#include "topic.h"

struct inbox {
    int event_fd; /* readable when there may be marks */
    pthread_mutex_t lock;
    struct topic **topics;
    unsigned count;
    unsigned capacity;
    pthread_t owner;
    bool own; /* the owner itself has left a mark since it last found the inbox empty */
};

/* 0 or a negative errno. */
int inbox_init(struct inbox *inbox);
void inbox_finish(struct inbox *inbox);
/* From now on the calling thread is the owner, whose own marks need no wake-up: it looks into
 * its inbox before it sleeps (`own`). */
void inbox_own(struct inbox *inbox);
/* Takes a reference of its own. Any thread. Out of memory loses nothing: the topic's mark is
 * cleared, so that the next publish tries again, and the worker's tick catches up. */
void inbox_mark(struct inbox *inbox, struct topic *topic, uint64_t bit);
/* One topic with its reference, or NULL when the inbox is empty. Its mark is cleared first, so
 * that what grows from now on marks it again. Owner only. */
struct topic *inbox_take(struct inbox *inbox, uint64_t bit);
/* Wakes the owner without a mark (shutting down). Any thread. */
void inbox_wake(struct inbox *inbox);
/* Makes the eventfd unreadable again. Owner only. */
void inbox_clear(struct inbox *inbox);

#endif
