/* SPDX-License-Identifier: MIT */
#include "topic.h"

#include "octets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

bool topic_name_valid(struct slice name)
{
    if (name.len == 0 || name.len > TOPIC_NAME_LIMIT)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!octet_is(name.at[i], OCTET_UNRESERVED))
            return false;
    return !slice_equal(name, SLICE(".")) && !slice_equal(name, SLICE(".."));
}

/* 40 bits are plenty: an epoch only has to differ from the topic's earlier ones. */
static void make_epoch(char *ret_epoch)
{
    static const char digits[32] = "abcdefghijkmnpqrstuvwxyz23456789";
    enum { LENGTH = 8 };
    unsigned char random[LENGTH];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        abort(); /* cannot happen for so few bytes once the kernel has started */
    for (unsigned i = 0; i < LENGTH; i++)
        ret_epoch[i] = digits[random[i] % 32];
    ret_epoch[LENGTH] = '\0';
}

struct topic *topic_create(struct slice name, int64_t now_us)
{
    char epoch[EPOCH_LIMIT + 1], text[TOPIC_NAME_LIMIT + 1];
    make_epoch(epoch);
    memcpy(text, name.at, name.len);
    text[name.len] = '\0';
    struct topic *topic = calloc(1, sizeof(*topic));
    struct label *label = label_create(epoch, text);
    if (!topic || !label || pthread_mutex_init(&topic->lock, NULL) != 0) {
        label_unref(label);
        free(topic);
        return NULL;
    }
    atomic_init(&topic->refs, 1);
    topic->label = label;
    topic->touched_us = now_us;
    log_init(&topic->log, 1);
    topic->first = topic->next = 1;
    return topic;
}

struct topic *topic_ref(struct topic *topic)
{
    if (topic)
        atomic_fetch_add_explicit(&topic->refs, 1, memory_order_relaxed);
    return topic;
}

void topic_unref(struct topic *topic)
{
    if (!topic || atomic_fetch_sub_explicit(&topic->refs, 1, memory_order_acq_rel) != 1)
        return;
    log_finish(&topic->log);
    pthread_mutex_destroy(&topic->lock);
    label_unref(topic->label);
    free(topic);
}

static void drop_to(struct topic *topic, uint64_t seq, _Atomic uint64_t *held)
{
    uint64_t before = topic->log.bytes;
    log_drop(&topic->log, seq);
    *held -= before - topic->log.bytes;
    topic->first = topic->log.first;
}

/* The first message that may stay when one of `incoming` bytes joins the log. */
static uint64_t first_to_keep(const struct topic *topic, const struct history *history,
                              int64_t now_us, uint64_t incoming)
{
    const struct log *log = &topic->log;
    uint64_t bytes = log->bytes + incoming, count = log->next - log->first + (incoming > 0);
    uint64_t first = log->first;
    for (; first < log->next; first++, count--) {
        const struct message *oldest = log_at(log, first);
        bool old = now_us - (int64_t)oldest->time_us > (int64_t)history->age_us;
        if (!old && count <= history->count && bytes <= history->bytes)
            break;
        bytes -= message_footprint(oldest);
    }
    return first;
}

int topic_append(struct topic *topic, struct message *message, const struct history *history,
                 int64_t now_us, _Atomic uint64_t *held, uint64_t held_limit,
                 uint64_t *ret_mark)
{
    size_t size = message_footprint(message);
    pthread_mutex_lock(&topic->lock);
    /* When even all of its own would not be room enough, a topic keeps what it has. */
    int error = *held - topic->log.bytes + size > held_limit ? -ENOSPC : 0;
    if (!error) {
        drop_to(topic, first_to_keep(topic, history, now_us, size), held);
        /* At the limit of all topics together, a topic makes room among its own. */
        while (*held + size > held_limit && topic->log.first < topic->log.next)
            drop_to(topic, topic->log.first + 1, held);
        if (now_us > topic->touched_us) /* the wall clock may step back; a log does not */
            topic->touched_us = now_us;
        message->seq = topic->log.next;
        message->time_us = (uint64_t)topic->touched_us;
        message->label = label_ref(topic->label);
        error = log_append(&topic->log, message);
    }
    if (!error) {
        *held += size;
        topic->next = topic->log.next;
        /* Read once: a worker that begins to watch in between must not be marked as told
         * without being told. It copies the log after it has begun, so it misses nothing. */
        uint64_t watchers = topic->watchers;
        *ret_mark = watchers & ~atomic_fetch_or(&topic->marked, watchers);
    }
    pthread_mutex_unlock(&topic->lock);
    return error;
}

bool topic_expire(struct topic *topic, const struct history *history, int64_t now_us,
                  _Atomic uint64_t *held)
{
    pthread_mutex_lock(&topic->lock);
    drop_to(topic, first_to_keep(topic, history, now_us, 0), held);
    bool any = topic->log.first < topic->log.next;
    pthread_mutex_unlock(&topic->lock);
    return any;
}

void topic_touch(struct topic *topic, int64_t now_us)
{
    pthread_mutex_lock(&topic->lock);
    if (now_us > topic->touched_us)
        topic->touched_us = now_us;
    pthread_mutex_unlock(&topic->lock);
}

int topic_copy(struct topic *topic, struct log *replica)
{
    int error = 0;
    pthread_mutex_lock(&topic->lock);
    log_drop(replica, topic->log.first);
    while (!error && replica->next < topic->log.next)
        error = log_append(replica, log_at(&topic->log, replica->next));
    pthread_mutex_unlock(&topic->lock);
    return error;
}
