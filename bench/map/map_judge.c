/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <math.h>

enum {
    TIME_WAIT_S = 60,      /* how long the kernel remembers a connection that it ended */
    TIME_WAIT_BYTES = 256, /* with so much: tw_sock_TCP in slabinfo */
    CHAIN = 4,
};

const enum metric map_judged[MAP_JUDGED] = {METRIC_CPU, METRIC_WIRE_BYTES, METRIC_DELAY_MEAN};

const char *const map_aspect_keys[MAP_ASPECTS] = {
    [MAP_CPU] = "cpu", [MAP_WIRE] = "wire", [MAP_BUDGET] = "budget", [MAP_MEMORY] = "memory"};

const char *const map_order_keys[MAP_ORDERS] = {
    [MAP_ORDER_CPU] = "cpu", [MAP_ORDER_WIRE] = "wire", [MAP_ORDER_DELAY] = "delay"};

bool map_in_budget(const struct map_settings *settings, double delay_ms)
{
    return delay_ms <= settings->max_delay_ms;
}

struct spread map_memory(const struct map_series *series, const struct map_point *point,
                         enum cost_transport transport)
{
    double off = (USER_RESOLUTION + KERNEL_RESOLUTION) / (double)series->clients;
    double ended = point->figures[transport][METRIC_OPENS].median / 60 * TIME_WAIT_S;
    double bytes = series->user_bytes[transport] + series->kernel_bytes[transport] +
                   (isnan(ended) ? 0 : ended) * TIME_WAIT_BYTES;
    return (struct spread){bytes - off, bytes, bytes + off};
}

static struct spread figure_of(const struct map_series *series, const struct map_point *point,
                               enum map_aspect aspect, enum cost_transport transport)
{
    if (aspect == MAP_MEMORY)
        return map_memory(series, point, transport);
    return point->figures[transport][aspect == MAP_WIRE ? METRIC_WIRE_BYTES : METRIC_CPU];
}

static enum metric metric_of(enum map_aspect aspect)
{
    if (aspect == MAP_MEMORY)
        return METRIC_KERNEL_MEMORY;
    return aspect == MAP_WIRE ? METRIC_WIRE_BYTES : METRIC_CPU;
}

/* As in compare: all transports were measured at the same times. */
static struct judged judged_of(const struct map_point *point, enum metric metric,
                               enum cost_transport transport, struct spread spread)
{
    struct judged judged = {.spread = spread};
    for (unsigned i = 0; i < MAP_JUDGED; i++)
        if (map_judged[i] == metric) {
            judged.repeats = point->repeats[transport][i];
            judged.count = point->repeat_count;
        }
    return judged;
}

static struct tolerance tolerance_of(const struct map_point *point, enum metric metric)
{
    return compare_tolerance(metric, point->rate, point->late_ms);
}

static unsigned cheapest(const struct map_settings *settings, const struct map_series *series,
                         const struct map_point *point, enum map_aspect aspect)
{
    const struct tolerance tolerance = tolerance_of(point, metric_of(aspect));
    struct judged figures[COST_TRANSPORTS];
    unsigned order[COST_TRANSPORTS], best = 0;
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        double delay_ms = point->figures[i][METRIC_DELAY_MEAN].median;
        struct spread spread = figure_of(series, point, aspect, i);
        figures[i] = judged_of(point, metric_of(aspect), i, spread);
        if (aspect == MAP_BUDGET && isnan(delay_ms))
            return 0;
        if (aspect == MAP_BUDGET && !map_in_budget(settings, delay_ms))
            figures[i].spread.median = NAN;
        else if (isnan(spread.median))
            return 0;
    }
    unsigned count = verdict_order(figures, COST_TRANSPORTS, order);
    for (unsigned i = 0; i < count; i++)
        if (verdict_tie(&figures[order[0]], &figures[order[i]], tolerance))
            best |= 1U << order[i];
    return best;
}

/* WebSocket > long connection (SSE) > long poll > short poll, the one on keep-alive. */
static enum verdict_kind order_of(const struct map_point *point, enum metric metric)
{
    static const enum cost_transport chain[CHAIN] = {COST_WEBSOCKET, COST_SSE, COST_LONG_POLL,
                                                     COST_SHORT_POLL};
    struct judged figures[CHAIN];
    for (unsigned i = 0; i < CHAIN; i++)
        figures[i] = judged_of(point, metric, chain[i], point->figures[chain[i]][metric]);
    return verdict_of(figures, CHAIN, tolerance_of(point, metric));
}

void map_judge(const struct map_settings *settings, const struct map_series *series,
               struct map_point *point)
{
    for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++)
        point->cheapest[aspect] = cheapest(settings, series, point, aspect);
    point->orders[MAP_ORDER_CPU] = order_of(point, METRIC_CPU);
    point->orders[MAP_ORDER_WIRE] = order_of(point, METRIC_WIRE_BYTES);
    point->orders[MAP_ORDER_DELAY] = order_of(point, METRIC_DELAY_MEAN);
}

unsigned map_flips(const struct map_series *series, enum map_aspect aspect,
                   struct map_flip ret_flips[MAP_RATES_LIMIT])
{
    unsigned sets[MAP_RATES_LIMIT];
    for (unsigned i = 0; i < series->count; i++)
        sets[i] = series->points[i].cheapest[aspect];
    return map_grid_flips(sets, series->count, ret_flips);
}

/* Of a set, the one with the least figure. */
static enum cost_transport best_of(const struct map_series *series,
                                   const struct map_point *point, enum map_aspect aspect,
                                   unsigned set)
{
    enum cost_transport best = COST_TRANSPORTS;
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
        if ((set >> i & 1) &&
            (best == COST_TRANSPORTS || figure_of(series, point, aspect, i).median <
                                            figure_of(series, point, aspect, best).median))
            best = i;
    return best;
}

struct map_zone map_flip_zone(const struct map_series *series, enum map_aspect aspect,
                              const struct map_flip *flip)
{
    struct map_zone zone = {flip->before, flip->after};
    while (zone.before > 0 && (series->points[zone.before].cheapest[aspect] & flip->to ||
                               series->points[zone.before].cheapest[aspect] == 0))
        zone.before--;
    return zone;
}

/* Where they tie, figures may pass each other more than once: the middle of the first time and
 * the last. */
double map_flip_rate(const struct map_series *series, enum map_aspect aspect,
                     const struct map_flip *flip)
{
    struct map_zone zone = map_flip_zone(series, aspect, flip);
    const struct map_point *first = &series->points[zone.before];
    const struct map_point *last = &series->points[zone.after];
    enum cost_transport from = best_of(series, first, aspect, flip->from);
    enum cost_transport to = best_of(series, last, aspect, flip->to);
    double earliest = NAN, latest = sqrt(first->rate * last->rate), before_ratio = NAN;
    for (unsigned i = zone.before; i <= zone.after; i++) {
        const struct map_point *point = &series->points[i];
        double ratio = figure_of(series, point, aspect, from).median /
                       figure_of(series, point, aspect, to).median;
        if (before_ratio <= 1 && ratio > 1) {
            latest =
                map_grid_crossing(series->points[i - 1].rate, before_ratio, point->rate, ratio);
            earliest = fmin(earliest, latest); /* passes over NAN */
        }
        before_ratio = ratio;
    }
    return isnan(earliest) ? latest : sqrt(earliest * latest);
}
