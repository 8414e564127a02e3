/* SPDX-License-Identifier: MIT
 *
 * A map as JSON and back: README.md says what is in it. What is not known is left out.
 */
#include "map.h"

#include <math.h>
#include <string.h>

static const char *const verdict_names[] = {
    [VERDICT_NONE] = "unknown",
    [VERDICT_HOLDS] = "holds",
    [VERDICT_TIES] = "holds but for ties",
    [VERDICT_ALL_TIE] = "all tie",
    [VERDICT_LAST_FLIPS] = "last flips",
    [VERDICT_FAILS] = "does not hold",
};

/* What is kept with its range and its repeats, since something is judged by it. */
static bool is_judged(enum metric metric)
{
    for (unsigned i = 0; i < MAP_JUDGED; i++)
        if (map_judged[i] == metric)
            return true;
    return false;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
}

static void add_set(cJSON *object, const char *key, unsigned set)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
        if (set >> i & 1)
            cJSON_AddItemToArray(list, cJSON_CreateString(cost_transport_names[i]));
}

static void write_settings(const struct map_settings *settings, cJSON *document)
{
    cJSON *object = cJSON_AddObjectToObject(document, "settings");
    cJSON_AddStringToObject(object, "feed", settings->feed);
    cJSON_AddStringToObject(object, "headers", settings->headers);
    cJSON_AddStringToObject(object, "flush", settings->flush);
    add_number(object, "rate_least", settings->rate_least);
    add_number(object, "rate_most", settings->rate_most);
    cJSON *clients = cJSON_AddArrayToObject(object, "clients");
    for (unsigned i = 0; i < settings->clients.count; i++)
        cJSON_AddItemToArray(clients, cJSON_CreateNumber((double)settings->clients.values[i]));
    add_number(object, "payload_bytes", (double)settings->payload);
    add_number(object, "interval_ms", (double)settings->interval_ms);
    add_number(object, "duration_s", (double)settings->duration_s);
    add_number(object, "repeats", (double)settings->repeats);
    add_number(object, "heartbeat_s", (double)settings->heartbeat_s);
    add_number(object, "coalesce_ms", (double)settings->coalesce_ms);
    add_number(object, "rtt_ms", settings->round_trip_ms);
    add_number(object, "jitter_ms", (double)settings->jitter_ms);
    add_number(object, "max_delay_ms", settings->max_delay_ms);
    add_number(object, "per_decade", (double)settings->per_decade);
    add_number(object, "refine", (double)settings->refine);
    add_number(object, "seed", (double)settings->seed);
}

static void write_seconds(const double seconds[COST_TRANSPORTS][METRICS], cJSON *object)
{
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        cJSON *own = cJSON_AddObjectToObject(object, cost_transport_names[i]);
        for (enum metric metric = 0; metric < METRICS; metric++)
            if (metric_adds_up(metric))
                add_number(own, metric_infos[metric].key, seconds[i][metric]);
    }
}

static void write_series(const struct map_series *series, cJSON *list)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    add_number(object, "clients", series->clients);
    add_number(object, "rate_most", series->rate_most);
    cJSON_AddBoolToObject(object, "complete", series->complete);
    cJSON *memory = cJSON_AddObjectToObject(object, "memory");
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        const char *name = cost_transport_names[i];
        cJSON *own = cJSON_AddObjectToObject(memory, name);
        add_number(own, "user_bytes", series->user_bytes[i]);
        add_number(own, "kernel_bytes", series->kernel_bytes[i]);
    }
    if (series->idle_known) {
        write_seconds(series->idle, cJSON_AddObjectToObject(object, "idle"));
        write_seconds(series->calm, cJSON_AddObjectToObject(object, "calm"));
    }
}

static void write_repeats(const struct map_point *point, enum cost_transport transport,
                          cJSON *object)
{
    for (unsigned judged = 0; judged < MAP_JUDGED; judged++) {
        cJSON *list = cJSON_AddArrayToObject(object, metric_infos[map_judged[judged]].key);
        for (unsigned i = 0; i < point->repeat_count; i++) {
            double value = point->repeats[transport][judged][i];
            cJSON_AddItemToArray(list, isfinite(value) ? cJSON_CreateNumber(value)
                                                       : cJSON_CreateNull());
        }
    }
}

static void write_transport(const struct map_point *point, enum cost_transport transport,
                            cJSON *list)
{
    cJSON *object = cJSON_AddObjectToObject(list, cost_transport_names[transport]);
    cJSON *ranges = cJSON_CreateObject(), *model = cJSON_CreateObject(),
          *residuals = cJSON_CreateObject();
    for (enum metric metric = 0; metric < METRIC_IDLE_CPU; metric++) {
        const char *key = metric_infos[metric].key;
        const struct spread *figure = &point->figures[transport][metric];
        double theory = point->model[transport][metric];
        add_number(object, key, figure->median);
        add_number(model, key, theory);
        if (theory > 0)
            add_number(residuals, key, figure->median / theory);
        if (is_judged(metric) && isfinite(figure->min) && isfinite(figure->max)) {
            const double range[] = {figure->min, figure->max};
            cJSON_AddItemToObject(ranges, key, cJSON_CreateDoubleArray(range, 2));
        }
    }
    write_repeats(point, transport, cJSON_AddObjectToObject(object, "repeats"));
    cJSON_AddItemToObject(object, "ranges", ranges);
    cJSON_AddItemToObject(object, "model", model);
    cJSON_AddItemToObject(object, "residual", residuals);
}

static void write_point(const struct map_series *series, const struct map_point *point,
                        cJSON *list)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    add_number(object, "rate", point->rate);
    add_number(object, "clients", series->clients);
    cJSON_AddBoolToObject(object, "composed", point->composed);
    add_number(object, "client_cpu_percent", point->client_percent);
    add_number(object, "late_ms", point->late_ms);
    cJSON *cheapest = cJSON_AddObjectToObject(object, "cheapest");
    for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++)
        add_set(cheapest, map_aspect_keys[aspect], point->cheapest[aspect]);
    cJSON *orders = cJSON_AddObjectToObject(object, "orders");
    for (enum map_order order = 0; order < MAP_ORDERS; order++)
        cJSON_AddStringToObject(orders, map_order_keys[order],
                                verdict_names[point->orders[order]]);
    cJSON *transports = cJSON_AddObjectToObject(object, "transports");
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        write_transport(point, i, transports);
        add_number(cJSON_GetObjectItemCaseSensitive(transports, cost_transport_names[i]),
                   "memory_bytes", map_memory(series, point, i).median);
    }
}

/* Measured or by theory. */
static cJSON *write_flip(cJSON *list, enum map_aspect aspect, unsigned clients,
                         const struct map_theory_flip *flip)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "aspect", map_aspect_keys[aspect]);
    add_number(object, "clients", clients);
    add_number(object, "rate", flip->rate);
    add_set(object, "from", flip->from);
    add_set(object, "to", flip->to);
    return object;
}

static void write_flips(const struct map *map, cJSON *document)
{
    cJSON *found = cJSON_AddArrayToObject(document, "flips");
    cJSON *theory = cJSON_AddArrayToObject(document, "theory");
    for (unsigned i = 0; i < map->count; i++)
        for (enum map_aspect aspect = 0; aspect < MAP_ASPECTS; aspect++) {
            const struct map_series *series = &map->series[i];
            struct map_flip flips[MAP_RATES_LIMIT];
            struct map_theory_flip theirs[MAP_RATES_LIMIT];
            unsigned count = map_flips(series, aspect, flips);
            for (unsigned j = 0; j < count; j++) {
                const struct map_theory_flip flip = {map_flip_rate(series, aspect, &flips[j]),
                                                     flips[j].from, flips[j].to};
                struct map_zone zone = map_flip_zone(series, aspect, &flips[j]);
                cJSON *object = write_flip(found, aspect, series->clients, &flip);
                add_number(object, "rate_before", series->points[zone.before].rate);
                add_number(object, "rate_after", series->points[zone.after].rate);
            }
            count = map_theory_flips(map, series, aspect, theirs);
            for (unsigned j = 0; j < count; j++)
                write_flip(theory, aspect, series->clients, &theirs[j]);
        }
}

void map_write(const struct map *map, cJSON *document)
{
    write_settings(&map->settings, document);
    cJSON_AddBoolToObject(document, "interrupted", map->interrupted);
    cJSON *series = cJSON_AddArrayToObject(document, "series");
    cJSON *points = cJSON_AddArrayToObject(document, "points");
    for (unsigned i = 0; i < map->count; i++) {
        write_series(&map->series[i], series);
        for (unsigned j = 0; j < map->series[i].count; j++)
            write_point(&map->series[i], &map->series[i].points[j], points);
    }
    write_flips(map, document);
}

/* ---- reading ----------------------------------------------------------------------------- */

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* NAN where there is none. */
static double number(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(member(object, key));
}

/* Settings that are counts; what does not fit makes the document a foreign one. */
static bool read_counts(const cJSON *object, struct map_settings *settings)
{
    const struct {
        const char *key;
        uint64_t *count;
        double least;
    } counts[] = {
        {"payload_bytes", &settings->payload, 16},  {"interval_ms", &settings->interval_ms, 10},
        {"duration_s", &settings->duration_s, 1},   {"repeats", &settings->repeats, 3},
        {"heartbeat_s", &settings->heartbeat_s, 1}, {"coalesce_ms", &settings->coalesce_ms, 0},
        {"jitter_ms", &settings->jitter_ms, 0},     {"refine", &settings->refine, 1},
        {"per_decade", &settings->per_decade, 1},   {"seed", &settings->seed, 0},
    };
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        double value = number(object, counts[i].key);
        if (!(value >= counts[i].least && value <= UINT32_MAX))
            return false;
        *counts[i].count = (uint64_t)value;
    }
    return settings->repeats <= REPEATS_LIMIT;
}

static bool read_settings(const cJSON *document, struct map_settings *settings)
{
    const cJSON *object = member(document, "settings"), *clients = member(object, "clients");
    const cJSON *item;
    settings->feed = cJSON_GetStringValue(member(object, "feed"));
    settings->headers = cJSON_GetStringValue(member(object, "headers"));
    settings->flush = cJSON_GetStringValue(member(object, "flush"));
    settings->rate_least = number(object, "rate_least");
    settings->rate_most = number(object, "rate_most");
    settings->round_trip_ms = number(object, "rtt_ms");
    settings->max_delay_ms = number(object, "max_delay_ms");
    settings->clients.count = 0;
    cJSON_ArrayForEach(item, clients)
    {
        if (settings->clients.count == COUNT_LIST_LIMIT ||
            !(item->valuedouble >= 1 && item->valuedouble <= UINT32_MAX))
            return false;
        settings->clients.values[settings->clients.count++] = (uint64_t)item->valuedouble;
    }
    return settings->feed && settings->headers && settings->flush && settings->rate_least > 0 &&
           settings->rate_most >= settings->rate_least && isfinite(settings->rate_most) &&
           settings->round_trip_ms >= 0 && settings->max_delay_ms > 0 &&
           settings->clients.count > 0 && read_counts(object, settings);
}

static struct map_series *find_series(struct map *map, double clients)
{
    for (unsigned i = 0; i < map->count; i++)
        if (map->series[i].clients == clients)
            return &map->series[i];
    return NULL;
}

static void read_series(struct map *map, const cJSON *object)
{
    struct map_series *series = find_series(map, number(object, "clients"));
    const cJSON *idle = member(object, "idle"), *calm = member(object, "calm");
    const cJSON *memory = member(object, "memory");
    if (!series)
        return;
    if (number(object, "rate_most") > 0)
        series->rate_most = number(object, "rate_most");
    series->complete = cJSON_IsTrue(member(object, "complete"));
    series->idle_known = cJSON_IsObject(idle) && cJSON_IsObject(calm);
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        const char *name = cost_transport_names[i];
        series->user_bytes[i] = number(member(memory, name), "user_bytes");
        series->kernel_bytes[i] = number(member(memory, name), "kernel_bytes");
        for (enum metric metric = 0; metric < METRICS; metric++) {
            const char *key = metric_infos[metric].key;
            series->idle[i][metric] = number(member(idle, name), key);
            series->calm[i][metric] = number(member(calm, name), key);
        }
    }
}

static void read_transport(const cJSON *object, struct spread figures[METRICS])
{
    for (enum metric metric = 0; metric < METRICS; metric++) {
        const char *key = metric_infos[metric].key;
        const cJSON *range = member(member(object, "ranges"), key);
        double median = number(object, key);
        figures[metric] = (struct spread){median, median, median};
        if (cJSON_GetArraySize(range) == 2) {
            figures[metric].min = cJSON_GetNumberValue(cJSON_GetArrayItem(range, 0));
            figures[metric].max = cJSON_GetNumberValue(cJSON_GetArrayItem(range, 1));
        }
    }
}

/* How many there are of each; 0: not of all figures as many. */
static unsigned read_repeats(const cJSON *transports, struct map_point *point)
{
    const cJSON *item;
    int count = -1;
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
        for (unsigned judged = 0; judged < MAP_JUDGED; judged++) {
            const cJSON *own = member(member(transports, cost_transport_names[i]), "repeats");
            const cJSON *list = member(own, metric_infos[map_judged[judged]].key);
            double *values = point->repeats[i][judged];
            int length = cJSON_GetArraySize(list);
            if (length > REPEATS_LIMIT || (count >= 0 && length != count))
                return 0;
            count = length;
            cJSON_ArrayForEach(item, list) *values++ = cJSON_GetNumberValue(item);
        }
    return (unsigned)count;
}

static void read_point(struct map *map, const cJSON *object)
{
    struct map_series *series = find_series(map, number(object, "clients"));
    struct map_point point = {.rate = number(object, "rate"),
                              .composed = cJSON_IsTrue(member(object, "composed")),
                              .client_percent = number(object, "client_cpu_percent"),
                              .late_ms = fmax(0, number(object, "late_ms"))};
    if (!series || !(point.rate > 0))
        return;
    const cJSON *transports = member(object, "transports");
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++)
        read_transport(member(transports, cost_transport_names[i]), point.figures[i]);
    point.repeat_count = read_repeats(transports, &point);
    map_judge(&map->settings, series, &point);
    map_enter(series, &point);
}

bool map_read(const cJSON *document, struct map *map, const char **ret_wrong)
{
    const char *command = cJSON_GetStringValue(member(document, "command"));
    const cJSON *item;
    if (!command || strcmp(command, "map") != 0 || !read_settings(document, &map->settings)) {
        *ret_wrong = "it is not the JSON of a map (pushbench map --json=FILE)";
        return false;
    }
    map_begin(map);
    cJSON_ArrayForEach(item, member(document, "series")) read_series(map, item);
    cJSON_ArrayForEach(item, member(document, "points")) read_point(map, item);
    return true;
}
