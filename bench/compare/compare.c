/* SPDX-License-Identifier: MIT
 *
 * pushbench compare: the transports side by side, at the same time, on the same messages; and
 * what becomes of the order in which textbooks put them.
 */
#include "compare.h"

#include "../command.h"
#include "../report/report_page.h"
#include "loss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* A poll is given 1,000 messages at most, and a publisher's connection is one. */
    MESSAGES_PER_POLL_LIMIT = 900,
    MESSAGES_LIMIT = 1000000,
};

static const int64_t ms_ns = 1000000;

struct compare_options {
    struct common_options common;
    const char *feed, *headers, *flush, *module;
    uint64_t clients, payload, interval_ms, duration_s, repeats, heartbeat_s;
    uint64_t coalesce_ms, jitter_ms, seed;
    double rate, round_trip_ms, loss_percent;
    const char *self_test, *report;
    struct operand_list files;
    bool quick, pin, force;
};

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
    cJSON_AddNumberToObject(document, "messages", compare->messages);
    cJSON_AddNumberToObject(document, "payload_bytes", (double)options->payload);
    cJSON_AddNumberToObject(document, "interval_ms", (double)options->interval_ms);
    cJSON_AddNumberToObject(document, "duration_s", (double)options->duration_s);
    cJSON_AddNumberToObject(document, "heartbeat_s", (double)options->heartbeat_s);
    cJSON_AddNumberToObject(document, "coalesce_ms", (double)options->coalesce_ms);
    cJSON_AddNumberToObject(document, "rtt_ms", options->round_trip_ms);
    cJSON_AddNumberToObject(document, "jitter_ms", (double)options->jitter_ms);
    cJSON_AddNumberToObject(document, "loss_percent", options->loss_percent);
    report_note(report,
                "%llu clients each, %.3g messages/s (%s) of %llu bytes, %llu x %llu s, headers "
                "of a %s, --flush %s, round trip %g ms, loss %g %%, coalescing %llu ms.",
                (unsigned long long)options->clients, compare->rate, options->feed,
                (unsigned long long)options->payload, (unsigned long long)options->repeats,
                (unsigned long long)options->duration_s,
                compare->settings.browser ? "browser" : "minimal client", options->flush,
                options->round_trip_ms, options->loss_percent,
                (unsigned long long)options->coalesce_ms);
}

static bool measure(const struct compare_options *options, struct compare *compare,
                    struct report *report)
{
    bool good = compare_plan(compare);
    if (good)
        describe(report, options, compare);
    good =
        good && compare_start_lanes(compare, report) && compare_measure(compare, "comparing");
    if (good) {
        cJSON_AddNumberToObject(report->document, "repeats", compare->repeats);
        compare_report(report, compare);
    }
    return compare_stop(compare) && good;
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
    if (!options->repeats)
        options->repeats = options->quick ? 3 : 5;
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
        compare->seed = options->seed;
        compare->rate = options->rate;
        compare->duration_s = (double)options->duration_s;
        compare->loss_percent = options->loss_percent;
        compare->pin = options->pin;
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
    bool stopped = process_interrupted() && !good;
    if (stopped)
        fputs("pushbench compare: cut short before a repeat was finished\n", stderr);
    else if (!good)
        report_broken(&report, "a run failed; see standard error");
    int status = stopped ? EXIT_CUT_SHORT : report_print(&report, options->common.json);
    if (good && options->report && !report_page_write(report.document, options->report))
        status = EXIT_BROKEN;
    if (good && compare->cut_short)
        status = EXIT_CUT_SHORT;
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
         "their spread tells what is a tie (default 5; 3 with --quick)", 3, REPEATS_LIMIT},
        {"heartbeat", 0, ARGUMENT_COUNT, &options.heartbeat_s, "S",
         "of idle streams; how long a poll is held (default 15; 2 with --quick)", 1, 120},
        {"rtt", 0, ARGUMENT_NUMBER, &options.round_trip_ms, "MS",
         "round trip, by a relay before each server", 0, 10000},
        {"jitter", 0, ARGUMENT_COUNT, &options.jitter_ms, "MS", "up to so much more each way",
         0, 10000},
        {"loss", 0, ARGUMENT_NUMBER, &options.loss_percent, "PERCENT",
         "so many TCP segments are dropped, which ones by --seed; needs nftables", 0, 30},
        {"coalesce", 0, ARGUMENT_COUNT, &options.coalesce_ms, "MS",
         "servers gather so long before they write", 0, 1000},
        {"headers", 0, ARGUMENT_TEXT, &options.headers, "WHOSE",
         "in requests: browser, minimal", 0, 0},
        {"flush", 0, ARGUMENT_TEXT, &options.flush, "HOW", "as pushlab's option of this name",
         0, 0},
        {"transport", 0, ARGUMENT_TEXT, &options.module, "MODULE",
         "a further transport for the servers to load", 0, 0},
        {"seed", 0, ARGUMENT_COUNT, &options.seed, "SEED",
         "of the chance: when messages come, and what is lost", 0, UINT32_MAX},
        {"pin", 0, ARGUMENT_FLAG, &options.pin, NULL,
         "servers on the first processor, clients on the second", 0, 0},
        {"quick", 0, ARGUMENT_FLAG, &options.quick, NULL,
         "ten seconds, to see that it works; orders are blurred", 0, 0},
        {"self-test", 0, ARGUMENT_FILE, &options.self_test, "PART",
         "see whether compare tells what it should: faults, ties, cpu, or all of them", 0, 0},
        {"force", 0, ARGUMENT_FLAG, &options.force, NULL,
         "with two files: also when their settings differ", 0, 0},
        {"report", 0, ARGUMENT_TEXT, &options.report, "FILE.html",
         "an HTML page of it all, and its figures as JSON and CSV beside it", 0, 0},
        OWN_SERVER_ARGUMENTS(&options.common),
        {"files", 0, ARGUMENT_OPERANDS, &options.files, "[A.json B.json]", NULL, 2, 2},
        {0},
    };
    int status = arguments_read(argc, argv, compare_command.summary, arguments);
    if (status < 0 && options.report && (options.files.count > 0 || options.self_test)) {
        fputs("pushbench compare: --report is of a run: leave it out here\n", stderr);
        status = EXIT_USAGE;
    }
    if (status < 0 && options.files.count > 0)
        return compare_files(options.files.values, options.force, options.common.json);
    if (status < 0 && options.self_test)
        return compare_self_test(options.self_test, &options.common);
    if (status < 0)
        status = check(&options);
    if (status < 0 && options.report && !report_page_writable(options.report))
        status = EXIT_USAGE;
    if (status < 0 && options.loss_percent > 0 && !loss_prepare())
        status = EXIT_BROKEN;
    if (status >= 0)
        return status;
    process_keep_going();
    return compare_transports(&options);
}

const struct command compare_command = {
    .name = "compare",
    .summary = "The transports side by side on the same messages, and the verdict on the "
               "textbook's order; or what differs between two such runs.",
    .run = compare_run,
};
