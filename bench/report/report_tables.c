/* SPDX-License-Identifier: MIT */
#include "report_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void page_lane_name(const struct view_lane *lane, const char *tag, struct builder *out)
{
    const char *const name[] = {lane->name, NULL};
    html_words(out, tag, &lane->words->title, name);
}

void page_metric_name(const struct view_metric *metric, struct builder *out)
{
    if (!metric->words) {
        html_text(out, metric->label);
        return;
    }
    builder_format(out, "<a href=\"#about-%s\">", metric->words->topic);
    html_words(out, "span", &metric->words->title, NULL);
    builder_add_text(out, "</a>");
    if (*metric->words->unit) {
        bool micro = strncmp(metric->words->unit, "us", 2) == 0; /* plain text's µs */
        builder_format(out, " <small class=\"unit\">%s", micro ? "µ" : "");
        html_text(out, metric->words->unit + micro);
        builder_add_text(out, "</small>");
    }
}

/* ---- every figure ------------------------------------------------------------------------ */

static void add_lane_heads(const struct view *view, struct builder *out)
{
    for (unsigned i = 0; i < view->lane_count; i++) {
        builder_format(out, "<th scope=\"col\" class=\"t-%s\">", view->lanes[i].words->tone);
        page_lane_name(&view->lanes[i], "span", out);
        builder_add_text(out, "</th>");
    }
}

static void add_figure(const struct spread *figure, struct builder *out)
{
    char median[HTML_NUMBER_SIZE], least[HTML_NUMBER_SIZE], most[HTML_NUMBER_SIZE];
    html_number(figure->median, median);
    html_number(figure->min, least);
    html_number(figure->max, most);
    builder_format(out, "<td>%s", median);
    if (figure->max > figure->min)
        builder_format(out, "<small>%s … %s</small>", least, most);
    builder_add_text(out, "</td>");
}

static void add_model_row(const struct view *view, const struct view_metric *metric,
                          struct builder *out)
{
    builder_add_text(out, "<tr class=\"model\"><th scope=\"row\"><a href=\"#about-model\">");
    html_words(out, "span", &report_strings[STRING_MODEL_ROW], NULL);
    builder_add_text(out, "</a></th>");
    for (unsigned i = 0; i < view->lane_count; i++) {
        char text[HTML_NUMBER_SIZE];
        html_number(metric->model[i], text);
        builder_format(out, "<td>%s</td>", text);
    }
    builder_add_text(out, "</tr>\n");
}

void page_figures(const struct view *view, struct builder *out)
{
    builder_add_text(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"figures\">"
                          "<thead><tr><th scope=\"col\">");
    html_words(out, "span", &report_strings[STRING_METRIC], NULL);
    builder_add_text(out, "</th>");
    add_lane_heads(view, out);
    builder_add_text(out, "</tr></thead>\n<tbody>\n");
    for (unsigned i = 0; i < view->metric_count; i++) {
        const struct view_metric *metric = &view->metrics[i];
        bool part = metric->label[0] == ' '; /* of the sum above it */
        builder_format(out, "<tr%s><th scope=\"row\">", part ? " class=\"part\"" : "");
        page_metric_name(metric, out);
        builder_add_text(out, "</th>");
        for (unsigned lane = 0; lane < view->lane_count; lane++)
            add_figure(&metric->figures[lane], out);
        builder_add_text(out, "</tr>\n");
        if (metric->any_model)
            add_model_row(view, metric, out);
    }
    builder_add_text(out, "</tbody></table></div>\n");
}

/* ---- where the order flips --------------------------------------------------------------- */

/* The crossing of a short poll and another transport; NULL: there is none. */
static const cJSON *crossing_of(const cJSON *list, const char *metric, const char *poll,
                                const char *other)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const char *texts[] = {view_text(item, "metric"), view_text(item, "short_poll"),
                               view_text(item, "other")};
        if (texts[0] && texts[1] && texts[2] && strcmp(texts[0], metric) == 0 &&
            strcmp(texts[1], poll) == 0 && strcmp(texts[2], other) == 0)
            return item;
    }
    return NULL;
}

static void add_crossing_row(const struct view *view, const cJSON *list,
                             const struct view_metric *metric, const struct view_lane *poll,
                             struct builder *out)
{
    struct builder cells = {0};
    bool any = false;
    for (unsigned i = 0; i < view->lane_count; i++) {
        const cJSON *item = crossing_of(list, metric->key, poll->name, view->lanes[i].name);
        char text[HTML_NUMBER_SIZE];
        any = any || item;
        if (view->lanes[i].words->place == poll->words->place)
            continue; /* polls do not cross each other */
        html_number(view_number(item, "messages_per_poll"), text);
        builder_format(&cells, "<td>%s</td>", text);
    }
    if (any) {
        builder_add_text(out, "<tr><th scope=\"row\">");
        page_metric_name(metric, out);
        builder_format(out, "</th><td class=\"order\"><span class=\"lane t-%s\">",
                       poll->words->tone);
        page_lane_name(poll, "span", out);
        builder_add_text(out, "</span></td>");
        builder_add_slice(out, builder_slice(&cells));
        builder_add_text(out, "</tr>\n");
    }
    builder_finish(&cells);
}

void page_crossings(const struct view *view, struct builder *out)
{
    unsigned poll = view_lane(view, "short_poll", strlen("short_poll"));
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(view->document, "crossings");
    if (poll == VIEW_LANES_LIMIT || cJSON_GetArraySize(list) == 0)
        return;
    unsigned place = view->lanes[poll].words->place;
    builder_add_text(out, "<h3 id=\"crossings\">");
    html_words(out, "span", &report_strings[STRING_CROSSINGS], NULL);
    builder_add_text(out, "</h3>\n");
    html_words(out, "p class=\"lead\"", &report_strings[STRING_CROSSINGS_LEAD], NULL);
    builder_add_text(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"figures\">"
                          "<thead><tr><th scope=\"col\">");
    html_words(out, "span", &report_strings[STRING_METRIC], NULL);
    builder_add_text(out, "</th><th scope=\"col\" class=\"order\">");
    html_words(out, "span", &report_strings[STRING_CROSSINGS_POLL], NULL);
    builder_add_text(out, "</th>");
    for (unsigned i = 0; i < view->lane_count; i++) {
        if (view->lanes[i].words->place == place)
            continue;
        builder_format(out, "<th scope=\"col\" class=\"t-%s\">", view->lanes[i].words->tone);
        page_lane_name(&view->lanes[i], "span", out);
        builder_add_text(out, "</th>");
    }
    builder_add_text(out, "</tr></thead>\n<tbody>\n");
    for (unsigned i = 0; i < view->metric_count; i++)
        for (unsigned lane = 0; lane < view->lane_count; lane++)
            if (view->lanes[lane].words->place == place)
                add_crossing_row(view, list, &view->metrics[i], &view->lanes[lane], out);
    builder_add_text(out, "</tbody></table></div>\n");
}
