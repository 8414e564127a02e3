/* SPDX-License-Identifier: MIT
 *
 * Replica: a worker's own view of a topic's log, and who reads from it on this worker. A worker
 * is a cursor in the topic like everybody else: once per loop turn it takes the references to
 * what is new, under the topic's lock; its subscribers then read without any lock.
 *
 * Encodings stay beside the newest messages, for those who come a little later, and beside
 * older ones that somebody lately asked for, as long as they are small beside the messages; the
 * rest is dropped. So what a topic takes in memory is what its log says, whoever reads it.
 */
#ifndef PUSHLAB_REPLICA_H
#define PUSHLAB_REPLICA_H

#include "topic.h"

struct subscription;
struct transport;

/* The last poll answer made here: those who wait at the same cursor share it. */
struct shared_answer {
    const struct transport *transport;
    uint64_t from;
    uint64_t to;
    int64_t made_ms; /* it says a Date */
    struct bytes *bytes;
    uint32_t body_len; /* its last bytes */
};

struct replica {
    struct replica *next_in_bucket;
    struct replica *next_grown;
    struct topic *topic; /* one reference */
    struct log log;
    struct subscription **subscriptions;
    uint32_t count;
    uint32_t capacity;
    uint32_t walk;               /* subscriptions below this one are still to be looked at */
    bool queued;                 /* in the worker's list of grown replicas */
    bool regrown;                /* has grown since the walk began: walk again */
    uint64_t warm;               /* messages from here on may have encodings */
    uint64_t late_from, late_to; /* so may these, which others had passed; 0, 0: none */
    int64_t used_ms;
    struct shared_answer answer;
};

enum { REPLICA_BUCKETS = 256 };

/* The replicas of one worker, by topic name. */
struct replicas {
    struct replica *buckets[REPLICA_BUCKETS];
    uint64_t bit; /* this worker's, in topic->watchers */
};

/* The replica of the topic of this name, NULL when there is none yet. */
struct replica *replicas_find(struct replicas *replicas, struct slice name);
/* A new replica; takes the topic's reference, also on failure (NULL: out of memory). */
struct replica *replicas_add(struct replicas *replicas, struct topic *take_topic);
/* Frees the replicas that nobody has used since before_ms; the others are synced, with a call
 * of on_grown when there was something that no mark had told of (memory had run out). */
void replicas_sweep(struct replicas *replicas, int64_t before_ms,
                    void (*on_grown)(struct replica *replica, void *arg), void *arg);
void replicas_finish(struct replicas *replicas);

/* Catches up with the topic; whether there is something new, which the caller must see to
 * (worker_grown). Being out of memory leaves the replica behind: the next call goes on. */
bool replica_sync(struct replica *replica);
/* To be called before an encoding of this message is asked for. */
void replica_reads(struct replica *replica, uint64_t seq);
/* Drops encodings that take more than their share. To be called after a walk, not during it:
 * those who come later in it need the same ones. */
void replica_trim(struct replica *replica);
/* 0 or -ENOMEM. The subscription must not be attached yet. */
int replica_attach(struct replica *replica, struct subscription *subscription);
/* Does nothing when the subscription is not attached. */
void replica_detach(struct subscription *subscription);

#endif
