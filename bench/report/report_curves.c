/* SPDX-License-Identifier: MIT */
#include "report_charts.h"

#include "../compare/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    WIDTH = 440,
    HEIGHT = 320,
    LEFT = 56,
    RIGHT = 428,
    TOP = 12,
    BOTTOM = 272,
    CURVE_POINTS = 60,
    SHARE_STEP = 25,
    DECADES_LIMIT = 12,
};

/* An axis: powers of ten, or 0 to 100 in steps. */
struct range {
    bool log;
    double least, largest;
    double from, to; /* in the drawing */
};

static double place(const struct range *range, double value)
{
    double share = range->log
                       ? log10(value / range->least) / log10(range->largest / range->least)
                       : (value - range->least) / (range->largest - range->least);
    return range->from + fmin(fmax(share, 0), 1) * (range->to - range->from);
}

/* From a power of ten on, a decade at least, and not more than can be read. */
static struct range decades(double least, double largest, double from, double to)
{
    double first = fmax(floor(log10(least)), ceil(log10(largest)) - DECADES_LIMIT);
    return (struct range){true, pow(10, first), fmax(largest, pow(10, first + 1)), from, to};
}

static unsigned tick_count(const struct range *range)
{
    static const double spare = 1e-9; /* logarithms are not exact */
    double steps = range->log ? log10(range->largest / range->least)
                              : (range->largest - range->least) / SHARE_STEP;
    return 1 + (unsigned)(steps + spare);
}

static double tick_at(const struct range *range, unsigned index)
{
    return range->log ? range->least * pow(10, index) : range->least + index * SHARE_STEP;
}

static void add_axis_title(struct builder *out, enum report_string string, bool vertical)
{
    char tag[128];
    if (vertical)
        snprintf(tag, sizeof(tag),
                 "text class=\"name\" transform=\"translate(14 %d) rotate(-90)\"",
                 (TOP + BOTTOM) / 2);
    else
        snprintf(tag, sizeof(tag), "text class=\"name\" x=\"%d\" y=\"%d\"", (LEFT + RIGHT) / 2,
                 HEIGHT - 8);
    html_words(out, tag, &report_strings[string], NULL);
}

static void begin(struct builder *out, const struct range *x, enum report_string x_title,
                  const struct range *y, enum report_string y_title)
{
    builder_format(out, "<svg class=\"curves\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">\n",
                   WIDTH, HEIGHT);
    for (unsigned i = 0; i < tick_count(x); i++) {
        double tick = tick_at(x, i), at = place(x, tick);
        builder_format(out,
                       "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"tick middle\" "
                       "x=\"%.1f\" y=\"%d\">%.10g</text>\n",
                       at, TOP, BOTTOM, at, BOTTOM + 18, tick);
    }
    for (unsigned i = 0; i < tick_count(y); i++) {
        double tick = tick_at(y, i), at = place(y, tick);
        builder_format(out,
                       "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"tick\" x=\"%d\" "
                       "y=\"%.1f\">%.10g</text>\n",
                       LEFT, at, RIGHT, LEFT - 6, at + 4, tick);
    }
    add_axis_title(out, x_title, false);
    add_axis_title(out, y_title, true);
}

/* ---- delays ------------------------------------------------------------------------------ */

static bool has_delays(const struct view *view, unsigned lane)
{
    return view->share_count > 1 && view->lanes[lane].delays_ms[0] > 0; /* not NAN */
}

static void add_key(struct builder *out, const struct view_lane *lane)
{
    char tag[64];
    const char *const name[] = {lane->name, NULL};
    snprintf(tag, sizeof(tag), "span class=\"key t-%s\"", lane->words->tone);
    html_words(out, tag, &lane->words->title, name);
}

static void add_delay_curve(struct builder *out, const struct view *view, unsigned index,
                            const struct range *x, const struct range *y)
{
    const struct view_lane *lane = &view->lanes[index];
    double at_x = place(x, lane->delays_ms[0]);
    builder_format(out, "<path class=\"curve t-%s\" d=\"M%.1f %d", lane->words->tone, at_x,
                   BOTTOM);
    for (unsigned i = 0; i < view->share_count; i++)
        builder_format(out, "L%.1f %.1f", place(x, fmax(lane->delays_ms[i], x->least)),
                       place(y, 100 * view->shares[i]));
    builder_add_text(out, "\"/>\n");
}

void chart_delays(const struct view *view, struct builder *out)
{
    double least = INFINITY, largest = 0;
    for (unsigned i = 0; i < view->lane_count; i++) {
        if (!has_delays(view, i))
            continue;
        least = fmin(least, view->lanes[i].delays_ms[0]);
        largest = fmax(largest, view->lanes[i].delays_ms[view->share_count - 1]);
    }
    if (!(least > 1e-9 && largest < 1e12)) /* ms */
        return;
    struct range x = decades(least, largest, LEFT, RIGHT);
    struct range y = {false, 0, 100, BOTTOM, TOP};
    begin(out, &x, STRING_DELAY_CURVE_X, &y, STRING_DELAY_CURVE_Y);
    for (unsigned i = view->lane_count; i-- > 0;) /* polls lie below streams */
        if (has_delays(view, i))
            add_delay_curve(out, view, i, &x, &y);
    builder_add_text(out, "</svg>\n<p class=\"keys\">");
    for (unsigned i = 0; i < view->lane_count; i++)
        if (has_delays(view, i))
            add_key(out, &view->lanes[i]);
    builder_add_text(out, "</p>\n");
}

/* ---- the model --------------------------------------------------------------------------- */

/* What both drawings of the model share: from 0.1 to 10 messages a poll, this run's within. */
struct model_chart {
    const struct view *view;
    const char *metric;
    struct range x, y;
};

static bool begin_model(struct model_chart *chart, struct builder *out,
                        enum report_string y_title)
{
    double per_poll = chart->view->per_poll;
    if (!(per_poll > 1e-6 && per_poll < 1e6) || !view_metric(chart->view, chart->metric))
        return false;
    chart->x = decades(fmin(per_poll, 0.1), fmax(per_poll, 10), LEFT, RIGHT);
    if (chart->y.log)
        chart->y = decades(1 / chart->x.largest, 1 / chart->x.least, BOTTOM, TOP);
    begin(out, &chart->x, STRING_PER_POLL_X, &chart->y, y_title);
    return true;
}

static void add_model_curve(const struct model_chart *chart, struct builder *out,
                            enum transport_reads reads, bool poisson, const char *class)
{
    const struct view *view = chart->view;
    struct model_point point = {
        .poisson = poisson,
        .interval_s = view->interval_s,
        .round_trip_s = fmax(view_number(view->document, "rtt_ms") / 1e3, 0),
        .hold_s = fmax(view_number(view->document, "heartbeat_s"), 1),
    };
    builder_format(out, "<path class=\"%s\" d=\"", class);
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        double share = (double)i / CURVE_POINTS;
        double per_poll = chart->x.least * pow(chart->x.largest / chart->x.least, share);
        point.rate = per_poll / view->interval_s;
        struct model_figures figures = model_of(reads, &point);
        double value = chart->y.log ? figures.requests : 100 * figures.useless;
        builder_format(out, "%c%.1f %.1f", i ? 'L' : 'M', place(&chart->x, per_poll),
                       place(&chart->y, value));
    }
    builder_add_text(out, "\"/>\n");
}

static void add_point(const struct model_chart *chart, struct builder *out, unsigned lane)
{
    double value = view_metric(chart->view, chart->metric)->figures[lane].median;
    if (isnan(value) || (chart->y.log && value <= 0))
        return;
    builder_format(out, "<circle class=\"point t-%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>\n",
                   chart->view->lanes[lane].words->tone,
                   place(&chart->x, chart->view->per_poll), place(&chart->y, value));
}

static bool is_short_poll(const struct view_lane *lane)
{
    return strncmp(lane->name, "short_poll", strlen("short_poll")) == 0;
}

void chart_useless(const struct view *view, struct builder *out)
{
    struct model_chart chart = {
        .view = view, .metric = "useless_percent", .y = {false, 0, 100, BOTTOM, TOP}};
    if (!begin_model(&chart, out, STRING_USELESS_CURVE_Y))
        return;
    add_model_curve(&chart, out, READS_NOW, true, view->poisson ? "theory" : "theory other");
    add_model_curve(&chart, out, READS_NOW, false, view->poisson ? "theory other" : "theory");
    for (unsigned i = 0; i < view->lane_count; i++)
        if (is_short_poll(&view->lanes[i]))
            add_point(&chart, out, i);
    builder_add_text(out, "</svg>\n<p class=\"keys\">");
    html_words(out, view->poisson ? "span class=\"key line\"" : "span class=\"key line other\"",
               &report_strings[STRING_MODEL_POISSON], NULL);
    html_words(out, view->poisson ? "span class=\"key line other\"" : "span class=\"key line\"",
               &report_strings[STRING_MODEL_PERIODIC], NULL);
    for (unsigned i = 0; i < view->lane_count; i++)
        if (is_short_poll(&view->lanes[i]))
            add_key(out, &view->lanes[i]);
    builder_add_text(out, "</p>\n");
}

void chart_requests(const struct view *view, struct builder *out)
{
    struct model_chart chart = {.view = view, .metric = "requests", .y.log = true};
    if (!begin_model(&chart, out, STRING_REQUESTS_CURVE_Y))
        return;
    add_model_curve(&chart, out, READS_NOW, view->poisson, "theory t-short-poll");
    add_model_curve(&chart, out, READS_WAIT, view->poisson, "theory t-long-poll");
    for (unsigned i = 0; i < view->lane_count; i++)
        add_point(&chart, out, i);
    builder_add_text(out, "</svg>\n<p class=\"keys\">");
    html_words(out, "span class=\"key line\"", &report_strings[STRING_BY_MODEL], NULL);
    for (unsigned i = 0; i < view->lane_count; i++)
        if (view_metric(view, chart.metric)->figures[i].median > 0)
            add_key(out, &view->lanes[i]);
    builder_add_text(out, "</p>\n");
}
