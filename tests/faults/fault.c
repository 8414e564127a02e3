/* SPDX-License-Identifier: MIT
 *
 * pushlab_faulty: the server with one fault, named by PUSHLAB_FAULT. It is there to show that
 * the verdicts on the claims follow from what a server does: each fault below flips the verdict
 * on one claim, and on no other (README.md).
 *
 * Nothing of this is in pushlab itself. The linker puts the faulty_ functions here in the place
 * of the server's own (--wrap, meson.build), which they reach as true_ functions.
 */
#include "../../server/advance.h"
#include "../../server/connection.h"
#include "../../server/feeds/png_encode.h"
#include "../../server/modules.h"
#include "../../server/poll.h"
#include "../../server/subscription.h"
#include "../../server/worker.h"
#include "../../transports/sse_encode.h"
#include "../../transports/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_USAGE = 2, CROWD = 100, PLACES = 65536, TRANSPORTS = 8 };

/* Declares both, alike; the labels are those that --wrap uses. */
#define REPLACES(name)                                                                         \
    __typeof__(name) true_##name __asm__("__real_" #name),                                     \
        faulty_##name __asm__("__wrap_" #name)

/* 0 and false: that is as it should be. */
struct fault {
    unsigned claim; /* whose verdict it flips */
    const char *name, *text;
    unsigned short_poll_wait_ms; /* held for so long when there is nothing */
    unsigned short_poll_late_ms; /* answered so late */
    unsigned hold_ms, above_ms;  /* long polls that ask for more than above_ms get this */
    unsigned sse_wake_ms;        /* what comes behind a silence of quiet_ms is so late */
    unsigned websocket_wake_ms;  /* the same */
    unsigned quiet_ms;
    unsigned sse_padding; /* bytes of comment before each event */
    unsigned crowd_us;    /* of CPU for each of an event's readers, in a CROWD */
    unsigned ballast;     /* bytes kept for each connection */
    unsigned deaths_late; /* so many times the time to answer a probe */
    bool forgets_cursors, trusts_origins, same_picture;
};

static const struct fault faults[] = {
    {.claim = 4,
     .name = "any-origin",
     .text = "pages of all sites are taken for the server's own",
     .trusts_origins = true},
    {.claim = 5,
     .name = "same-picture",
     .text = "the feed frames repeats its first picture",
     .same_picture = true},
    {.claim = 6,
     .name = "streams-sleep",
     .text = "streams that were quiet for 80 ms wake up late: SSE 240 ms, WebSocket 130 ms",
     .sse_wake_ms = 240,
     .websocket_wake_ms = 130,
     .quiet_ms = 80},
    {.claim = 7,
     .name = "late-death",
     .text = "who does not answer a probe has four times as long",
     .deaths_late = 4},
    {.claim = 8,
     .name = "short-poll-waits",
     .text = "a short poll that finds nothing is held for 400 ms",
     .short_poll_wait_ms = 400},
    {.claim = 9,
     .name = "sse-crowd",
     .text = "an event for more than 100 readers costs 2 ms of CPU for each",
     .crowd_us = 2000},
    {.claim = 10,
     .name = "holds-cut",
     .text = "no long poll is held longer than 300 ms",
     .hold_ms = 300},
    {.claim = 11,
     .name = "long-holds-cut",
     .text = "a long poll that asks for more than 5 s is held for 50 ms",
     .hold_ms = 50,
     .above_ms = 5000},
    {.claim = 12,
     .name = "ballast",
     .text = "each connection keeps 16 KiB that it does not need",
     .ballast = 16384},
    {.claim = 13,
     .name = "short-poll-late",
     .text = "a short poll is answered 80 ms late",
     .short_poll_late_ms = 80},
    {.claim = 14,
     .name = "sse-sleeps",
     .text = "an event stream that was quiet for 100 ms wakes up 80 ms late",
     .sse_wake_ms = 80,
     .quiet_ms = 100},
    {.claim = 15,
     .name = "sse-padded",
     .text = "each event has 4 KB of padding",
     .sse_padding = 4000},
    {.claim = 19,
     .name = "websocket-sleeps",
     .text = "a WebSocket that was quiet for 40 ms wakes up 500 ms late",
     .websocket_wake_ms = 500,
     .quiet_ms = 40},
    {.claim = 21,
     .name = "no-cursor",
     .text = "a stream does not go on from its cursor, but from now on",
     .forgets_cursors = true},
};

enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

static struct fault fault;

static bool is(const struct transport *transport, const char *name)
{
    return strcmp(transport->name, name) == 0;
}

/* ---- which fault ------------------------------------------------------------------------- */

static void list(FILE *file)
{
    for (unsigned i = 0; i < FAULTS; i++)
        fprintf(file, "%s %u %s\n", faults[i].name, faults[i].claim, faults[i].text);
}

REPLACES(options_read);

int faulty_options_read(int argc, char **argv, struct options *ret_options)
{
    const char *name = getenv("PUSHLAB_FAULT");
    if (name && strcmp(name, "list") == 0) {
        list(stdout);
        exit(EXIT_SUCCESS);
    }
    for (unsigned i = 0; name && i < FAULTS; i++)
        if (strcmp(faults[i].name, name) == 0)
            fault = faults[i];
    if (!fault.name) {
        fputs("pushlab: this is a test build with a fault; set PUSHLAB_FAULT to one of these "
              "(name, claim, what it does):\n",
              stderr);
        list(stderr);
        exit(EXIT_USAGE);
    }
    fprintf(stderr, "pushlab: A FAULTY BUILD FOR TESTS, not for use: %s: %s\n", fault.name,
            fault.text);
    int asked = true_options_read(argc, argv, ret_options);
    if (asked == 0 && fault.deaths_late)
        ret_options->heartbeat_timeout_ms *= fault.deaths_late;
    return asked;
}

/* ---- what is asked for ------------------------------------------------------------------- */

REPLACES(modules_load);

/* What a short poll is, is written in its transport. */
bool faulty_modules_load(struct server *server, const struct transport *const *built_in)
{
    static const struct transport *table[TRANSPORTS];
    static struct transport short_poll;
    short_poll = short_poll_transport;
    if (fault.short_poll_wait_ms)
        short_poll.reads = READS_WAIT;
    for (unsigned i = 0; built_in[i] && i + 1 < TRANSPORTS; i++)
        table[i] = built_in[i] == &short_poll_transport ? &short_poll : built_in[i];
    return true_modules_load(server, table);
}

REPLACES(subscribe_read);

bool faulty_subscribe_read(const struct server *server, const struct request *request,
                           const struct transport *transport, struct subscribe_request *ret,
                           struct reply *reply)
{
    if (!true_subscribe_read(server, request, transport, ret, reply))
        return false;
    if (is(transport, "short_poll"))
        ret->wait_ms = fault.short_poll_wait_ms;
    if (is(transport, "long_poll") && fault.hold_ms && ret->wait_ms > fault.above_ms &&
        ret->wait_ms > fault.hold_ms)
        ret->wait_ms = fault.hold_ms;
    if (fault.forgets_cursors && transport->reads == READS_ON &&
        since_parse(ret->since).kind == SINCE_CURSOR)
        ret->since = SLICE("now");
    return true;
}

REPLACES(origin_of);

enum origin faulty_origin_of(const struct options *options, const struct request *request)
{
    enum origin origin = true_origin_of(options, request);
    return origin == ORIGIN_FOREIGN && fault.trusts_origins ? ORIGIN_SAME : origin;
}

/* ---- polls ------------------------------------------------------------------------------- */

REPLACES(poll_begin);

/* It is not attached: so messages do not end its hold, and what it gets is seen at the end. */
void faulty_poll_begin(struct subscriber *take_subscriber, const struct request *request,
                       const struct subscribe_request *wanted, const struct gap *gaps,
                       unsigned gap_count)
{
    struct connection *connection = take_subscriber->connection;
    struct worker *worker = connection->worker;
    if (!fault.short_poll_late_ms || !is(wanted->transport, "short_poll") || gap_count ||
        worker->draining) {
        true_poll_begin(take_subscriber, request, wanted, gaps, gap_count);
        return;
    }
    connection->subscriber = take_subscriber;
    connection->state = CONNECTION_HELD;
    counter_add(&subscriber_stats(take_subscriber)->subscriptions, 1);
    counter_add(&subscriber_stats(take_subscriber)->subscribers, 1);
    take_subscriber->window_ms = worker->now_ms + fault.short_poll_late_ms;
    worker_set_timer(worker, &connection->timer, take_subscriber->window_ms);
}

/* ---- streams ----------------------------------------------------------------------------- */

/* CPU time of this thread, so that a busy machine changes nothing. */
static void burn(unsigned long us)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    long long end_ns = now.tv_sec * 1000000000LL + now.tv_nsec + (long long)us * 1000;
    while (now.tv_sec * 1000000000LL + now.tv_nsec < end_ns)
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
}

static bool was_quiet(const struct log *log)
{
    if (log->next < log->first + 2)
        return true;
    uint64_t newest_us = log_at(log, log->next - 1)->time_us;
    return newest_us - log_at(log, log->next - 2)->time_us > fault.quiet_ms * 1000ULL;
}

REPLACES(subscribers_advance);

bool faulty_subscribers_advance(struct worker *worker, struct replica *replica)
{
    bool quiet = fault.quiet_ms && was_quiet(&replica->log);
    unsigned readers = 0;
    for (unsigned i = 0; i < replica->walk; i++) {
        struct subscriber *subscriber = replica->subscriptions[i]->subscriber;
        unsigned wake_ms = 0;
        if (is(subscriber->transport, "sse"))
            wake_ms = fault.sse_wake_ms;
        else if (is(subscriber->transport, "websocket"))
            wake_ms = fault.websocket_wake_ms;
        if (wake_ms)
            subscriber->coalesce_ms = quiet ? (uint16_t)wake_ms : 0;
        readers += is(subscriber->transport, "sse");
    }
    if (readers > CROWD)
        burn((unsigned long)readers * fault.crowd_us);
    return true_subscribers_advance(worker, replica);
}

static void encode_padded(const struct message *message, unsigned parameter,
                          struct builder *out)
{
    char *room = builder_reserve(out, fault.sse_padding);
    if (room) {
        memset(room, ':', fault.sse_padding);
        room[fault.sse_padding - 1] = '\n';
        builder_claim(out, fault.sse_padding);
    }
    sse_encoding.encode(message, parameter, out);
}

REPLACES(subscriber_encode);

void faulty_subscriber_encode(struct subscriber *subscriber, const struct encoding *encoding,
                              unsigned parameter)
{
    static const struct encoding padded = {.name = "sse_padded", .encode = encode_padded};
    bool pads = fault.sse_padding && encoding == &sse_encoding;
    true_subscriber_encode(subscriber, pads ? &padded : encoding, parameter);
}

/* ---- connections and feeds --------------------------------------------------------------- */

REPLACES(connection_create);

/* It stays with the descriptor's number, for whoever gets that next. */
void faulty_connection_create(struct worker *worker, int take_fd, uint16_t peer_bucket,
                              bool refused)
{
    static _Atomic(char *) ballast[PLACES];
    if (fault.ballast && take_fd < PLACES && !ballast[take_fd]) {
        char *room = malloc(fault.ballast);
        if (room)
            memset(room, 1, fault.ballast);
        ballast[take_fd] = room;
    }
    true_connection_create(worker, take_fd, peer_bucket, refused);
}

REPLACES(png_encode);

/* The feed's thread alone comes here. */
int faulty_png_encode(const struct canvas *canvas, struct builder *out)
{
    static struct builder first;
    if (!fault.same_picture)
        return true_png_encode(canvas, out);
    int error = builder_len(&first) ? 0 : true_png_encode(canvas, &first);
    if (error == 0)
        builder_add(out, builder_slice(&first).at, builder_slice(&first).len);
    return error;
}
