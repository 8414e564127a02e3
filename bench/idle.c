/* SPDX-License-Identifier: MIT
 *
 * pushbench idle: what does a subscriber that only waits cost in memory?
 *
 * Opens N of them, lets the server's memory come to rest, divides. Each must really be
 * subscribed (the server counts them) and must get the one message published at the end.
 */
#include "arguments.h"
#include "clients/swarm.h"
#include "command.h"
#include "control.h"
#include "proc_stat.h"
#include "progress.h"
#include "report.h"
#include "server_process.h"

#include <stdio.h>
#include <string.h>

enum {
    YARDSTICK_BYTES = 256,       /* what this server promises itself for each */
    YARDSTICK_STORM_BYTES = 512, /* … when all come at once */
    SETTLE_LIMIT_MS = 10000,
    OPEN_LIMIT_MS = 60000,
    DELIVER_LIMIT_MS = 30000,
    WARM_UP = 64,
};

struct idle_options {
    struct common_options common;
    uint64_t count;
    uint64_t max_bytes;
    const char *transport;
    bool storm;
};

/* One way of waiting. */
struct scenario {
    const char *name;
    const struct client_kind *kind;
    bool json; /* pushlab.json with permessage-deflate offered */
};

static const struct scenario scenarios[] = {
    {"short_poll", &short_poll_client, false},
    {"long_poll", &long_poll_client, false},
    {"sse", &sse_client, false},
    {"websocket", &websocket_client, false},
    {"websocket json+deflate", &websocket_client, true},
};

enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

struct run {
    const struct idle_options *options;
    const struct scenario *scenario;
    struct client_options client_options;
    struct server_process server;
    struct control control;
    struct swarm swarm;
    unsigned wanted;
    unsigned opened;    /* short_poll: answered */
    unsigned delivered; /* got the message */
    unsigned failed;
    const char *reason; /* of the last failure */
    int status;
};

/* What came out, to be reported. */
struct figures {
    struct process_memory before, after;
    uint64_t heap_bytes; /* growth; 0: the server does not say */
    struct kernel_memory kernel_before, kernel;
    double connect_s;
    int64_t subscribed;
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct run *run = arg;
    (void)member;
    if (event->kind == CLIENT_OPEN) {
        run->opened++;
    } else if (event->kind == CLIENT_MESSAGE) {
        run->delivered++;
    } else if (event->kind == CLIENT_CLOSED) {
        run->failed++;
        run->reason = event->reason;
        run->status = event->status;
    }
}

/* ---- opening ----------------------------------------------------------------------------- */

static bool holds(const struct run *run)
{
    return run->scenario->kind->reads == READS_WAIT;
}

/* Turns until *count has reached wanted, or one failed, or time is up. */
static bool turn_until(struct run *run, const unsigned *count, unsigned wanted,
                       unsigned limit_ms, struct progress *progress)
{
    int64_t end = now_ns() + (int64_t)limit_ms * 1000000;
    while (*count < wanted && run->failed == 0 && now_ns() < end) {
        swarm_turn(&run->swarm, 100 * 1000000);
        if (progress)
            progress_update(progress, *count);
    }
    return *count >= wanted;
}

static bool connect_one(struct run *run, unsigned index)
{
    int error = swarm_connect(&run->swarm, index, run->scenario->kind, &run->client_options,
                              run->options->storm);
    if (error) {
        run->failed++;
        run->reason = strerror(-error);
        return false;
    }
    swarm_ask(&run->swarm.members[index]);
    return true;
}

/* Held polls say nothing until there is something to say: the server's own count must do. */
static bool open_all(struct run *run, unsigned count, struct progress *progress)
{
    run->wanted = count;
    for (unsigned i = 0; i < count; i++) {
        if (!connect_one(run, i))
            return false;
        if (!run->options->storm && !holds(run) &&
            !turn_until(run, &run->opened, i + 1, OPEN_LIMIT_MS, NULL))
            return false;
        progress_update(progress, i + 1);
    }
    while (run->swarm.connecting > 0 && run->failed == 0)
        swarm_turn(&run->swarm, 100 * 1000000);
    return holds(run) || turn_until(run, &run->opened, count, OPEN_LIMIT_MS, progress);
}

static bool complain(const struct run *run, const char *what)
{
    fprintf(stderr, "pushbench idle: %s: %s", run->scenario->name, what);
    if (run->reason)
        fprintf(stderr, " (%s%s%.0d)", run->reason, run->status ? " " : "", run->status);
    fputc('\n', stderr);
    return false;
}

/* ---- one message for all ----------------------------------------------------------------- */

static bool deliver(struct run *run)
{
    static const struct slice text = {"one message for all", 19};
    int64_t counted = control_publish(&run->control, run->client_options.topic, text);
    bool polls = run->scenario->kind->reads == READS_NOW;
    if (counted < 0)
        return complain(run, "publishing failed");
    if (!polls && counted != run->wanted)
        return complain(run, "publishing found another number of subscribers");
    for (unsigned i = 0; polls && i < run->wanted; i++)
        swarm_ask(&run->swarm.members[i]);
    if (turn_until(run, &run->delivered, run->wanted, DELIVER_LIMIT_MS, NULL))
        return true;
    return complain(run, "the message did not reach all");
}

/* The first of their kind make the server touch pages that stay: they are not what one more
 * subscriber costs. */
static bool warm_up(struct run *run)
{
    struct progress quiet = {.shown = false};
    if (!swarm_init(&run->swarm, &run->server.endpoint, WARM_UP, on_event, run))
        return false;
    bool good = open_all(run, WARM_UP, &quiet) || complain(run, "connecting failed");
    int64_t wanted = run->scenario->kind->reads == READS_NOW ? 0 : WARM_UP;
    good = good && control_await_subscribers(&run->control, run->client_options.topic, wanted,
                                             OPEN_LIMIT_MS) == wanted;
    good = good && deliver(run);
    swarm_finish(&run->swarm);
    run->opened = run->delivered = 0;
    return good && control_await_subscribers(&run->control, run->client_options.topic, 0,
                                             OPEN_LIMIT_MS) == 0;
}

/* ---- measuring --------------------------------------------------------------------------- */

/* A server elsewhere, or not named by --pid, can only say its whole PSS. */
static struct process_memory memory_of(struct run *run)
{
    if (run->server.pid)
        return process_memory_settled(run->server.pid, SETTLE_LIMIT_MS);
    double bytes = control_stat(&run->control, "pss_bytes");
    uint64_t whole = bytes > 0 ? (uint64_t)bytes : 0;
    return (struct process_memory){whole, whole};
}

static bool measure(struct run *run, struct figures *figures)
{
    struct progress progress;
    unsigned count = (unsigned)run->options->count;
    figures->before = memory_of(run);
    figures->kernel_before = kernel_memory_read();
    double heap_before = control_stat(&run->control, "heap_bytes");
    if (!swarm_init(&run->swarm, &run->server.endpoint, count, on_event, run))
        return false;
    progress_init(&progress, run->scenario->name, count);
    int64_t begin = now_ns();
    bool good = open_all(run, count, &progress);
    figures->connect_s = (double)(now_ns() - begin) / 1e9;
    progress_finish(&progress);
    if (!good)
        return complain(run, "connecting failed");
    int64_t wanted = run->scenario->kind->reads == READS_NOW ? 0 : count;
    figures->subscribed = control_await_subscribers(&run->control, run->client_options.topic,
                                                    wanted, OPEN_LIMIT_MS);
    if (figures->subscribed != wanted)
        return complain(run, "the server counts another number of subscribers");
    figures->after = memory_of(run);
    figures->kernel = kernel_memory_read();
    double heap = control_stat(&run->control, "heap_bytes");
    figures->heap_bytes =
        heap > heap_before && heap_before >= 0 ? (uint64_t)(heap - heap_before) : 0;
    return deliver(run);
}

/* ---- reporting --------------------------------------------------------------------------- */

static double each(uint64_t after, uint64_t before, unsigned count)
{
    return ((double)after - (double)before) / count;
}

static void report_figures(struct report *report, const struct run *run,
                           const struct figures *figures)
{
    unsigned count = run->wanted;
    double bytes = each(figures->after.anon_bytes, figures->before.anon_bytes, count);
    report_row(report);
    report_text(report, "transport", run->scenario->name);
    report_number(report, "subscribers", count);
    report_bool(report, "storm", run->options->storm);
    if (figures->after.anon_bytes)
        report_number(report, "user_bytes", bytes);
    else
        report_nothing(report, "user_bytes");
    report_number(report, "yardstick_bytes",
                  run->options->storm ? YARDSTICK_STORM_BYTES : YARDSTICK_BYTES);
    if (figures->heap_bytes)
        report_number(report, "heap_bytes", (double)figures->heap_bytes / count);
    else
        report_nothing(report, "heap_bytes");
    report_number(report, "tcp_bytes",
                  each(figures->kernel.tcp_bytes, figures->kernel_before.tcp_bytes, count));
    report_number(report, "slab_bytes",
                  each(figures->kernel.slab_bytes, figures->kernel_before.slab_bytes, count));
    report_number(report, "connect_s", figures->connect_s);
    report_number(report, "subscribed", (double)figures->subscribed);
    report_number(report, "delivered", run->delivered);
    report_number(report, "anon_before_bytes", (double)figures->before.anon_bytes);
    report_number(report, "anon_bytes", (double)figures->after.anon_bytes);
    report_number(report, "pss_before_bytes", (double)figures->before.pss_bytes);
    report_number(report, "pss_bytes", (double)figures->after.pss_bytes);
    if (!figures->after.anon_bytes && run->options->max_bytes)
        report_broken(report,
                      "%s: no memory figure to hold to --max-bytes: name the server's "
                      "process with --pid",
                      run->scenario->name);
    else if (run->options->max_bytes && bytes > (double)run->options->max_bytes)
        report_broken(report, "%s: %.0f bytes each are more than --max-bytes %llu",
                      run->scenario->name, bytes, (unsigned long long)run->options->max_bytes);
}

/* A server of its own for each scenario: memory that one has freed would flatter the next. */
static bool run_scenario(const struct idle_options *options, const struct scenario *scenario,
                         struct report *report)
{
    char connections[24];
    /* Nothing may end while the memory is waited for. */
    const char *const server_options[] = {
        "--workers",      "1",           "--feed", "none",           "--max-connections",
        connections,      "--heartbeat", "10m",    "--idle-timeout", "10m",
        "--head-timeout", "1m",          NULL};
    struct run run = {.options = options, .scenario = scenario, .swarm.epoll_fd = -1};
    struct figures figures = {0};
    snprintf(connections, sizeof(connections), "%llu",
             (unsigned long long)options->count + WARM_UP + 32);
    if (!server_start(&options->common, server_options, &run.server))
        return false;
    char topic[64];
    snprintf(topic, sizeof(topic), "idle-%lld", (long long)now_ns());
    run.client_options = (struct client_options){
        .authority = run.server.endpoint.authority,
        .topic = topic,
        .json = scenario->json,
        .deflate = scenario->json,
        .wait_s = 120,
    };
    bool good = control_open(&run.control, &run.server.endpoint);
    if (good) {
        good = warm_up(&run) && measure(&run, &figures);
        if (good)
            report_figures(report, &run, &figures);
        swarm_finish(&run.swarm);
        control_close(&run.control);
    }
    return server_stop(&run.server) && good;
}

static void describe(struct report *report)
{
    report_column(report, "transport", "transport", 0);
    report_column(report, "subscribers", "N", 0);
    report_column(report, "user_bytes", "user B each", 0);
    report_column(report, "yardstick_bytes", "yardstick <=", 0);
    report_column(report, "heap_bytes", "heap B each", 0);
    report_column(report, "tcp_bytes", "TCP buffers B", 0);
    report_column(report, "slab_bytes", "slab B (both ends)", 0);
    report_column(report, "connect_s", "connect s", 2);
    report_column(report, "delivered", "reached", 0);
    report_note(
        report,
        "user: the server's anonymous memory (PSS without files), grown since the first "
        "%d were served, by N.",
        WARM_UP);
    report_note(report, "TCP buffers, slab: growth of the whole machine's kernel memory by N, "
                        "so both ends of each connection");
    report_note(report, "and whatever else ran: an estimate. reached: got the one message "
                        "published at the end.");
}

static int idle_run(int argc, char **argv)
{
    struct idle_options options = {.count = 10000, .transport = "all"};
    const struct argument arguments[] = {
        {"count", 'n', ARGUMENT_COUNT, &options.count, "N", "subscribers", 1, 10000000},
        {"transport", 't', ARGUMENT_TEXT, &options.transport, "NAME", "or all", 0, 0},
        {"storm", 0, ARGUMENT_FLAG, &options.storm, NULL,
         "connect all at once, not one after the other", 0, 0},
        {"max-bytes", 0, ARGUMENT_COUNT, &options.max_bytes, "BYTES",
         "fail when one costs more user memory", 0, UINT32_MAX},
        COMMON_ARGUMENTS(&options.common),
        {0},
    };
    int status = arguments_read(argc, argv, idle_command.summary, arguments);
    if (status >= 0)
        return status;
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT];
    unsigned kind_count;
    if (!client_choose(options.transport, kinds, &kind_count))
        return EXIT_USAGE;
    struct report report;
    bool good = true;
    report_init(&report, "idle", "Memory of subscribers that wait");
    describe(&report);
    for (unsigned i = 0; good && i < SCENARIOS; i++)
        for (unsigned j = 0; good && j < kind_count; j++)
            if (scenarios[i].kind == kinds[j])
                good = run_scenario(&options, &scenarios[i], &report);
    if (!good)
        report_broken(&report, "a scenario failed; see standard error");
    status = report_print(&report, options.common.json);
    report_finish(&report);
    return status;
}

const struct command idle_command = {
    .name = "idle",
    .summary = "Opens N subscribers that wait, and says what each costs in memory.",
    .run = idle_run,
};
