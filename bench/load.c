/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SILENCE_LIMIT_MS = 10000, OPEN_TURN_MS = 100 };

static const int64_t ms_ns = 1000000;
static const char frame_epoch[] = "benchbenchbe";

/* ---- polls that come again --------------------------------------------------------------- */

static void ask_later(struct load *load, const struct member *member)
{
    struct due_polls *due = &load->due;
    unsigned at = (due->first + due->count++) % load->options->subscribers;
    due->ring[at] = (struct due_poll){now_ns() + (int64_t)load->options->interval_ms * ms_ns,
                                      member->index};
}

/* Those that came due while the load stood still would all ask at once, and go on in step. */
static void spread_due(struct load *load)
{
    struct due_polls *due = &load->due;
    int64_t interval_ns = (int64_t)load->options->interval_ms * ms_ns;
    for (unsigned i = 0; i < due->count; i++) {
        unsigned at = (due->first + i) % load->options->subscribers;
        due->ring[at].due_ns = load->begin_ns + interval_ns * i / due->count;
    }
}

static void ask_due(struct load *load)
{
    struct due_polls *due = &load->due;
    int64_t now = now_ns();
    while (due->count > 0 && due->ring[due->first].due_ns <= now) {
        swarm_ask(&load->swarm.members[due->ring[due->first].member]);
        due->first = (due->first + 1) % load->options->subscribers;
        due->count--;
    }
}

/* ---- events ------------------------------------------------------------------------------ */

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct load *load = arg;
    int64_t publisher;
    load->last_event_ns = now_ns();
    switch (event->kind) {
    case CLIENT_OPEN:
        load->opened++;
        break;
    case CLIENT_MESSAGE:
        publisher =
            delivery_take(&load->delivery, member->index, event->data, load->last_event_ns);
        if (publisher >= 0)
            load->publishers[publisher].in_flight--;
        break;
    case CLIENT_ANSWERED:
        if (member->client.kind->reads == READS_WAIT)
            swarm_ask(member);
        else
            ask_later(load, member);
        break;
    case CLIENT_PUBLISHED:
        load->publishers[member->index - load->options->subscribers].busy = false;
        break;
    case CLIENT_GAP:
        load->broken = "the server announced a gap: the client fell behind the history";
        break;
    case CLIENT_CLOSED:
        load->broken = event->reason;
        load->status = event->status;
        break;
    case CLIENT_HEARTBEAT:
        break;
    }
}

/* ---- publishing -------------------------------------------------------------------------- */

/* When the coming message is meant to be sent: by the schedule, or as soon as there is room. */
static int64_t intended_ns(const struct load *load)
{
    if (load->options->rate <= 0)
        return now_ns();
    uint64_t number = load->delivery.published - load->begin_published;
    return load->begin_ns + (int64_t)((double)number * 1e9 / load->options->rate);
}

/* What the publisher is given: the message's text, or the frame that subscribers get of it. */
static struct slice body_of(struct load *load)
{
    if (!load->options->framed)
        return builder_slice(&load->text);
    builder_truncate(&load->frame, 0);
    load->options->kind->frame(frame_epoch, load->delivery.published,
                               builder_slice(&load->text), &load->frame);
    return builder_slice(&load->frame);
}

static void publish(struct load *load, unsigned publisher, int64_t intended)
{
    struct member *member = &load->swarm.members[load->options->subscribers + publisher];
    builder_truncate(&load->text, 0);
    delivery_publish(&load->delivery, publisher, intended, load->options->payload, &load->text);
    load->publishers[publisher].in_flight++;
    load->publishers[publisher].busy = true;
    member->client.body = body_of(load);
    swarm_ask(member);
}

/* Whether another message may go out now. */
static bool publish_next(struct load *load)
{
    const struct load_options *options = load->options;
    int64_t intended = intended_ns(load);
    if (load->delivery.published >= load->goal || load->broken || intended > now_ns())
        return false;
    for (unsigned i = 0; i < options->publishers; i++) {
        unsigned chosen = (load->next_publisher + i) % options->publishers;
        struct load_publisher *publisher = &load->publishers[chosen];
        if (publisher->busy || publisher->in_flight >= options->in_flight)
            continue;
        load->next_publisher = chosen + 1;
        publish(load, chosen, intended);
        return true;
    }
    return false;
}

/* How long nothing needs doing but reading. */
static int64_t next_wait_ns(const struct load *load)
{
    int64_t wait = OPEN_TURN_MS * ms_ns, now = now_ns();
    if (load->due.count > 0 && load->due.ring[load->due.first].due_ns - now < wait)
        wait = load->due.ring[load->due.first].due_ns - now;
    if (load->options->rate > 0 && load->delivery.published < load->goal &&
        intended_ns(load) > now && intended_ns(load) - now < wait)
        wait = intended_ns(load) - now;
    return wait > 0 ? wait : 0;
}

/* Whether the server owes something: by a slow schedule there may be nothing to come for long.
 */
static bool is_owed(const struct load *load)
{
    return delivery_missing(&load->delivery) > 0 || intended_ns(load) <= now_ns();
}

bool load_run(struct load *load, uint64_t messages)
{
    load->begin_ns = load->last_event_ns = now_ns();
    load->begin_published = load->delivery.published;
    load->goal = load->delivery.published + messages;
    spread_due(load);
    while (!load->broken &&
           (load->delivery.published < load->goal || delivery_missing(&load->delivery) > 0)) {
        while (publish_next(load))
            ;
        ask_due(load);
        swarm_turn(&load->swarm, next_wait_ns(load));
        if (!is_owed(load))
            load->last_event_ns = now_ns();
        else if (now_ns() - load->last_event_ns > SILENCE_LIMIT_MS * ms_ns)
            load->broken = "messages are missing, and nothing comes any more";
    }
    return !load->broken;
}

/* ---- life -------------------------------------------------------------------------------- */

bool load_init(struct load *load, const struct load_options *options,
               const struct endpoint *endpoint, const char *topic)
{
    *load = (struct load){.options = options, .swarm.epoll_fd = -1};
    load->client_options = (struct client_options){
        .authority = endpoint->authority, .topic = topic, .wait_s = 120};
    load->publishers = calloc(options->publishers, sizeof(*load->publishers));
    load->due.ring = calloc(options->subscribers, sizeof(*load->due.ring));
    if (!load->publishers || !load->due.ring ||
        !delivery_init(&load->delivery, options->subscribers, options->publishers,
                       options->messages)) {
        fprintf(stderr, "pushbench: no memory for the books of so many messages and "
                        "subscribers: choose fewer\n");
        return false;
    }
    return swarm_init(&load->swarm, endpoint, options->subscribers + options->publishers,
                      on_event, load);
}

void load_finish(struct load *load)
{
    swarm_finish(&load->swarm);
    delivery_finish(&load->delivery);
    free(load->publishers);
    free(load->due.ring);
    builder_finish(&load->text);
    builder_finish(&load->frame);
}

static bool connect_one(struct load *load, unsigned index, const struct client_kind *kind)
{
    int error = swarm_connect(&load->swarm, index, kind, &load->client_options, false);
    if (error)
        load->broken = strerror(-error);
    return error == 0;
}

bool load_open(struct load *load)
{
    const struct load_options *options = load->options;
    bool tells = options->kind->reads != READS_WAIT;
    for (unsigned i = 0; i < options->subscribers; i++) {
        if (!connect_one(load, i, options->kind))
            return false;
        swarm_ask(&load->swarm.members[i]);
        load->last_event_ns = now_ns();
        while (tells && load->opened <= i && !load->broken) {
            swarm_turn(&load->swarm, OPEN_TURN_MS * ms_ns);
            if (now_ns() - load->last_event_ns > SILENCE_LIMIT_MS * ms_ns)
                load->broken = "no answer to a subscription";
        }
    }
    const struct client_kind *publisher =
        options->publisher ? options->publisher : &publisher_client;
    for (unsigned i = 0; i < options->publishers; i++)
        if (!connect_one(load, options->subscribers + i, publisher))
            return false;
    return !load->broken;
}
