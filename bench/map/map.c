/* SPDX-License-Identifier: MIT
 *
 * pushbench map: along the rate of messages, for some numbers of clients: which transport is
 * the cheapest, where does that change, and is it where theory says?
 */
#include "map.h"

#include "../command.h"
#include "../document.h"
#include "../report/report_page.h"
#include "map_csv.h"
#include "map_svg.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { LANES = COST_TRANSPORTS, SPARE_FILES = 200 };

struct map_options {
    struct map_settings settings;
    const char *resume, *svg, *csv, *language;
    bool quick;
};

/* ---- measuring --------------------------------------------------------------------------- */

/* The rest of the bar: what is not measured yet. */
static void plan(const struct map *map, unsigned from, struct compare_run *run)
{
    int64_t left_ns = 0;
    for (unsigned i = from; i < map->count; i++)
        left_ns += map_duration_ns(map, &map->series[i]);
    run->progress->total = (uint64_t)(now_ns() - run->begun_ns + left_ns);
}

static bool measure(struct map *map, struct report *report)
{
    struct progress progress;
    struct compare_run run = {.progress = &progress, .begun_ns = now_ns()};
    bool good = true;
    progress_init(&progress, "mapping", 1);
    for (unsigned i = 0; i < map->count && good; i++) {
        plan(map, i, &run);
        if (!map->series[i].complete)
            good = map_measure(map, &map->series[i], report, &run);
        good = good && !process_interrupted();
    }
    progress_finish(&progress);
    map->interrupted = process_interrupted() != 0;
    return good || map->interrupted;
}

/* ---- what comes out ---------------------------------------------------------------------- */

/* Ends with the writing: text is finished. */
static bool write_file(const char *option, const char *path, struct builder *out)
{
    struct slice text = builder_slice(out);
    FILE *file = fopen(path, "we");
    bool good = file && !out->failed && fwrite(text.at, 1, text.len, file) == text.len;
    if (file)
        good = fclose(file) == 0 && good;
    if (!good)
        fprintf(stderr, "pushbench map: %s %s: %s\n", option, path, strerror(errno));
    builder_finish(out);
    return good;
}

static bool write_svg(const struct map_options *options, const cJSON *document)
{
    struct builder out = {0};
    bool chinese = strcmp(options->language, "zh") == 0;
    map_svg(document, chinese ? CHINESE : ENGLISH, &out);
    return write_file("--svg", options->svg, &out);
}

static bool write_csv(const struct map_options *options, const cJSON *document)
{
    struct builder out = {0};
    map_csv(document, &out);
    return write_file("--csv", options->csv, &out);
}

static unsigned unfinished(const struct map *map)
{
    unsigned count = 0;
    for (unsigned i = 0; i < map->count; i++)
        count += !map->series[i].complete;
    return count;
}

static int tell(const struct map_options *options, struct map *map, struct report *report)
{
    const char *json = options->settings.common.json;
    map_theorize(map);
    map_report(report, map);
    map_write(map, report->document);
    if (map->interrupted)
        report_note(report, "Interrupted: %u of %u numbers of clients are not finished.%s",
                    unfinished(map), map->count,
                    json ? " --resume FILE goes on with the JSON." : "");
    int status = report_print(report, json);
    if (options->svg && !write_svg(options, report->document))
        status = EXIT_BROKEN;
    if (options->csv && !write_csv(options, report->document))
        status = EXIT_BROKEN;
    return map->interrupted ? EXIT_CUT_SHORT : status;
}

/* ---- settings ---------------------------------------------------------------------------- */

/* Of the command line or of a map to go on with. NULL: nothing is amiss. */
static const char *wrong_with(const struct map_settings *settings)
{
    if (strcmp(settings->feed, "poisson") != 0 && strcmp(settings->feed, "periodic") != 0)
        return "--feed: there are poisson and periodic";
    if (strcmp(settings->headers, "browser") != 0 && strcmp(settings->headers, "minimal") != 0)
        return "--headers: there are browser and minimal";
    if (!(settings->rate_least > 0) || settings->rate_least > settings->rate_most)
        return "--from must be above 0, and --to not below it";
    if (settings->rate_most < map_measured_from(settings))
        return "--to: a repeat would have less than two messages: take a longer --duration";
    if ((double)settings->interval_ms <= settings->round_trip_ms)
        return "--interval must be longer than --rtt";
    return NULL;
}

/* ---- going on with a map ----------------------------------------------------------------- */

/* The document is to be kept as long as the map, whose texts lie there. NULL: one line on
 * standard error says why. */
static cJSON *resume(const char *path, struct map *map)
{
    const char *wrong = NULL;
    cJSON *document = document_read(path);
    if (!document || (map_read(document, map, &wrong) && !(wrong = wrong_with(&map->settings))))
        return document;
    fprintf(stderr, "pushbench map: --resume %s: %s\n", path, wrong);
    cJSON_Delete(document);
    return NULL;
}

static int run_map(struct map_options *options)
{
    struct report report;
    struct map *map = calloc(1, sizeof(*map));
    cJSON *before = NULL;
    int status = EXIT_BROKEN;
    if (!map)
        return status;
    map->settings = options->settings;
    if (!options->resume)
        map_begin(map);
    else if (!(before = resume(options->resume, map)))
        status = EXIT_USAGE;
    if (!options->resume || before) {
        if (options->resume && !options->settings.common.json)
            options->settings.common.json = options->resume;
        report_init(&report, "map", "where which transport is the cheapest");
        process_keep_going();
        if (!measure(map, &report))
            report_broken(&report, "a run failed; see standard error");
        status = tell(options, map, &report);
        report_finish(&report);
    }
    cJSON_Delete(before);
    free(map);
    return status;
}

/* ---- the command ------------------------------------------------------------------------- */

/* As many clients as the open files of this process hold: each has one for each lane. */
static void choose_clients(struct count_list *clients, bool quick)
{
    static const struct count_list few = {{10, 100, 1000}, 3},
                                   many = {{10, 30, 100, 300, 1000}, 5};
    struct rlimit files;
    *clients = quick ? few : many;
    while (getrlimit(RLIMIT_NOFILE, &files) == 0 && clients->count > 1 &&
           clients->values[clients->count - 1] * LANES + SPARE_FILES > files.rlim_cur)
        clients->count--;
}

static void complete(struct map_options *options)
{
    struct map_settings *settings = &options->settings;
    if (settings->clients.count == 0)
        choose_clients(&settings->clients, options->quick);
    if (!settings->duration_s)
        settings->duration_s = options->quick ? 1 : 5;
    if (!settings->repeats)
        settings->repeats = 5;
    if (!settings->per_decade)
        settings->per_decade = options->quick ? 2 : 3;
    if (!settings->refine)
        settings->refine = options->quick ? 3 : 6;
}

/* The exit status, or -1: go on. */
static int check(const struct map_options *options)
{
    const char *wrong = wrong_with(&options->settings);
    if (!wrong && strcmp(options->language, "en") != 0 && strcmp(options->language, "zh") != 0)
        wrong = "--language: there are en and zh";
    if (wrong)
        fprintf(stderr, "pushbench map: %s\n", wrong);
    return wrong ? EXIT_USAGE : -1;
}

/* Half an hour later it would be too late to find out. */
static bool can_write(const struct map_options *options)
{
    const char *const paths[] = {options->settings.common.json, options->resume, options->svg,
                                 options->csv};
    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (paths[i] && strcmp(paths[i], "-") != 0 && !report_page_writable(paths[i]))
            return false;
    return true;
}

static int map_run(int argc, char **argv)
{
    static struct map_options options = {
        .settings = {.feed = "poisson",
                     .headers = "browser",
                     .flush = "send",
                     .rate_least = 0.01,
                     .rate_most = 1000,
                     .payload = 100,
                     .interval_ms = 1000,
                     .heartbeat_s = 15,
                     .seed = 1,
                     .max_delay_ms = 100},
        .language = "en",
    };
    struct map_settings *settings = &options.settings;
    const struct argument arguments[] = {
        {"clients", 'n', ARGUMENT_LIST, &settings->clients, "N,...",
         "of each transport (default 10,30,100,300,1000; 10,100,1000 with --quick)", 1, 20000},
        {"from", 0, ARGUMENT_NUMBER, &settings->rate_least, "PER_S", "least rate of messages",
         0, 10000},
        {"to", 0, ARGUMENT_NUMBER, &settings->rate_most, "PER_S", "highest rate of messages", 0,
         10000},
        {"interval", 0, ARGUMENT_COUNT, &settings->interval_ms, "MS",
         "short poll: from request to request", 10, 3600000},
        {"max-delay", 0, ARGUMENT_NUMBER, &settings->max_delay_ms, "MS",
         "mean delay that is allowed on the map of the cheapest in time", 1, 3600000},
        {"coalesce", 0, ARGUMENT_COUNT, &settings->coalesce_ms, "MS",
         "servers gather so long: gives push what a poll gets by coming late", 0, 1000},
        {"rtt", 0, ARGUMENT_NUMBER, &settings->round_trip_ms, "MS",
         "round trip, by a relay before each server", 0, 10000},
        {"jitter", 0, ARGUMENT_COUNT, &settings->jitter_ms, "MS", "up to so much more each way",
         0, 10000},
        {"payload", 0, ARGUMENT_COUNT, &settings->payload, "BYTES", "of a message", 16, 65000},
        {"heartbeat", 0, ARGUMENT_COUNT, &settings->heartbeat_s, "S",
         "of idle streams; how long a poll is held", 1, 120},
        {"feed", 0, ARGUMENT_TEXT, &settings->feed, "HOW",
         "messages come by chance or evenly: poisson, periodic", 0, 0},
        {"headers", 0, ARGUMENT_TEXT, &settings->headers, "WHOSE",
         "in requests: browser, minimal", 0, 0},
        {"flush", 0, ARGUMENT_TEXT, &settings->flush, "HOW", "as pushlab's option of this name",
         0, 0},
        {"grid", 0, ARGUMENT_COUNT, &settings->per_decade, "COUNT",
         "rates to a power of ten, at first (default 3; 2 with --quick)", 1, 10},
        {"refine", 0, ARGUMENT_COUNT, &settings->refine, "COUNT",
         "then so many points more for each N, where the cheapest changes (6; 3)", 1, 40},
        {"duration", 0, ARGUMENT_COUNT, &settings->duration_s, "S",
         "of a repeat (default 5; 1 with --quick)", 1, 3600},
        {"repeats", 0, ARGUMENT_COUNT, &settings->repeats, "COUNT",
         "how evenly they tell it decides what is a tie (default 5)", 3, REPEATS_LIMIT},
        {"seed", 0, ARGUMENT_COUNT, &settings->seed, "SEED", "of the chance", 0, UINT32_MAX},
        {"quick", 0, ARGUMENT_FLAG, &options.quick, NULL, "four minutes in place of 35", 0, 0},
        {"resume", 0, ARGUMENT_TEXT, &options.resume, "FILE",
         "go on with this map, by its settings, and keep it there", 0, 0},
        {"svg", 0, ARGUMENT_TEXT, &options.svg, "FILE", "draw the maps", 0, 0},
        {"csv", 0, ARGUMENT_TEXT, &options.csv, "FILE",
         "the points for spreadsheets, a line for each of a point's transports", 0, 0},
        {"language", 0, ARGUMENT_TEXT, &options.language, "CODE", "of the drawing: en, zh", 0,
         0},
        OWN_SERVER_ARGUMENTS(&settings->common),
        {0},
    };
    int status = arguments_read(argc, argv, map_command.summary, arguments);
    if (status >= 0)
        return status;
    complete(&options);
    status = check(&options);
    if (status < 0 && !can_write(&options))
        status = EXIT_USAGE;
    return status >= 0 ? status : run_map(&options);
}

const struct command map_command = {
    .name = "map",
    .summary = "Which transport is the cheapest, from rare messages to many: crossover maps.",
    .run = map_run,
};
