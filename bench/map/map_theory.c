/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_LIMIT = COUNT_LIST_LIMIT * (MAP_RATES_LIMIT + 1) };

/* Which of the model's figures is which of ours. */
static const struct {
    enum cost_figure figure;
    enum metric metric;
    double scale; /* from a figure in the model's unit to ours */
} pairs[] = {
    {COST_REQUESTS, METRIC_REQUESTS, 1},     {COST_UP_BYTES, METRIC_UP_BYTES, 1},
    {COST_DOWN_BYTES, METRIC_DOWN_BYTES, 1}, {COST_HEADER_BYTES, METRIC_HEADERS, 1},
    {COST_FRAMING_BYTES, METRIC_FRAMING, 1}, {COST_PAYLOAD_BYTES, METRIC_PAYLOAD, 1},
    {COST_BYTES, METRIC_BYTES, 1},           {COST_SEGMENTS, METRIC_SEGMENTS, 1},
    {COST_WIRE_BYTES, METRIC_WIRE_BYTES, 1}, {COST_CPU_S, METRIC_CPU, 1e6},
    {COST_USELESS, METRIC_USELESS, 100},     {COST_DELAY_S, METRIC_DELAY_MEAN, 1e3},
};

enum { PAIRS = sizeof(pairs) / sizeof(pairs[0]) };

static struct cost_point point_of(const struct map_settings *settings, unsigned clients,
                                  double rate)
{
    return (struct cost_point){
        .times = {.poisson = strcmp(settings->feed, "poisson") == 0,
                  .rate = rate,
                  .interval_s = (double)settings->interval_ms / 1e3,
                  .round_trip_s = settings->round_trip_ms / 1e3,
                  .hold_s = (double)settings->heartbeat_s},
        .clients = clients,
        .payload_bytes = (double)settings->payload,
        .heartbeat_s = (double)settings->heartbeat_s,
        .coalesce_s = (double)settings->coalesce_ms / 1e3,
    };
}

/* ---- fitting ----------------------------------------------------------------------------- */

static struct cost_sample empty_sample(const struct map_settings *settings, unsigned clients,
                                       double rate)
{
    struct cost_sample sample = {.point = point_of(settings, clients, rate)};
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++)
        sample.measured.of[figure] = NAN;
    return sample;
}

static struct cost_sample sample_of(const struct map_settings *settings, unsigned clients,
                                    const struct map_point *point,
                                    enum cost_transport transport)
{
    struct cost_sample sample = empty_sample(settings, clients, point->rate);
    for (unsigned i = 0; i < PAIRS; i++) {
        double value = point->figures[transport][pairs[i].metric].median / pairs[i].scale;
        bool sums = metric_adds_up(pairs[i].metric);
        sample.measured.of[pairs[i].figure] = value * (sums ? point->rate * clients : 1);
    }
    return sample;
}

/* While nothing was published. */
static struct cost_sample idle_sample(const struct map_settings *settings,
                                      const struct map_series *series,
                                      enum cost_transport transport)
{
    struct cost_sample sample = empty_sample(settings, series->clients, 0);
    for (unsigned i = 0; i < PAIRS; i++)
        if (metric_adds_up(pairs[i].metric))
            sample.measured.of[pairs[i].figure] =
                series->idle[transport][pairs[i].metric] / pairs[i].scale * series->clients;
    return sample;
}

static unsigned gather(const struct map *map, enum cost_transport transport,
                       struct cost_sample ret_samples[SAMPLES_LIMIT])
{
    unsigned count = 0;
    for (unsigned i = 0; i < map->count; i++) {
        const struct map_series *series = &map->series[i];
        if (series->idle_known)
            ret_samples[count++] = idle_sample(&map->settings, series, transport);
        for (unsigned j = 0; j < series->count; j++)
            if (!series->points[j].composed)
                ret_samples[count++] =
                    sample_of(&map->settings, series->clients, &series->points[j], transport);
    }
    return count;
}

/* ---- what it says ------------------------------------------------------------------------ */

static void predict(const struct map *map, unsigned clients, double rate,
                    double ret_model[COST_TRANSPORTS][METRICS])
{
    const struct cost_point point = point_of(&map->settings, clients, rate);
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++) {
        struct cost_figures figures = cost_predict(&map->constants, transport, &point);
        for (enum metric metric = 0; metric < METRICS; metric++)
            ret_model[transport][metric] = NAN;
        for (unsigned i = 0; i < PAIRS; i++) {
            bool sums = metric_adds_up(pairs[i].metric);
            ret_model[transport][pairs[i].metric] =
                figures.of[pairs[i].figure] * pairs[i].scale / (sums ? rate * clients : 1);
        }
    }
}

void map_theorize(struct map *map)
{
    struct cost_sample *samples = calloc(SAMPLES_LIMIT, sizeof(*samples));
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS && samples;
         transport++) {
        unsigned count = gather(map, transport, samples);
        cost_fit(&map->constants, transport, samples, count);
    }
    free(samples);
    for (unsigned i = 0; i < map->count; i++)
        for (unsigned j = 0; j < map->series[i].count; j++) {
            struct map_point *point = &map->series[i].points[j];
            predict(map, map->series[i].clients, point->rate, point->model);
        }
}

/* The same series as theory has it: as many points as there is room for, without spread. */
static void imagine(const struct map *map, const struct map_series *series,
                    struct map_series *ret_series)
{
    const struct map_settings *settings = &map->settings;
    double ratio = settings->rate_most / settings->rate_least;
    *ret_series = *series;
    ret_series->count = MAP_RATES_LIMIT;
    for (unsigned i = 0; i < MAP_RATES_LIMIT; i++) {
        struct map_point *point = &ret_series->points[i];
        *point = (struct map_point){.rate = settings->rate_least *
                                            pow(ratio, i / (MAP_RATES_LIMIT - 1.0))};
        predict(map, series->clients, point->rate, point->model);
        for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++)
            for (enum metric metric = 0; metric < METRICS; metric++) {
                double value = point->model[transport][metric];
                point->figures[transport][metric] = (struct spread){value, value, value};
            }
        map_judge(settings, ret_series, point);
    }
}

unsigned map_theory_flips(const struct map *map, const struct map_series *series,
                          enum map_aspect aspect,
                          struct map_theory_flip ret_flips[MAP_RATES_LIMIT])
{
    struct map_flip flips[MAP_RATES_LIMIT];
    struct map_series *theory = aspect == MAP_MEMORY ? NULL : calloc(1, sizeof(*theory));
    unsigned count = 0;
    if (!theory)
        return 0;
    imagine(map, series, theory);
    count = map_flips(theory, aspect, flips);
    for (unsigned i = 0; i < count; i++)
        ret_flips[i] = (struct map_theory_flip){map_flip_rate(theory, aspect, &flips[i]),
                                                flips[i].from, flips[i].to};
    free(theory);
    return count;
}
