/* SPDX-License-Identifier: MIT */
#include "calibrate.h"

#include "../spread.h"
#include "cost_measure.h"

#include <math.h>

enum { HEARTBEAT_S = 2, PHASES_LIMIT = 3 };

/*
 * Few clients and many, short and long messages, sparse and dense: what costs is told apart by
 * what changes from one to the next. A poll's interval differs too, so that polls are both
 * rarer and more often than messages; one stop is far away, and at one servers gather, which
 * tells what a write costs from what a message costs.
 */
static const struct {
    unsigned clients, payload_bytes;
    double interval_s, round_trip_s, coalesce_s;
    unsigned count; /* of phases */
    struct cost_phase phases[PHASES_LIMIT];
} tour[] = {
    {8, 100, 0.25, 0, 0, 3, {{0, 2}, {3, 4}, {200, 4}}},
    {150, 100, 0.25, 0, 0, 3, {{0, 2}, {2, 4}, {12, 4}}},
    {30, 4000, 0.5, 0.02, 0, 3, {{1, 4}, {5, 4}, {15, 4}}},
    {60, 100, 0.25, 0, 0.1, 1, {{60, 4}}},
};

enum { STOPS = sizeof(tour) / sizeof(tour[0]), SAMPLES_LIMIT = STOPS * PHASES_LIMIT };

static struct cost_run run_at(unsigned stop)
{
    return (struct cost_run){
        .point = {.times = {.poisson = true,
                            .interval_s = tour[stop].interval_s,
                            .round_trip_s = tour[stop].round_trip_s,
                            .hold_s = HEARTBEAT_S},
                  .clients = tour[stop].clients,
                  .payload_bytes = tour[stop].payload_bytes,
                  .heartbeat_s = HEARTBEAT_S,
                  .coalesce_s = tour[stop].coalesce_s},
        .phases = tour[stop].phases,
        .count = tour[stop].count,
        .seed = 1,
    };
}

/* ---- the constants ----------------------------------------------------------------------- */

void calibrated_range_widen(struct calibrated_range *range, double value)
{
    range->least = fmin(range->least, value);
    range->most = fmax(range->most, value);
}

/* What the machine adds to a delay is of the same kind for all that push: no more than twice,
 * and no less than half, the median of theirs, so that a disturbance that met one of them does
 * not count for more. On a busy machine it may not be known; what theory says is worth telling
 * all the same. */
static void settle_delays(struct calibration *calibration)
{
    enum { FIRST = COST_LONG_POLL, PUSHING = COST_TRANSPORTS - FIRST, APART = 2 };
    calibration->delays_known = true;
    for (enum cost_event event = 0; event < COST_EVENTS; event++) {
        double own[PUSHING];
        for (unsigned i = 0; i < PUSHING; i++)
            own[i] = calibration->constants.each[FIRST + i][COST_DELAY_S][event];
        double median = spread_of(own, PUSHING).median;
        calibration->delays_known = calibration->delays_known && !isnan(median);
        for (unsigned i = 0; i < PUSHING; i++) {
            double *each = &calibration->constants.each[FIRST + i][COST_DELAY_S][event];
            if (isnan(median) || isnan(*each))
                *each = isnan(median) ? 0 : median;
            else
                *each = fmin(fmax(*each, median / APART), median * APART);
        }
    }
}

static void fit(struct cost_sample (*samples)[COST_TRANSPORTS], unsigned count,
                struct calibration *calibration)
{
    const struct calibrated_range nothing = {INFINITY, 0};
    struct cost_sample own[SAMPLES_LIMIT];
    calibration->rate = calibration->clients = calibration->payload_bytes = nothing;
    for (unsigned i = 0; i < count; i++) {
        const struct cost_point *point = &samples[i][0].point;
        if (point->times.rate > 0)
            calibrated_range_widen(&calibration->rate, point->times.rate);
        calibrated_range_widen(&calibration->clients, point->clients);
        calibrated_range_widen(&calibration->payload_bytes, point->payload_bytes);
    }
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++) {
        for (unsigned i = 0; i < count; i++)
            own[i] = samples[i][transport];
        cost_fit(&calibration->constants, transport, own, count);
    }
    settle_delays(calibration);
}

bool calibrate(const struct common_options *common, struct calibration *ret_calibration)
{
    struct cost_sample samples[SAMPLES_LIMIT][COST_TRANSPORTS];
    struct progress progress;
    int64_t all_ns = 0, begun_ns = now_ns();
    unsigned count = 0;
    bool good = true;
    for (unsigned stop = 0; stop < STOPS; stop++) {
        struct cost_run run = run_at(stop);
        all_ns += cost_run_ns(&run);
    }
    progress_init(&progress, "calibrating", (uint64_t)all_ns);
    for (unsigned stop = 0; good && stop < STOPS; stop++) {
        struct cost_run run = run_at(stop);
        good = cost_measure(common, &run, &progress, begun_ns, samples + count);
        count += run.count;
    }
    progress_finish(&progress);
    if (good)
        fit(samples, count, ret_calibration);
    ret_calibration->points = count;
    ret_calibration->windows_known = true;
    ret_calibration->browser = true;
    return good;
}

/* ---- for programs ------------------------------------------------------------------------ */

static void add_range(cJSON *object, const char *key, const struct calibrated_range *range)
{
    const double both[] = {range->least, range->most};
    cJSON_AddItemToObject(object, key, cJSON_CreateDoubleArray(both, 2));
}

static void add_constants(cJSON *object, const struct calibration *calibration,
                          enum cost_transport transport)
{
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++) {
        cJSON *costs = NULL;
        for (enum cost_event event = 0; event < COST_EVENTS; event++) {
            double each = calibration->constants.each[transport][figure][event];
            if (!cost_is_part(transport, figure, event) || !(each > 0))
                continue;
            if (!costs)
                costs = cJSON_AddObjectToObject(object, cost_figure_names[figure]);
            cJSON_AddNumberToObject(costs, cost_event_names[event], each);
        }
    }
}

cJSON *calibration_json(const struct calibration *calibration)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "points", calibration->points);
    add_range(object, "rate", &calibration->rate);
    add_range(object, "clients", &calibration->clients);
    add_range(object, "payload_bytes", &calibration->payload_bytes);
    cJSON *constants = cJSON_AddObjectToObject(object, "constants");
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++)
        add_constants(cJSON_AddObjectToObject(constants, cost_transport_names[transport]),
                      calibration, transport);
    return object;
}
