/* SPDX-License-Identifier: MIT
 *
 * Portion: what a cursor is to be given by one write. Subscribers that stand at the same place
 * and read the same encoding share one, laid out once: so a delivery is a comparison, a system
 * call and an addition. One worker's thread.
 */
#ifndef PUSHLAB_PORTION_H
#define PUSHLAB_PORTION_H

#include "stream.h"
#include "subscriber.h"

/* Frames from a cursor on, each with a reference. */
struct portion {
    const struct replica *replica;
    const struct encoding *encoding;
    unsigned parameter;
    unsigned per_message; /* frames for each message: 1, or 2 with a prefix */
    uint64_t from;        /* the cursor */
    uint64_t payload;     /* of its messages */
    struct wave wave;
};

/* Those made in a walk, for whoever comes later to the same place. Empty when zeroed. */
struct portions {
    struct portion items[16];
    unsigned count;
};

/* Whether this subscriber can share: nothing it is given is its own. */
bool portion_shareable(const struct subscriber *subscriber);
/* The subscription's portion, shared. NULL: out of memory, or, when they are full, out of room:
 * see to it that nobody uses them, finish them, ask again. */
const struct portion *portions_share(struct portions *portions,
                                     struct subscription *subscription);
/* Bytes that several connections are given, as a portion of no replica (NULL, per_message 0);
 * keeps a reference. NULL: out of room. */
const struct portion *portions_share_bytes(struct portions *portions, struct bytes *bytes);
/* Nobody uses them any more. */
void portions_finish(struct portions *portions);
bool portions_full(const struct portions *portions);
/* A portion for one subscription alone, prefixes included; false: out of memory. To be finished
 * in either case. */
bool portion_make(struct subscription *subscription, struct portion *ret_portion);
void portion_finish(struct portion *portion);
/* The payload of the first of its messages, at most of all. */
uint64_t portion_payload(const struct portion *portion, unsigned messages);

#endif
