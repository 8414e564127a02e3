/* SPDX-License-Identifier: MIT
 *
 * pushbench scale: what happens to cost, delay and memory as subscribers grow in number?
 *
 * For each transport and each N, one message after the other: pushlab with so many workers, and
 * the bare send() loop. They take turns (side.h) as long as the clients of all of them fit into
 * the open files of one process; beyond that each has the machine for itself, one after the
 * other.
 */
#include "scale.h"

#include "command.h"
#include "level.h"
#include "progress.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    WARM_UP = 64,
    MEMORY_LEAST = 1000, /* with fewer, pages and what exists once are divided by too little */
    MEMORY_LIMIT_MS = 10000,
    OPEN_LIMIT_MS = 30000,
    SPARE_FILES = 64,
    DELIVERIES_PER_S = 40000, /* more would measure the client */
    POLLS_PER_S = 20000,      /* each is a request and an answer */
    RATE_LIMIT = 500,         /* messages a second */
    STRETCH_MS = 400,
    STRETCH_MESSAGES_LEAST = 2,
    INTERVAL_LEAST_MS = 100,
    WORKERS_LISTED_LIMIT = SIDES_LIMIT - 1,
};

static const char warm_up_topic[] = "warm-up";

struct scale_options {
    struct common_options common;
    const char *transport, *flush, *plot;
    struct count_list counts, workers;
    uint64_t payload, stretches;
};

struct run {
    const struct scale_options *options;
    struct report *report;
    struct progress progress;
    uint64_t done; /* of progress->total: subscribers opened and published to */
    char label[48];
};

/* ---- one server -------------------------------------------------------------------------- */

/* The first few subscribers make the server touch pages that stay: they are not what one more
 * costs. */
static bool warm_up(struct side_pushlab *pushlab)
{
    struct load_options few = pushlab->side.options;
    struct load *load = calloc(1, sizeof(*load));
    int64_t wanted = few.kind->reads == READS_NOW ? 0 : WARM_UP;
    if (!load)
        return false;
    few.subscribers = WARM_UP;
    few.messages = 1;
    bool good =
        load_init(load, &few, &pushlab->server.endpoint, warm_up_topic) && load_open(load) &&
        control_await_subscribers(&pushlab->control, warm_up_topic, wanted, OPEN_LIMIT_MS) ==
            wanted &&
        load_run(load, 1);
    if (!good)
        fprintf(stderr, "pushbench: warming up %s failed%s%s\n", pushlab->side.name,
                load->broken ? ": " : "", load->broken ? load->broken : "");
    load_finish(load);
    free(load);
    return good;
}

/* Opens, and sees what that has cost in memory. */
static bool open_pushlab(struct scale_entry *entry, const struct side_plan *plan)
{
    struct side_pushlab *pushlab = &entry->pushlab;
    unsigned count = pushlab->side.options.subscribers;
    if (count < MEMORY_LEAST)
        return side_pushlab_open(pushlab, plan);
    if (!warm_up(pushlab))
        return false;
    struct level before = level_read(&pushlab->control, pushlab->server.pid, warm_up_topic, 1);
    struct kernel_memory kernel = kernel_memory_read();
    if (!side_pushlab_open(pushlab, plan))
        return false;
    struct process_memory after = process_memory_settled(pushlab->server.pid, MEMORY_LIMIT_MS);
    struct kernel_memory kernel_after = kernel_memory_read();
    entry->user_bytes = ((double)after.anon_bytes - (double)before.memory.anon_bytes) / count;
    entry->kernel_bytes = ((double)(kernel_after.tcp_bytes + kernel_after.slab_bytes) -
                           (double)(kernel.tcp_bytes + kernel.slab_bytes)) /
                          count;
    return true;
}

static bool start(const struct scale_options *options, struct scale_entry *entry,
                  const struct side_plan *plan)
{
    const struct pushlab_settings settings = {entry->workers, options->flush};
    if (!entry->workers)
        return side_bare_start(&entry->bare, plan);
    return side_pushlab_start(&entry->pushlab, &options->common, &settings) &&
           open_pushlab(entry, plan);
}

/* Which worker has how many of the connections. */
static void read_spread(struct scale_entry *entry)
{
    cJSON *stats = control_get(&entry->pushlab.control, "/stats");
    const cJSON *worker;
    double sum = 0, least = NAN, most = NAN;
    cJSON_ArrayForEach(worker, cJSON_GetObjectItemCaseSensitive(stats, "each_worker"))
    {
        double count =
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(worker, "connections"));
        sum += count;
        least = fmin(least, count);
        most = fmax(most, count);
    }
    entry->least_percent = 100 * least / sum;
    entry->most_percent = 100 * most / sum;
    cJSON_Delete(stats);
}

static bool stop(struct scale_entry *entry)
{
    side_bare_stop(&entry->bare);
    return side_pushlab_stop(&entry->pushlab);
}

/* ---- one cell ---------------------------------------------------------------------------- */

static void advance(struct run *run, uint64_t steps)
{
    run->done += steps;
    progress_update(&run->progress, run->done);
}

/* Some servers at once, taking turns. */
static bool run_together(struct run *run, struct scale_entry *entries, unsigned count,
                         const struct side_plan *plan)
{
    struct side *sides[SIDES_LIMIT] = {NULL};
    bool good = true;
    for (unsigned i = 0; good && i < count; i++) {
        sides[i] = scale_side(&entries[i]);
        good = start(run->options, &entries[i], plan);
        advance(run, sides[i]->options.subscribers);
    }
    good = good && sides_run(sides, count, plan);
    for (unsigned i = 0; i < count; i++) {
        if (good && entries[i].workers) {
            read_spread(&entries[i]);
            side_pushlab_note_flush(&entries[i].pushlab, run->report);
        }
        good = stop(&entries[i]) && good;
        advance(run, entries[i].bare.side.options.subscribers);
    }
    return good;
}

/*
 * Messages come by a schedule that leaves time between them, so that each is delivered by
 * itself. Short poll, for which that depends on its interval: one for each interval.
 */
static struct load_options load_of(const struct scale_options *options,
                                   const struct client_kind *kind, unsigned subscribers)
{
    int per_s = kind->reads == READS_ON ? DELIVERIES_PER_S : POLLS_PER_S;
    double rate = (double)per_s / subscribers;
    unsigned interval_ms = subscribers * 1000 / POLLS_PER_S;
    if (interval_ms < INTERVAL_LEAST_MS)
        interval_ms = INTERVAL_LEAST_MS;
    if (kind->reads == READS_NOW)
        rate = 1000.0 / interval_ms;
    return (struct load_options){
        .kind = kind,
        .subscribers = subscribers,
        .publishers = 1,
        .in_flight = UINT_MAX, /* the schedule does not wait */
        .payload = options->payload,
        .rate = rate < RATE_LIMIT ? rate : RATE_LIMIT,
        .interval_ms = interval_ms,
    };
}

static void prepare(struct scale_cell *cell, const struct scale_options *options,
                    unsigned subscribers)
{
    struct load_options load = load_of(options, cell->kind, subscribers);
    unsigned messages = (unsigned)(load.rate * STRETCH_MS / 1000);
    cell->plan = (struct side_plan){
        .stretches = (unsigned)options->stretches,
        .messages = messages > STRETCH_MESSAGES_LEAST ? messages : STRETCH_MESSAGES_LEAST};
    cell->count = options->workers.count + side_bare_exists(cell->kind);
    for (unsigned i = 0; i < cell->count; i++) {
        struct scale_entry *entry = &cell->entries[i];
        entry->user_bytes = entry->kernel_bytes = NAN;
        entry->bare.side.options = entry->pushlab.side.options = load;
        if (i == options->workers.count)
            continue;
        entry->workers = (unsigned)options->workers.values[i];
        snprintf(entry->name, sizeof(entry->name), "pushlab, %u worker%s", entry->workers,
                 entry->workers == 1 ? "" : "s");
        entry->pushlab.side.name = entry->name;
    }
}

static uint64_t file_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

static bool run_cell(struct run *run, const struct client_kind *kind, unsigned subscribers)
{
    struct scale_cell *cell = calloc(1, sizeof(*cell));
    bool good = cell != NULL;
    if (!good)
        return false;
    cell->kind = kind;
    prepare(cell, run->options, subscribers);
    snprintf(run->label, sizeof(run->label), "%s, N = %u", kind->name, subscribers);
    cell->turns = sides_fit(cell->count, subscribers + 2);
    if (cell->turns)
        good = run_together(run, cell->entries, cell->count, &cell->plan);
    for (unsigned i = 0; good && !cell->turns && i < cell->count; i++)
        good = run_together(run, &cell->entries[i], 1, &cell->plan);
    if (good)
        scale_report(run->report, cell);
    free(cell);
    return good;
}

/* ---- the command ------------------------------------------------------------------------- */

/* Leaves out what does not fit into this machine's open files. */
static void drop_too_many(struct scale_options *options, struct report *report)
{
    struct count_list fitting = {.count = 0};
    uint64_t limit = file_limit();
    for (unsigned i = 0; i < options->counts.count; i++)
        if (options->counts.values[i] + SPARE_FILES <= limit)
            fitting.values[fitting.count++] = options->counts.values[i];
        else
            report_note(report,
                        "N = %llu is left out: it does not fit into %llu open files (ulimit "
                        "-Hn, LimitNOFILE=).",
                        (unsigned long long)options->counts.values[i],
                        (unsigned long long)limit);
    options->counts = fitting;
}

static uint64_t count_steps(const struct scale_options *options,
                            const struct client_kind *const kinds[], unsigned kind_count)
{
    uint64_t steps = 0;
    for (unsigned i = 0; i < kind_count; i++)
        for (unsigned j = 0; j < options->counts.count; j++)
            steps += 2 * options->counts.values[j] *
                     (options->workers.count + side_bare_exists(kinds[i]));
    return steps;
}

static bool run_cells(struct run *run, const struct client_kind *const kinds[],
                      unsigned kind_count)
{
    const struct count_list *counts = &run->options->counts;
    bool good = true;
    progress_init(&run->progress, run->label, count_steps(run->options, kinds, kind_count));
    for (unsigned i = 0; good && i < kind_count; i++)
        for (unsigned j = 0; good && j < counts->count; j++)
            good = run_cell(run, kinds[i], (unsigned)counts->values[j]);
    progress_finish(&run->progress);
    return good;
}

static void conclude(struct report *report)
{
    const cJSON *row;
    double alone = NAN;
    cJSON_ArrayForEach(row, report->rows)
    {
        if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(row, "turns")))
            alone = fmin(alone, cJSON_GetNumberValue(
                                    cJSON_GetObjectItemCaseSensitive(row, "subscribers")));
    }
    if (!isnan(alone))
        report_note(report,
                    "From N = %.0f on, servers were measured one after the other, not in "
                    "turns: all their clients do not fit into the open files.",
                    alone);
    scale_derive(report);
    sides_note(report);
}

static int scale_run(int argc, char **argv)
{
    struct scale_options options = {.transport = "all",
                                    .counts = {{10, 100, 1000, 10000, 19000}, 5},
                                    .workers = {{1, 2}, 2},
                                    .payload = 64,
                                    .stretches = 5};
    const struct argument arguments[] = {
        {"transport", 't', ARGUMENT_TEXT, &options.transport, "NAME", "or all", 0, 0},
        {"counts", 'n', ARGUMENT_LIST, &options.counts, "N,N…", "subscribers", 1, 1000000},
        {"workers", 0, ARGUMENT_LIST, &options.workers, "N,N…", "pushlab's threads", 1, 256},
        {"payload", 0, ARGUMENT_COUNT, &options.payload, "BYTES", "of a message", 16, 65000},
        {"stretches", 0, ARGUMENT_COUNT, &options.stretches, "COUNT",
         "pieces in which servers take turns", 1, STRETCHES_LIMIT},
        {"flush", 0, ARGUMENT_TEXT, &options.flush, "HOW", "as pushlab's option of this name",
         0, 0},
        {"plot", 0, ARGUMENT_TEXT, &options.plot, "FILE.svg", "draws what was measured", 0, 0},
        COMMON_ARGUMENTS(&options.common),
        {0},
    };
    int status = arguments_read(argc, argv, scale_command.summary, arguments);
    if (status >= 0)
        return status;
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT];
    unsigned kind_count;
    if (!client_choose(options.transport, kinds, &kind_count))
        return EXIT_USAGE;
    if (options.common.server || options.workers.count > WORKERS_LISTED_LIMIT) {
        fprintf(stderr, "pushbench scale: %s\n",
                options.common.server ? "it starts servers of its own: leave out --server"
                                      : "--workers: at most seven numbers");
        return EXIT_USAGE;
    }
    struct report report;
    struct run run = {.options = &options, .report = &report};
    report_init(&report, "scale", "One message to ever more subscribers");
    scale_describe(&report);
    drop_too_many(&options, &report);
    if (!run_cells(&run, kinds, kind_count))
        report_broken(&report, "a run failed; see standard error");
    conclude(&report);
    if (options.plot && !scale_plot(&report, options.plot))
        report_broken(&report, "there is no drawing; see standard error");
    status = report_print(&report, options.common.json);
    report_finish(&report);
    return status;
}

const struct command scale_command = {
    .name = "scale",
    .summary = "Cost, delay and memory as subscribers grow in number, and with more workers.",
    .run = scale_run,
};
