/* SPDX-License-Identifier: MIT
 *
 * Collect: what a cursor is to be given by one write. Subscribers that stand at the same place
 * and read the same encoding get the same wave, which is collected once and shared: so a
 * delivery is a comparison, a system call and an addition. One worker's thread.
 */
#ifndef PUSHLAB_COLLECT_H
#define PUSHLAB_COLLECT_H

#include "stream.h"
#include "subscriber.h"

/* Frames from a cursor on. Those of messages are borrowed from the log: valid until it moves.
 */
struct collected {
    const struct replica *replica;
    const struct encoding *encoding;
    unsigned parameter;
    unsigned per_message; /* frames for each message: 1, or 2 with a prefix */
    uint64_t from;        /* the cursor */
    uint64_t payload;     /* of its messages */
    struct wave wave;
};

/* What has been collected in one walk, for those that come later. Empty when zeroed. */
struct collection {
    struct collected items[8];
    unsigned count;
};

/* Whether this subscriber can share: nothing it is given is its own. */
bool collect_shares(const struct subscriber *subscriber);
/* What the subscription's cursor is to be given, shared. NULL: out of memory, or, with a full
 * collection, out of room: see to it that nobody uses it, finish it, ask again. */
const struct collected *collect_shared(struct collection *collection,
                                       struct subscription *subscription);
/* Nobody uses what was collected any more. */
void collection_finish(struct collection *collection);
bool collection_full(const struct collection *collection);
/* The same for one subscription alone, prefixes included; false: out of memory. To be finished
 * in either case. */
bool collect(struct subscription *subscription, struct collected *ret_collected);
void collected_finish(struct collected *collected);
/* The payload in the first of its messages, below its own count. */
uint64_t collected_payload(const struct collected *collected, unsigned messages);

#endif
