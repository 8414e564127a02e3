/* SPDX-License-Identifier: MIT
 *
 * pushbench advise: which transport to take for so many messages, clients and so long a delay,
 * by what each costs on this machine; and the command that holds the advice to the test.
 */
#include "advise.h"

#include "../command.h"
#include "advice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { CHECK_POINTS = 10, CHECK_POINTS_LIMIT = 40, HEARTBEAT_S = 15 };

struct advise_options {
    struct common_options common;
    const char *direction, *path, *map, *check;
    double rate, round_trip_ms;
    uint64_t clients, payload, max_delay_ms, interval_ms, history, seed;
    bool once;
    unsigned check_points; /* 0: no check */
};

const struct advise_unit advise_units[] = {
    {COST_REQUESTS, "requests", 1, true},
    {COST_USELESS, "useless_percent", 100, false},
    {COST_DELAY_S, "delay_mean_ms", 1e3, false},
    {COST_WORST_S, "delay_worst_ms", 1e3, false},
    {COST_BYTES, "bytes", 1, true},
    {COST_UP_BYTES, "up_bytes", 1, true},
    {COST_DOWN_BYTES, "down_bytes", 1, true},
    {COST_HEADER_BYTES, "header_bytes", 1, true},
    {COST_FRAMING_BYTES, "framing_bytes", 1, true},
    {COST_PAYLOAD_BYTES, "payload_bytes_each", 1, true},
    {COST_WIRE_BYTES, "wire_bytes", 1, true},
    {COST_SEGMENTS, "segments", 1, true},
    {COST_CPU_S, "cpu_us", 1e6, true},
    {COST_USER_BYTES, "user_memory_bytes", 1, false},
    {COST_KERNEL_BYTES, "kernel_memory_bytes", 1, false},
    {.key = NULL},
};

double advise_value(const struct advise_unit *unit, const struct cost_figures *figures,
                    const struct cost_point *point)
{
    double value = figures->of[unit->figure] * unit->scale;
    return unit->adds_up ? value / (point->times.rate * point->clients) : value;
}

/* ---- telling ----------------------------------------------------------------------------- */

static void add_columns(struct report *report)
{
    static const struct report_column columns[] = {
        {"place", "", 0},
        {"transport", "transport", 0},
        {"standing", "", 0},
        {"delay_mean_ms", "delay ms", REPORT_DIGITS},
        {"delay_worst_ms", "at worst", REPORT_DIGITS},
        {"requests_per_s", "requests/s", REPORT_DIGITS},
        {"cpu_us", "CPU us/msg", REPORT_DIGITS},
        {"cpu_percent", "CPU %", REPORT_DIGITS},
        {"bytes", "bytes/msg", REPORT_DIGITS},
        {"wire_bytes", "wire B/msg", REPORT_DIGITS},
        {"wire_kbit_per_s", "wire kbit/s", REPORT_DIGITS},
        {"memory_mib", "memory MiB", REPORT_DIGITS},
    };
    for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        report_column(report, columns[i].key, columns[i].heading, columns[i].decimals);
}

/* NAN: null. */
static void add_number(cJSON *object, const char *key, double value)
{
    cJSON_AddItemToObject(object, key,
                          isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

static double told(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static void add_words(cJSON *object, const char *key, char text[LANGUAGES][ADVICE_TEXT_SIZE])
{
    cJSON *both = cJSON_AddObjectToObject(object, key);
    cJSON_AddStringToObject(both, "en", text[ENGLISH]);
    cJSON_AddStringToObject(both, "zh", text[CHINESE]);
}

static void add_figures(cJSON *object, const struct cost_figures *figures,
                        const struct cost_point *point)
{
    const double *of = figures->of;
    for (const struct advise_unit *unit = advise_units; unit->key; unit++)
        add_number(object, unit->key, advise_value(unit, figures, point));
    add_number(object, "requests_per_s", of[COST_REQUESTS]);
    add_number(object, "cpu_percent", 100 * of[COST_CPU_S]);
    add_number(object, "wire_kbit_per_s", of[COST_WIRE_BYTES] * 8 / 1e3);
    add_number(object, "memory_mib",
               (of[COST_USER_BYTES] + of[COST_KERNEL_BYTES]) * point->clients / (1 << 20));
}

static void add_row(struct report *report, unsigned place, struct advice *advice,
                    const struct cost_point *point)
{
    static const char *const standings[] = {
        [ADVICE_FITS] = "fits", [ADVICE_DOUBTFUL] = "doubtful", [ADVICE_EXCLUDED] = "excluded"};
    report_row(report);
    if (advice->standing == ADVICE_EXCLUDED)
        report_nothing(report, "place");
    else
        report_number(report, "place", place + 1);
    report_text(report, "transport", cost_transport_names[advice->transport]);
    report_text(report, "standing", standings[advice->standing]);
    add_figures(report->row, &advice->figures, point);
    add_words(report->row, "remark", advice->remark);
}

static void note_remarks(struct report *report, const struct advice ranked[COST_TRANSPORTS])
{
    for (unsigned i = 0; i < COST_TRANSPORTS; i++) {
        if (ranked[i].remark[ENGLISH][0])
            report_note(report, "%s%s: %s.", cost_transport_names[ranked[i].transport],
                        ranked[i].standing == ADVICE_EXCLUDED ? " is excluded" : "",
                        ranked[i].remark[ENGLISH]);
        if (ranked[i].figures.of[COST_CPU_S] > 1)
            report_note(report, "%s: more than one processor is needed for that.",
                        cost_transport_names[ranked[i].transport]);
    }
}

static void note_beyond(struct report *report, const char *what, double value,
                        const struct calibrated_range *range)
{
    if (value < range->least / 2 || value > range->most * 2)
        report_note(report,
                    "%s: %.4g is beyond what the costs were taken from (%.3g to %.4g): its "
                    "figures are drawn on from there.",
                    what, value, range->least, range->most);
}

/* Each lane has a server and all clients are files of one process; beside them some. */
static double most_clients(void)
{
    enum { SPARE_FILES = 200 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return INFINITY;
    return floor(((double)limit.rlim_cur - SPARE_FILES) / COST_TRANSPORTS);
}

/* The command that runs this very point, as near as one machine gets to it. */
static void note_command(struct report *report, cJSON *object, const struct cost_point *point)
{
    enum { DELIVERIES_LIMIT = 4000, MESSAGES = 20, LEAST_S = 12, MOST_S = 300 };
    char command[256], gather[32] = "";
    double clients = fmin(point->clients, most_clients());
    double wanted_s = fmax(LEAST_S, fmin(MOST_S, ceil(MESSAGES / point->times.rate)));
    clients = fmax(1, floor(fmin(clients, DELIVERIES_LIMIT / point->times.rate)));
    if (point->coalesce_s > 0)
        snprintf(gather, sizeof(gather), " --coalesce %.0f", point->coalesce_s * 1e3);
    snprintf(
        command, sizeof(command),
        "pushbench compare --rate %g --clients %.0f --payload %.0f --interval %.0f --rtt %g "
        "--heartbeat %d --duration %.0f%s",
        point->times.rate, clients, point->payload_bytes, point->times.interval_s * 1e3,
        point->times.round_trip_s * 1e3, HEARTBEAT_S, wanted_s, gather);
    cJSON_AddStringToObject(object, "check_command", command);
    report_note(report, "To see whether that is true: %s", command);
    if (clients < point->clients)
        report_note(report,
                    "  (%.0f clients each: more of five transports at once would be too much "
                    "for one machine; requests and bytes a message do not depend on it.)",
                    clients);
}

/* What push would cost if it gathered; point is that of the question. */
static void note_gathering(struct report *report, const struct advice ranked[COST_TRANSPORTS],
                           struct advice_window *window, const struct cost_point *point)
{
    char reason[LANGUAGES][ADVICE_TEXT_SIZE];
    struct cost_point gathering = *point;
    struct advice *push = &window->push;
    cJSON *object = cJSON_AddObjectToObject(report->document, "coalesce");
    gathering.coalesce_s = window->window_s;
    for (enum language language = 0; language < LANGUAGES; language++)
        advice_gather_reason(ranked, window, language, reason[language]);
    cJSON_AddNumberToObject(object, "window_ms", window->window_s * 1e3);
    cJSON_AddStringToObject(object, "transport", cost_transport_names[push->transport]);
    add_words(object, "reason", reason);
    add_figures(object, &push->figures, &gathering);
    report_note(report, "%s", reason[ENGLISH]);
    report_note(report,
                "  %s, gathering: delay %.3g ms (at worst %.3g), CPU %.3g us/msg (%.3g %%), "
                "%.4g bytes/msg, %.4g wire B/msg.",
                cost_transport_names[push->transport], push->figures.of[COST_DELAY_S] * 1e3,
                push->figures.of[COST_WORST_S] * 1e3, told(object, "cpu_us"),
                told(object, "cpu_percent"), told(object, "bytes"), told(object, "wire_bytes"));
    note_command(report, object, &gathering);
}

/* ---- advising ---------------------------------------------------------------------------- */

static struct advice_question question_of(const struct advise_options *options)
{
    return (struct advice_question){
        .point = {.times = {.poisson = true,
                            .rate = options->rate,
                            .interval_s = (double)options->interval_ms / 1e3,
                            .round_trip_s = options->round_trip_ms / 1e3,
                            .hold_s = HEARTBEAT_S},
                  .clients = (double)options->clients,
                  .payload_bytes = (double)options->payload,
                  .heartbeat_s = HEARTBEAT_S},
        .max_delay_s = (double)options->max_delay_ms / 1e3,
        .both = strcmp(options->direction, "both") == 0,
        .proxy = strcmp(options->path, "proxy") == 0,
    };
}

/* interval_s 0: no short poll is quick enough. */
static void describe(struct report *report, const struct advise_options *options,
                     double interval_s)
{
    char polls[80] = "no short poll is quick enough";
    cJSON *document = report->document;
    cJSON_AddNumberToObject(document, "rate", options->rate);
    cJSON_AddNumberToObject(document, "clients", (double)options->clients);
    cJSON_AddNumberToObject(document, "payload_bytes", (double)options->payload);
    cJSON_AddNumberToObject(document, "max_delay_ms", (double)options->max_delay_ms);
    cJSON_AddNumberToObject(document, "interval_ms", interval_s * 1e3);
    cJSON_AddNumberToObject(document, "rtt_ms", options->round_trip_ms);
    cJSON_AddStringToObject(document, "direction", options->direction);
    cJSON_AddStringToObject(document, "path", options->path);
    if (interval_s > 0)
        snprintf(polls, sizeof(polls), "a short poll each %.4g ms%s", interval_s * 1e3,
                 options->interval_ms ? "" : " (the longest that allows)");
    report_note(report,
                "%g messages/s of %llu bytes to each of %llu clients, by chance; at most %llu "
                "ms late; %s; round trip %g ms.",
                options->rate, (unsigned long long)options->payload,
                (unsigned long long)options->clients, (unsigned long long)options->max_delay_ms,
                polls, options->round_trip_ms);
}

/* Batching is what makes a poll cheap where it is; is push given the same? */
static void consider_gathering(struct report *report, const struct calibration *calibration,
                               const struct advice_question *question,
                               const struct advice ranked[COST_TRANSPORTS])
{
    struct advice_window window;
    bool polls = ranked[0].standing == ADVICE_FITS && ranked[0].transport <= COST_SHORT_POLL;
    if (!polls)
        return;
    if (!calibration->windows_known)
        report_note(report, "Servers that gather (--coalesce) may give push its place back: "
                            "this map cannot tell, the tour can (leave out --map).");
    else if (advice_gather(&calibration->constants, question, ranked, &window))
        note_gathering(report, ranked, &window, &question->point);
}

static void advise(struct report *report, const struct advise_options *options,
                   const struct calibration *calibration)
{
    struct advice_question question = question_of(options);
    struct advice ranked[COST_TRANSPORTS];
    char reason[LANGUAGES][ADVICE_TEXT_SIZE];
    advice_rank(&calibration->constants, &question, ranked);
    for (enum language language = 0; language < LANGUAGES; language++)
        advice_reason(ranked, &question, language, reason[language]);
    double interval_s = advice_interval_s(&question);
    question.point.times.interval_s = interval_s > 0 ? interval_s : ADVICE_LEAST_INTERVAL_S;
    add_columns(report);
    for (unsigned i = 0; i < COST_TRANSPORTS; i++)
        add_row(report, i, &ranked[i], &question.point);
    add_words(report->document, "reason", reason);
    report_note(report, "%s", reason[ENGLISH]);
    note_remarks(report, ranked);
    describe(report, options, interval_s);
    if (!calibration->delays_known)
        report_note(report, "Delays are theory's alone: something else held the machine up, so "
                            "what it adds is not known.");
    note_beyond(report, "Rate", options->rate, &calibration->rate);
    note_beyond(report, "Clients", (double)options->clients, &calibration->clients);
    note_beyond(report, "Payload", (double)options->payload, &calibration->payload_bytes);
    if (question.point.times.interval_s > question.point.times.round_trip_s)
        note_command(report, report->document, &question.point);
    consider_gathering(report, calibration, &question, ranked);
}

/* ---- the command ------------------------------------------------------------------------- */

static bool is_one_of(const char *text, const char *one, const char *other)
{
    return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

/* Of --check and --check=N; false: it is no such number. */
static bool read_check(struct advise_options *options)
{
    char *end = NULL;
    if (!options->check)
        return true;
    unsigned long count = strtoul(options->check, &end, 10);
    if (strcmp(options->check, "-") == 0)
        count = CHECK_POINTS;
    else if (end == options->check || *end || count < 1 || count > CHECK_POINTS_LIMIT)
        return false;
    options->check_points = (unsigned)count;
    return true;
}

/* The exit status, or -1: go on. */
static int check_options(struct advise_options *options)
{
    const char *wrong = NULL;
    if (!read_check(options))
        wrong = "--check: give a number of points, 1 to 40";
    else if (!is_one_of(options->direction, "down", "both"))
        wrong = "--direction: there are down (clients only listen) and both (they speak too)";
    else if (!is_one_of(options->path, "direct", "proxy"))
        wrong = "--path: there are direct and proxy";
    else if (options->rate <= 0 && !options->once && !options->history &&
             !options->check_points)
        wrong = "--rate: how many messages a second? For data that is wanted once: --once";
    else if (options->interval_ms && (double)options->interval_ms <= options->round_trip_ms)
        wrong = "--interval must be longer than --rtt";
    if (wrong)
        fprintf(stderr, "pushbench advise: %s\n", wrong);
    return wrong ? EXIT_USAGE : -1;
}

static bool find_costs(const struct advise_options *options, struct calibration *calibration)
{
    return options->map ? calibrate_from_map(options->map, calibration)
                        : calibrate(&options->common, calibration);
}

static bool answer(struct report *report, const struct advise_options *options)
{
    struct calibration calibration = {.points = 0};
    if (options->once || options->history)
        return advise_once(report, &options->common,
                           options->history ? (unsigned)options->history : 1,
                           (unsigned)options->payload);
    if (!find_costs(options, &calibration))
        return false;
    cJSON_AddItemToObject(report->document, "calibration", calibration_json(&calibration));
    if (options->check_points)
        return advise_check(report, &options->common, &calibration, options->check_points,
                            options->seed);
    advise(report, options, &calibration);
    return true;
}

static int advise_run(int argc, char **argv)
{
    struct advise_options options = {.direction = "down",
                                     .path = "direct",
                                     .clients = 100,
                                     .payload = 100,
                                     .max_delay_ms = 1000,
                                     .seed = 1};
    const struct argument arguments[] = {
        {"rate", 'r', ARGUMENT_NUMBER, &options.rate, "PER_S", "messages a second, to each", 0,
         10000},
        {"clients", 'n', ARGUMENT_COUNT, &options.clients, "N", "that get them", 1, 10000000},
        {"payload", 0, ARGUMENT_COUNT, &options.payload, "BYTES", "of a message", 16, 65000},
        {"max-delay", 0, ARGUMENT_COUNT, &options.max_delay_ms, "MS",
         "how late a message may come", 1, 86400000},
        {"interval", 0, ARGUMENT_COUNT, &options.interval_ms, "MS",
         "short poll: from request to request (default: the longest that allows)", 10, 3600000},
        {"rtt", 0, ARGUMENT_NUMBER, &options.round_trip_ms, "MS",
         "round trip between client and server", 0, 10000},
        {"direction", 0, ARGUMENT_TEXT, &options.direction, "WAY",
         "messages go down to the clients, or both ways: down, both", 0, 0},
        {"path", 0, ARGUMENT_TEXT, &options.path, "WAY",
         "what lies between: direct (nothing), proxy (something that reads HTTP)", 0, 0},
        {"once", 0, ARGUMENT_FLAG, &options.once, NULL,
         "the last message is wanted once, no new ones: measures that", 0, 0},
        {"history", 0, ARGUMENT_COUNT, &options.history, "K", "the same for the last K", 1,
         900},
        {"map", 0, ARGUMENT_TEXT, &options.map, "FILE",
         "costs are found in a map (pushbench map --json=FILE) instead of on a tour of 55 s", 0,
         0},
        {"check", 0, ARGUMENT_FILE, &options.check, "N",
         "no advice: predicts and measures at N random points (10), a quarter of a minute each",
         0, 0},
        {"seed", 0, ARGUMENT_COUNT, &options.seed, "SEED", "of these points", 0, UINT32_MAX},
        OWN_SERVER_ARGUMENTS(&options.common),
        {0},
    };
    struct report report;
    int status = arguments_read(argc, argv, advise_command.summary, arguments);
    if (status < 0)
        status = check_options(&options);
    if (status >= 0)
        return status;
    report_init(&report, "advise", "which transport, by what each costs here");
    if (!answer(&report, &options))
        report_broken(&report, "there is nothing to advise by; see standard error");
    status = report_print(&report, options.common.json);
    report_finish(&report);
    return status;
}

const struct command advise_command = {
    .name = "advise",
    .summary = "Which transport to take for so many messages and clients, and why.",
    .run = advise_run,
};
