/* SPDX-License-Identifier: MIT */
#include "feeder.h"

#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct feed *const feed_table[] = {&host_feed, &clock_feed, &frames_feed};

enum { FEED_COUNT = sizeof(feed_table) / sizeof(feed_table[0]), RATE_LIMIT = 1000 };

static const double RATE_LEAST = 0.001;

struct running_feed {
    const struct feed *feed;
    struct bus *bus;
    struct event *timer;
    void *state;
    uint64_t number;
};

struct feeder {
    unsigned count;
    struct running_feed feeds[OPTION_LIST_LIMIT];
};

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct running_feed *running = arg;
    struct builder data = {0};
    struct published published;
    uint64_t now_us = (uint64_t)wall_clock_us();
    struct message *message = NULL;
    if (running->feed->make(running->state, running->number + 1, now_us, &data) == 0 &&
        !data.failed)
        message = message_create(running->feed->type, (struct slice){0}, builder_slice(&data));
    /* What cannot be had or held now is left out; the next tick tries again. */
    if (message &&
        bus_publish(running->bus, slice_of(running->feed->name), message, &published) == 0)
        running->number++;
    builder_finish(&data);
}

static const struct feed *feed_by_name(const char *name, size_t len)
{
    for (unsigned i = 0; i < FEED_COUNT; i++)
        if (strlen(feed_table[i]->name) == len && memcmp(feed_table[i]->name, name, len) == 0)
            return feed_table[i];
    return NULL;
}

static bool complain(const char *text, const char *why)
{
    fprintf(stderr, "pushlab: --feed %s: %s\n", text, why);
    return false;
}

static bool start(struct feeder *feeder, struct event_base *base, struct bus *bus,
                  const char *text)
{
    size_t name_len = strcspn(text, "=");
    const struct feed *feed = feed_by_name(text, name_len);
    if (!feed)
        return complain(text, "there is no such feed; choose clock, host, frames or none");
    double rate = feed->rate;
    char *end = "";
    if (text[name_len])
        rate = strtod(text + name_len + 1, &end);
    if (*end || !(rate >= RATE_LEAST && rate <= RATE_LIMIT))
        return complain(text, "the rate is messages a second, from 0.001 to 1000");
    struct running_feed *running = &feeder->feeds[feeder->count];
    *running = (struct running_feed){.feed = feed, .bus = bus};
    int error = feed->create ? feed->create(&running->state) : 0;
    if (error)
        return complain(text, strerror(-error));
    feeder->count++;
    running->timer = event_new(base, -1, EV_PERSIST, on_tick, running);
    double interval_us = 1e6 / rate;
    struct timeval interval = {(time_t)(interval_us / 1e6),
                               (suseconds_t)((int64_t)interval_us % 1000000)};
    if (!running->timer || event_add(running->timer, &interval) < 0)
        return complain(text, "out of memory");
    on_tick(-1, 0, running); /* who comes early finds something */
    return true;
}

struct feeder *feeder_create(struct event_base *base, struct bus *bus,
                             const struct options *options)
{
    struct feeder *feeder = calloc(1, sizeof(*feeder));
    if (!feeder)
        return NULL;
    for (unsigned i = 0; i < options->feeds.count; i++)
        if (strcmp(options->feeds.items[i], "none") != 0 &&
            !start(feeder, base, bus, options->feeds.items[i])) {
            feeder_destroy(feeder);
            return NULL;
        }
    return feeder;
}

void feeder_destroy(struct feeder *feeder)
{
    if (!feeder)
        return;
    for (unsigned i = 0; i < feeder->count; i++) {
        struct running_feed *running = &feeder->feeds[i];
        if (running->timer)
            event_free(running->timer);
        if (running->feed->destroy)
            running->feed->destroy(running->state);
    }
    free(feeder);
}
