/* SPDX-License-Identifier: MIT
 *
 * Topic: a named log with one total order. Appending takes the topic's lock, gives the message
 * its number and time, keeps the history within its bounds and says which workers must be told.
 * Any thread may call; a topic lives as long as someone holds a reference.
 */
#ifndef PUSHLAB_TOPIC_H
#define PUSHLAB_TOPIC_H

#include "log.h"

#include <pthread.h>

enum { TOPIC_NAME_LIMIT = 128 };

struct history {
    uint64_t count;
    uint64_t age_us;
    uint64_t bytes;
};

struct topic {
    atomic_uint refs;
    struct label *label;
    struct topic *next_in_bucket; /* the bus's, under its lock */
    pthread_mutex_t lock;         /* guards log and touched_us, and orders appends */
    struct log log;
    int64_t touched_us; /* last used, by the wall clock: no message to come is earlier */
    /* Readable without the lock; written under it. */
    _Atomic uint64_t first;
    _Atomic uint64_t next;
    /* One bit per worker: has a replica here; already knows that the log has grown. */
    _Atomic uint64_t watchers;
    _Atomic uint64_t marked;
    atomic_uint subscribers; /* of all workers, held and streaming */
};

/* 1 to 128 characters of A-Z a-z 0-9 . _ ~ -, not "." or "..". */
bool topic_name_valid(struct slice name);

/* An empty topic with a fresh random epoch; NULL when out of memory. */
struct topic *topic_create(struct slice name, int64_t now_us);
struct topic *topic_ref(struct topic *topic);
void topic_unref(struct topic *topic);

/*
 * Appends: sets the message's seq, time and label, and makes room within the history, counting
 * what is held in *held (bytes of all topics; atomically) against held_limit. *ret_mark has a
 * bit for each worker to be told. 0, -ENOMEM, or -ENOSPC when held_limit would be passed even
 * without all that this topic holds; then the log is unchanged.
 */
int topic_append(struct topic *topic, struct message *message, const struct history *history,
                 int64_t now_us, _Atomic uint64_t *held, uint64_t held_limit,
                 uint64_t *ret_mark);
/* Drops what has grown older than the history's age. Whether anything is still held. */
bool topic_expire(struct topic *topic, const struct history *history, int64_t now_us,
                  _Atomic uint64_t *held);
/* It was in use until now: cursors may have been given out. */
void topic_touch(struct topic *topic, int64_t now_us);
/* Brings a replica up to the log: drops what the log has dropped, takes what it has gained.
 * 0, or -ENOMEM with the replica valid, only not up to date. */
int topic_copy(struct topic *topic, struct log *replica);

#endif
