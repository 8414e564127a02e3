/* SPDX-License-Identifier: MIT
 *
 * pushbench fanout: what does one delivery cost the server, and how long does it take?
 *
 * The same clients, the same frames, the same minute: pushlab and a bare send() loop take turns
 * (side.h). One message at a time, several in flight, and many publishers at once stand beside
 * each other, since what is true of one is not true of the others.
 */
#include "arguments.h"
#include "command.h"
#include "side_bare.h"
#include "side_pushlab.h"
#include "stalled.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MEMORY_LIMIT_MS = 10000,
    STALLED_RATE = 50, /* messages a second, unless another rate is given */
};

struct fanout_options {
    struct common_options common;
    const char *transport, *flush;
    uint64_t count, messages, payload, publishers, in_flight, stretches, interval_ms, workers,
        stalled;
    double rate;
    bool pin;
};

/* Who publishes how: each publisher has at most in_flight messages that some have not got. */
static const struct mode {
    unsigned publishers, in_flight;
} modes[] = {{1, 1}, {1, 8}, {32, 1}};

enum { MODES = sizeof(modes) / sizeof(modes[0]) };

/* A pushlab whose memory is looked at. */
struct watched {
    struct side_pushlab pushlab;
    struct process_memory before, after;
};

struct run {
    const struct fanout_options *options;
    struct side_plan plan;
    struct watched plain, beside_stalled;
    struct stalled stalled;
    char beside_stalled_name[32];
    struct side_bare bare;
    bool has_bare;
    bool apart; /* the sides run one after the other */
};

/* ---- measuring --------------------------------------------------------------------------- */

static bool open_pushlab(struct run *run, struct watched *watched)
{
    const struct fanout_options *options = run->options;
    struct side_pushlab *pushlab = &watched->pushlab;
    const struct pushlab_settings settings = {(unsigned)options->workers, options->flush};
    if (!side_pushlab_start(pushlab, &options->common, &settings) ||
        (pushlab->others &&
         !stalled_open(&run->stalled, pushlab->others, pushlab->side.options.kind,
                       pushlab->topic, &pushlab->control)) ||
        !side_pushlab_open(pushlab, &run->plan))
        return false;
    if (options->stalled && pushlab->server.pid > 0)
        watched->before = process_memory_settled(pushlab->server.pid, MEMORY_LIMIT_MS);
    return true;
}

static bool run_sides(struct run *run, struct side *const sides[], unsigned count)
{
    if (run->options->pin)
        sides_pin(sides, count);
    return sides_run(sides, count, &run->plan);
}

/* The clients of both do not fit into the open files: one side after the other, then. */
static bool run_apart(struct run *run)
{
    struct side *ours = &run->plain.pushlab.side, *bare = &run->bare.side;
    bool good = open_pushlab(run, &run->plain) && run_sides(run, &ours, 1);
    side_finish(ours);
    return good && side_bare_start(&run->bare, &run->plan) && run_sides(run, &bare, 1);
}

static bool run_all(struct run *run)
{
    struct side *sides[SIDES_LIMIT] = {&run->plain.pushlab.side};
    unsigned count = 1;
    if (run->apart)
        return run_apart(run);
    if (!open_pushlab(run, &run->plain))
        return false;
    if (run->options->stalled) {
        sides[count++] = &run->beside_stalled.pushlab.side;
        if (!open_pushlab(run, &run->beside_stalled))
            return false;
    }
    if (run->has_bare) {
        sides[count++] = &run->bare.side;
        if (!side_bare_start(&run->bare, &run->plan))
            return false;
    }
    return run_sides(run, sides, count);
}

/* ---- reporting --------------------------------------------------------------------------- */

static void report_side(struct report *report, const struct side *side, const struct side *bare)
{
    char load[24];
    side_report(report, side);
    snprintf(load, sizeof(load), "%u x %u", side->options.publishers, side->options.in_flight);
    report_text(report, "load", load);
    if (bare)
        side_report_ratios(report, side, bare);
    side_judge(report, side);
}

/* What the side that has stalled readers is held against: the same without them. */
static void report_stalled(struct report *report, struct run *run, struct watched *watched)
{
    const struct side *side = &watched->pushlab.side, *plain = &run->plain.pushlab.side;
    double p99[2] = {NAN, NAN};
    if (!side_client_was_bottleneck(side) && !side_client_was_bottleneck(plain)) {
        p99[0] = histogram_known_quantile(&side->load.delivery.latency_ns, 0.99);
        p99[1] = histogram_known_quantile(&plain->load.delivery.latency_ns, 0.99);
    }
    watched->after = process_memory_settled(watched->pushlab.server.pid, MEMORY_LIMIT_MS);
    report_number(report, "stalled", watched->pushlab.others);
    report_number(report, "p99_ratio", p99[0] / p99[1]);
    report_number(report, "anon_before_bytes", (double)watched->before.anon_bytes);
    report_number(report, "anon_bytes", (double)watched->after.anon_bytes);
    report_number(report, "anon_growth_kib",
                  ((double)watched->after.anon_bytes - (double)watched->before.anon_bytes) /
                      1024);
    int64_t wanted = side->options.subscribers + watched->pushlab.others;
    if (control_subscribers(&watched->pushlab.control, watched->pushlab.topic) != wanted)
        report_broken(report, "%s: the server has closed stalled subscribers", side->name);
}

static void report_run(struct report *report, struct run *run)
{
    const struct side *bare = run->has_bare ? &run->bare.side : NULL;
    side_pushlab_note_flush(&run->plain.pushlab, report);
    report_side(report, &run->plain.pushlab.side, bare);
    if (run->options->stalled) {
        report_stalled(report, run, &run->plain);
        report_side(report, &run->beside_stalled.pushlab.side, bare);
        report_stalled(report, run, &run->beside_stalled);
    }
    if (bare)
        report_side(report, bare, NULL);
    if (run->apart && !cJSON_HasObjectItem(report->document, "apart")) {
        cJSON_AddTrueToObject(report->document, "apart");
        report_note(report, "The sides did not take turns: all their clients do not fit into "
                            "the open files. The ratio is that of two separate runs.");
    }
}

/* ---- one transport, one mode ------------------------------------------------------------- */

static void prepare(struct run *run, const struct client_kind *kind, const struct mode *mode)
{
    const struct fanout_options *options = run->options;
    uint64_t messages = options->messages / options->stretches, least = 2 * mode->publishers;
    run->has_bare = side_bare_exists(kind);
    run->apart = run->has_bare && !options->stalled &&
                 !sides_fit(2, (unsigned)options->count + mode->publishers);
    run->plan = (struct side_plan){.stretches = (unsigned)options->stretches,
                                   .messages = messages > least ? messages : least,
                                   .label = kind->name};
    const struct load_options load = {
        .kind = kind,
        .subscribers = (unsigned)options->count,
        .publishers = mode->publishers,
        .in_flight = mode->in_flight,
        .payload = options->payload,
        .rate = options->rate,
        .interval_ms = (unsigned)options->interval_ms,
    };
    run->plain.pushlab.side.options = load;
    run->beside_stalled.pushlab.side.options = load;
    run->bare.side.options = load;
    snprintf(run->beside_stalled_name, sizeof(run->beside_stalled_name), "%llu stalled",
             (unsigned long long)options->stalled);
    run->beside_stalled.pushlab.side.name = run->beside_stalled_name;
    run->beside_stalled.pushlab.others = (unsigned)options->stalled;
}

static bool measure(const struct fanout_options *options, const struct client_kind *kind,
                    const struct mode *mode, struct report *report)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run)
        return false;
    run->options = options;
    prepare(run, kind, mode);
    bool good = run_all(run);
    if (good)
        report_run(report, run);
    side_bare_stop(&run->bare);
    stalled_close(&run->stalled);
    good = side_pushlab_stop(&run->beside_stalled.pushlab) && good;
    good = side_pushlab_stop(&run->plain.pushlab) && good;
    free(run);
    return good;
}

/* ---- the command ------------------------------------------------------------------------- */

static void describe(struct report *report, const struct fanout_options *options)
{
    report_column(report, "transport", "transport", 0);
    report_column(report, "server", "server", 0);
    report_column(report, "subscribers", "N", 0);
    report_column(report, "load", "load", 0);
    report_column(report, "cpu_us", "CPU us", 3);
    report_column(report, "ratio", "x bare", 3);
    report_column(report, "machine_us", "all us", 3);
    report_column(report, "machine_ratio", "x bare", 3);
    report_column(report, "user_instructions", "instr.", 0);
    report_column(report, "kernel_instructions", "in kernel", 0);
    report_column(report, "deliveries_per_s", "per s", 0);
    report_column(report, "p50_us", "p50 us", 0);
    report_column(report, "p99_us", "p99 us", 0);
    if (options->stalled) {
        report_column(report, "p99_ratio", "x p99", 2);
        report_column(report, "anon_growth_kib", "grew KiB", 0);
    }
    report_column(report, "lost", "lost", 0);
    report_column(report, "duplicates", "repeated", 0);
    report_column(report, "reordered", "reordered", 0);
    report_column(report, "client_cpu_percent", "client CPU %", 0);
    report_note(report, "load: publishers x messages that each has in flight. CPU: of all the "
                        "server's threads for each delivery,");
    report_note(report, "median of the stretches; x bare: median of each pair's ratio. all: "
                        "the whole machine's CPU for each delivery, readers included.");
    report_note(report, "Delays count from when a message was meant to be sent.");
    if (options->stalled)
        report_note(report, "stalled: subscribers beside the N that never read. grew: the "
                            "server's user memory meanwhile. Every publish was accepted.");
}

/* Whether the options can be had together; completes them. */
static bool settle(struct fanout_options *options)
{
    if (options->stretches > options->messages)
        options->stretches = options->messages;
    if (!options->stalled)
        return true;
    if (options->rate <= 0)
        options->rate = STALLED_RATE;
    if (!options->common.server)
        return true;
    fprintf(stderr, "pushbench fanout: --stalled needs two servers of its own: leave out "
                    "--server\n");
    return false;
}

static bool measure_modes(const struct fanout_options *options, const struct client_kind *kind,
                          struct report *report)
{
    if (options->stalled && kind->reads != READS_ON) {
        report_note(report, "%s: no subscriber can stall: it asks for each answer.",
                    kind->name);
        return true;
    }
    if (options->publishers || options->in_flight || options->rate > 0) {
        const struct mode mode = {
            .publishers = options->publishers ? (unsigned)options->publishers : 1,
            .in_flight = options->in_flight ? (unsigned)options->in_flight : 8,
        };
        return measure(options, kind, &mode, report);
    }
    bool good = true;
    for (unsigned i = 0; good && i < MODES; i++)
        good = measure(options, kind, &modes[i], report);
    return good;
}

static int fanout_run(int argc, char **argv)
{
    struct fanout_options options = {.transport = "websocket",
                                     .count = 1000,
                                     .messages = 1000,
                                     .payload = 64,
                                     .stretches = 20,
                                     .interval_ms = 100,
                                     .workers = 1};
    const struct argument arguments[] = {
        {"transport", 't', ARGUMENT_TEXT, &options.transport, "NAME", "or all", 0, 0},
        {"count", 'n', ARGUMENT_COUNT, &options.count, "N", "subscribers", 1, 1000000},
        {"messages", 'm', ARGUMENT_COUNT, &options.messages, "M",
         "in all, at least two of each publisher in a stretch", 1, 10000000},
        {"payload", 0, ARGUMENT_COUNT, &options.payload, "BYTES", "of a message", 16, 65000},
        {"publishers", 0, ARGUMENT_COUNT, &options.publishers, "COUNT",
         "at once; without this and --in-flight: 1 x 1, 1 x 8 and 32 x 1", 1, 1000},
        {"in-flight", 0, ARGUMENT_COUNT, &options.in_flight, "COUNT",
         "of a publisher's messages, not yet with all (default 8)", 1, 10000},
        {"rate", 0, ARGUMENT_NUMBER, &options.rate, "PER_S",
         "messages a second by schedule; without it as fast as in-flight lets", 0, 1000000},
        {"stretches", 0, ARGUMENT_COUNT, &options.stretches, "COUNT",
         "pieces in which pushlab and bare send() take turns", 1, STRETCHES_LIMIT},
        {"interval", 0, ARGUMENT_COUNT, &options.interval_ms, "MS",
         "short poll: from answer to next request", 1, 3600000},
        {"stalled", 0, ARGUMENT_COUNT, &options.stalled, "COUNT",
         "streams that never read, beside a pushlab of their own; at --rate 50", 1, 1000000},
        {"workers", 0, ARGUMENT_COUNT, &options.workers, "COUNT", "pushlab's threads", 1, 256},
        {"flush", 0, ARGUMENT_TEXT, &options.flush, "HOW", "as pushlab's option of this name",
         0, 0},
        {"pin", 0, ARGUMENT_FLAG, &options.pin, NULL,
         "server on the first processor, client on the second", 0, 0},
        COMMON_ARGUMENTS(&options.common),
        {0},
    };
    int status = arguments_read(argc, argv, fanout_command.summary, arguments);
    if (status >= 0)
        return status;
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT];
    unsigned kind_count;
    if (!client_choose(options.transport, kinds, &kind_count) || !settle(&options))
        return EXIT_USAGE;
    struct report report;
    bool good = true;
    report_init(&report, "fanout", "One message to many");
    describe(&report, &options);
    for (unsigned i = 0; good && i < kind_count; i++)
        good = measure_modes(&options, kinds[i], &report);
    sides_note(&report);
    if (!good)
        report_broken(&report, "a run failed; see standard error");
    status = report_print(&report, options.common.json);
    report_finish(&report);
    return status;
}

const struct command fanout_command = {
    .name = "fanout",
    .summary = "Publishes to N subscribers: CPU for each delivery, against bare send(); delay.",
    .run = fanout_run,
};
