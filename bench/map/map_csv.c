/* SPDX-License-Identifier: MIT */
#include "map_csv.h"

#include "map.h"

#include <math.h>
#include <string.h>

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void add_number(struct builder *out, const cJSON *number)
{
    builder_add_text(out, ",");
    if (cJSON_IsNumber(number) && isfinite(number->valuedouble))
        builder_format(out, "%.9g", number->valuedouble);
}

static void add_heading(struct builder *out)
{
    builder_add_text(out, "clients,rate,composed,transport");
    for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++)
        builder_format(out, ",cheapest_%s", map_aspect_keys[aspect]);
    for (enum metric metric = 0; metric < METRIC_IDLE_CPU; metric++)
        builder_format(out, ",%s", metric_infos[metric].key);
    builder_add_text(out, ",memory_bytes");
    for (unsigned i = 0; i < MAP_JUDGED; i++) {
        const char *key = metric_infos[map_judged[i]].key;
        builder_format(out, ",%s_least,%s_most,%s_model", key, key, key);
    }
    builder_add_text(out, "\n");
}

static bool is_in(const cJSON *list, const char *name)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) &&
                                       strcmp(item->valuestring, name) == 0) return true;
    return false;
}

static void add_line(struct builder *out, const cJSON *point, const char *name)
{
    const cJSON *own = member(member(point, "transports"), name);
    const cJSON *clients = member(point, "clients"), *rate = member(point, "rate");
    if (!own || !cJSON_IsNumber(clients) || !cJSON_IsNumber(rate))
        return;
    builder_format(out, "%.0f,%.9g,%d,%s", clients->valuedouble, rate->valuedouble,
                   cJSON_IsTrue(member(point, "composed")), name);
    for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++) {
        const cJSON *cheapest = member(member(point, "cheapest"), map_aspect_keys[aspect]);
        builder_format(out, ",%d", is_in(cheapest, name));
    }
    for (enum metric metric = 0; metric < METRIC_IDLE_CPU; metric++)
        add_number(out, member(own, metric_infos[metric].key));
    add_number(out, member(own, "memory_bytes"));
    for (unsigned i = 0; i < MAP_JUDGED; i++) {
        const char *key = metric_infos[map_judged[i]].key;
        const cJSON *range = member(member(own, "ranges"), key);
        add_number(out, cJSON_GetArrayItem(range, 0));
        add_number(out, cJSON_GetArrayItem(range, 1));
        add_number(out, member(member(own, "model"), key));
    }
    builder_add_text(out, "\n");
}

void map_csv(const cJSON *document, struct builder *out)
{
    const cJSON *point;
    add_heading(out);
    cJSON_ArrayForEach(point, member(document, "points"))
    {
        for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
            add_line(out, point, cost_transport_names[i]);
    }
}
