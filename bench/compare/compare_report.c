/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VERDICT_SIZE = 32, ORDER_SIZE = 256, CHAIN = COMPARE_CHAIN };

static const double late_told_ms = 0.5;

static const char *const lane_headings[][2] = {
    {"short_poll_close", "short,close"},
    {"short_poll", "short,kept"},
};

static const char *heading_of(const struct lane *lane)
{
    for (unsigned i = 0; i < sizeof(lane_headings) / sizeof(lane_headings[0]); i++)
        if (strcmp(lane_headings[i][0], lane->name) == 0)
            return lane_headings[i][1];
    return lane->name;
}

/* ---- the textbook's order ---------------------------------------------------------------- */

const struct compare_reading compare_readings[COMPARE_READINGS] = {
    {"verdict_close", "order, close", {"websocket", "sse", "long_poll", "short_poll_close"}},
    {"verdict_kept", "order, kept", {"websocket", "sse", "long_poll", "short_poll"}},
    {"verdict_keep_alive",
     "long = kept",
     {"websocket", "short_poll", "long_poll", "short_poll_close"}},
};

/* False: a lane of these was not run. */
static bool chain_of(const struct compare *compare, const struct compare_reading *reading,
                     unsigned ret_lanes[CHAIN])
{
    for (unsigned i = 0; i < CHAIN; i++) {
        unsigned lane = 0;
        while (lane < compare->lane_count &&
               strcmp(compare->lanes[lane].name, reading->chain[i]) != 0)
            lane++;
        if (lane == compare->lane_count)
            return false;
        ret_lanes[i] = lane;
    }
    return true;
}

/* Up to how many messages a poll the short poll is the dearest of all. */
static double least_crossing(const struct compare *compare, const unsigned chain[CHAIN],
                             enum metric metric)
{
    double least = INFINITY;
    for (unsigned i = 0; i < CHAIN - 1; i++)
        if (compare->lanes[chain[i]].kind->reads != READS_NOW)
            least = fmin(least, compare_crossing(compare, chain[CHAIN - 1], chain[i], metric));
    return least;
}

bool compare_is_judged(const struct compare *compare, enum metric metric)
{
    bool is_part = metric >= METRIC_UP_BYTES && metric <= METRIC_PAYLOAD; /* of a sum that is */
    return !is_part && compare->messages >= metric_infos[metric].least_messages;
}

const char *compare_verdict_text(enum verdict_kind kind)
{
    static const char *const texts[] = {
        [VERDICT_NONE] = "-",
        [VERDICT_HOLDS] = "holds",
        [VERDICT_TIES] = "holds but for ties",
        [VERDICT_ALL_TIE] = "all tie",
        [VERDICT_LAST_FLIPS] = "does not hold",
        [VERDICT_FAILS] = "does not hold",
    };
    return texts[kind];
}

static void judge(const struct compare *compare, const unsigned chain[CHAIN],
                  enum metric metric, char ret_text[VERDICT_SIZE])
{
    struct judged figures[CHAIN];
    for (unsigned i = 0; i < CHAIN; i++)
        figures[i] = compare_judged(compare, metric, chain[i]);
    enum verdict_kind kind = verdict_of(figures, CHAIN, compare_tolerance_of(compare, metric));
    if (!compare_is_judged(compare, metric))
        kind = VERDICT_NONE;
    double below =
        metric_infos[metric].crosses ? least_crossing(compare, chain, metric) : INFINITY;
    if (kind == VERDICT_LAST_FLIPS && isfinite(below) && below > 0)
        snprintf(ret_text, VERDICT_SIZE, "only below %.2g/poll", below);
    else
        snprintf(ret_text, VERDICT_SIZE, "%s", compare_verdict_text(kind));
}

/* Those that tie stand in the lanes' order, which is the same in each run. */
static void settle_ties(unsigned order[], const bool ties[], unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        for (unsigned at = i; at > 0 && ties[at] && order[at - 1] > order[at]; at--) {
            unsigned lane = order[at];
            order[at] = order[at - 1];
            order[at - 1] = lane;
        }
}

/* a = b < c: best first, neighbours that tie with "=". */
static void describe_order(const struct compare *compare, enum metric metric,
                           char ret_text[ORDER_SIZE])
{
    struct judged figures[COMPARE_LANES_LIMIT];
    unsigned order[COMPARE_LANES_LIMIT];
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        figures[lane] = compare_judged(compare, metric, lane);
    unsigned count = verdict_order(figures, compare->lane_count, order);
    bool ties[COMPARE_LANES_LIMIT] = {false}; /* with the one before */
    for (unsigned i = 1; i < count; i++)
        ties[i] = compare_tie(compare, metric, order[i - 1], order[i]);
    settle_ties(order, ties, count);
    size_t len = 0;
    ret_text[0] = '\0';
    for (unsigned i = 0; i < count && len < ORDER_SIZE; i++) {
        const char *sign = i == 0 ? "" : ties[i] ? " = " : " < ";
        len += (size_t)snprintf(ret_text + len, ORDER_SIZE - len, "%s%s", sign,
                                compare->lanes[order[i]].name);
    }
}

/* ---- rows -------------------------------------------------------------------------------- */

static void report_verdicts(struct report *report, const struct compare *compare,
                            enum metric metric)
{
    for (unsigned i = 0; i < COMPARE_READINGS; i++) {
        unsigned chain[CHAIN];
        char text[VERDICT_SIZE] = "-";
        if (chain_of(compare, &compare_readings[i], chain))
            judge(compare, chain, metric, text);
        report_text(report, compare_readings[i].key, text);
    }
}

static void report_measured(struct report *report, const struct compare *compare,
                            enum metric metric)
{
    char order[ORDER_SIZE];
    report_row(report);
    report_text(report, "metric", metric_infos[metric].key);
    report_text(report, "of", "measured");
    report_text(report, "label", metric_infos[metric].label);
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        report_number(report, compare->lanes[lane].name, compare->figures[lane][metric].median);
    report_verdicts(report, compare, metric);
    describe_order(compare, metric, order);
    if (compare_is_judged(compare, metric) && order[0])
        report_text(report, "order", order);
}

static void report_predicted(struct report *report, const struct compare *compare,
                             enum metric metric)
{
    bool any = false;
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        any = any || !isnan(compare_predict(compare, lane, metric));
    if (!any)
        return;
    report_row(report);
    report_text(report, "metric", metric_infos[metric].key);
    report_text(report, "of", "model");
    report_text(report, "label", "  by the model");
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        report_number(report, compare->lanes[lane].name,
                      compare_predict(compare, lane, metric));
    for (unsigned i = 0; i < COMPARE_READINGS; i++)
        report_text(report, compare_readings[i].key, "");
}

/* ---- every figure of every repeat, for programs ------------------------------------------ */

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

/* What it came to, and how exactly that is known. */
static void add_figure(cJSON *object, const struct compare *compare, unsigned lane,
                       enum metric metric)
{
    const struct spread *figure = &compare->figures[lane][metric];
    cJSON *spread = cJSON_AddObjectToObject(object, metric_infos[metric].key);
    add_number(spread, "min", figure->min);
    add_number(spread, "median", figure->median);
    add_number(spread, "max", figure->max);
}

static void add_repeats(cJSON *object, const struct compare *compare, unsigned lane,
                        enum metric metric)
{
    unsigned count = metric < METRIC_IDLE_CPU ? compare->repeats : 1;
    cJSON *list = cJSON_AddArrayToObject(object, metric_infos[metric].key);
    bool told = !isnan(compare->figures[lane][metric].median);
    for (unsigned repeat = 0; repeat < count; repeat++) {
        double value = compare->values[lane][metric][repeat];
        cJSON_AddItemToArray(list, told && isfinite(value) ? cJSON_CreateNumber(value)
                                                           : cJSON_CreateNull());
    }
}

/* Of each share of the messages, the repeats' median. */
static void add_delays(cJSON *object, const struct compare *compare, unsigned lane)
{
    cJSON *list = cJSON_AddArrayToObject(object, "delay_ms");
    for (unsigned i = 0; i < DELAY_SHARES; i++) {
        double median = spread_of(compare->delays_ms[lane][i], compare->repeats).median;
        bool told = isfinite(median) && !compare_client_was_bottleneck(compare);
        cJSON_AddItemToArray(list, told ? cJSON_CreateNumber(median) : cJSON_CreateNull());
    }
}

static void add_lane(cJSON *list, const struct compare *compare, unsigned index)
{
    const struct lane *lane = &compare->lanes[index];
    const struct delivery *delivery = &lane->delivery;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "name", lane->name);
    cJSON_AddStringToObject(object, "transport", lane->kind->name);
    add_number(object, "published", (double)delivery->published);
    add_number(object, "delivered", (double)delivery->delivered);
    /* Cut short, nobody knows what would have come. */
    add_number(object, "lost", compare->cut_short ? NAN : (double)delivery_missing(delivery));
    add_number(object, "duplicates", (double)delivery->duplicates);
    add_number(object, "reordered", (double)delivery->reordered);
    add_number(object, "strange", (double)delivery->strange);
    add_number(object, "idle_request_cpu_us", compare->idle_requests[index][METRIC_CPU]);
    add_number(object, "idle_request_bytes", compare->idle_requests[index][METRIC_BYTES]);
    add_number(object, "idle_request_wire_bytes",
               compare->idle_requests[index][METRIC_WIRE_BYTES]);
    add_delays(object, compare, index);
    cJSON *repeats = cJSON_AddObjectToObject(object, "repeats");
    for (enum metric metric = 0; metric < METRICS; metric++)
        add_repeats(repeats, compare, index, metric);
    cJSON *figures = cJSON_AddObjectToObject(object, "figures");
    for (enum metric metric = 0; metric < METRICS; metric++)
        add_figure(figures, compare, index, metric);
}

/* ---- below the table --------------------------------------------------------------------- */

static void note_orders(struct report *report)
{
    const cJSON *row;
    report_note(report,
                "Best first; = is a tie: less than 3 %% apart (CPU: 5 %%; delays: 0.2 ms), "
                "or not surely more, by how evenly the repeats tell it.");
    cJSON_ArrayForEach(row, report->rows)
    {
        const cJSON *order = cJSON_GetObjectItemCaseSensitive(row, "order");
        if (cJSON_IsString(order))
            report_note(report, "  %-23s %s",
                        cJSON_GetObjectItemCaseSensitive(row, "label")->valuestring,
                        order->valuestring);
    }
}

/* One metric's, of one short poll against all others; empty: nothing is known. */
static void describe_crossings(const struct compare *compare, unsigned lane, enum metric metric,
                               cJSON *list, char ret_text[ORDER_SIZE])
{
    size_t len = 0;
    ret_text[0] = '\0';
    for (unsigned other = 0; other < compare->lane_count && len < ORDER_SIZE; other++) {
        if (compare->lanes[other].kind->reads == READS_NOW)
            continue;
        double crossing = compare_crossing(compare, lane, other, metric);
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "metric", metric_infos[metric].key);
        cJSON_AddStringToObject(object, "short_poll", compare->lanes[lane].name);
        cJSON_AddStringToObject(object, "other", compare->lanes[other].name);
        add_number(object, "messages_per_poll", crossing);
        cJSON_AddItemToArray(list, object);
        if (isfinite(crossing))
            len += (size_t)snprintf(ret_text + len, ORDER_SIZE - len, "%s%s %.2g",
                                    len > 0 ? ", " : "", compare->lanes[other].name, crossing);
    }
}

static void note_crossings(struct report *report, const struct compare *compare)
{
    cJSON *list = cJSON_AddArrayToObject(report->document, "crossings");
    report_note(report, "A short poll is the cheaper one from so many messages a poll, by what "
                        "this run has measured:");
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        for (enum metric metric = 0; metric < METRICS; metric++) {
            char text[ORDER_SIZE];
            if (compare->lanes[lane].kind->reads != READS_NOW || !metric_infos[metric].crosses)
                continue;
            describe_crossings(compare, lane, metric, list, text);
            if (text[0])
                report_note(report, "  %-12s %-23s %s", heading_of(&compare->lanes[lane]),
                            metric_infos[metric].label, text);
        }
}

static void note_regime(struct report *report, const struct compare *compare)
{
    double interval_s = (double)compare->settings.interval_ns / 1e9;
    double per_poll = compare->rate * interval_s;
    bool sparse = per_poll < 3;
    report_note(
        report,
        "The order asked about: WebSocket > long connection > long poll > short poll. "
        "The long connection is SSE, and the short poll closes its connection (order, "
        "close) or keeps it (order, kept); or it is keep-alive, over which a short poll "
        "goes, before one that closes (long = kept).");
    report_note(report,
                "Regime: %s messages, %.3g/s x a poll each %g s = %.3g messages a poll: %s "
                "To see the other: pushbench compare --rate %.3g",
                compare->poisson ? "Poisson" : "evenly spaced", compare->rate, interval_s,
                per_poll,
                sparse ? "sparse, push has little to gather." : "dense, a poll gathers many.",
                sparse ? 20 / interval_s : 0.5 / interval_s);
    if (compare->rate * compare->settings.round_trip_ms / 1e3 < 0.3)
        report_note(report,
                    "The round trip is short for this rate: long poll hardly waits. "
                    "It falls behind from about --rtt %.0f.",
                    300 / compare->rate);
}

static void note_doubts(struct report *report, const struct compare *compare)
{
    for (unsigned lane = 0; lane < compare->lane_count; lane++) {
        const struct delivery *delivery = &compare->lanes[lane].delivery;
        bool lost = delivery_missing(delivery) > 0 && !compare->cut_short;
        if (lost || delivery->duplicates || delivery->reordered || delivery->strange)
            report_broken(report, "%s: messages were lost, repeated, reordered or changed",
                          compare->lanes[lane].name);
    }
    if (compare->cut_short)
        report_note(
            report,
            "Cut short: this is what %u finished repeats have told. What was on its way "
            "then is neither counted nor missed; what waiting costs is not known.",
            compare->repeats);
    if (compare_late_ms(compare) > late_told_ms)
        report_note(report,
                    "The machine was busy, and messages were sent %.1f ms late on average: "
                    "delays that differ by less than twice that are called a tie.",
                    compare_late_ms(compare));
    if (compare->messages < metric_infos[METRIC_DELAY_MAX].least_messages)
        report_note(
            report,
            "Of %u messages in a repeat, the latest few are luck: mean, p50 and p90 of the "
            "delay are judged from 10 messages on, p99 from 100, p99.9 and max from 1,000 "
            "(--rate, --duration).",
            compare->messages);
    if (compare_client_was_bottleneck(compare))
        report_note(report,
                    "Delays and staleness are not told: the client was busy %.0f %% of the "
                    "time and would measure itself. Take fewer --clients or a lower --rate.",
                    compare->client_percent);
    if (compare->skipped > 0)
        report_note(report,
                    "%llu polls were left out: their client still waited for an answer. Take a "
                    "longer --interval.",
                    (unsigned long long)compare->skipped);
}

void compare_report(struct report *report, const struct compare *compare)
{
    report_column(report, "label", "", 0);
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        report_column(report, compare->lanes[lane].name, heading_of(&compare->lanes[lane]),
                      REPORT_DIGITS);
    for (unsigned i = 0; i < COMPARE_READINGS; i++)
        report_column(report, compare_readings[i].key, compare_readings[i].heading, 0);
    for (enum metric metric = 0; metric < METRICS; metric++) {
        report_measured(report, compare, metric);
        report_predicted(report, compare, metric);
    }
    cJSON_AddItemToObject(report->document, "delay_shares",
                          cJSON_CreateDoubleArray(delay_shares, DELAY_SHARES));
    cJSON *list = cJSON_AddArrayToObject(report->document, "transports");
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        add_lane(list, compare, lane);
    add_number(report->document, "client_cpu_percent", compare->client_percent);
    cJSON_AddBoolToObject(report->document, "cut_short", compare->cut_short);
    add_number(report->document, "late_ms", compare_late_ms(compare));
    note_orders(report);
    note_crossings(report, compare);
    note_regime(report, compare);
    note_doubts(report, compare);
}
