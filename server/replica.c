/* SPDX-License-Identifier: MIT */
#include "replica.h"

#include "bus.h"
#include "subscriber.h"

#include <errno.h>
#include <stdlib.h>

enum { CAPACITY_MIN = 8 }; /* subscriptions */

/* What encodings may take: this part of what the messages do, and between two sweeps so much
 * more. Those of late readers may take as much again. */
enum { ENCODED_SHARE = 32, ENCODED_BYTES = 64 * 1024 };

static struct replica **bucket_of(struct replicas *replicas, struct slice name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    return &replicas->buckets[(hash ^ hash >> 16) % REPLICA_BUCKETS];
}

struct replica *replicas_find(struct replicas *replicas, struct slice name)
{
    struct replica *replica = *bucket_of(replicas, name);
    while (replica && !slice_equal(slice_of(replica->topic->label->name), name))
        replica = replica->next_in_bucket;
    return replica;
}

struct replica *replicas_add(struct replicas *replicas, struct topic *take_topic)
{
    struct replica *replica = calloc(1, sizeof(*replica));
    if (!replica) {
        topic_unref(take_topic);
        return NULL;
    }
    struct replica **bucket = bucket_of(replicas, slice_of(take_topic->label->name));
    replica->topic = take_topic;
    replica->next_in_bucket = *bucket;
    *bucket = replica;
    log_init(&replica->log, take_topic->first);
    replica->warm = replica->log.first;
    /* From here on every publish marks this worker; what came before is copied by the first
     * sync. In this order nothing falls between. */
    atomic_fetch_or(&take_topic->watchers, replicas->bit);
    return replica;
}

static void answer_forget(struct shared_answer *answer)
{
    bytes_unref(answer->bytes);
    *answer = (struct shared_answer){0};
}

/* ---- encodings -------------------------------------------------------------------------- */

static void drop_encoded(const struct log *log, uint64_t from, uint64_t to)
{
    for (uint64_t seq = from > log->first ? from : log->first; seq < to; seq++)
        message_drop_encoded(log_at(log, seq));
}

static void drop_late(struct replica *replica)
{
    drop_encoded(&replica->log, replica->late_from, replica->late_to);
    replica->late_from = replica->late_to = 0;
}

static void trim_encoded(struct replica *replica, uint64_t limit_bytes)
{
    const struct log *log = &replica->log;
    const struct label *label = replica->topic->label;
    if (label->encoded_bytes > 2 * limit_bytes)
        drop_late(replica);
    if (replica->warm < log->first)
        replica->warm = log->first;
    while (replica->warm < log->next && label->encoded_bytes > limit_bytes)
        message_drop_encoded(log_at(log, replica->warm++));
}

void replica_reads(struct replica *replica, uint64_t seq)
{
    if (seq >= replica->warm)
        return;
    if (replica->late_to == 0 || seq < replica->late_from)
        replica->late_from = seq;
    if (seq >= replica->late_to)
        replica->late_to = seq + 1;
}

void replica_trim(struct replica *replica)
{
    trim_encoded(replica, replica->log.bytes / ENCODED_SHARE + ENCODED_BYTES);
}

/* ---- life -------------------------------------------------------------------------------- */

static void replica_destroy(struct replica *replica, uint64_t bit)
{
    atomic_fetch_and(&replica->topic->watchers, ~bit);
    topic_touch(replica->topic, wall_clock_us());
    answer_forget(&replica->answer);
    drop_late(replica);
    drop_encoded(&replica->log, replica->warm, replica->log.next);
    log_finish(&replica->log);
    free(replica->subscriptions);
    topic_unref(replica->topic);
    free(replica);
}

void replicas_sweep(struct replicas *replicas, int64_t before_ms,
                    void (*on_grown)(struct replica *replica, void *arg), void *arg)
{
    for (unsigned i = 0; i < REPLICA_BUCKETS; i++)
        for (struct replica **link = &replicas->buckets[i]; *link;) {
            struct replica *replica = *link;
            if (replica->count > 0 || replica->queued || replica->used_ms >= before_ms) {
                if (replica_sync(replica))
                    on_grown(replica, arg);
                trim_encoded(replica, replica->log.bytes / ENCODED_SHARE);
                link = &replica->next_in_bucket;
                continue;
            }
            *link = replica->next_in_bucket;
            replica_destroy(replica, replicas->bit);
        }
}

void replicas_finish(struct replicas *replicas)
{
    for (unsigned i = 0; i < REPLICA_BUCKETS; i++)
        while (replicas->buckets[i]) {
            struct replica *replica = replicas->buckets[i];
            replicas->buckets[i] = replica->next_in_bucket;
            replica_destroy(replica, replicas->bit);
        }
}

bool replica_sync(struct replica *replica)
{
    uint64_t next = replica->log.next;
    if (next == replica->topic->next && replica->log.first == replica->topic->first)
        return false;
    topic_copy(replica->topic, &replica->log);
    answer_forget(&replica->answer);
    return replica->log.next > next;
}

static int resize(struct replica *replica, uint32_t capacity)
{
    struct subscription **resized =
        realloc(replica->subscriptions, capacity * sizeof(struct subscription *));
    if (!resized)
        return -ENOMEM;
    replica->subscriptions = resized;
    replica->capacity = capacity;
    return 0;
}

int replica_attach(struct replica *replica, struct subscription *subscription)
{
    if (replica->count == replica->capacity &&
        resize(replica, replica->capacity ? replica->capacity * 2 : CAPACITY_MIN) < 0)
        return -ENOMEM;
    subscription->index = replica->count;
    replica->subscriptions[replica->count++] = subscription;
    atomic_fetch_add(&replica->topic->subscribers, 1);
    return 0;
}

void replica_detach(struct subscription *subscription)
{
    struct replica *replica = subscription->replica;
    if (subscription->index == NOT_ATTACHED)
        return;
    /* The last one takes the place. The walk goes backwards, so that what moves down has been
     * looked at already, and nobody is missed. (In a walk only the one being looked at, or one
     * that was, can leave: so nobody is looked at twice while a write of its is on the way.) */
    struct subscription *last = replica->subscriptions[--replica->count];
    replica->subscriptions[subscription->index] = last;
    last->index = subscription->index;
    subscription->index = NOT_ATTACHED;
    if (replica->walk > replica->count)
        replica->walk = replica->count;
    if (replica->capacity > CAPACITY_MIN && replica->count < replica->capacity / 4)
        resize(replica, replica->capacity / 2); /* a crowd's room goes with it */
    atomic_fetch_sub(&replica->topic->subscribers, 1);
}
