/* SPDX-License-Identifier: MIT
 *
 * pushbench compare: the transports side by side, at the same time, on the same messages; and
 * what becomes of the order in which textbooks put them.
 */
#include "compare.h"

#include "command.h"
#include "proc_stat.h"
#include "progress.h"
#include "timetable.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SILENCE_LIMIT_MS = 10000, /* besides the interval and the round trip */
    LANE_SHIFT_LIMIT_MS = 20,
    QUIET_SPARE_MS = 200, /* a heartbeat falls into the quiet stretch for sure */
    /* A poll is given 1,000 messages at most, and a publisher's connection is one. */
    MESSAGES_PER_POLL_LIMIT = 900,
    MESSAGES_LIMIT = 1000000,
};

static const int64_t ms_ns = 1000000, s_ns = 1000000000;

struct compare_options {
    struct common_options common;
    const char *feed, *headers, *flush, *module;
    uint64_t clients, payload, interval_ms, duration_s, repeats, heartbeat_s;
    uint64_t coalesce_ms, jitter_ms, seed;
    double rate, round_trip_ms;
    bool quick;
};

/* When what happens, from the start on. */
struct plan {
    int64_t *due_ns;
    unsigned messages;
    int64_t warm_up_ns, repeat_ns, quiet_ns;
};

/* ---- the lanes --------------------------------------------------------------------------- */

static const struct client_kind *kind_of(const char *name)
{
    return strcmp(name, ndjson_client.name) == 0 ? &ndjson_client : client_find(name);
}

static struct lane *add_lane(struct compare *compare, const struct client_kind *kind,
                             bool close)
{
    struct lane *lane = &compare->lanes[compare->lane_count++];
    lane->kind = kind;
    lane->name = close ? "short_poll_close" : kind->name;
    lane->close = close;
    lane->settings = &compare->settings;
    return lane;
}

/* The server of the first lane says what there is besides. */
static bool add_loaded(struct compare *compare, struct report *report)
{
    cJSON *list = control_get(&compare->lanes[0].control, "/transports");
    const cJSON *item;
    bool good = list;
    cJSON_ArrayForEach(item, list)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
        if (!good || !name || client_find(name))
            continue;
        if (kind_of(name) && compare->lane_count < COMPARE_LANES_LIMIT)
            good = lane_start(add_lane(compare, kind_of(name), false));
        else
            report_note(report, "%s is left out: pushbench has no client for it.", name);
    }
    cJSON_Delete(list);
    return good;
}

static bool start_lanes(struct compare *compare, struct report *report)
{
    bool good = lane_start(add_lane(compare, &short_poll_client, true));
    for (unsigned i = 0; good && client_kinds[i]; i++)
        good = lane_start(add_lane(compare, client_kinds[i], false));
    return good && add_loaded(compare, report);
}

static bool open_lanes(struct compare *compare)
{
    /* A message of each lane has the machine to itself, as far as there is room between two. */
    int64_t shift_ns = (int64_t)(1e9 / compare->rate / compare->lane_count / 2);
    if (shift_ns > LANE_SHIFT_LIMIT_MS * ms_ns)
        shift_ns = LANE_SHIFT_LIMIT_MS * ms_ns;
    for (unsigned i = 0; i < compare->lane_count; i++) {
        if (!lane_open(&compare->lanes[i]))
            return false;
        compare->lanes[i].shift_ns = i * shift_ns;
    }
    return true;
}

/* ---- running ----------------------------------------------------------------------------- */

struct running {
    struct compare *compare;
    struct progress progress;
    int64_t start_ns;
};

/* Does what is due in all lanes and waits for what comes, until then at most. */
static bool turn(struct running *running, int64_t until_ns)
{
    struct compare *compare = running->compare;
    struct pollfd ready[2 * COMPARE_LANES_LIMIT];
    int64_t next_ns = until_ns;
    for (unsigned i = 0; i < compare->lane_count; i++) {
        struct lane *lane = &compare->lanes[i];
        int64_t due_ns = lane_work(lane);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
        ready[2 * i] = (struct pollfd){lane->subscribers.epoll_fd, POLLIN, 0};
        ready[2 * i + 1] = (struct pollfd){lane->publisher.epoll_fd, POLLIN, 0};
    }
    int64_t wait_ns = next_ns - now_ns();
    wait_ns = wait_ns > 0 ? wait_ns : 0;
    const struct timespec wait = {.tv_sec = wait_ns / s_ns, .tv_nsec = wait_ns % s_ns};
    ppoll(ready, 2 * compare->lane_count, &wait, NULL);
    for (unsigned i = 0; i < compare->lane_count; i++) {
        struct lane *lane = &compare->lanes[i];
        if (ready[2 * i].revents)
            lane_turn(lane, &lane->subscribers);
        if (ready[2 * i + 1].revents)
            lane_turn(lane, &lane->publisher);
        if (lane->broken) {
            lane_complain(lane);
            return false;
        }
    }
    progress_update(&running->progress, (uint64_t)(now_ns() - running->start_ns));
    return true;
}

static bool run_until(struct running *running, int64_t until_ns)
{
    bool good = true;
    while (good && now_ns() < until_ns)
        good = turn(running, until_ns);
    return good;
}

static void count_all(const struct compare *compare, struct lane_counts ret_counts[])
{
    for (unsigned i = 0; i < compare->lane_count; i++)
        ret_counts[i] = lane_count(&compare->lanes[i]);
}

static bool run_repeats(struct running *running, const struct plan *plan)
{
    struct compare *compare = running->compare;
    struct lane_counts before[COMPARE_LANES_LIMIT];
    uint64_t client_before = 0, client_after = 0;
    int64_t begin_ns, end_ns = running->start_ns + plan->warm_up_ns;
    bool good = run_until(running, end_ns);
    process_cpu_ns(getpid(), &client_before);
    for (unsigned repeat = 0; good && repeat < compare->repeats; repeat++) {
        count_all(compare, before);
        for (unsigned i = 0; i < compare->lane_count; i++)
            delivery_restart(&compare->lanes[i].delivery);
        begin_ns = now_ns();
        end_ns += plan->repeat_ns;
        good = run_until(running, end_ns);
        double seconds = (double)(now_ns() - begin_ns) / 1e9;
        for (unsigned i = 0; good && i < compare->lane_count; i++)
            compare_enter_repeat(compare, i, repeat, &before[i], seconds);
    }
    process_cpu_ns(getpid(), &client_after);
    compare->client_percent = 100 * (double)(client_after - client_before) /
                              (double)(end_ns - running->start_ns - plan->warm_up_ns);
    return good;
}

/* What is still on its way, or waits for a poll. What never comes is lost, and said to be. */
static bool drain(struct running *running)
{
    const struct compare *compare = running->compare;
    int64_t limit_ns = now_ns() + SILENCE_LIMIT_MS * ms_ns + compare->settings.interval_ns +
                       (int64_t)(compare->settings.round_trip_ms * 1e6);
    bool done = false, good = true;
    while (good && !done && now_ns() < limit_ns) {
        good = turn(running, now_ns() + 50 * ms_ns);
        done = true;
        for (unsigned i = 0; i < compare->lane_count; i++)
            done = done && lane_done(&compare->lanes[i]);
    }
    return good;
}

static bool run_quiet(struct running *running, const struct plan *plan)
{
    struct compare *compare = running->compare;
    struct lane_counts before[COMPARE_LANES_LIMIT];
    int64_t begin_ns = now_ns();
    count_all(compare, before);
    if (!run_until(running, begin_ns + plan->quiet_ns))
        return false;
    double seconds = (double)(now_ns() - begin_ns) / 1e9;
    for (unsigned i = 0; i < compare->lane_count; i++)
        compare_enter_quiet(compare, i, &before[i], seconds);
    return true;
}

static bool run(struct compare *compare, const struct plan *plan)
{
    struct running running = {.compare = compare, .start_ns = now_ns()};
    int64_t all_ns = plan->warm_up_ns + compare->repeats * plan->repeat_ns + plan->quiet_ns;
    progress_init(&running.progress, "comparing", (uint64_t)all_ns);
    for (unsigned i = 0; i < compare->lane_count; i++)
        lane_begin(&compare->lanes[i], running.start_ns);
    bool good = run_repeats(&running, plan) && drain(&running) && run_quiet(&running, plan);
    progress_finish(&running.progress);
    return good;
}

/* ---- the plan ---------------------------------------------------------------------------- */

/* Each part of the run has a timetable of its own, so that all repeats have as many messages.
 */
static bool make_plan(const struct compare_options *options, struct compare *compare,
                      struct plan *plan)
{
    bool poisson = compare->poisson;
    int64_t warm_up_s = 1 + (int64_t)(options->interval_ms + 999) / 1000;
    double duration_s = (double)options->duration_s;
    unsigned each = (unsigned)fmax(1, round(options->rate * duration_s));
    unsigned warm_up = (unsigned)fmax(1, round(options->rate * (double)warm_up_s));
    plan->warm_up_ns = warm_up_s * s_ns;
    plan->repeat_ns = (int64_t)options->duration_s * s_ns;
    plan->quiet_ns = (int64_t)options->heartbeat_s * s_ns + QUIET_SPARE_MS * ms_ns;
    plan->messages = warm_up + each * compare->repeats;
    plan->due_ns = calloc(plan->messages, sizeof(*plan->due_ns));
    if (!plan->due_ns)
        return false;
    timetable_fill(poisson, options->seed, warm_up, plan->warm_up_ns, plan->due_ns);
    for (unsigned repeat = 0; repeat < compare->repeats; repeat++) {
        int64_t *due_ns = plan->due_ns + warm_up + repeat * each;
        timetable_fill(poisson, options->seed + repeat + 1, each, plan->repeat_ns, due_ns);
        for (unsigned i = 0; i < each; i++)
            due_ns[i] += plan->warm_up_ns + repeat * plan->repeat_ns;
    }
    compare->messages = each;
    compare->rate = each / duration_s;
    compare->settings.due_ns = plan->due_ns;
    compare->settings.messages = plan->messages;
    return true;
}

static void describe(struct report *report, const struct compare_options *options,
                     const struct compare *compare)
{
    cJSON *document = report->document;
    cJSON_AddStringToObject(document, "feed", options->feed);
    cJSON_AddStringToObject(document, "headers", options->headers);
    cJSON_AddStringToObject(document, "flush", options->flush);
    cJSON_AddNumberToObject(document, "seed", (double)options->seed);
    cJSON_AddNumberToObject(document, "rate", compare->rate);
    cJSON_AddNumberToObject(document, "clients", (double)options->clients);
    cJSON_AddNumberToObject(document, "payload_bytes", (double)options->payload);
    cJSON_AddNumberToObject(document, "interval_ms", (double)options->interval_ms);
    cJSON_AddNumberToObject(document, "duration_s", (double)options->duration_s);
    cJSON_AddNumberToObject(document, "repeats", (double)options->repeats);
    cJSON_AddNumberToObject(document, "heartbeat_s", (double)options->heartbeat_s);
    cJSON_AddNumberToObject(document, "coalesce_ms", (double)options->coalesce_ms);
    cJSON_AddNumberToObject(document, "rtt_ms", options->round_trip_ms);
    cJSON_AddNumberToObject(document, "jitter_ms", (double)options->jitter_ms);
    report_note(report,
                "%llu clients each, %.3g messages/s (%s) of %llu bytes, %llu x %llu s, headers "
                "of a %s, --flush %s, round trip %g ms, coalescing %llu ms.",
                (unsigned long long)options->clients, compare->rate, options->feed,
                (unsigned long long)options->payload, (unsigned long long)options->repeats,
                (unsigned long long)options->duration_s,
                compare->settings.browser ? "browser" : "minimal client", options->flush,
                options->round_trip_ms, (unsigned long long)options->coalesce_ms);
}

static bool measure(const struct compare_options *options, struct compare *compare,
                    struct report *report)
{
    struct plan plan = {.due_ns = NULL};
    bool good = make_plan(options, compare, &plan);
    if (good)
        describe(report, options, compare);
    good = good && start_lanes(compare, report) && open_lanes(compare) && run(compare, &plan);
    if (good) {
        compare_finish_figures(compare);
        compare_report(report, compare);
    }
    for (unsigned i = 0; i < compare->lane_count; i++)
        good = lane_stop(&compare->lanes[i]) && good;
    free(plan.due_ns);
    return good;
}

/* ---- the command ------------------------------------------------------------------------- */

/* The exit status, or -1: go on. */
static int check(struct compare_options *options)
{
    const char *wrong = NULL;
    if (!options->duration_s)
        options->duration_s = options->quick ? 2 : 12;
    if (!options->heartbeat_s)
        options->heartbeat_s = options->quick ? 2 : 15;
    if (!options->interval_ms)
        options->interval_ms = options->quick ? 250 : 1000;
    if (options->rate <= 0)
        options->rate = options->quick ? 4 : 1;
    double per_poll = options->rate * (double)options->interval_ms / 1e3;
    double messages =
        options->rate * (double)(options->duration_s * options->repeats + 2) + per_poll;
    if (strcmp(options->feed, "poisson") != 0 && strcmp(options->feed, "periodic") != 0)
        wrong = "--feed: there are poisson and periodic";
    else if (strcmp(options->headers, "browser") != 0 &&
             strcmp(options->headers, "minimal") != 0)
        wrong = "--headers: there are browser and minimal";
    else if (per_poll > MESSAGES_PER_POLL_LIMIT)
        wrong = "--rate x --interval: a poll would miss what the server still holds; take less "
                "than 900 messages a poll";
    else if (messages > MESSAGES_LIMIT)
        wrong = "--rate: more than a million messages in all; take a shorter --duration";
    else if ((double)options->interval_ms <= options->round_trip_ms)
        wrong = "--interval must be longer than --rtt";
    if (wrong)
        fprintf(stderr, "pushbench compare: %s\n", wrong);
    return wrong ? EXIT_USAGE : -1;
}

static int compare_transports(const struct compare_options *options)
{
    struct report report;
    struct compare *compare = calloc(1, sizeof(*compare));
    report_init(&report, "compare", "the transports side by side, on the same messages");
    bool good = compare;
    if (good) {
        compare->poisson = strcmp(options->feed, "poisson") == 0;
        compare->repeats = (unsigned)options->repeats;
        compare->settings = (struct lane_settings){
            .common = options->common,
            .flush = options->flush,
            .module = options->module,
            .clients = (unsigned)options->clients,
            .payload = (unsigned)options->payload,
            .heartbeat_s = (unsigned)options->heartbeat_s,
            .coalesce_ms = (unsigned)options->coalesce_ms,
            .jitter_ms = (unsigned)options->jitter_ms,
            .round_trip_ms = options->round_trip_ms,
            .interval_ns = (int64_t)options->interval_ms * ms_ns,
            .browser = strcmp(options->headers, "browser") == 0,
        };
        good = measure(options, compare, &report);
    }
    if (!good)
        report_broken(&report, "a run failed; see standard error");
    int status = report_print(&report, options->common.json);
    report_finish(&report);
    free(compare);
    return status;
}

static int compare_run(int argc, char **argv)
{
    struct compare_options options = {.feed = "poisson",
                                      .headers = "browser",
                                      .flush = "send",
                                      .clients = 100,
                                      .payload = 100,
                                      .repeats = 3,
                                      .seed = 1};
    const struct argument arguments[] = {
        {"rate", 'r', ARGUMENT_NUMBER, &options.rate, "PER_S",
         "messages a second (default 1; 4 with --quick)", 0, 10000},
        {"feed", 0, ARGUMENT_TEXT, &options.feed, "HOW",
         "messages come by chance or evenly: poisson, periodic", 0, 0},
        {"clients", 'n', ARGUMENT_COUNT, &options.clients, "N", "of each transport", 1, 100000},
        {"payload", 0, ARGUMENT_COUNT, &options.payload, "BYTES", "of a message", 16, 65000},
        {"interval", 0, ARGUMENT_COUNT, &options.interval_ms, "MS",
         "short poll: from request to request (default 1000; 250 with --quick)", 10, 3600000},
        {"duration", 0, ARGUMENT_COUNT, &options.duration_s, "S",
         "of a repeat (default 12; 2 with --quick)", 1, 3600},
        {"repeats", 0, ARGUMENT_COUNT, &options.repeats, "COUNT",
         "their spread tells what is a tie", 3, REPEATS_LIMIT},
        {"heartbeat", 0, ARGUMENT_COUNT, &options.heartbeat_s, "S",
         "of idle streams; how long a poll is held (default 15; 2 with --quick)", 1, 120},
        {"rtt", 0, ARGUMENT_NUMBER, &options.round_trip_ms, "MS",
         "round trip, by a relay before each server", 0, 10000},
        {"jitter", 0, ARGUMENT_COUNT, &options.jitter_ms, "MS", "up to so much more each way",
         0, 10000},
        {"coalesce", 0, ARGUMENT_COUNT, &options.coalesce_ms, "MS",
         "servers gather so long before they write", 0, 1000},
        {"headers", 0, ARGUMENT_TEXT, &options.headers, "WHOSE",
         "in requests: browser, minimal", 0, 0},
        {"flush", 0, ARGUMENT_TEXT, &options.flush, "HOW", "as pushlab's option of this name",
         0, 0},
        {"transport", 0, ARGUMENT_TEXT, &options.module, "MODULE",
         "a further transport for the servers to load", 0, 0},
        {"seed", 0, ARGUMENT_COUNT, &options.seed, "SEED", "of the chance", 0, UINT32_MAX},
        {"quick", 0, ARGUMENT_FLAG, &options.quick, NULL,
         "ten seconds, to see that it works; orders are blurred", 0, 0},
        {"pushlab", 0, ARGUMENT_TEXT, &options.common.pushlab, "PATH",
         "the program to start; default: the one built beside pushbench, or $PUSHLAB", 0, 0},
        {"json", 0, ARGUMENT_FILE, &options.common.json, "FILE",
         "the figures as JSON, to FILE or in place of the table", 0, 0},
        {0},
    };
    int status = arguments_read(argc, argv, compare_command.summary, arguments);
    if (status < 0)
        status = check(&options);
    return status >= 0 ? status : compare_transports(&options);
}

const struct command compare_command = {
    .name = "compare",
    .summary = "The transports side by side on the same messages, and the verdict on the "
               "textbook's order.",
    .run = compare_run,
};
