/* SPDX-License-Identifier: MIT */
#include "report_view.h"

#include "../compare/compare_document.h"

#include <math.h>
#include <string.h>

const char *view_text(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

double view_number(const cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(value) && isfinite(value->valuedouble) ? value->valuedouble : NAN;
}

const struct view_metric *view_metric(const struct view *view, const char *key)
{
    for (unsigned i = 0; i < view->metric_count; i++)
        if (strcmp(view->metrics[i].key, key) == 0)
            return &view->metrics[i];
    return NULL;
}

unsigned view_lane(const struct view *view, const char *name, size_t len)
{
    for (unsigned i = 0; i < view->lane_count; i++)
        if (strlen(view->lanes[i].name) == len && memcmp(view->lanes[i].name, name, len) == 0)
            return i;
    return VIEW_LANES_LIMIT;
}

bool view_next_in_order(const struct view *view, const char **at, unsigned *ret_lane,
                        bool *ret_tie)
{
    bool tie = false;
    while (**at == ' ' || **at == '<' || **at == '=')
        tie = *(*at)++ == '=' || tie;
    size_t len = strcspn(*at, " ");
    unsigned lane = view_lane(view, *at, len);
    if (len == 0 || lane == VIEW_LANES_LIMIT)
        return false;
    *at += len;
    *ret_lane = lane;
    *ret_tie = tie;
    return true;
}

/* ---- reading the document ---------------------------------------------------------------- */

/* Numbers of a list; how many. None of it counts when one is no number. */
static unsigned read_list(const cJSON *list, double ret_values[VIEW_CURVE_LIMIT])
{
    unsigned count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsNumber(item) || count == VIEW_CURVE_LIMIT)
            return 0;
        ret_values[count++] = item->valuedouble;
    }
    return count;
}

static void read_lanes(struct view *view)
{
    const cJSON *object;
    cJSON_ArrayForEach(object, cJSON_GetObjectItemCaseSensitive(view->document, "transports"))
    {
        const char *name = view_text(object, "name");
        if (!name || view->lane_count == VIEW_LANES_LIMIT)
            continue;
        struct view_lane *lane = &view->lanes[view->lane_count++];
        *lane = (struct view_lane){name, report_lane_words(name), object, {0}};
        const cJSON *delays = cJSON_GetObjectItemCaseSensitive(object, "delay_ms");
        if (read_list(delays, lane->delays_ms) != view->share_count)
            lane->delays_ms[0] = NAN;
    }
}

static struct spread figure_of(const struct view_lane *lane, const char *key)
{
    const cJSON *figures = cJSON_GetObjectItemCaseSensitive(lane->object, "figures");
    const cJSON *figure = cJSON_GetObjectItemCaseSensitive(figures, key);
    return (struct spread){.min = view_number(figure, "min"),
                           .median = view_number(figure, "median"),
                           .max = view_number(figure, "max")};
}

/* As it is told; a run that was asked about fewer readings has the figures all the same. */
static const char *verdict_of_row(const struct view *view, const cJSON *row, const char *key,
                                  const struct compare_reading *reading)
{
    const char *told = view_text(row, reading->key);
    struct compare_kept kept;
    if (told || !view_text(row, "order")) /* it is not judged */
        return told;
    for (enum metric metric = 0; metric < METRICS; metric++)
        if (strcmp(metric_infos[metric].key, key) == 0) {
            compare_document_read(view->document, reading, metric, &kept);
            return compare_verdict_text(
                verdict_of(kept.figures, COMPARE_CHAIN, kept.tolerance));
        }
    return NULL;
}

static void read_measured(struct view *view, const cJSON *row, const char *key)
{
    if (view->metric_count == VIEW_METRICS_LIMIT || view_metric(view, key))
        return;
    struct view_metric *metric = &view->metrics[view->metric_count++];
    *metric = (struct view_metric){
        .key = key,
        .label = view_text(row, "label"),
        .words = report_metric_words(key),
        .order = view_text(row, "order"),
    };
    metric->label = metric->label ? metric->label : key;
    for (unsigned i = 0; i < COMPARE_READINGS; i++)
        metric->verdicts[i] = verdict_of_row(view, row, key, &compare_readings[i]);
    for (unsigned i = 0; i < view->lane_count; i++) {
        const struct view_lane *lane = &view->lanes[i];
        metric->figures[i] = figure_of(lane, key);
        metric->model[i] = NAN;
    }
}

static void read_model(struct view *view, const cJSON *row, const char *key)
{
    for (unsigned i = 0; i < view->metric_count; i++) {
        struct view_metric *metric = &view->metrics[i];
        for (unsigned j = 0; strcmp(metric->key, key) == 0 && j < view->lane_count; j++) {
            metric->model[j] = view_number(row, view->lanes[j].name);
            metric->any_model = metric->any_model || !isnan(metric->model[j]);
        }
    }
}

bool view_init(struct view *view, const cJSON *document)
{
    const cJSON *row;
    const char *command = view_text(document, "command"), *feed = view_text(document, "feed");
    *view = (struct view){.document = document};
    view->share_count =
        read_list(cJSON_GetObjectItemCaseSensitive(document, "delay_shares"), view->shares);
    read_lanes(view);
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(document, "rows"))
    {
        const char *key = view_text(row, "metric"), *of = view_text(row, "of");
        if (key && of && strcmp(of, "measured") == 0)
            read_measured(view, row, key);
        else if (key && of && strcmp(of, "model") == 0)
            read_model(view, row, key);
    }
    view->poisson = !feed || strcmp(feed, "poisson") == 0;
    view->rate = view_number(document, "rate");
    view->interval_s = view_number(document, "interval_ms") / 1e3;
    view->per_poll = view->rate * view->interval_s;
    return command && strcmp(command, "compare") == 0 && view->lane_count > 0 &&
           view->metric_count > 0;
}
