/* SPDX-License-Identifier: MIT
 *
 * Delivery: the books of a run: which message was meant to be sent when, and who has got it.
 * Each message carries its number; so loss, repeats and order are seen end to end, whatever the
 * server says of itself.
 */
#ifndef PUSHBENCH_DELIVERY_H
#define PUSHBENCH_DELIVERY_H

#include "histogram.h"

#include "../server/bytes.h"

struct delivery {
    unsigned subscribers;
    unsigned publishers;
    uint64_t limit;     /* messages there is room for */
    uint64_t published; /* so far */
    uint64_t delivered; /* messages, times subscribers */
    uint64_t duplicates;
    uint64_t reordered; /* after a later one of the same publisher */
    uint64_t strange;   /* without a number of ours */
    int64_t stale_ns;   /* in which a subscriber lacked a message, of all subscribers */
    struct message_book {
        int64_t intended_ns;
        uint32_t publisher;
        uint32_t missing; /* subscribers that have not got it */
    } * messages;
    uint64_t *seen;              /* bit subscriber × limit + message */
    int64_t *got_ns;             /* when a subscriber last got one */
    uint32_t *latest;            /* subscriber × publishers + publisher: number + 1 */
    struct histogram latency_ns; /* from when it was meant to be sent */
    struct histogram last_ns;    /* the same, until the last subscriber had it */
};

/* False: out of memory, or more than would fit. */
bool delivery_init(struct delivery *delivery, unsigned subscribers, unsigned publishers,
                   uint64_t limit);
void delivery_finish(struct delivery *delivery);
/* Enters the next message; its text, len bytes long, is added to out. */
void delivery_publish(struct delivery *delivery, unsigned publisher, int64_t intended_ns,
                      size_t len, struct builder *out);
/* A subscriber has got this text. When all have got that message, its publisher's number is
 * given; -1 otherwise. */
int64_t delivery_take(struct delivery *delivery, unsigned subscriber, struct slice text,
                      int64_t now_ns);
/* Published, and not got by everybody. */
uint64_t delivery_missing(const struct delivery *delivery);
/* Empties the histograms: what follows is measured. */
void delivery_restart(struct delivery *delivery);

#endif
