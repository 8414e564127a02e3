/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SET_SIZE = 96, RANGES_SIZE = 160 };

static const char *const aspect_labels[MAP_ASPECTS] = {
    [MAP_CPU] = "server CPU",
    [MAP_WIRE] = "wire bytes",
    [MAP_BUDGET] = "CPU within the delay",
    [MAP_MEMORY] = "memory",
};

static const char *const order_labels[MAP_ORDERS] = {
    [MAP_ORDER_CPU] = "CPU",
    [MAP_ORDER_WIRE] = "wire bytes",
    [MAP_ORDER_DELAY] = "mean delay",
};

/* As in the headings of compare. */
static const char *const short_names[COST_TRANSPORTS] = {"short,close", "short,kept",
                                                         "long_poll", "sse", "websocket"};

static void add_name(char text[SET_SIZE], const char *name)
{
    size_t len = strlen(text);
    snprintf(text + len, SET_SIZE - len, "%s%s", len > 0 ? "=" : "", name);
}

/* Short enough for a cell: a set that lacks one or none is told by that. */
static void describe_set(unsigned set, char ret_text[SET_SIZE])
{
    const unsigned all = (1U << COST_TRANSPORTS) - 1, lacks = all & ~set;
    const unsigned polls = 1U << COST_SHORT_POLL_CLOSE | 1U << COST_SHORT_POLL;
    ret_text[0] = '\0';
    if (lacks == 0)
        add_name(ret_text, "all tie");
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
        if (lacks == 1U << i)
            snprintf(ret_text, SET_SIZE, "all but %s", short_names[i]);
    if (ret_text[0])
        return;
    if ((set & polls) == polls)
        add_name(ret_text, "short polls");
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
        if ((set >> i & 1) && !((set & polls) == polls && (polls >> i & 1)))
            add_name(ret_text, short_names[i]);
}

/* ---- what was to be expected ------------------------------------------------------------- */

/* A poll costs as much as so many messages that are pushed one by one. */
static const double poll_cpu = 3.5, poll_wire = 8;

/* Where short poll takes over; or it does not, when push may gather as long as this. */
static const char *expected(const struct map_settings *settings, enum map_aspect aspect)
{
    double interval_ms = (double)settings->interval_ms;
    double delay_ms = interval_ms / 2 + settings->round_trip_ms / 2;
    double gathers = (double)settings->coalesce_ms / interval_ms;
    if (aspect == MAP_MEMORY)
        return "none";
    if (aspect == MAP_BUDGET && delay_ms > settings->max_delay_ms)
        return "short poll is too late";
    if (gathers * (aspect == MAP_WIRE ? poll_wire : poll_cpu) >= 1)
        return "none: push gathers too";
    if (gathers > 0)
        return "later: push gathers too";
    return aspect == MAP_WIRE ? "short poll from 8/poll" : "short poll from 3-4/poll";
}

/* Of theory's flips between the same transports the nearest one; NAN: none. */
static double theory_of(const struct map_theory_flip theirs[], unsigned count,
                        const struct map_flip *flip, double rate)
{
    double found = NAN;
    for (unsigned i = 0; i < count; i++) {
        if (!(theirs[i].to & flip->to) || !(theirs[i].from & flip->from))
            continue;
        if (isnan(found) || fabs(log(theirs[i].rate / rate)) < fabs(log(found / rate)))
            found = theirs[i].rate;
    }
    return found;
}

/* ---- rows -------------------------------------------------------------------------------- */

static void begin_row(struct report *report, const struct map_series *series,
                      enum map_aspect aspect, unsigned from)
{
    char text[SET_SIZE];
    describe_set(from, text);
    report_row(report);
    report_text(report, "label", aspect_labels[aspect]);
    report_text(report, "aspect", map_aspect_keys[aspect]);
    report_number(report, "clients", series->clients);
    if (from == 0)
        snprintf(text, sizeof(text), "%s", aspect == MAP_BUDGET ? "none in time" : "not known");
    report_text(report, "from", text);
}

static void report_flip(struct report *report, const struct map *map,
                        const struct map_series *series, enum map_aspect aspect,
                        const struct map_flip *flip)
{
    struct map_theory_flip theirs[MAP_RATES_LIMIT];
    char text[SET_SIZE];
    double rate = map_flip_rate(series, aspect, flip);
    struct map_zone zone = map_flip_zone(series, aspect, flip);
    double theory =
        theory_of(theirs, map_theory_flips(map, series, aspect, theirs), flip, rate);
    begin_row(report, series, aspect, flip->from);
    describe_set(flip->to, text);
    report_text(report, "to", text);
    report_number(report, "rate", rate);
    snprintf(text, sizeof(text), "%.3g-%.3g", series->points[zone.before].rate,
             series->points[zone.after].rate);
    report_text(report, "within", text);
    report_number(report, "per_poll", rate * (double)map->settings.interval_ms / 1e3);
    report_number(report, "theory_rate", theory);
    report_number(report, "residual", rate / theory);
    bool foreseen = flip->to & (1U << COST_SHORT_POLL | 1U << COST_SHORT_POLL_CLOSE);
    report_text(report, "expected", foreseen ? expected(&map->settings, aspect) : "");
}

static void report_aspect(struct report *report, const struct map *map,
                          const struct map_series *series, enum map_aspect aspect)
{
    struct map_flip flips[MAP_RATES_LIMIT];
    unsigned count = map_flips(series, aspect, flips), always = 0;
    for (unsigned i = 0; i < count; i++)
        report_flip(report, map, series, aspect, &flips[i]);
    if (count > 0)
        return;
    for (unsigned i = 0; i < series->count; i++)
        if (series->points[i].cheapest[aspect])
            always = always ? always & series->points[i].cheapest[aspect]
                            : series->points[i].cheapest[aspect];
    begin_row(report, series, aspect, always);
    report_text(report, "to", "no flip");
    report_nothing(report, "rate");
    report_text(report, "within", "");
    report_nothing(report, "per_poll");
    report_nothing(report, "theory_rate");
    report_nothing(report, "residual");
    report_text(report, "expected", expected(&map->settings, aspect));
}

/* ---- the textbook's order ---------------------------------------------------------------- */

static bool order_holds(enum verdict_kind kind)
{
    return kind == VERDICT_HOLDS || kind == VERDICT_TIES || kind == VERDICT_ALL_TIE;
}

/* order MAP_ORDERS: all of them. */
static bool holds_at(const struct map_point *point, enum map_order order)
{
    bool whole = true;
    for (enum map_order i = 0; i < MAP_ORDERS; i++)
        whole = whole && order_holds(point->orders[i]);
    return order == MAP_ORDERS ? whole : order_holds(point->orders[order]);
}

/* The rates at which it does, as ranges of neighbouring points. */
static void describe_ranges(const struct map_series *series, enum map_order order,
                            char ret_text[RANGES_SIZE])
{
    size_t len = 0;
    ret_text[0] = '\0';
    for (unsigned i = 0; i < series->count && len < RANGES_SIZE; i++) {
        unsigned first = i;
        if (!holds_at(&series->points[i], order))
            continue;
        while (i + 1 < series->count && holds_at(&series->points[i + 1], order))
            i++;
        len += (size_t)snprintf(ret_text + len, RANGES_SIZE - len, "%s%.3g", len ? ", " : "",
                                series->points[first].rate);
        if (i > first && len < RANGES_SIZE)
            len += (size_t)snprintf(ret_text + len, RANGES_SIZE - len, " to %.3g",
                                    series->points[i].rate);
    }
    if (len == 0)
        snprintf(ret_text, RANGES_SIZE, "nowhere");
}

static void note_orders(struct report *report, const struct map *map)
{
    report_note(report,
                "WebSocket > long connection (SSE) > long poll > short poll (kept) holds, "
                "ties allowed, at these messages a second:");
    for (unsigned i = 0; i < map->count; i++)
        for (enum map_order order = 0; order <= MAP_ORDERS && map->series[i].count > 0;
             order++) {
            char text[RANGES_SIZE];
            describe_ranges(&map->series[i], order, text);
            report_note(report, "  %6u clients, %-11s %s", map->series[i].clients,
                        order == MAP_ORDERS ? "whole:" : order_labels[order], text);
        }
}

/* ---- measured by model ------------------------------------------------------------------- */

static struct spread residuals(const struct map *map, enum cost_transport transport,
                               enum metric metric)
{
    double ratios[SPREAD_LIMIT];
    unsigned count = 0;
    for (unsigned i = 0; i < map->count; i++)
        for (unsigned j = 0; j < map->series[i].count && count < SPREAD_LIMIT; j++) {
            const struct map_point *point = &map->series[i].points[j];
            double ratio =
                point->figures[transport][metric].median / point->model[transport][metric];
            if (!point->composed && isfinite(ratio))
                ratios[count++] = ratio;
        }
    return spread_of(ratios, count);
}

static void note_residuals(struct report *report, const struct map *map)
{
    report_note(report, "Measured by model, the median of all points (least to most):");
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        struct spread cpu = residuals(map, i, METRIC_CPU);
        struct spread wire = residuals(map, i, METRIC_WIRE_BYTES);
        struct spread delay = residuals(map, i, METRIC_DELAY_MEAN);
        if (isfinite(cpu.median))
            report_note(report,
                        "  %-12s CPU %.2f (%.2f to %.2f), wire bytes %.2f (%.2f to %.2f), mean "
                        "delay %.2f (%.2f to %.2f)",
                        short_names[i], cpu.median, cpu.min, cpu.max, wire.median, wire.min,
                        wire.max, delay.median, delay.min, delay.max);
    }
}

/* ---- below the table --------------------------------------------------------------------- */

static void note_settings(struct report *report, const struct map *map)
{
    const struct map_settings *settings = &map->settings;
    unsigned points = 0, composed = 0;
    for (unsigned i = 0; i < map->count; i++)
        for (unsigned j = 0; j < map->series[i].count; j++) {
            points++;
            composed += map->series[i].points[j].composed;
        }
    report_note(report,
                "A poll each %g s, %llu bytes, %s feed, headers of a %s, round trip %g ms, "
                "heartbeat %llu s, coalescing %llu ms; delay allowed: %g ms on average.",
                (double)settings->interval_ms / 1e3, (unsigned long long)settings->payload,
                settings->feed,
                strcmp(settings->headers, "browser") == 0 ? "browser" : "minimal client",
                settings->round_trip_ms, (unsigned long long)settings->heartbeat_s,
                (unsigned long long)settings->coalesce_ms, settings->max_delay_ms);
    report_note(
        report,
        "%u points, %u of them composed: below %.2g messages/s there are too few to wait "
        "for; what an idle second and a message alone cost was measured.",
        points, composed, map_measured_from(settings));
    for (unsigned i = 0; i < map->count; i++) {
        const struct map_series *series = &map->series[i];
        if (series->complete && series->count > 0 &&
            series->points[series->count - 1].rate < settings->rate_most * 0.99)
            report_note(
                report,
                "%u clients end at %.3g messages/s: more would measure what this machine "
                "or a poll's answer can hold.",
                series->clients, series->points[series->count - 1].rate);
    }
}

void map_report(struct report *report, const struct map *map)
{
    report_column(report, "label", "cheapest in", 0);
    report_column(report, "clients", "clients", 0);
    report_column(report, "from", "below", 0);
    report_column(report, "to", "above", 0);
    report_column(report, "rate", "flips at 1/s", REPORT_DIGITS);
    report_column(report, "within", "ties", 0);
    report_column(report, "per_poll", "= per poll", REPORT_DIGITS);
    report_column(report, "theory_rate", "theory 1/s", REPORT_DIGITS);
    report_column(report, "residual", "measured/th.", REPORT_DIGITS);
    report_column(report, "expected", "expected", 0);
    for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++)
        for (unsigned i = 0; i < map->count; i++)
            if (map->series[i].count > 0)
                report_aspect(report, map, &map->series[i], aspect);
    note_settings(report, map);
    map_explain(report, map);
    note_orders(report, map);
    note_residuals(report, map);
}
