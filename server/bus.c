/* SPDX-License-Identifier: MIT */
#include "bus.h"

#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 4096 };

struct bus {
    struct bus_limits limits;
    _Atomic uint64_t held_bytes;
    struct inbox *inboxes[WORKERS_LIMIT];
    pthread_rwlock_t lock; /* guards buckets, their chains and topic_count */
    uint64_t topic_count;
    struct topic *buckets[BUCKETS];
};

int64_t wall_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct bus *bus_create(const struct bus_limits *limits)
{
    struct bus *bus = calloc(1, sizeof(*bus));
    if (bus && pthread_rwlock_init(&bus->lock, NULL) != 0) {
        free(bus);
        return NULL;
    }
    if (bus)
        bus->limits = *limits;
    return bus;
}

void bus_destroy(struct bus *bus)
{
    if (!bus)
        return;
    for (unsigned i = 0; i < BUCKETS; i++)
        while (bus->buckets[i]) {
            struct topic *topic = bus->buckets[i];
            bus->buckets[i] = topic->next_in_bucket;
            topic_unref(topic);
        }
    pthread_rwlock_destroy(&bus->lock);
    free(bus);
}

void bus_attach(struct bus *bus, unsigned index, struct inbox *inbox)
{
    bus->inboxes[index] = inbox;
}

/* FNV-1a. A peer that makes names collide only lengthens one chain of at most limits.topics. */
static struct topic **bucket_of(struct bus *bus, struct slice name)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 1099511628211u;
    return &bus->buckets[(hash ^ hash >> 32) % BUCKETS];
}

static struct topic *find(struct topic *topic, struct slice name)
{
    while (topic && !slice_equal(slice_of(topic->label->name), name))
        topic = topic->next_in_bucket;
    return topic_ref(topic);
}

struct topic *bus_topic(struct bus *bus, struct slice name, bool create)
{
    struct topic **bucket = bucket_of(bus, name);
    pthread_rwlock_rdlock(&bus->lock);
    struct topic *topic = find(*bucket, name);
    pthread_rwlock_unlock(&bus->lock);
    if (topic || !create)
        return topic;

    pthread_rwlock_wrlock(&bus->lock);
    topic = find(*bucket, name); /* another thread may have been quicker */
    if (!topic && bus->topic_count < bus->limits.topics)
        topic = topic_create(name, wall_clock_us());
    if (topic && atomic_load(&topic->refs) == 1) {
        topic->next_in_bucket = *bucket;
        *bucket = topic_ref(topic);
        bus->topic_count++;
    }
    pthread_rwlock_unlock(&bus->lock);
    return topic;
}

static void mark_workers(struct bus *bus, struct topic *topic, uint64_t mark)
{
    for (; mark; mark &= mark - 1) {
        unsigned index = (unsigned)__builtin_ctzll(mark);
        inbox_mark(bus->inboxes[index], topic, UINT64_C(1) << index);
    }
}

static const struct history *history_of(const struct bus *bus, const struct topic *topic)
{
    return topic->label->name[0] == '~' ? &bus->limits.own_history : &bus->limits.history;
}

int bus_append(struct bus *bus, struct topic *topic, struct message *take_message,
               struct published *ret_published)
{
    uint64_t mark = 0;
    int error = topic_append(topic, take_message, history_of(bus, topic), wall_clock_us(),
                             &bus->held_bytes, bus->limits.held_bytes, &mark);
    if (!error) {
        ret_published->seq = take_message->seq;
        memcpy(ret_published->epoch, topic->label->epoch, sizeof(ret_published->epoch));
        ret_published->subscribers = topic->subscribers;
        mark_workers(bus, topic, mark);
    }
    message_unref(take_message);
    return error;
}

int bus_publish(struct bus *bus, struct slice name, struct message *take_message,
                struct published *ret_published)
{
    struct topic *topic = bus_topic(bus, name, true);
    if (!topic) {
        message_unref(take_message);
        return -EMFILE;
    }
    int error = bus_append(bus, topic, take_message, ret_published);
    topic_unref(topic);
    return error;
}

void bus_clear(struct bus *bus, struct slice name)
{
    static const struct history nothing = {0};
    struct topic *topic = bus_topic(bus, name, false);
    if (topic)
        topic_expire(topic, &nothing, wall_clock_us(), &bus->held_bytes);
    topic_unref(topic);
}

/* Nothing held, nobody watching (the table's reference is the last), and no cursor given out
 * within the history's age. */
static bool forgettable(struct bus *bus, struct topic *topic, int64_t now_us)
{
    const struct history *history = history_of(bus, topic);
    bool held = topic_expire(topic, history, now_us, &bus->held_bytes);
    return !held && atomic_load(&topic->refs) == 1 &&
           now_us - topic->touched_us > (int64_t)history->age_us;
}

void bus_sweep(struct bus *bus)
{
    int64_t now_us = wall_clock_us();
    pthread_rwlock_wrlock(&bus->lock);
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct topic **link = &bus->buckets[i]; *link;) {
            struct topic *topic = *link;
            if (!forgettable(bus, topic, now_us)) {
                link = &topic->next_in_bucket;
                continue;
            }
            *link = topic->next_in_bucket;
            bus->topic_count--;
            topic_unref(topic);
        }
    pthread_rwlock_unlock(&bus->lock);
}

void bus_each(struct bus *bus, void (*on_topic)(struct topic *topic, void *arg), void *arg)
{
    pthread_rwlock_rdlock(&bus->lock);
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct topic *topic = bus->buckets[i]; topic; topic = topic->next_in_bucket)
            on_topic(topic, arg);
    pthread_rwlock_unlock(&bus->lock);
}

uint64_t bus_held_bytes(const struct bus *bus)
{
    return bus->held_bytes;
}
