/* SPDX-License-Identifier: MIT */
#include "report_page.h"

#include "report_charts.h"
#include "report_csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DENSE_FROM = 3 }; /* messages a poll; as compare_report.c has it */

static void add_regime(const struct view *view, struct builder *out)
{
    enum { FIGURES = 5 };
    const double values[FIGURES] = {view_number(view->document, "clients"), view->rate,
                                    view_number(view->document, "payload_bytes"),
                                    view->interval_s, view->per_poll};
    char figures[FIGURES][HTML_NUMBER_SIZE];
    const char *arguments[FIGURES + 1] = {NULL};
    for (unsigned i = 0; i < FIGURES; i++) {
        snprintf(figures[i], sizeof(figures[i]), "%.6g", values[i]);
        arguments[i] = figures[i];
    }
    builder_add_text(out, "<p class=\"regime\">");
    html_words(out, "span", &report_strings[STRING_REGIME], arguments);
    builder_add_text(out, " ");
    html_words(out, "span",
               &report_strings[view->per_poll < DENSE_FROM ? STRING_REGIME_SPARSE
                                                           : STRING_REGIME_DENSE],
               NULL);
    builder_add_text(out, "</p>\n");
}

static void add_top(const struct view *view, struct builder *out)
{
    page_heading("h1", STRING_TITLE, out);
    html_words(out, "p class=\"lead\"", &report_strings[STRING_LEAD], NULL);
    builder_add_text(out, "\n");
    if (!isnan(view->per_poll))
        add_regime(view, out);
    page_doubts(view->document, out);
    page_doubt_delays(view, out);
}

/* ---- drawings ---------------------------------------------------------------------------- */

/* A drawing with its title is a figure; of nothing it is none. */
static void begin_figure(struct builder *out, const char *class)
{
    builder_format(out, "<figure class=\"%s\"><figcaption>", class);
}

static void end_figure(struct builder *out, const struct builder *drawing)
{
    builder_add_text(out, "</figcaption>\n");
    builder_add_slice(out, builder_slice(drawing));
    builder_add_text(out, "</figure>\n");
}

static void add_bars(const struct view *view, const char *const keys[], struct builder *out)
{
    for (; *keys; keys++) {
        const struct view_metric *metric = view_metric(view, *keys);
        struct builder drawing = {0};
        if (metric)
            chart_bars(view, metric, &drawing);
        if (builder_len(&drawing) > 0) {
            begin_figure(out, "low");
            page_metric_name(metric, out);
            end_figure(out, &drawing);
        }
        builder_finish(&drawing);
    }
}

static void add_drawing(const struct view *view,
                        void (*draw)(const struct view *view, struct builder *out),
                        const char *class, enum report_string title, struct builder *out)
{
    struct builder drawing = {0};
    draw(view, &drawing);
    if (builder_len(&drawing) > 0) {
        begin_figure(out, class);
        html_words(out, "span", &report_strings[title], NULL);
        end_figure(out, &drawing);
    }
    builder_finish(&drawing);
}

/* The parts of a message's bytes, with what their tones mean. */
static void draw_parts(const struct view *view, struct builder *out)
{
    static const struct {
        const char *tag;
        enum report_string string;
    } keys[] = {{"span class=\"key payload\"", STRING_PART_PAYLOAD},
                {"span class=\"key framing\"", STRING_PART_FRAMING},
                {"span class=\"key heads\"", STRING_PART_HEADERS}};
    chart_parts(view, out);
    if (builder_len(out) == 0)
        return;
    builder_add_text(out, "<p class=\"keys\">");
    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        html_words(out, keys[i].tag, &report_strings[keys[i].string], NULL);
    builder_add_text(out, "</p>\n");
}

static void add_drawings(const struct view *view, struct builder *out)
{
    static const char *const delays[] = {"delay_mean_ms", "stale_percent", "delay_p90_ms",
                                         "delay_p99_ms", NULL};
    static const char *const traffic[] = {"requests", "useless_percent",  "wire_bytes",
                                          "segments", "opens_per_minute", NULL};
    static const char *const server[] = {
        "cpu_us", "idle_cpu_us", "idle_wire_bytes", "user_memory_bytes", "kernel_memory_bytes",
        NULL};
    page_section("drawings", STRING_PLOTS, STRING_PLOTS_LEAD, out);
    page_heading("h3", STRING_GROUP_DELAY, out);
    builder_add_text(out, "<div class=\"plots\">\n");
    add_drawing(view, chart_delays, "tall", STRING_DELAY_CURVE, out);
    add_bars(view, delays, out);
    builder_add_text(out, "</div>\n");
    page_heading("h3", STRING_GROUP_TRAFFIC, out);
    builder_add_text(out, "<div class=\"plots\">\n");
    add_drawing(view, draw_parts, "low", STRING_PARTS, out);
    add_drawing(view, chart_useless, "tall", STRING_USELESS_CURVE, out);
    add_drawing(view, chart_requests, "tall", STRING_REQUESTS_CURVE, out);
    add_bars(view, traffic, out);
    builder_add_text(out, "</div>\n");
    page_heading("h3", STRING_GROUP_SERVER, out);
    builder_add_text(out, "<div class=\"plots\">\n");
    add_bars(view, server, out);
    builder_add_text(out, "</div>\n</section>\n");
}

/* ---- the page's end ---------------------------------------------------------------------- */

static void add_explanations(struct builder *out)
{
    page_section("explanations", STRING_EXPLANATIONS, STRING_EXPLANATIONS_LEAD, out);
    builder_add_text(out, "<div class=\"topics\">\n");
    for (const struct topic_words *topic = report_topics; topic->id; topic++) {
        builder_format(out, "<article id=\"about-%s\"><h3>", topic->id);
        html_words(out, "span", &topic->title, NULL);
        builder_add_text(out, "</h3>\n");
        html_words(out, "p", &topic->made, NULL);
        builder_add_text(out, "\n<p>");
        html_words(out, "em", &report_strings[STRING_LIES], NULL);
        builder_add_text(out, " ");
        html_words(out, "span", &topic->lies, NULL);
        builder_add_text(out, "</p></article>\n");
    }
    builder_add_text(out, "</div>\n</section>\n");
}

static void add_comparison(const struct view *view, struct builder *out)
{
    struct builder csv = {0};
    page_begin(view->document, out);
    add_top(view, out);
    page_section("verdicts", STRING_VERDICTS, STRING_VERDICTS_LEAD, out);
    page_verdict_sum(view, out);
    page_verdicts(view, out);
    builder_add_text(out, "</section>\n");
    add_drawings(view, out);
    page_section("figures", STRING_TABLE, STRING_TABLE_LEAD, out);
    page_figures(view, out);
    page_crossings(view, out);
    builder_add_text(out, "</section>\n<section id=\"run\">\n");
    page_heading("h2", STRING_RUN, out);
    page_facts(view->document, view->document, out);
    page_soundness(view, out);
    builder_add_text(out, "</section>\n");
    add_explanations(out);
    report_csv(view, &csv);
    page_end(view->document, &csv, out);
    out->failed = out->failed || csv.failed;
    builder_finish(&csv);
}

bool report_page(const cJSON *document, struct builder *out)
{
    struct view view;
    if (page_map(document, out) || page_compat(document, out))
        return true;
    if (!view_init(&view, document))
        return false;
    add_comparison(&view, out);
    return true;
}
