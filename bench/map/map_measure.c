/* SPDX-License-Identifier: MIT
 *
 * One number of clients: the lanes are opened once, and stand while one rate after the other is
 * published.
 */
#include "map.h"

#include "../compare/timetable.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MESSAGES_LEAST = 2, /* in a repeat, or there is nothing to be measured */
    STRETCHED_S = 2,    /* so long a shorter repeat may become for them */
    /* A poll is given 1,000 messages at most. */
    MESSAGES_PER_POLL_LIMIT = 900,
    /* To all clients of a lane in a second; more, and the machine is measured instead. */
    DELIVERIES_PER_S = 10000,
    FAR_DELIVERIES_PER_S = 3000, /* through a relay */
    OPENING_MS = 4000,           /* about */
    WARM_UP_MS = 500,            /* besides what is on its way */
    BEGIN_MS = 5,
    BEHIND_PERCENT = 2, /* of a repeat's messages that may wait for the publisher */
    BEHIND_LEAST = 3,
    PIECES_LIMIT = 32, /* of the quiet stretch */
};

static const int64_t ms_ns = 1000000, s_ns = 1000000000;
/* Where the cheapest changes is known well enough. */
static const double close_ratio = 1.25;

struct row {
    struct map *map;
    struct map_series *series;
    struct compare *compare;
    struct compare_run *run;
    int64_t *due_ns;
    int64_t start_ns;
    unsigned room;    /* for messages */
    bool overwhelmed; /* the machine does not even catch up */
};

struct lateness {
    double late_ms, messages;
};

double map_measured_from(const struct map_settings *settings)
{
    return MESSAGES_LEAST / fmax((double)settings->duration_s, STRETCHED_S);
}

/* Up to which rate a series is measured. */
static double rate_limit(const struct map_settings *settings, unsigned clients)
{
    bool far = settings->round_trip_ms > 0 || settings->jitter_ms > 0;
    double deliveries = far ? FAR_DELIVERIES_PER_S : DELIVERIES_PER_S;
    double a_poll = MESSAGES_PER_POLL_LIMIT * 1e3 / (double)settings->interval_ms;
    return fmin(settings->rate_most, fmin(a_poll, deliveries / clients));
}

/* ---- how long ---------------------------------------------------------------------------- */

static int64_t warm_up_ns(const struct map_settings *settings)
{
    double on_the_way_ms = settings->round_trip_ms + (double)settings->jitter_ms;
    int64_t ms = (int64_t)settings->interval_ms + (int64_t)on_the_way_ms;
    return (ms > WARM_UP_MS ? ms : WARM_UP_MS) * ms_ns;
}

static int64_t quiet_ns(const struct map_settings *settings)
{
    return (int64_t)settings->heartbeat_s * s_ns;
}

/* Of a repeat, which has whole messages. */
static unsigned messages_of(const struct map_settings *settings, double rate)
{
    return (unsigned)fmax(MESSAGES_LEAST, ceil(rate * (double)settings->duration_s - 1e-6));
}

static int64_t repeat_ns(const struct map_settings *settings, double rate)
{
    return (int64_t)(messages_of(settings, rate) / rate * 1e9);
}

static int64_t point_ns(const struct map_settings *settings, double rate)
{
    return warm_up_ns(settings) + (int64_t)settings->repeats * repeat_ns(settings, rate);
}

static bool is_composed(const struct map_settings *settings, double rate)
{
    return rate < map_measured_from(settings) * (1 - 1e-6);
}

/* The rates of the coarse grid. */
static unsigned coarse(const struct map_settings *settings, const struct map_series *series,
                       double ret_rates[MAP_RATES_LIMIT])
{
    double most = fmin(rate_limit(settings, series->clients), series->rate_most);
    double least = fmin(settings->rate_least, most);
    return map_grid_coarse(least, most, (unsigned)settings->per_decade, ret_rates);
}

int64_t map_duration_ns(const struct map *map, const struct map_series *series)
{
    const struct map_settings *settings = &map->settings;
    double rates[MAP_RATES_LIMIT];
    if (series->complete)
        return 0;
    int64_t all_ns = OPENING_MS * ms_ns + (series->idle_known ? 0 : quiet_ns(settings));
    unsigned count = coarse(settings, series, rates);
    for (unsigned i = 0; i < count; i++)
        if (!is_composed(settings, rates[i]) && !map_has(series, rates[i]))
            all_ns += point_ns(settings, rates[i]);
    return all_ns + (int64_t)settings->refine * point_ns(settings, rates[count - 1]);
}

/* ---- one point --------------------------------------------------------------------------- */

/* Adds messages to the timetable, from so long after the start on. */
static void add_messages(struct row *row, unsigned count, int64_t from_ns, int64_t duration_ns)
{
    const struct map_settings *settings = &row->map->settings;
    unsigned *messages = &row->compare->settings.messages;
    int64_t *due_ns = row->due_ns + *messages;
    if (count == 0 || count > row->room - *messages)
        return;
    timetable_fill(row->compare->poisson, settings->seed + *messages, count, duration_ns,
                   due_ns);
    for (unsigned i = 0; i < count; i++)
        due_ns[i] += from_ns;
    *messages += count;
}

/* The publishers did not keep to the timetable. */
static bool is_behind(const struct row *row)
{
    const struct compare *compare = row->compare;
    unsigned allowed = compare->messages * BEHIND_PERCENT / 100 + BEHIND_LEAST;
    for (unsigned i = 0; i < compare->lane_count; i++)
        if (compare->lanes[i].delivery.published + allowed < compare->settings.messages)
            return true;
    return false;
}

static bool catch_up(struct row *row)
{
    bool good = compare_drain(row->run);
    for (unsigned i = 0; i < row->compare->lane_count; i++)
        row->overwhelmed = row->overwhelmed || !lane_done(&row->compare->lanes[i]);
    return good;
}

/* By how much all messages so far were sent late, together; and how many these are. */
static struct lateness lateness_of(const struct compare *compare)
{
    struct lateness sum = {0, 0};
    for (unsigned i = 0; i < compare->lane_count; i++) {
        sum.late_ms += (double)compare->lanes[i].late_ns / 1e6;
        sum.messages += (double)compare->lanes[i].delivery.published;
    }
    return sum;
}

static void take_figures(const struct row *row, double rate, const struct lateness *before,
                         struct map_point *ret_point)
{
    const struct compare *compare = row->compare;
    const struct lateness after = lateness_of(compare);
    double messages = after.messages - before->messages;
    *ret_point = (struct map_point){
        .rate = rate,
        .client_percent = compare->client_percent,
        .repeat_count = compare->repeats,
        .late_ms = messages > 0 ? (after.late_ms - before->late_ms) / messages : 0};
    for (unsigned i = 0; i < compare->lane_count; i++) {
        enum cost_transport transport = cost_transport_find(compare->lanes[i].name);
        if (transport == COST_TRANSPORTS)
            continue;
        memcpy(ret_point->figures[transport], compare->figures[i], sizeof(compare->figures[i]));
        for (unsigned judged = 0; judged < MAP_JUDGED; judged++)
            memcpy(ret_point->repeats[transport][judged],
                   compare->values[i][map_judged[judged]],
                   sizeof(ret_point->repeats[transport][judged]));
    }
}

/* Each repeat has whole messages, so it is as long as these take. *ret_kept_up is false when
 * the machine could not: then nothing is entered, and higher rates are out of reach. */
static bool measure_point(struct row *row, double rate, bool *ret_kept_up)
{
    const struct map_settings *settings = &row->map->settings;
    struct compare *compare = row->compare;
    unsigned each = messages_of(settings, rate);
    int64_t each_ns = repeat_ns(settings, rate);
    int64_t begin_ns = now_ns() + BEGIN_MS * ms_ns + warm_up_ns(settings);
    int64_t from_ns = begin_ns - row->start_ns - warm_up_ns(settings);
    const struct lateness before = lateness_of(compare);
    struct map_point point;
    compare->rate = rate;
    compare->messages = each;
    compare->finished = 0;
    compare_space_lanes(compare);
    add_messages(row, (unsigned)(rate * (double)warm_up_ns(settings) / 1e9), from_ns,
                 warm_up_ns(settings));
    for (unsigned i = 0; i < settings->repeats; i++)
        add_messages(row, each, begin_ns - row->start_ns + (int64_t)i * each_ns, each_ns);
    if (!compare_run_until(row->run, begin_ns) ||
        !compare_run_repeats(row->run, begin_ns, each_ns))
        return false;
    *ret_kept_up = !is_behind(row);
    if (!*ret_kept_up)
        return catch_up(row);
    compare_finish_figures(compare);
    take_figures(row, rate, &before, &point);
    map_judge(settings, row->series, &point);
    map_enter(row->series, &point);
    return true;
}

static bool compose_point(struct row *row, double rate)
{
    struct map_point point;
    if (!map_compose(&row->map->settings, row->series, rate, &point))
        return false;
    map_judge(&row->map->settings, row->series, &point);
    map_enter(row->series, &point);
    return true;
}

/* ---- all points -------------------------------------------------------------------------- */

static bool measure_coarse(struct row *row)
{
    const struct map_settings *settings = &row->map->settings;
    double rates[MAP_RATES_LIMIT];
    unsigned count = coarse(settings, row->series, rates);
    bool good = true, kept_up = true;
    for (unsigned i = 0; good && kept_up && i < count; i++) {
        if (is_composed(settings, rates[i]) || map_has(row->series, rates[i]))
            continue;
        good = measure_point(row, rates[i], &kept_up);
        if (!kept_up)
            row->series->rate_most = rates[i - (i > 0)];
    }
    return good;
}

/* In pieces as long as repeats, which together are as long as a heartbeat's interval: each
 * stream has exactly one then. They come close together, as the clients were opened, so the
 * pieces' median has none. */
static unsigned pieces_of(const struct map_settings *settings)
{
    uint64_t pieces = settings->heartbeat_s / settings->duration_s;
    return pieces < 1 ? 1 : pieces < PIECES_LIMIT ? (unsigned)pieces : PIECES_LIMIT;
}

static void take_idle(struct row *row, double (*pieces)[PIECES_LIMIT], unsigned count)
{
    for (unsigned i = 0; i < COST_TRANSPORTS * METRICS; i++) {
        double sum = 0;
        for (unsigned j = 0; j < count; j++)
            sum += pieces[i][j];
        row->series->idle[i / METRICS][i % METRICS] = sum / count;
        row->series->calm[i / METRICS][i % METRICS] = spread_of(pieces[i], count).median;
    }
    row->series->idle_known = true;
}

/* What a second costs in which nothing is published. */
static bool measure_idle(struct row *row)
{
    struct compare *compare = row->compare;
    double pieces[COST_TRANSPORTS * METRICS][PIECES_LIMIT] = {{0}};
    unsigned count = pieces_of(&row->map->settings);
    if (row->series->idle_known)
        return true;
    if (!compare_drain(row->run) || !compare_settle(row->run))
        return false;
    /* One behind the other: a hold that ends in between would not be counted. */
    for (unsigned piece = 0; piece < count; piece++) {
        if (!compare_run_quiet(row->run, quiet_ns(&row->map->settings) / count))
            return false;
        for (unsigned i = 0; i < compare->lane_count; i++) {
            enum cost_transport transport = cost_transport_find(compare->lanes[i].name);
            for (enum metric metric = 0; transport < COST_TRANSPORTS && metric < METRICS;
                 metric++)
                pieces[transport * METRICS + metric][piece] = compare->idle_seconds[i][metric];
        }
    }
    take_idle(row, pieces, count);
    return true;
}

static bool compose_coarse(struct row *row)
{
    double rates[MAP_RATES_LIMIT];
    unsigned count = coarse(&row->map->settings, row->series, rates);
    bool good = true;
    for (unsigned i = 0; good && i < count; i++)
        good = map_has(row->series, rates[i]) || !is_composed(&row->map->settings, rates[i]) ||
               compose_point(row, rates[i]);
    return good;
}

/* Amid the widest stretch in which the cheapest changes; NAN: there is none. */
static double next_rate(const struct map_series *series)
{
    struct map_flip flips[MAP_ASPECTS * MAP_RATES_LIMIT];
    double rates[MAP_RATES_LIMIT];
    unsigned count = 0;
    for (unsigned i = 0; i < series->count; i++)
        rates[i] = series->points[i].rate;
    for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++)
        count += map_flips(series, aspect, flips + count);
    return series->count < MAP_RATES_LIMIT ? map_grid_between(rates, flips, count, close_ratio)
                                           : NAN;
}

static bool refine(struct row *row)
{
    const struct map_settings *settings = &row->map->settings;
    bool good = true, kept_up = true;
    for (uint64_t measured = 0; good && kept_up && !row->overwhelmed;) {
        double rate = next_rate(row->series);
        if (isnan(rate))
            break;
        if (is_composed(settings, rate)) {
            good = compose_point(row, rate);
            continue;
        }
        if (measured++ == settings->refine)
            break;
        good = measure_point(row, rate, &kept_up);
    }
    return good;
}

/* ---- the lanes --------------------------------------------------------------------------- */

static void check_deliveries(const struct row *row, struct report *report)
{
    const struct compare *compare = row->compare;
    for (unsigned i = 0; i < compare->lane_count; i++) {
        const struct delivery *delivery = &compare->lanes[i].delivery;
        bool missing = delivery_missing(delivery) > 0 && !row->overwhelmed;
        if (missing || delivery->duplicates || delivery->reordered || delivery->strange)
            report_broken(report,
                          "%s, %u clients: messages were lost, repeated, reordered or changed",
                          compare->lanes[i].name, row->series->clients);
    }
    if (row->overwhelmed)
        report_note(report,
                    "%u clients: the machine did not keep up with %.3g messages/s, and did not "
                    "catch up either. Take fewer clients, or a quieter machine.",
                    row->series->clients, compare->rate);
    if (compare->skipped > 0)
        report_note(report,
                    "%u clients: %llu polls were left out, since their client still waited for "
                    "an answer. Take a longer --interval.",
                    row->series->clients, (unsigned long long)compare->skipped);
}

static bool prepare(struct row *row)
{
    const struct map_settings *settings = &row->map->settings;
    double rate = rate_limit(settings, row->series->clients);
    double seconds = (double)point_ns(settings, rate) / 1e9 + 1;
    unsigned least = 1 + MESSAGES_LEAST * (unsigned)settings->repeats;
    row->room = (unsigned)(rate * seconds * MAP_RATES_LIMIT / 2) + MAP_RATES_LIMIT * least;
    row->due_ns = calloc(row->room, sizeof(*row->due_ns));
    row->compare = calloc(1, sizeof(*row->compare));
    if (!row->due_ns || !row->compare)
        return false;
    row->compare->poisson = strcmp(settings->feed, "poisson") == 0;
    row->compare->repeats = (unsigned)settings->repeats;
    row->compare->settings = (struct lane_settings){
        .common = settings->common,
        .flush = settings->flush,
        .clients = row->series->clients,
        .payload = (unsigned)settings->payload,
        .heartbeat_s = (unsigned)settings->heartbeat_s,
        .coalesce_ms = (unsigned)settings->coalesce_ms,
        .jitter_ms = (unsigned)settings->jitter_ms,
        .round_trip_ms = settings->round_trip_ms,
        .interval_ns = (int64_t)settings->interval_ms * ms_ns,
        .browser = strcmp(settings->headers, "browser") == 0,
        .due_ns = row->due_ns,
        .room = row->room,
    };
    return true;
}

static bool open_lanes(struct row *row, struct report *report)
{
    struct compare *compare = row->compare;
    if (!compare_start_lanes(compare, report) || !compare_open_lanes(compare))
        return false;
    row->start_ns = now_ns();
    for (unsigned i = 0; i < compare->lane_count; i++) {
        const struct lane *lane = &compare->lanes[i];
        enum cost_transport transport = cost_transport_find(lane->name);
        lane_begin(&compare->lanes[i], row->start_ns);
        if (transport == COST_TRANSPORTS)
            continue;
        row->series->user_bytes[transport] = lane->user_bytes;
        row->series->kernel_bytes[transport] = lane->kernel_bytes;
    }
    return true;
}

bool map_measure(struct map *map, struct map_series *series, struct report *report,
                 struct compare_run *run)
{
    struct row row = {.map = map, .series = series, .run = run};
    bool good = prepare(&row);
    if (!good)
        fprintf(stderr, "pushbench map: no memory for so many messages\n");
    run->compare = row.compare;
    good = good && open_lanes(&row, report) && measure_coarse(&row);
    if (!row.overwhelmed)
        good = good && measure_idle(&row) && compose_coarse(&row) && refine(&row) &&
               compare_drain(run);
    series->complete = good;
    if (series->complete)
        check_deliveries(&row, report);
    if (row.compare)
        good = compare_stop_lanes(row.compare) && series->complete;
    free(row.due_ns);
    free(row.compare);
    return good;
}
