/* SPDX-License-Identifier: MIT */
#include "inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

int inbox_init(struct inbox *inbox)
{
    *inbox = (struct inbox){.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    if (inbox->event_fd < 0)
        return -errno;
    int error = pthread_mutex_init(&inbox->lock, NULL);
    if (error)
        close(inbox->event_fd);
    return -error;
}

void inbox_finish(struct inbox *inbox)
{
    for (unsigned i = 0; i < inbox->count; i++)
        topic_unref(inbox->topics[i]);
    free(inbox->topics);
    pthread_mutex_destroy(&inbox->lock);
    close(inbox->event_fd);
}

void inbox_own(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->owner = pthread_self();
    pthread_mutex_unlock(&inbox->lock);
}

static bool push(struct inbox *inbox, struct topic *topic)
{
    if (inbox->count == inbox->capacity) {
        unsigned capacity = inbox->capacity ? inbox->capacity * 2 : 16;
        struct topic **topics = realloc(inbox->topics, capacity * sizeof(struct topic *));
        if (!topics)
            return false;
        inbox->topics = topics;
        inbox->capacity = capacity;
    }
    inbox->topics[inbox->count++] = topic_ref(topic);
    return true;
}

void inbox_mark(struct inbox *inbox, struct topic *topic, uint64_t bit)
{
    pthread_mutex_lock(&inbox->lock);
    bool was_empty = inbox->count == 0;
    if (!push(inbox, topic))
        atomic_fetch_and(&topic->marked, ~bit);
    bool own = pthread_equal(inbox->owner, pthread_self());
    bool wake = was_empty && !own;
    if (own) /* nobody else may write it: the owner reads it without the lock */
        inbox->own = true;
    pthread_mutex_unlock(&inbox->lock);
    if (wake)
        inbox_wake(inbox);
}

struct topic *inbox_take(struct inbox *inbox, uint64_t bit)
{
    struct topic *topic = NULL;
    pthread_mutex_lock(&inbox->lock);
    if (inbox->count > 0) {
        topic = inbox->topics[--inbox->count];
        atomic_fetch_and(&topic->marked, ~bit);
    } else {
        inbox->own = false;
    }
    pthread_mutex_unlock(&inbox->lock);
    return topic;
}

void inbox_wake(struct inbox *inbox)
{
    /* Fails only when the counter is full: then it is readable already. */
    ssize_t written = write(inbox->event_fd, &(uint64_t){1}, sizeof(uint64_t));
    (void)written;
}

void inbox_clear(struct inbox *inbox)
{
    uint64_t count;
    ssize_t got = read(inbox->event_fd, &count, sizeof(count));
    (void)got;
}
