/* SPDX-License-Identifier: MIT */
#include "replica.h"

#include "bus.h"
#include "subscriber.h"

#include <errno.h>
#include <stdlib.h>

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

static void replica_destroy(struct replica *replica, uint64_t bit)
{
    atomic_fetch_and(&replica->topic->watchers, ~bit);
    topic_touch(replica->topic, wall_clock_us());
    answer_forget(&replica->answer);
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

int replica_attach(struct replica *replica, struct subscription *subscription)
{
    if (replica->count == replica->capacity) {
        uint32_t capacity = replica->capacity ? replica->capacity * 2 : 8;
        struct subscription **grown =
            realloc(replica->subscriptions, capacity * sizeof(struct subscription *));
        if (!grown)
            return -ENOMEM;
        replica->subscriptions = grown;
        replica->capacity = capacity;
    }
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
    atomic_fetch_sub(&replica->topic->subscribers, 1);
}
