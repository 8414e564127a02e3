/* SPDX-License-Identifier: MIT */
#include "subscription.h"

#include "connection.h"
#include "worker.h"

#include <stdlib.h>

bool subscription_place(struct subscriber *subscriber, struct subscription *subscription,
                        struct slice topic, bool create_topic, const struct since *since,
                        struct gap *ret_gap)
{
    struct replica *replica =
        worker_replica(subscriber_worker(subscriber), topic, create_topic);
    if (!replica)
        return false;
    enum since_kind absent = subscriber->transport->reads == READS_ON ? SINCE_NOW : SINCE_LAST;
    *subscription = (struct subscription){
        .replica = replica,
        .subscriber = subscriber,
        .index = NOT_ATTACHED,
        .next = since_resolve(since, absent, &replica->log, replica->topic->label,
                              replica->topic->next, ret_gap),
    };
    return true;
}

bool subscription_overtaken(struct subscription *subscription, struct gap *ret_gap)
{
    uint64_t from = subscription->next, first = subscription->replica->log.first;
    if (from >= first)
        return false;
    *ret_gap = (struct gap){
        .topic = subscription_label(subscription)->name,
        .known = true,
        .from = from,
        .to = first - 1,
        .count = first - from,
        .reason = "reader too slow for the history",
    };
    subscription->next = first;
    return true;
}

bool subscriber_attach_all(struct subscriber *subscriber)
{
    for (unsigned i = 0; i < subscriber->count; i++) {
        struct subscription *subscription = &subscriber->subscriptions[i];
        if (replica_attach(subscription->replica, subscription) < 0)
            return false;
    }
    return true;
}

/* In front of a gap until it is told: who is cut off before that is told when it comes again.
 */
static void add_place(const struct subscriber *subscriber, unsigned index, struct builder *out)
{
    const struct opening *opening = subscriber->connection->worker->opening;
    const struct subscription *subscription = &subscriber->subscriptions[index];
    if (opening && opening->gaps[index].reason)
        since_add(&opening->sinces[index], out);
    else
        cursor_add(subscription_label(subscription), subscription->next, out);
}

void subscriber_add_cursor(const struct subscriber *subscriber, struct builder *out)
{
    for (unsigned i = 0; i < subscriber->count; i++) {
        const struct subscription *subscription = &subscriber->subscriptions[i];
        const struct label *label = subscription_label(subscription);
        if (i > 0)
            builder_add(out, ",", 1);
        if (subscriber->many) {
            builder_add_text(out, label->name);
            builder_add(out, ":", 1);
        }
        add_place(subscriber, i, out);
    }
}

struct slice subscriber_topic(const struct subscriber *subscriber, unsigned index)
{
    return slice_of(subscription_label(&subscriber->subscriptions[index])->name);
}

static struct subscription *find(struct subscriber *subscriber, struct slice topic)
{
    for (unsigned i = 0; i < subscriber->count; i++)
        if (slice_equal(slice_of(subscription_label(&subscriber->subscriptions[i])->name),
                        topic))
            return &subscriber->subscriptions[i];
    return NULL;
}

/* Moves the subscriptions to memory with room for one more; their replicas follow. */
static struct subscription *make_room(struct subscriber *subscriber)
{
    unsigned count = subscriber->count;
    struct subscription *moved = calloc(count + 1u, sizeof(*moved));
    if (!moved)
        return NULL;
    for (unsigned i = 0; i < count; i++) {
        moved[i] = subscriber->subscriptions[i];
        moved[i].replica->subscriptions[moved[i].index] = &moved[i];
    }
    if (subscriber->subscriptions != &subscriber->one)
        free(subscriber->subscriptions);
    subscriber->subscriptions = moved;
    return &moved[count];
}

int subscriber_follow(struct subscriber *subscriber, struct slice topic, struct slice text,
                      struct gap *ret_gap)
{
    struct since since = since_parse(text);
    struct subscription *old = find(subscriber, topic), placed;
    if (!topic_name_valid(topic) || topic.at[0] == '~' || since.kind == SINCE_MALFORMED)
        return 400;
    if (!old && subscriber->count == TOPICS_PER_SUBSCRIBER_LIMIT)
        return 503;
    if (!subscription_place(subscriber, &placed, topic, true, &since, ret_gap))
        return 503;
    if (old) {
        old->next = placed.next;
    } else {
        struct subscription *room = make_room(subscriber);
        if (!room || replica_attach(placed.replica, &placed) < 0)
            return 503;
        *room = placed;
        room->replica->subscriptions[room->index] = room;
        subscriber->count++;
        subscriber->many = subscriber->many || subscriber->count > 1;
    }
    if (ret_gap->reason)
        counter_add(&subscriber_stats(subscriber)->gaps, 1);
    /* What it lacks is given at the end of the turn, behind the answer to this. */
    worker_grown(subscriber_worker(subscriber), placed.replica);
    return 0;
}

int subscriber_unfollow(struct subscriber *subscriber, struct slice topic)
{
    struct subscription *subscription = find(subscriber, topic);
    if (!subscription)
        return 404;
    replica_detach(subscription);
    struct subscription *last = &subscriber->subscriptions[--subscriber->count];
    if (subscription != last) {
        *subscription = *last;
        subscription->replica->subscriptions[subscription->index] = subscription;
    }
    return 0;
}
