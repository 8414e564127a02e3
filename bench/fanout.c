/* SPDX-License-Identifier: MIT
 *
 * pushbench fanout: what does one delivery cost the server, and how long does it take?
 *
 * The same clients, the same frames, the same minute: short stretches against pushlab and
 * against a bare send() loop take turns, so that whatever disturbs the machine disturbs both.
 * The ratio of each pair is what counts; its median is reported.
 */
#include "arguments.h"
#include "command.h"
#include "control.h"
#include "load.h"
#include "proc_stat.h"
#include "progress.h"
#include "report.h"
#include "server_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPEN_LIMIT_MS = 30000,
    STRETCHES_LIMIT = 200,
    SERVER_PROCESSOR = 0,
    CLIENT_PROCESSOR = 1,
    BUSY_CLIENT_PERCENT = 70,
};

struct fanout_options {
    struct common_options common;
    const char *transport;
    uint64_t count, messages, payload, publishers, in_flight, stretches, interval_ms;
    double rate;
    bool pin;
};

/* What one side has come to, stretch by stretch. */
struct tally {
    double cpu_us[STRETCHES_LIMIT]; /* for each delivery */
    double wall_s, client_cpu_s;
    uint64_t deliveries;
};

struct run {
    const struct fanout_options *options;
    struct load_options load_options;
    struct server_process server;
    struct control control;
    struct yardstick yardstick;
    struct load pushlab, bare;
    struct tally pushlab_tally, bare_tally;
    bool has_bare;
    bool has_cpu;
};

/* ---- measuring --------------------------------------------------------------------------- */

static bool stretch(struct load *load, pid_t pid, uint64_t messages, struct tally *tally,
                    unsigned index)
{
    uint64_t cpu_before = 0, cpu_after = 0, own_before = 0, own_after = 0;
    uint64_t delivered = load->delivery.delivered;
    bool has_cpu = process_settled_cpu_ns(pid, &cpu_before);
    process_cpu_ns(getpid(), &own_before);
    int64_t begin_ns = now_ns();
    if (!load_run(load, messages))
        return false;
    double wall_s = (double)(now_ns() - begin_ns) / 1e9;
    process_cpu_ns(getpid(), &own_after);
    delivered = load->delivery.delivered - delivered;
    if (has_cpu && process_settled_cpu_ns(pid, &cpu_after))
        tally->cpu_us[index] = (double)(cpu_after - cpu_before) / 1e3 / (double)delivered;
    tally->wall_s += wall_s;
    tally->client_cpu_s += (double)(own_after - own_before) / 1e9;
    tally->deliveries += delivered;
    return true;
}

static bool run_stretches(struct run *run)
{
    const struct fanout_options *options = run->options;
    uint64_t each = options->messages / options->stretches;
    struct progress progress;
    struct tally warm_up = {.wall_s = 0};
    if (!stretch(&run->pushlab, run->server.pid, each, &warm_up, 0) ||
        (run->has_bare && !stretch(&run->bare, run->yardstick.pid, each, &warm_up, 0)))
        return false;
    delivery_restart(&run->pushlab.delivery);
    if (run->has_bare)
        delivery_restart(&run->bare.delivery);
    progress_init(&progress, options->transport, options->stretches);
    bool good = true;
    for (unsigned i = 0; good && i < options->stretches; i++) {
        for (unsigned turn = 0; good && turn < 2; turn++) {
            bool bare = (turn + i) % 2;
            if (!bare)
                good = stretch(&run->pushlab, run->server.pid, each, &run->pushlab_tally, i);
            else if (run->has_bare)
                good = stretch(&run->bare, run->yardstick.pid, each, &run->bare_tally, i);
        }
        progress_update(&progress, i + 1);
    }
    progress_finish(&progress);
    return good;
}

/* ---- reporting --------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(const double *values, unsigned count)
{
    double sorted[STRETCHES_LIMIT];
    memcpy(sorted, values, count * sizeof(*values));
    qsort(sorted, count, sizeof(*sorted), compare);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* A client that is itself at its end measures itself: then there is no rate and no delay to
 * tell. What the server's threads used is still true. */
static void report_pace(struct report *report, const struct load *load,
                        const struct tally *tally)
{
    double share = 100 * tally->client_cpu_s / tally->wall_s;
    const struct histogram *latency = &load->delivery.latency_ns;
    bool bottleneck = share > BUSY_CLIENT_PERCENT;
    report_number(report, "client_cpu_percent", share);
    report_bool(report, "client_was_bottleneck", bottleneck);
    if (bottleneck) {
        report_nothing(report, "deliveries_per_s");
        report_nothing(report, "p50_us");
        report_nothing(report, "p99_us");
        report_nothing(report, "max_us");
        return;
    }
    report_number(report, "deliveries_per_s", (double)tally->deliveries / tally->wall_s);
    report_number(report, "p50_us", (double)histogram_quantile(latency, 0.5) / 1e3);
    report_number(report, "p99_us", (double)histogram_quantile(latency, 0.99) / 1e3);
    report_number(report, "max_us", (double)histogram_quantile(latency, 1) / 1e3);
}

static void report_side(struct report *report, const struct run *run, const char *name,
                        const struct load *load, const struct tally *tally)
{
    const struct fanout_options *options = run->options;
    const struct delivery *delivery = &load->delivery;
    report_row(report);
    report_text(report, "transport", run->load_options.kind->name);
    report_text(report, "server", name);
    report_number(report, "subscribers", (double)options->count);
    report_number(report, "publishers", (double)options->publishers);
    report_number(report, "in_flight", (double)options->in_flight);
    report_number(report, "payload_bytes", (double)options->payload);
    report_number(report, "messages", (double)delivery->published);
    report_number(report, "deliveries", (double)tally->deliveries);
    if (run->has_cpu)
        report_number(report, "cpu_us", median(tally->cpu_us, (unsigned)options->stretches));
    else
        report_nothing(report, "cpu_us");
    report_pace(report, load, tally);
    report_number(report, "lost", (double)delivery_missing(delivery));
    report_number(report, "duplicates", (double)delivery->duplicates);
    report_number(report, "reordered", (double)delivery->reordered);
    report_number(report, "strange", (double)delivery->strange);
    if (delivery_missing(delivery) || delivery->duplicates || delivery->reordered ||
        delivery->strange)
        report_broken(report, "%s: messages were lost, repeated, reordered or changed", name);
}

static void report_ratio(struct report *report, const struct run *run)
{
    double ratios[STRETCHES_LIMIT];
    unsigned count = (unsigned)run->options->stretches;
    if (!run->has_bare || !run->has_cpu) {
        report_nothing(report, "ratio");
        return;
    }
    for (unsigned i = 0; i < count; i++)
        ratios[i] = run->pushlab_tally.cpu_us[i] / run->bare_tally.cpu_us[i];
    report_number(report, "ratio", median(ratios, count));
}

static void report_run(struct report *report, const struct run *run)
{
    report_side(report, run, "pushlab", &run->pushlab, &run->pushlab_tally);
    report_ratio(report, run);
    if (run->has_bare)
        report_side(report, run, "bare send", &run->bare, &run->bare_tally);
    const cJSON *row;
    bool bottleneck = false;
    cJSON_ArrayForEach(row, report->rows) bottleneck |=
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "client_was_bottleneck"));
    if (bottleneck)
        report_note(report,
                    "The client was the bottleneck (above %d %% of a processor): no "
                    "rate and no delay can be told.",
                    BUSY_CLIENT_PERCENT);
}

/* ---- setting up -------------------------------------------------------------------------- */

static bool complain(const struct load *load, const char *what)
{
    if (load->broken)
        fprintf(stderr, "pushbench fanout: %s: %s%s%.0d\n", what, load->broken,
                load->status ? " " : "", load->status);
    return false;
}

static bool open_pushlab(struct run *run, const char *topic)
{
    int64_t held =
        run->load_options.kind->reads == READS_NOW ? 0 : (int64_t)run->options->count;
    if (!load_init(&run->pushlab, &run->load_options, &run->server.endpoint, topic, NULL))
        return false;
    if (!load_open(&run->pushlab))
        return complain(&run->pushlab, "connecting to pushlab");
    if (control_await_subscribers(&run->control, topic, held, OPEN_LIMIT_MS) == held)
        return true;
    fprintf(stderr, "pushbench fanout: the server counts another number of subscribers\n");
    return false;
}

static bool open_bare(struct run *run, const char *topic)
{
    const struct client_kind *kind = run->load_options.kind;
    struct builder welcome = {0};
    run->has_bare = kind->frame != NULL;
    if (!run->has_bare)
        return true;
    if (kind->welcome)
        kind->welcome(NULL, &welcome);
    bool good =
        yardstick_start(builder_slice(&welcome), kind->reads == READS_WAIT, &run->yardstick) &&
        load_init(&run->bare, &run->load_options, &run->yardstick.endpoint, topic,
                  &run->yardstick);
    builder_finish(&welcome);
    if (!good)
        return false;
    return load_open(&run->bare) || complain(&run->bare, "connecting to the yardstick");
}

static void pin(struct run *run)
{
    bool good = process_pin(getpid(), CLIENT_PROCESSOR) &&
                process_pin(run->server.pid, SERVER_PROCESSOR) &&
                (!run->has_bare || process_pin(run->yardstick.pid, SERVER_PROCESSOR));
    if (!good)
        fprintf(stderr, "pushbench fanout: --pin: cannot pin to processors %d and %d\n",
                SERVER_PROCESSOR, CLIENT_PROCESSOR);
}

static bool run_all(struct run *run)
{
    char topic[64];
    snprintf(topic, sizeof(topic), "fanout-%lld", (long long)now_ns());
    if (!open_pushlab(run, topic) || !open_bare(run, topic))
        return false;
    if (run->options->pin)
        pin(run);
    uint64_t ignored;
    run->has_cpu = process_cpu_ns(run->server.pid, &ignored);
    if (run_stretches(run))
        return true;
    complain(&run->pushlab, "pushlab");
    if (run->has_bare)
        complain(&run->bare, "bare send");
    return false;
}

static bool measure(const struct fanout_options *options, const struct client_kind *kind,
                    struct report *report)
{
    char connections[24];
    /* While one side has its turn, nobody answers the other's pings. */
    const char *const server_options[] = {
        "--workers",         "1",         "--feed", "none", "--heartbeat", "1h",
        "--max-connections", connections, NULL};
    struct run *run = calloc(1, sizeof(*run));
    if (!run)
        return false;
    snprintf(connections, sizeof(connections), "%llu",
             (unsigned long long)(options->count + options->publishers) + 16);
    run->options = options;
    run->load_options = (struct load_options){
        .kind = kind,
        .subscribers = (unsigned)options->count,
        .publishers = (unsigned)options->publishers,
        .in_flight = (unsigned)options->in_flight,
        .payload = options->payload,
        .rate = options->rate,
        .interval_ms = (unsigned)options->interval_ms,
        .messages = options->messages * 2 + options->stretches,
    };
    run->pushlab.swarm.epoll_fd = run->bare.swarm.epoll_fd = -1;
    bool good = server_start(&options->common, server_options, &run->server);
    if (good && (good = control_open(&run->control, &run->server.endpoint))) {
        good = run_all(run);
        if (good)
            report_run(report, run);
        control_close(&run->control);
    }
    load_finish(&run->pushlab);
    load_finish(&run->bare);
    yardstick_stop(&run->yardstick);
    good = server_stop(&run->server) && good;
    free(run);
    return good;
}

/* ---- the command ------------------------------------------------------------------------- */

static void describe(struct report *report)
{
    report_column(report, "transport", "transport", 0);
    report_column(report, "server", "server", 0);
    report_column(report, "subscribers", "N", 0);
    report_column(report, "publishers", "publishers", 0);
    report_column(report, "cpu_us", "CPU us/delivery", 3);
    report_column(report, "ratio", "x bare", 3);
    report_column(report, "deliveries_per_s", "deliveries/s", 0);
    report_column(report, "p50_us", "p50 us", 0);
    report_column(report, "p99_us", "p99 us", 0);
    report_column(report, "lost", "lost", 0);
    report_column(report, "duplicates", "repeated", 0);
    report_column(report, "reordered", "reordered", 0);
    report_column(report, "client_cpu_percent", "client CPU %", 0);
    report_note(report, "CPU: of all the server's threads, median of the stretches; x bare: "
                        "median of each pair's ratio.");
    report_note(report, "Delays count from when a message was meant to be sent.");
}

static int fanout_run(int argc, char **argv)
{
    struct fanout_options options = {.transport = "websocket",
                                     .count = 1000,
                                     .messages = 400,
                                     .payload = 64,
                                     .publishers = 1,
                                     .in_flight = 8,
                                     .stretches = 20,
                                     .interval_ms = 100};
    const struct argument arguments[] = {
        {"transport", 't', ARGUMENT_TEXT, &options.transport, "NAME", "or all", 0, 0},
        {"count", 'n', ARGUMENT_COUNT, &options.count, "N", "subscribers", 1, 1000000},
        {"messages", 'm', ARGUMENT_COUNT, &options.messages, "M", "in all", 1, 10000000},
        {"payload", 0, ARGUMENT_COUNT, &options.payload, "BYTES", "of a message", 16, 65000},
        {"publishers", 0, ARGUMENT_COUNT, &options.publishers, "COUNT", "at once", 1, 1000},
        {"in-flight", 0, ARGUMENT_COUNT, &options.in_flight, "COUNT",
         "of a publisher's messages, not yet with all", 1, 10000},
        {"rate", 0, ARGUMENT_NUMBER, &options.rate, "PER_S",
         "messages a second by schedule; without it as fast as in-flight lets", 0, 1000000},
        {"stretches", 0, ARGUMENT_COUNT, &options.stretches, "COUNT",
         "pieces in which pushlab and bare send() take turns", 1, STRETCHES_LIMIT},
        {"interval", 0, ARGUMENT_COUNT, &options.interval_ms, "MS",
         "short poll: from answer to next request", 1, 3600000},
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
    if (!client_choose(options.transport, kinds, &kind_count))
        return EXIT_USAGE;
    if (options.stretches > options.messages)
        options.stretches = options.messages;
    struct report report;
    bool good = true;
    report_init(&report, "fanout", "One message to many");
    describe(&report);
    for (unsigned i = 0; good && i < kind_count; i++)
        good = measure(&options, kinds[i], &report);
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
