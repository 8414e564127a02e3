/* SPDX-License-Identifier: MIT
 *
 * Feed: a built-in source of messages. Each is published to the topic of its own name, from the
 * main thread's event loop, so `make` must not block.
 */
#ifndef PUSHLAB_FEED_H
#define PUSHLAB_FEED_H

#include "../message.h"

struct feed {
    const char *name;    /* topic and option value: `--feed NAME=RATE` */
    const char *summary; /* one line for --help */
    double rate;         /* messages a second unless told otherwise */
    enum message_type type;
    /* 0 and the feed's state in *ret_state (may be NULL), or a negative errno. */
    int (*create)(void **ret_state);
    /* Writes one message's data. time_us: now, microseconds since the Unix epoch; number counts
     * from 1. 0, or a negative errno: then nothing is published this time. */
    int (*make)(void *state, uint64_t number, uint64_t time_us, struct builder *ret_data);
    void (*destroy)(void *state); /* accepts NULL */
};

extern const struct feed host_feed, clock_feed, frames_feed;

#endif
