/* SPDX-License-Identifier: MIT
 *
 * Subscription: a subscriber's cursor in one topic. Where it starts, what it is called for
 * clients, and following and leaving topics while the subscriber lives. One worker's thread.
 */
#ifndef PUSHLAB_SUBSCRIPTION_H
#define PUSHLAB_SUBSCRIPTION_H

#include "cursor.h"
#include "replica.h"
#include "subscriber.h"
#include "worker.h"

/* A subscriber that opens: where in each of its topics it came from, and the gap found there;
 * its `reason` is NULL when there is none, or once it is told. */
struct opening {
    struct since sinces[TOPICS_PER_SUBSCRIBER_LIMIT];
    struct gap gaps[TOPICS_PER_SUBSCRIBER_LIMIT];
};

static inline const struct label *subscription_label(const struct subscription *subscription)
{
    return subscription->replica->topic->label;
}

/* Finds the topic's replica and the place in its log; *ret_gap's reason is NULL when nothing is
 * missed. The subscription is not attached yet. False: a limit, or there is no such topic and
 * none is to be made. */
bool subscription_place(struct subscriber *subscriber, struct subscription *subscription,
                        struct slice topic, bool create_topic, const struct since *since,
                        struct gap *ret_gap);
/* Whether the log has dropped what the cursor has not seen: then *ret_gap says what, and the
 * cursor stands at the oldest message held. */
bool subscription_overtaken(struct subscription *subscription, struct gap *ret_gap);
/* From now on the subscriber is told when its topics grow. False: out of memory. */
bool subscriber_attach_all(struct subscriber *subscriber);

#endif
