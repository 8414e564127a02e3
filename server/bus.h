/* SPDX-License-Identifier: MIT
 *
 * Bus: topics by name, and the way of a message into the log. Publishing never wakes or writes
 * to a subscriber: it marks the topic as grown in the inbox of each worker that has subscribers
 * there, and each worker's own loop turn does the rest. That is where batching comes from.
 * Any thread may call everything here.
 */
#ifndef PUSHLAB_BUS_H
#define PUSHLAB_BUS_H

#include "inbox.h"
#include "topic.h"

struct bus;

struct bus_limits {
    struct history history;
    struct history own_history; /* of the server's own topics, ~NAME */
    uint64_t topics;
    uint64_t held_bytes;
};

struct bus *bus_create(const struct bus_limits *limits);
void bus_destroy(struct bus *bus);
/* Where worker number index (below WORKERS_LIMIT) is told that topics have grown. Before any
 * thread publishes. */
void bus_attach(struct bus *bus, unsigned index, struct inbox *inbox);

/* The topic, made when there is none and create is set; one reference for the caller. NULL:
 * none there, or at the limit of topics, or out of memory. The name must be valid. */
struct topic *bus_topic(struct bus *bus, struct slice name, bool create);

struct published {
    uint64_t seq;
    char epoch[EPOCH_LIMIT + 1]; /* the message's id is EPOCH-SEQ */
    unsigned subscribers;
};

/* Appends to the topic; takes the message's reference in any case. 0 once it is in the log,
 * -ENOMEM, -ENOSPC (bytes held), -EMFILE (topics). */
int bus_publish(struct bus *bus, struct slice topic, struct message *take_message,
                struct published *ret_published);

/* The same for a topic at hand. */
int bus_append(struct bus *bus, struct topic *topic, struct message *take_message,
               struct published *ret_published);

/* Drops all that the topic holds, if there is one. Workers let go of it with the message that
 * comes next. */
void bus_clear(struct bus *bus, struct slice topic);

/* Lets old messages go and forgets topics that nobody needs. Once a second, from one thread. */
void bus_sweep(struct bus *bus);

/* Calls on_topic for each topic, under the bus's lock: it must not call back into the bus. */
void bus_each(struct bus *bus, void (*on_topic)(struct topic *topic, void *arg), void *arg);
uint64_t bus_held_bytes(const struct bus *bus);

/* Microseconds since the Unix epoch. */
int64_t wall_clock_us(void);

#endif
