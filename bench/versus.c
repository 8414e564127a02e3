/* SPDX-License-Identifier: MIT
 *
 * pushbench versus PEER: the same clients and the same messages against pushlab and another
 * push server (peer.h). They take turns (side.h), so that whatever disturbs the machine
 * disturbs both; each figure stands as ours, theirs, and ours by theirs.
 */
#include "versus.h"

#include "command.h"
#include "empty_polls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WARM_UP = 64,
    MEMORY_LIMIT_MS = 10000,
    PACED_IN_FLIGHT = 64, /* a slow server is late by the schedule: it does not delay it */
    PACED_MESSAGES = 5,   /* of a stretch */
    EMPTY_POLLS = 5000,
    CLOSED_POLLS = 1000, /* fewer: each leaves a connection in TIME_WAIT */
};

/* ---- both servers ------------------------------------------------------------------------ */

static bool start_ours(struct versus *versus, const struct load_options *load)
{
    const struct pushlab_settings settings = {.workers = 1, .flush = versus->options->flush};
    versus->ours = (struct side_pushlab){.side.options = *load};
    return side_pushlab_start(&versus->ours, &versus->options->common, &settings);
}

static bool start_theirs(struct versus *versus, const struct load_options *load)
{
    versus->theirs = (struct side_peer){.side.options = *load};
    versus->theirs.side.options.kind = peer_client(versus->peer, versus->kind);
    return side_peer_start(&versus->theirs, versus->peer, versus->options->peers);
}

static bool start_both(struct versus *versus, const struct load_options *load)
{
    struct side *const sides[] = {&versus->ours.side, &versus->theirs.side};
    bool good = start_ours(versus, load) && start_theirs(versus, load);
    if (good && versus->options->pin)
        sides_pin(sides, 2);
    return good;
}

/* How a peer ends is its own affair. */
static bool stop(struct versus *versus)
{
    side_peer_stop(&versus->theirs);
    return side_pushlab_stop(&versus->ours);
}

static struct load_options load_of(const struct versus *versus, unsigned subscribers)
{
    return (struct load_options){
        .kind = versus->kind,
        .subscribers = subscribers,
        .publishers = 1,
        .in_flight = 1,
        .payload = versus->options->payload,
        .interval_ms = (unsigned)versus->options->interval_ms,
    };
}

/* ---- under load -------------------------------------------------------------------------- */

/* Both side by side, each with clients of its own. */
static bool run_load(struct versus *versus, const struct load_options *load, uint64_t messages,
                     const char *name)
{
    struct side *const sides[] = {&versus->ours.side, &versus->theirs.side};
    char label[64];
    const struct side_plan plan = {(unsigned)versus->options->stretches, messages, label};
    snprintf(label, sizeof(label), "%s, %s", versus->kind->name, name);
    if (!start_both(versus, load) || !side_pushlab_open(&versus->ours, &plan))
        return false;
    side_pushlab_note_flush(&versus->ours, versus->report);
    return side_peer_open(&versus->theirs, &plan) && sides_run(sides, 2, &plan);
}

static bool measure_load(struct versus *versus, const struct load_options *load,
                         uint64_t messages, const char *name)
{
    bool good = run_load(versus, load, messages, name);
    if (good) {
        versus_report_cost(versus, name, "CPU us/delivery", "deliveries/CPU s");
        if (load->rate > 0)
            versus_report_delays(versus, name);
        else
            versus_report(versus, name, "machine us/delivery",
                          side_machine_us(&versus->ours.side),
                          side_machine_us(&versus->theirs.side));
        versus_judge(versus, name);
    } else {
        good = versus_peer_failed(versus, name);
    }
    return stop(versus) && good;
}

static bool measure_paced(struct versus *versus)
{
    char name[32];
    struct load_options load = load_of(versus, (unsigned)versus->options->count);
    load.in_flight = PACED_IN_FLIGHT;
    load.rate = versus->options->rate;
    snprintf(name, sizeof(name), "%g a second", load.rate);
    return measure_load(versus, &load, PACED_MESSAGES, name);
}

static bool measure_publishers(struct versus *versus, unsigned publishers)
{
    char name[32];
    struct load_options load = load_of(versus, (unsigned)versus->options->count);
    uint64_t messages = versus->options->messages / versus->options->stretches;
    load.publishers = publishers;
    snprintf(name, sizeof(name), "%u publisher%s", publishers, publishers == 1 ? "" : "s");
    return measure_load(versus, &load, messages > 2 * publishers ? messages : 2 * publishers,
                        name);
}

/* ---- waiting ----------------------------------------------------------------------------- */

static uint64_t anonymous_bytes(const struct side *side)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < side->pid_count; i++)
        bytes += process_memory_settled(side->pids[i], MEMORY_LIMIT_MS).anon_bytes;
    return bytes;
}

/* The first few make a server touch pages that stay; they are not what one more costs. */
static bool warm_up(const struct side *side, const struct endpoint *endpoint)
{
    struct load *load = calloc(1, sizeof(*load));
    struct load_options options = side->options;
    options.subscribers = WARM_UP;
    options.messages = 1;
    bool good = load && load_init(load, &options, endpoint, "warm-up");
    good = good && load_open(load) && load_run(load, 1);
    if (load && load->broken)
        fprintf(stderr, "pushbench versus: %s, the first subscribers: %s\n", side->name,
                load->broken);
    if (load)
        load_finish(load);
    free(load);
    return good;
}

/* Opens all and lets each have two messages, to see that they wait indeed. NAN: it failed. */
static double bytes_each(struct versus *versus, struct side *side,
                         const struct endpoint *endpoint)
{
    char label[64];
    const struct side_plan plan = {.stretches = 1, .messages = 1, .label = label};
    snprintf(label, sizeof(label), "%s, waiting, %s", versus->kind->name, side->name);
    if (!warm_up(side, endpoint))
        return NAN;
    uint64_t before = anonymous_bytes(side);
    bool peer = side == &versus->theirs.side;
    if (!(peer ? side_peer_open(&versus->theirs, &plan)
               : side_pushlab_open(&versus->ours, &plan)))
        return NAN;
    uint64_t after = anonymous_bytes(side);
    if (!sides_run(&side, 1, &plan))
        return NAN;
    return ((double)after - (double)before) / side->options.subscribers;
}

/* One after the other: so many clients of both would not fit into one process's open files. */
static bool measure_waiting(struct versus *versus)
{
    char name[32];
    double ours = NAN, theirs = NAN;
    const struct load_options load = load_of(versus, (unsigned)versus->options->idle);
    snprintf(name, sizeof(name), "%u waiting", load.subscribers);
    if (start_ours(versus, &load))
        ours = bytes_each(versus, &versus->ours.side, &versus->ours.server.endpoint);
    bool good = side_pushlab_stop(&versus->ours) && !isnan(ours);
    if (good && start_theirs(versus, &load)) {
        theirs = bytes_each(versus, &versus->theirs.side, &versus->theirs.server.endpoint);
        good = !isnan(theirs) || versus_peer_failed(versus, name);
    }
    if (good)
        versus_report(versus, name, "user B each", ours, theirs);
    side_peer_stop(&versus->theirs);
    return good;
}

/* ---- polls in vain ----------------------------------------------------------------------- */

static bool measure_empty(struct versus *versus, bool close)
{
    const char *name = close ? "empty, close=1" : "empty, kept";
    char label[64];
    const struct side_plan plan = {(unsigned)versus->options->stretches,
                                   close ? CLOSED_POLLS : EMPTY_POLLS, label};
    const struct load_options load = load_of(versus, WARM_UP);
    snprintf(label, sizeof(label), "%s, %s", versus->kind->name, name);
    bool good = start_both(versus, &load);
    if (good) {
        struct empty_polls ours = {.side = &versus->ours.side,
                                   .endpoint = &versus->ours.server.endpoint,
                                   .topic = versus->ours.topic,
                                   .close = close};
        struct empty_polls theirs = {.side = &versus->theirs.side,
                                     .endpoint = &versus->theirs.server.endpoint,
                                     .topic = versus->theirs.topic,
                                     .close = close};
        struct empty_polls *const polls[] = {&ours, &theirs};
        good = empty_polls_run(polls, 2, &plan);
    }
    if (good)
        versus_report_cost(versus, name, "CPU us/poll", "polls/CPU s");
    return stop(versus) && good;
}

/* ---- the command ------------------------------------------------------------------------- */

static bool measure(struct versus *versus)
{
    bool polls = versus->kind->reads == READS_NOW;
    /* With one publisher and no schedule, a short poll would measure its own interval. */
    return measure_waiting(versus) && measure_paced(versus) &&
           (polls || measure_publishers(versus, 1)) && measure_publishers(versus, 32) &&
           (!polls || (measure_empty(versus, false) && measure_empty(versus, true)));
}

static bool measure_all(const struct versus_options *options, const struct peer *peer,
                        struct report *report)
{
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT];
    unsigned count = 0, measured = 0;
    struct versus *versus = calloc(1, sizeof(*versus));
    bool good = versus && client_choose(options->transport, kinds, &count);
    for (unsigned i = 0; good && i < count; i++) {
        if (!peer_client(peer, kinds[i]))
            continue;
        *versus = (struct versus){options, peer, .kind = kinds[i], .report = report};
        good = measure(versus);
        measured++;
    }
    if (good && measured == 0)
        report_broken(report, "%s has no %s.", peer->name, options->transport);
    free(versus);
    return good;
}

static void list_peers(FILE *out)
{
    fputs("Usage: pushbench versus PEER [OPTION…]\n\nPEER is one of:", out);
    for (const struct peer *peer = peers; peer->name; peer++)
        fprintf(out, " %s", peer->name);
    fputs("\n\npushbench versus PEER --help lists the options.\n", out);
}

/* The exit status, or -1: go on. */
static int choose_peer(int argc, char **argv, const struct peer **ret_peer)
{
    bool help = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    *ret_peer = argc > 1 ? peer_find(argv[1]) : NULL;
    if (*ret_peer)
        return -1;
    list_peers(help ? stdout : stderr);
    return help ? EXIT_HELD : EXIT_USAGE;
}

static int versus_run(int argc, char **argv)
{
    const struct peer *peer;
    char name[32]; /* of the command with its peer, for messages */
    struct versus_options options = {.transport = "all",
                                     .peers = PUSHBENCH_PEERS,
                                     .count = 1000,
                                     .idle = 9000,
                                     .messages = 200,
                                     .payload = 64,
                                     .stretches = 10,
                                     .interval_ms = 100,
                                     .rate = 10};
    const struct argument arguments[] = {
        {"transport", 't', ARGUMENT_TEXT, &options.transport, "NAME", "or all the peer has", 0,
         0},
        {"count", 'n', ARGUMENT_COUNT, &options.count, "N", "subscribers under load", 1,
         1000000},
        {"idle", 0, ARGUMENT_COUNT, &options.idle, "N", "subscribers that wait", 1, 1000000},
        {"messages", 'm', ARGUMENT_COUNT, &options.messages, "M",
         "in all, at least two of each publisher in a stretch", 1, 10000000},
        {"payload", 0, ARGUMENT_COUNT, &options.payload, "BYTES", "of a message", 16, 65000},
        {"rate", 0, ARGUMENT_NUMBER, &options.rate, "PER_S",
         "messages a second where delays are measured", 1, 1000000},
        {"stretches", 0, ARGUMENT_COUNT, &options.stretches, "COUNT",
         "pieces in which the two take turns", 1, STRETCHES_LIMIT},
        {"interval", 0, ARGUMENT_COUNT, &options.interval_ms, "MS",
         "short poll: from answer to next request", 1, 3600000},
        {"flush", 0, ARGUMENT_TEXT, &options.flush, "HOW", "as pushlab's option of this name",
         0, 0},
        {"pin", 0, ARGUMENT_FLAG, &options.pin, NULL,
         "servers on the first processor, clients on the second", 0, 0},
        {"peers", 0, ARGUMENT_TEXT, &options.peers, "FOLDER", "where the peers' files lie", 0,
         0},
        OWN_SERVER_ARGUMENTS(&options.common),
        {0},
    };
    int status = choose_peer(argc, argv, &peer);
    if (status < 0) {
        snprintf(name, sizeof(name), "versus %s", peer->name);
        argv[1] = name;
        status = arguments_read(argc - 1, argv + 1, versus_command.summary, arguments);
    }
    if (status >= 0)
        return status;
    if (!peer_installed(peer, options.peers))
        return EXIT_BROKEN;
    struct report report;
    report_init(&report, "versus", "pushlab and another push server");
    versus_describe(&report, &options, peer);
    if (!measure_all(&options, peer, &report))
        report_broken(&report, "a run failed; see standard error");
    status = report_print(&report, options.common.json);
    report_finish(&report);
    return status;
}

const struct command versus_command = {
    .name = "versus",
    .summary = "Holds pushlab against another push server: nchan, ws, socket.io, sse.",
    .run = versus_run,
};
