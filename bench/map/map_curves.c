/* SPDX-License-Identifier: MIT */
#include "map_curves.h"

#include "../advise/cost.h"
#include "../plot.h"
#include "map_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TITLE_SIZE = 96, HEIGHT = 1140 };

/* As on the maps: indices of plot.c's colours. */
static const unsigned colours[COST_TRANSPORTS] = {4, 1, 2, 5, 0};

static const struct curve {
    const char *key;
    bool each_second; /* times the rate */
    enum map_word title, unit;
} curves[] = {
    {"cpu_us", true, WORD_CURVE_CPU, WORD_UNIT_CPU},
    {"wire_bytes", true, WORD_CURVE_WIRE, WORD_UNIT_WIRE},
    {"delay_mean_ms", false, WORD_CURVE_DELAY, WORD_UNIT_DELAY},
};

enum { CURVES = sizeof(curves) / sizeof(curves[0]) };

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(member(object, key));
}

static unsigned points_of(const cJSON *document, double clients)
{
    const cJSON *point;
    unsigned count = 0;
    cJSON_ArrayForEach(point, member(document, "points")) count +=
        number(point, "clients") == clients;
    return count;
}

static double choose_clients(const cJSON *document)
{
    const cJSON *series;
    double chosen = NAN;
    cJSON_ArrayForEach(series, member(document, "series"))
    {
        double clients = number(series, "clients");
        if (isnan(chosen) || points_of(document, clients) > points_of(document, chosen))
            chosen = clients;
    }
    return chosen;
}

static void add_points(const cJSON *document, enum language language, double clients,
                       enum cost_transport transport, const struct curve *curve, bool theory,
                       struct plot *plot)
{
    char label[PLOT_LABEL_SIZE];
    const cJSON *point;
    snprintf(label, sizeof(label), "%s%s",
             map_words[WORD_SHORT_POLL_CLOSE + transport].in[language],
             theory ? map_words[WORD_BY_THEORY].in[language] : "");
    struct plot_series *series = plot_find_series(plot, label, colours[transport], theory);
    if (!series)
        return;
    series->scattered = !theory;
    series->bare = theory;
    cJSON_ArrayForEach(point, member(document, "points"))
    {
        double rate = number(point, "rate");
        const cJSON *own = member(member(point, "transports"), cost_transport_names[transport]);
        double value = number(theory ? member(own, "model") : own, curve->key);
        if (number(point, "clients") == clients)
            plot_add_point(series, rate, curve->each_second ? value * rate : value, NULL);
    }
}

double map_curves_height(void)
{
    return HEIGHT;
}

void map_curves(const cJSON *document, enum language language, double left, double top,
                struct builder *out)
{
    double clients = choose_clients(document);
    struct plot *plots = calloc(CURVES, sizeof(*plots));
    const struct plot *each[CURVES];
    char titles[CURVES][TITLE_SIZE];
    if (!plots)
        return;
    for (unsigned i = 0; i < CURVES; i++) {
        snprintf(titles[i], sizeof(titles[i]), "%s%g", map_words[curves[i].title].in[language],
                 clients);
        plots[i].title = titles[i];
        plots[i].x = (struct plot_axis){map_words[WORD_MESSAGES].in[language], true};
        plots[i].y = (struct plot_axis){map_words[curves[i].unit].in[language], true};
        for (unsigned j = 0; j < 2 * COST_TRANSPORTS; j++)
            add_points(document, language, clients, (enum cost_transport)(j / 2), &curves[i],
                       j % 2 != 0, &plots[i]);
        each[i] = &plots[i];
    }
    builder_format(out, "<g transform=\"translate(%.0f %.0f)\">\n", left, top);
    plot_render("", each, CURVES, out);
    builder_add_text(out, "</g>\n");
    free(plots);
}
