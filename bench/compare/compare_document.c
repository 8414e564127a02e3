/* SPDX-License-Identifier: MIT */
#include "compare_document.h"

#include <math.h>
#include <string.h>

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* NAN where there is none. */
static double number(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(member(object, key));
}

static const cJSON *lane_of(const cJSON *document, const char *name)
{
    const cJSON *lane;
    cJSON_ArrayForEach(lane, member(document, "transports"))
    {
        const char *own = cJSON_GetStringValue(member(lane, "name"));
        if (own && strcmp(own, name) == 0)
            return lane;
    }
    return NULL;
}

static unsigned read_repeats(const cJSON *list, double ret_values[REPEATS_LIMIT])
{
    unsigned count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) if (count < REPEATS_LIMIT) ret_values[count++] =
        cJSON_GetNumberValue(item);
    return count;
}

void compare_document_read(const cJSON *document, const struct compare_reading *reading,
                           enum metric metric, struct compare_kept *ret_kept)
{
    const char *key = metric_infos[metric].key;
    bool once = metric >= METRIC_IDLE_CPU;
    ret_kept->tolerance = compare_tolerance(metric, number(document, "rate"),
                                            fmax(0, number(document, "late_ms")));
    for (unsigned i = 0; i < COMPARE_CHAIN; i++) {
        const cJSON *lane = lane_of(document, reading->chain[i]);
        const cJSON *figure = member(member(lane, "figures"), key);
        const cJSON *repeats = member(member(lane, "repeats"), key);
        struct judged *judged = &ret_kept->figures[i];
        judged->spread.min = number(figure, "min");
        judged->spread.median = number(figure, "median");
        judged->spread.max = number(figure, "max");
        judged->repeats = ret_kept->repeats[i];
        judged->count = once ? 0 : read_repeats(repeats, ret_kept->repeats[i]);
    }
}
