/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include "report/html.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MARGIN_LEFT = 96,
    MARGIN_TOP = 56, /* the drawing's title */
    WIDTH = 560,     /* of a panel's axes */
    HEIGHT = 260,
    PANEL_HEIGHT = HEIGHT + 96,
    PANEL_TITLE = 24, /* above the axes */
    LEGEND_WIDTH = 250,
    LEGEND_LINE = 18,
    LINEAR_TICKS = 6,
    FINE_DECADES = 4,
};

/* Told apart by those who see few colours, too (Okabe and Ito). */
static const char *const colours[PLOT_COLOURS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                  "#e69f00", "#56b4e9", "#000000", "#999999"};
static const char *const dashes[PLOT_DASHES] = {"none", "7 4", "2 3", "10 3 2 3"};

/* ---- series ------------------------------------------------------------------------------ */

struct plot_series *plot_find_series(struct plot *plot, const char *label, unsigned colour,
                                     unsigned dash)
{
    for (unsigned i = 0; i < plot->series_count; i++)
        if (strcmp(plot->series[i].label, label) == 0)
            return &plot->series[i];
    if (plot->series_count == PLOT_SERIES_LIMIT)
        return NULL;
    struct plot_series *series = &plot->series[plot->series_count++];
    *series = (struct plot_series){.colour = colour, .dash = dash};
    snprintf(series->label, sizeof(series->label), "%s", label);
    return series;
}

void plot_add_point(struct plot_series *series, double x, double y, const char *label)
{
    if (series->point_count == PLOT_POINTS_LIMIT || !isfinite(x) || !isfinite(y))
        return;
    struct plot_point *point = &series->points[series->point_count++];
    *point = (struct plot_point){.x = x, .y = y};
    snprintf(point->label, sizeof(point->label), "%s", label ? label : "");
}

/* Different texts, in the order of their coming. */
struct names {
    const char *names[PLOT_SERIES_LIMIT];
    unsigned count;
};

static unsigned index_of(struct names *names, const char *name)
{
    unsigned i = 0;
    while (i < names->count && strcmp(names->names[i], name) != 0)
        i++;
    if (i == names->count && i < PLOT_SERIES_LIMIT)
        names->names[names->count++] = name;
    return i;
}

void plot_add_rows(struct plot *plot, const struct report *report, const char *x_key,
                   const char *y_key)
{
    struct names transports = {.count = 0}, servers = {.count = 0};
    const cJSON *row;
    cJSON_ArrayForEach(row, report->rows)
    {
        const cJSON *x = cJSON_GetObjectItemCaseSensitive(row, x_key);
        const cJSON *y = cJSON_GetObjectItemCaseSensitive(row, y_key);
        const char *transport =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "transport"));
        const char *server =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "server"));
        char label[PLOT_LABEL_SIZE];
        /* Also of rows without these figures: so a colour means the same in each panel. */
        unsigned colour = index_of(&transports, transport);
        unsigned dash = index_of(&servers, server);
        if (!cJSON_IsNumber(x) || !cJSON_IsNumber(y))
            continue;
        snprintf(label, sizeof(label), "%s, %s", transport, server);
        struct plot_series *series = plot_find_series(plot, label, colour, dash);
        if (series)
            plot_add_point(series, x->valuedouble, y->valuedouble, NULL);
    }
}

/* ---- axes -------------------------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, at least so large. */
static double round_step(double least)
{
    double power = pow(10, floor(log10(least)));
    double share = least / power;
    return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static unsigned linear_ticks(double *least, double *largest, double ret_ticks[])
{
    if (*largest <= *least)
        *largest = *least + (*least != 0 ? fabs(*least) : 1);
    double step = round_step((*largest - *least) / LINEAR_TICKS);
    double first = floor(*least / step), last = ceil(*largest / step);
    unsigned count = 0;
    for (double i = first; i <= last && count < PLOT_TICKS_LIMIT; i++)
        ret_ticks[count++] = i * step;
    *least = ret_ticks[0];
    *largest = ret_ticks[count - 1];
    return count;
}

/* Powers of ten; of few decades, 2 and 5 as well. The outer ones are just beyond the values. */
static unsigned log_ticks(double *least, double *largest, double ret_ticks[])
{
    static const double steps[] = {1, 2, 5};
    static const double close = 1 + 1e-9;
    double first = floor(log10(*least * close)), last = log10(*largest / close);
    unsigned count = 0, fine = last - first <= FINE_DECADES ? 3 : 1;
    for (unsigned i = 0; count < PLOT_TICKS_LIMIT; i++) {
        unsigned decade = i / fine;
        double tick = steps[i % fine] * pow(10, first + decade);
        if (count == 1 && tick <= *least * close)
            count = 0; /* this one will do as the first */
        ret_ticks[count++] = tick;
        if (count > 1 && tick >= *largest / close)
            break;
    }
    *least = ret_ticks[0];
    *largest = ret_ticks[count - 1];
    return count;
}

unsigned plot_ticks(bool log, double *least, double *largest,
                    double ret_ticks[PLOT_TICKS_LIMIT])
{
    return log ? log_ticks(least, largest, ret_ticks) : linear_ticks(least, largest, ret_ticks);
}

/* What an axis shows, and where. */
struct scale {
    bool log;
    double least, largest;
    double from, to; /* in the drawing */
    double ticks[PLOT_TICKS_LIMIT];
    unsigned tick_count;
};

static bool shown(const struct plot *plot, const struct plot_point *point)
{
    return (!plot->x.log || point->x > 0) && (!plot->y.log || point->y > 0);
}

static double place(const struct scale *scale, double value)
{
    double share = scale->log ? log(value / scale->least) / log(scale->largest / scale->least)
                              : (value - scale->least) / (scale->largest - scale->least);
    return scale->from + share * (scale->to - scale->from);
}

static struct scale scale_of(const struct plot *plot, bool vertical, double from, double to)
{
    struct scale scale = {
        .log = vertical ? plot->y.log : plot->x.log, .least = NAN, .from = from, .to = to};
    scale.largest = scale.least;
    for (unsigned i = 0; i < plot->series_count; i++)
        for (unsigned j = 0; j < plot->series[i].point_count; j++) {
            const struct plot_point *point = &plot->series[i].points[j];
            double value = vertical ? point->y : point->x;
            if (!shown(plot, point))
                continue;
            scale.least = fmin(scale.least, value); /* fmin and fmax pass over NAN */
            scale.largest = fmax(scale.largest, value);
        }
    if (isnan(scale.least))
        scale.least = scale.largest = 1;
    if (vertical && !scale.log)
        scale.least = fmin(scale.least, 0); /* heights are compared */
    scale.tick_count = plot_ticks(scale.log, &scale.least, &scale.largest, scale.ticks);
    return scale;
}

/* ---- drawing ----------------------------------------------------------------------------- */

static void add_text(struct builder *out, const char *class, double x, double y,
                     const char *text)
{
    builder_format(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    html_text(out, text);
    builder_add_text(out, "</text>\n");
}

static void add_line(struct builder *out, double x1, double y1, double x2, double y2,
                     const char *colour, const char *dash, double width)
{
    builder_format(out,
                   "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-dasharray=\"%s\" "
                   "stroke-width=\"%.1f\"/>\n",
                   x1, y1, x2, y2, colour, dash, width);
}

/* 12000 as 12,000. */
static void add_tick_text(struct builder *out, double value)
{
    char digits[32];
    int len = snprintf(digits, sizeof(digits), value >= 1e4 ? "%.0f" : "%g", value);
    for (int i = 0; i < len; i++) {
        builder_add(out, &digits[i], 1);
        if (value >= 1e4 && i + 1 < len && (len - 1 - i) % 3 == 0)
            builder_add(out, ",", 1);
    }
}

static void add_tick(struct builder *out, double x, double y, const char *anchor, double value)
{
    builder_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y,
                   anchor);
    add_tick_text(out, value);
    builder_add_text(out, "</text>\n");
}

static void draw_axes(const struct plot *plot, const struct scale *x, const struct scale *y,
                      struct builder *out)
{
    static const char grid[] = "#e2e2e2", frame[] = "#555555";
    double middle_x = (x->from + x->to) / 2, middle_y = (y->from + y->to) / 2;
    for (unsigned i = 0; i < x->tick_count; i++) {
        double at = place(x, x->ticks[i]);
        add_line(out, at, y->from, at, y->to, grid, "none", 1);
        add_tick(out, at, y->from + 18, "middle", x->ticks[i]);
    }
    for (unsigned i = 0; i < y->tick_count; i++) {
        double at = place(y, y->ticks[i]);
        add_line(out, x->from, at, x->to, at, grid, "none", 1);
        add_tick(out, x->from - 8, at + 4, "end", y->ticks[i]);
    }
    add_line(out, x->from, y->from, x->to, y->from, frame, "none", 1);
    add_line(out, x->from, y->from, x->from, y->to, frame, "none", 1);
    builder_add_text(out, "<g text-anchor=\"middle\">\n");
    add_text(out, "name", middle_x, y->from + 38, plot->x.title);
    builder_format(out, "<g transform=\"translate(18 %.1f) rotate(-90)\">\n", middle_y);
    add_text(out, "name", 0, 0, plot->y.title);
    builder_add_text(out, "</g>\n</g>\n");
}

static void draw_series(const struct plot *plot, const struct plot_series *series,
                        const struct scale *x, const struct scale *y, struct builder *out)
{
    const char *colour = colours[series->colour % PLOT_COLOURS];
    bool begun = false;
    for (unsigned i = 0; i < series->point_count && !series->scattered; i++) {
        const struct plot_point *point = &series->points[i];
        if (!shown(plot, point))
            continue;
        builder_format(out, "%s%.1f %.1f", begun ? "L" : "<path d=\"M", place(x, point->x),
                       place(y, point->y));
        begun = true;
    }
    if (begun)
        builder_format(out, "\" stroke=\"%s\" stroke-dasharray=\"%s\" stroke-width=\"2\"/>\n",
                       colour, dashes[series->dash % PLOT_DASHES]);
    for (unsigned i = 0; i < series->point_count && !series->bare; i++) {
        const struct plot_point *point = &series->points[i];
        if (!shown(plot, point))
            continue;
        double at_x = place(x, point->x), at_y = place(y, point->y);
        builder_format(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", at_x,
                       at_y, colour);
        if (point->label[0])
            add_text(out, "tick", at_x + 6, at_y - 6, point->label);
    }
}

static void draw_legend(const struct plot *plot, double left, double top, struct builder *out)
{
    for (unsigned i = 0; i < plot->series_count; i++) {
        const struct plot_series *series = &plot->series[i];
        double y = top + 8 + LEGEND_LINE * (double)i;
        add_line(out, left, y, left + 28, y, colours[series->colour % PLOT_COLOURS],
                 dashes[series->dash % PLOT_DASHES], 2);
        add_text(out, "tick", left + 36, y + 4, series->label);
    }
}

/* A panel is as high as its axes or its legend. */
static double panel_height(const struct plot *plot)
{
    double legend = PANEL_TITLE + LEGEND_LINE * (double)plot->series_count + LEGEND_LINE;
    return fmax(PANEL_HEIGHT, legend);
}

static void draw_panel(const struct plot *plot, double top, struct builder *out)
{
    double axes_top = top + PANEL_TITLE;
    struct scale x = scale_of(plot, false, MARGIN_LEFT, MARGIN_LEFT + WIDTH);
    struct scale y = scale_of(plot, true, axes_top + HEIGHT, axes_top);
    add_text(out, "title", MARGIN_LEFT, top + 10, plot->title);
    draw_axes(plot, &x, &y, out);
    for (unsigned i = 0; i < plot->series_count; i++)
        draw_series(plot, &plot->series[i], &x, &y, out);
    draw_legend(plot, MARGIN_LEFT + WIDTH + 24, axes_top, out);
}

void plot_render(const char *title, const struct plot *const plots[], unsigned count,
                 struct builder *out)
{
    double width = MARGIN_LEFT + WIDTH + LEGEND_WIDTH, height = MARGIN_TOP;
    for (unsigned i = 0; i < count; i++)
        height += panel_height(plots[i]);
    builder_format(out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                   "width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" class=\"plot\">\n"
                   "<style>.plot .head{font-size:18px;font-weight:bold}"
                   ".plot .title{font-size:15px}.plot .name{font-size:13px}"
                   ".plot .tick{font-size:12px}.plot text{fill:#222}.plot path{fill:none}"
                   "</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
                   width, height, width, height);
    add_text(out, "head", MARGIN_LEFT, 30, title);
    double top = MARGIN_TOP;
    for (unsigned i = 0; i < count; i++) {
        draw_panel(plots[i], top, out);
        top += panel_height(plots[i]);
    }
    builder_add_text(out, "</svg>\n");
}

bool plot_write(const char *path, const char *title, const struct plot *const plots[],
                unsigned count)
{
    struct builder svg = {0};
    plot_render(title, plots, count, &svg);
    struct slice text = builder_slice(&svg);
    FILE *file = fopen(path, "we");
    bool good = file && fwrite(text.at, 1, text.len, file) == text.len;
    if (file)
        good = fclose(file) == 0 && good;
    if (!good)
        fprintf(stderr, "pushbench: --plot %s: %s\n", path, strerror(errno));
    builder_finish(&svg);
    return good;
}
