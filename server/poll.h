/* SPDX-License-Identifier: MIT
 *
 * Polls: subscribers that read once (READS_NOW, READS_WAIT). Those who waited at the same
 * cursor share one answer. One worker's thread.
 */
#ifndef PUSHLAB_POLL_H
#define PUSHLAB_POLL_H

#include "subscribe.h"
#include "subscriber.h"

/* Answers at once, or holds. Takes the subscriber. gaps: those it begins with. */
void poll_begin(struct subscriber *take_subscriber, const struct request *request,
                const struct subscribe_request *wanted, const struct gap *gaps,
                unsigned gap_count);
/* Queues the head of what GET would answer now (HEAD); the subscriber stays the caller's. */
void poll_head(struct subscriber *subscriber, const struct request *request,
               const struct gap *gaps, unsigned gap_count);
/* There is something to read. Answers, or lets a coalescing window gather more. */
void poll_grown(struct subscriber *subscriber);
/* The hold, or the window, is over: answers, with nothing if need be. */
void poll_due(struct subscriber *subscriber);
/* The server is going: answers now. */
void poll_bye(struct subscriber *subscriber);

#endif
