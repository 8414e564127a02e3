/* SPDX-License-Identifier: MIT
 *
 * Constants from a finished map: they are found in it by the map itself (map_theorize), but for
 * memory, of which it keeps each number's of clients own.
 */
#include "calibrate.h"

#include "../document.h"
#include "../map/map.h"
#include "../spread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double memory_of(const struct map *map, enum cost_transport transport, bool kernel)
{
    double known[COUNT_LIST_LIMIT];
    unsigned count = 0;
    for (unsigned i = 0; i < map->count; i++) {
        const struct map_series *series = &map->series[i];
        double bytes = kernel ? series->kernel_bytes[transport] : series->user_bytes[transport];
        if (isfinite(bytes) && bytes > 0)
            known[count++] = bytes;
    }
    return spread_of(known, count).median;
}

static void take_ranges(const struct map *map, struct calibration *calibration)
{
    const struct calibrated_range nothing = {INFINITY, 0};
    double payload_bytes = (double)map->settings.payload;
    calibration->rate = calibration->clients = nothing;
    calibration->payload_bytes = (struct calibrated_range){payload_bytes, payload_bytes};
    calibration->points = 0;
    for (unsigned i = 0; i < map->count; i++)
        for (unsigned j = 0; j < map->series[i].count; j++) {
            if (map->series[i].points[j].composed)
                continue;
            calibrated_range_widen(&calibration->rate, map->series[i].points[j].rate);
            calibrated_range_widen(&calibration->clients, map->series[i].clients);
            calibration->points++;
        }
}

static bool take_map(const cJSON *document, struct calibration *ret_calibration)
{
    struct map *map = calloc(1, sizeof(*map));
    const char *wrong = "no memory for it";
    bool good = map && map_read(document, map, &wrong);
    if (good) {
        take_ranges(map, ret_calibration);
        good = ret_calibration->points > 0;
        wrong = "no point of it was measured";
    }
    if (!good) {
        fprintf(stderr, "pushbench advise: --map: %s\n", wrong);
        free(map);
        return false;
    }
    map_theorize(map);
    ret_calibration->constants = map->constants;
    ret_calibration->delays_known = true;
    ret_calibration->windows_known = map->settings.coalesce_ms > 0;
    ret_calibration->browser = strcmp(map->settings.headers, "browser") == 0;
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++) {
        double(*each)[COST_EVENTS] = ret_calibration->constants.each[transport];
        each[COST_USER_BYTES][COST_CLIENTS_THERE] = memory_of(map, transport, false);
        each[COST_KERNEL_BYTES][COST_CLIENTS_THERE] = memory_of(map, transport, true);
    }
    free(map);
    return true;
}

bool calibrate_from_map(const char *path, struct calibration *ret_calibration)
{
    cJSON *document = document_read(path);
    bool good = document && take_map(document, ret_calibration);
    cJSON_Delete(document);
    return good;
}
