/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <math.h>
#include <string.h>

/* Rates this close are the same. */
static const double same_share = 0.01;

void map_begin(struct map *map)
{
    const struct map_settings *settings = &map->settings;
    map->count = settings->clients.count;
    for (unsigned i = 0; i < map->count; i++) {
        struct map_series *series = &map->series[i];
        *series = (struct map_series){.clients = (unsigned)settings->clients.values[i],
                                      .rate_most = settings->rate_most};
        for (enum cost_transport j = 0; j < COST_TRANSPORTS; j++)
            series->user_bytes[j] = series->kernel_bytes[j] = NAN;
    }
}

struct map_point *map_enter(struct map_series *series, const struct map_point *point)
{
    unsigned at = series->count;
    if (series->count == MAP_RATES_LIMIT)
        return NULL;
    while (at > 0 && series->points[at - 1].rate > point->rate)
        at--;
    memmove(&series->points[at + 1], &series->points[at],
            (series->count - at) * sizeof(*point));
    series->points[at] = *point;
    series->count++;
    return &series->points[at];
}

bool map_has(const struct map_series *series, double rate)
{
    for (unsigned i = 0; i < series->count; i++)
        if (fabs(series->points[i].rate - rate) <= same_share * rate)
            return true;
    return false;
}
