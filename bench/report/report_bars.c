/* SPDX-License-Identifier: MIT */
#include "report_charts.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 440,
    ROW = 28,
    BARS_LEFT = 138,
    BARS_RIGHT = 356,
    BAR_HEIGHT = 16,
    CAP = 4,    /* half the height of a range's end */
    MARK = 5,   /* half the height of the model's diamond */
    MARGIN = 4, /* above the first row and below the last */
};

static void begin(struct builder *out, unsigned rows)
{
    builder_format(out, "<svg class=\"bars\" viewBox=\"0 0 %d %u\" aria-hidden=\"true\">\n",
                   WIDTH, rows * ROW + 2 * MARGIN);
}

static void add_label(struct builder *out, const struct view_lane *lane, double y)
{
    char tag[80];
    const char *const name[] = {lane->name, NULL};
    snprintf(tag, sizeof(tag), "text class=\"label\" x=\"%d\" y=\"%.0f\"", BARS_LEFT - 8,
             y + 5);
    html_words(out, tag, &lane->words->title, name);
}

static void add_value(struct builder *out, double value, double y)
{
    char text[HTML_NUMBER_SIZE];
    html_number(value, text);
    builder_format(out, "<text class=\"value\" x=\"%d\" y=\"%.0f\">%s</text>\n", WIDTH - 2,
                   y + 5, text);
}

static double place(double value, double largest)
{
    return BARS_LEFT + (BARS_RIGHT - BARS_LEFT) * value / largest;
}

static void add_bar(struct builder *out, const char *class, double from, double to, double y)
{
    builder_format(out,
                   "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                   "height=\"%d\"/>\n",
                   class, from, y - BAR_HEIGHT / 2.0, fmax(to - from, 0), BAR_HEIGHT);
}

static void add_model(struct builder *out, double x, double y)
{
    builder_format(out, "<path class=\"mark\" d=\"M%.1f %.1fl%d %dl%d %dl%d %dz\"/>\n", x,
                   y - MARK, MARK, MARK, -MARK, MARK, -MARK, -MARK);
}

static void add_range(struct builder *out, double from, double to, double y)
{
    builder_format(out, "<path class=\"range\" d=\"M%.1f %.1fv%dm0 %dH%.1fm0 %dv%d\"/>\n", from,
                   y - CAP, 2 * CAP, -CAP, to, -CAP, 2 * CAP);
}

static bool has_figures(const struct view *view, const struct view_metric *metric)
{
    for (unsigned i = 0; i < view->lane_count; i++)
        if (!isnan(metric->figures[i].median))
            return true;
    return false;
}

static double largest_of(const struct view *view, const struct view_metric *metric)
{
    double largest = 0;
    for (unsigned i = 0; i < view->lane_count; i++) {
        largest = fmax(largest, metric->figures[i].max); /* fmax passes over NAN */
        largest = fmax(largest, metric->model[i]);
    }
    return largest;
}

void chart_bars(const struct view *view, const struct view_metric *metric, struct builder *out)
{
    double largest = largest_of(view, metric);
    double scale = largest > 0 ? largest : 1;
    if (!has_figures(view, metric))
        return;
    begin(out, view->lane_count);
    for (unsigned i = 0; i < view->lane_count; i++) {
        const struct spread *figure = &metric->figures[i];
        double y = MARGIN + ROW * (i + 0.5);
        builder_format(out, "<g class=\"t-%s\">\n", view->lanes[i].words->tone);
        add_label(out, &view->lanes[i], y);
        if (!isnan(figure->median))
            add_bar(out, "tone", BARS_LEFT, place(fmax(figure->median, 0), scale), y);
        if (figure->max > figure->min)
            add_range(out, place(fmax(figure->min, 0), scale), place(figure->max, scale), y);
        if (!isnan(metric->model[i]))
            add_model(out, place(fmax(metric->model[i], 0), scale), y);
        add_value(out, figure->median, y);
        builder_add_text(out, "</g>\n");
    }
    builder_format(out, "<path class=\"axis\" d=\"M%d 0V%u\"/>\n</svg>\n", BARS_LEFT,
                   view->lane_count * ROW + 2 * MARGIN);
}

void chart_parts(const struct view *view, struct builder *out)
{
    static const char *const keys[] = {"payload_bytes", "framing_bytes", "header_bytes"};
    static const char *const classes[] = {"payload", "framing", "heads"};
    enum { PARTS = sizeof(keys) / sizeof(keys[0]) };
    const struct view_metric *parts[PARTS], *all = view_metric(view, "bytes");
    for (unsigned i = 0; i < PARTS; i++)
        if (!(parts[i] = view_metric(view, keys[i])))
            return;
    if (!all)
        return;
    double largest = largest_of(view, all);
    if (largest <= 0)
        return;
    begin(out, view->lane_count);
    for (unsigned i = 0; i < view->lane_count; i++) {
        double y = MARGIN + ROW * (i + 0.5), from = BARS_LEFT, sum = 0;
        builder_format(out, "<g class=\"t-%s\">\n", view->lanes[i].words->tone);
        add_label(out, &view->lanes[i], y);
        for (unsigned part = 0; part < PARTS; part++) {
            double bytes = fmax(parts[part]->figures[i].median, 0); /* 0 for NAN */
            sum += bytes;
            add_bar(out, classes[part], from, place(sum, largest), y);
            from = place(sum, largest);
        }
        if (!isnan(all->model[i]))
            add_model(out, place(fmax(all->model[i], 0), largest), y);
        add_value(out, all->figures[i].median, y);
        builder_add_text(out, "</g>\n");
    }
    builder_format(out, "<path class=\"axis\" d=\"M%d 0V%u\"/>\n</svg>\n", BARS_LEFT,
                   view->lane_count * ROW + 2 * MARGIN);
}
