/* SPDX-License-Identifier: MIT
 *
 * Advance: the one loop that moves cursors. Everything a subscriber is given goes through here,
 * from its cursor to the head of the log, as far as the kernel takes it. Any of these may end
 * in the connection's closing; then its subscriber is gone, and connection->subscriber is NULL.
 */
#ifndef PUSHLAB_ADVANCE_H
#define PUSHLAB_ADVANCE_H

#include "replica.h"
#include "subscriber.h"

/* Moves the cursors of a replica's subscribers, as far as worker->walk_left allows; whether all
 * were looked at. What it has written is with the kernel when it returns. */
bool subscribers_advance(struct worker *worker, struct replica *replica);
/* Gives one streaming subscriber everything it lacks, in every topic; a sampler waits for its
 * interval even so. */
void subscriber_advance(struct subscriber *subscriber);
/* In a walk: a poll's answer, which others get too, for a connection that then waits for the
 * next request. Borrowed; with the kernel, or in the outbox, when the walk is over. */
void advance_answer(struct connection *connection, struct bytes *answer);
/* Queues the notice of what the log has dropped under a reader. */
void subscriber_tell_gap(struct subscription *subscription, const struct gap *gap);

#endif
