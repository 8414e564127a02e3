/* SPDX-License-Identifier: MIT
 *
 * Load: N subscribers of one transport and whoever publishes to them, run in stretches that can
 * be measured one by one. The server is a pushlab, or any other that kinds of clients are
 * written for: one that subscribes, one that publishes.
 */
#ifndef PUSHBENCH_LOAD_H
#define PUSHBENCH_LOAD_H

#include "clients/swarm.h"
#include "delivery.h"

struct load_options {
    const struct client_kind *kind;
    /*
     * Who publishes, over a connection each: asked for each message, whose text is the client's
     * body; it must tell CLIENT_PUBLISHED when the server has taken that, and is not asked
     * again before. NULL: publisher_client, which POSTs to a pushlab.
     */
    const struct client_kind *publisher;
    bool framed; /* the body is the text as kind->frame writes it, for a server that cannot */
    unsigned subscribers;
    unsigned publishers;
    unsigned in_flight; /* messages of one publisher that some have not got yet */
    size_t payload;
    double rate;          /* messages a second, all publishers; 0: as fast as in_flight lets */
    unsigned interval_ms; /* short poll: from answer to next request */
    uint64_t messages;    /* in all stretches */
};

struct load_publisher {
    unsigned in_flight;
    bool busy; /* its last message has not been acknowledged */
};

/* Polls that will be asked again, in the order of their times. */
struct due_polls {
    struct due_poll {
        int64_t due_ns;
        unsigned member;
    } * ring;
    unsigned first, count;
};

struct load {
    const struct load_options *options;
    struct client_options client_options;
    struct swarm swarm; /* the subscribers, then the publishers */
    struct delivery delivery;
    struct load_publisher *publishers;
    struct due_polls due;
    struct builder text;
    struct builder frame;
    uint64_t goal;    /* messages to be published by the end of this stretch */
    int64_t begin_ns; /* of this stretch */
    uint64_t begin_published;
    int64_t last_event_ns;
    unsigned opened;
    unsigned next_publisher;
    const char *broken; /* why it cannot go on, or NULL */
    int status;
};

/* What is given must outlive the load. False: one line on standard error says why. */
bool load_init(struct load *load, const struct load_options *options,
               const struct endpoint *endpoint, const char *topic);
void load_finish(struct load *load);
/* Connects all; for streams, until each is open. */
bool load_open(struct load *load);
/* Publishes so many more and waits until all have got them. False when they never do. */
bool load_run(struct load *load, uint64_t messages);

#endif
