/* SPDX-License-Identifier: MIT */
#include "map_svg.h"

#include "../advise/cost.h"
#include "map_curves.h"
#include "map_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    WIDTH = 1280,
    HEAD = 64, /* the drawing's title */
    COLUMNS = 2,
    PANEL_WIDTH = 620,
    PANEL_LEFT = 84, /* numbers of clients */
    AXIS_WIDTH = 510,
    PANEL_TITLE = 30,
    PANEL_FOOT = 62, /* ticks, and what they are */
    BAND = 40,
    BAND_GAP = 8,
    LEGEND_LINE = 22,
    BANDS_LIMIT = 16,
    ALL = (1 << COST_TRANSPORTS) - 1,
};

/* Polls warm, streams cold; told apart by those who see few colours, too (Okabe and Ito). */
static const char *const colours[COST_TRANSPORTS] = {"#e69f00", "#d55e00", "#009e73", "#56b4e9",
                                                     "#0072b2"};
static const char grey[] = "#dddddd", holds[] = "#7fbf7b", fails[] = "#af8dc3";

struct drawing {
    const cJSON *document, *points;
    enum language language;
    struct builder *out;
    double least, most; /* rates */
    double clients[BANDS_LIMIT];
    bool complete[BANDS_LIMIT]; /* what lies beyond the last point will not be measured */
    unsigned bands;
};

/* One map: where the sets that it shows are, and where they change. */
struct panel {
    const char *aspect; /* NULL: the orders */
    enum map_word title;
    double left, top; /* of its axes */
};

static const char *word(const struct drawing *drawing, enum map_word word)
{
    return map_words[word].in[drawing->language];
}

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(member(object, key));
}

/* ---- pieces ------------------------------------------------------------------------------ */

static void add_rect(struct builder *out, double x, double y, double width, double height,
                     const char *fill)
{
    builder_format(out,
                   "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" "
                   "shape-rendering=\"crispEdges\"/>\n",
                   x, y, width, height, fill);
}

/* figure: what follows the words, or empty. */
static void add_words(const struct drawing *drawing, double x, double y, const char *look,
                      enum map_word which, const char *figure)
{
    builder_format(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, look);
    html_text(drawing->out, word(drawing, which));
    html_text(drawing->out, figure);
    builder_add_text(drawing->out, "</text>\n");
}

static void add_dot(struct builder *out, double x, double y, bool composed)
{
    builder_format(out,
                   "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\" stroke=\"#222222\" "
                   "stroke-width=\"1.5\"/>\n",
                   x, y, composed ? "#ffffff" : "#222222");
}

static void add_theory(struct builder *out, double x, double top, double height)
{
    builder_format(out,
                   "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#000000\" "
                   "stroke-width=\"2\" stroke-dasharray=\"5 3\"/>\n",
                   x, top, x, top + height);
}

/* Colours above each other, a little wider than they are: neighbours leave no gap. */
static void add_strips(struct builder *out, double x, double y, double width,
                       const char *const fills[], unsigned count)
{
    double height = (double)BAND / count;
    for (unsigned i = 0; i < count; i++)
        add_rect(out, x, y + i * height, width + 0.5, height, fills[i]);
}

static double place(const struct drawing *drawing, const struct panel *panel, double rate)
{
    double share = log(rate / drawing->least) / log(drawing->most / drawing->least);
    return panel->left + fmin(1, fmax(0, share)) * AXIS_WIDTH;
}

/* ---- what is shown where ----------------------------------------------------------------- */

static unsigned set_of(const cJSON *list)
{
    unsigned set = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const char *name = cJSON_GetStringValue(item);
        enum cost_transport transport = name ? cost_transport_find(name) : COST_TRANSPORTS;
        if (transport < COST_TRANSPORTS)
            set |= 1U << transport;
    }
    return set;
}

static const char *colour_of_order(const cJSON *orders, const char *key)
{
    const char *verdict = cJSON_GetStringValue(member(orders, key));
    if (!verdict || strcmp(verdict, "unknown") == 0)
        return grey;
    return strncmp(verdict, "holds", 5) == 0 || strcmp(verdict, "all tie") == 0 ? holds : fails;
}

static unsigned fills_of(const struct panel *panel, const cJSON *point,
                         const char *ret_fills[COST_TRANSPORTS])
{
    unsigned count = 0;
    if (!panel->aspect) {
        const cJSON *orders = member(point, "orders");
        ret_fills[count++] = colour_of_order(orders, "cpu");
        ret_fills[count++] = colour_of_order(orders, "wire");
        ret_fills[count++] = colour_of_order(orders, "delay");
        return count;
    }
    unsigned set = set_of(member(member(point, "cheapest"), panel->aspect));
    for (enum cost_transport i = 0; i < COST_TRANSPORTS && set != ALL; i++)
        if (set >> i & 1)
            ret_fills[count++] = colours[i];
    if (set == ALL)
        ret_fills[count++] = grey;
    return count;
}

/* The rate between two neighbours at which one's colours end: where the flip was found, or the
 * middle. */
static double border(const struct drawing *drawing, const struct panel *panel, double clients,
                     double before, double after)
{
    const cJSON *flip;
    cJSON_ArrayForEach(flip, member(drawing->document, "flips"))
    {
        const char *aspect = cJSON_GetStringValue(member(flip, "aspect"));
        double rate = number(flip, "rate");
        if (panel->aspect && aspect && strcmp(aspect, panel->aspect) == 0 &&
            number(flip, "clients") == clients && rate >= before && rate <= after)
            return rate;
    }
    return sqrt(before * after);
}

/* The next point of that many clients; points stand in the order of their rates. */
static const cJSON *next_of(const cJSON *point, double clients)
{
    while (point && !(number(point, "clients") == clients && number(point, "rate") > 0))
        point = point->next;
    return point;
}

/* ---- a band ------------------------------------------------------------------------------ */

static void draw_cells(const struct drawing *drawing, const struct panel *panel, unsigned band,
                       double top)
{
    double clients = drawing->clients[band];
    const cJSON *point = next_of(drawing->points->child, clients);
    double from = point ? number(point, "rate") : drawing->least;
    while (point) {
        const cJSON *next = next_of(point->next, clients);
        double rate = number(point, "rate"), until = rate;
        const char *fills[COST_TRANSPORTS];
        unsigned count = fills_of(panel, point, fills);
        if (next)
            until = border(drawing, panel, clients, rate, number(next, "rate"));
        double x = place(drawing, panel, from), width = place(drawing, panel, until) - x;
        if (count > 0)
            add_strips(drawing->out, x, top, width, fills, count);
        from = until;
        point = next;
    }
    double end = place(drawing, panel, from);
    if (drawing->complete[band] && end < panel->left + AXIS_WIDTH - 1)
        add_rect(drawing->out, end, top, panel->left + AXIS_WIDTH - end, BAND, "url(#beyond)");
}

static void draw_dots(const struct drawing *drawing, const struct panel *panel, double clients,
                      double top)
{
    const cJSON *point = next_of(drawing->points->child, clients), *flip;
    for (; point; point = next_of(point->next, clients))
        add_dot(drawing->out, place(drawing, panel, number(point, "rate")), top + BAND / 2.0,
                cJSON_IsTrue(member(point, "composed")));
    cJSON_ArrayForEach(flip, member(drawing->document, "theory"))
    {
        const char *aspect = cJSON_GetStringValue(member(flip, "aspect"));
        double rate = number(flip, "rate");
        if (panel->aspect && aspect && strcmp(aspect, panel->aspect) == 0 &&
            number(flip, "clients") == clients && rate > 0)
            add_theory(drawing->out, place(drawing, panel, rate), top - BAND_GAP / 2.0,
                       BAND + BAND_GAP);
    }
}

static void draw_band(const struct drawing *drawing, const struct panel *panel, unsigned band)
{
    double clients = drawing->clients[band];
    double top = panel->top + band * (BAND + BAND_GAP);
    builder_format(drawing->out,
                   "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n"
                   "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"#ffffff\" "
                   "stroke=\"#bbbbbb\"/>\n",
                   panel->left - 10, top + BAND / 2.0 + 5, clients, panel->left, top,
                   AXIS_WIDTH, BAND);
    draw_cells(drawing, panel, band, top);
    draw_dots(drawing, panel, clients, top);
}

/* ---- a panel ----------------------------------------------------------------------------- */

static double bands_height(const struct drawing *drawing)
{
    return drawing->bands * (double)(BAND + BAND_GAP);
}

static void draw_axis(const struct drawing *drawing, const struct panel *panel)
{
    double bottom = panel->top + bands_height(drawing);
    char interval[32];
    int last = (int)floor(log10(drawing->most) + 1e-9);
    for (int power = (int)ceil(log10(drawing->least) - 1e-9); power <= last; power++) {
        double rate = pow(10, power), x = place(drawing, panel, rate);
        builder_format(drawing->out,
                       "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
                       "stroke=\"#555555\"/>\n"
                       "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%g</text>\n",
                       x, bottom, x, bottom + 6, x, bottom + 20, rate);
    }
    snprintf(interval, sizeof(interval), "%g s",
             number(member(drawing->document, "settings"), "interval_ms") / 1e3);
    add_words(drawing, panel->left + AXIS_WIDTH / 2.0, bottom + 38, "text-anchor=\"middle\"",
              WORD_RATE, interval);
    builder_format(drawing->out, "<g transform=\"translate(%.1f %.1f) rotate(-90)\">",
                   panel->left - 62, (panel->top + bottom) / 2);
    add_words(drawing, 0, 0, "text-anchor=\"middle\"", WORD_CLIENTS, "");
    builder_add_text(drawing->out, "</g>\n");
}

static void draw_panel(const struct drawing *drawing, const struct panel *panel)
{
    char budget[32] = "";
    if (panel->title == WORD_BUDGET)
        snprintf(budget, sizeof(budget), "%g ms",
                 number(member(drawing->document, "settings"), "max_delay_ms"));
    add_words(drawing, panel->left, panel->top - 12, "font-size=\"15\" font-weight=\"bold\"",
              panel->title, budget);
    for (unsigned band = 0; band < drawing->bands; band++)
        draw_band(drawing, panel, band);
    draw_axis(drawing, panel);
}

/* ---- the legend -------------------------------------------------------------------------- */

static void draw_legend(const struct drawing *drawing, double left, double top)
{
    static const struct {
        const char *fill;
        enum map_word word;
    } swatches[] = {
        {"#dddddd", WORD_ALL_TIE}, {"#ffffff", WORD_UNKNOWN}, {"url(#beyond)", WORD_BEYOND},
        {"#7fbf7b", WORD_HOLDS},   {"#af8dc3", WORD_FAILS},
    };
    const double text = left + 44, down = LEGEND_LINE;
    double y = top;
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++, y += down) {
        add_rect(drawing->out, left, y - 12, 32, 15, colours[i]);
        add_words(drawing, text, y, "", (enum map_word)(WORD_SHORT_POLL_CLOSE + i), "");
    }
    add_words(drawing, text, y, "font-style=\"italic\"", WORD_TIE, "");
    y += down;
    for (unsigned i = 0; i < sizeof(swatches) / sizeof(swatches[0]); i++, y += down) {
        add_rect(drawing->out, left, y - 12, 32, 15, "#bbbbbb");
        add_rect(drawing->out, left + 1, y - 11, 30, 13, swatches[i].fill);
        add_words(drawing, text, y, "", swatches[i].word, "");
    }
    add_words(drawing, text, y, "font-style=\"italic\"", WORD_STRIPS, "");
    y += down;
    for (unsigned composed = 0; composed < 2; composed++, y += down) {
        add_dot(drawing->out, left + 16, y - 5, composed);
        add_words(drawing, text, y, "", composed ? WORD_COMPOSED : WORD_MEASURED, "");
    }
    add_theory(drawing->out, left + 16, y - 15, 20);
    add_words(drawing, text, y, "", WORD_THEORY, "");
}

enum { LEGEND_LINES = COST_TRANSPORTS + 10 };

/* ---- all of it --------------------------------------------------------------------------- */

static void read_bands(struct drawing *drawing)
{
    const cJSON *series, *settings = member(drawing->document, "settings");
    drawing->least = number(settings, "rate_least");
    drawing->most = number(settings, "rate_most");
    cJSON_ArrayForEach(series, member(drawing->document, "series"))
    {
        double clients = number(series, "clients");
        if (!(clients > 0) || drawing->bands == BANDS_LIMIT)
            continue;
        drawing->complete[drawing->bands] = cJSON_IsTrue(member(series, "complete"));
        drawing->clients[drawing->bands++] = clients;
    }
    if (!(drawing->least > 0) || !(drawing->most > drawing->least) || isinf(drawing->most))
        drawing->bands = 0;
}

static void draw_head(const struct drawing *drawing, double height)
{
    double window_ms = number(member(drawing->document, "settings"), "coalesce_ms");
    char window[32] = "";
    builder_format(drawing->out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" "
                   "width=\"%d\" height=\"%.0f\" font-family=\"sans-serif\" font-size=\"13\" "
                   "fill=\"#222222\">\n<defs><pattern id=\"beyond\" width=\"8\" height=\"8\" "
                   "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                   "<rect width=\"8\" height=\"8\" fill=\"#f4f4f4\"/>"
                   "<rect width=\"2\" height=\"8\" fill=\"#cccccc\"/></pattern></defs>\n"
                   "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
                   WIDTH, height, WIDTH, height);
    if (window_ms > 0)
        snprintf(window, sizeof(window), "%g ms", window_ms);
    add_words(drawing, PANEL_LEFT, 34, "font-size=\"19\" font-weight=\"bold\"",
              window_ms > 0 ? WORD_TITLE_COALESCED : WORD_TITLE, window);
}

void map_svg(const cJSON *document, enum language language, struct builder *out)
{
    static const struct {
        const char *aspect;
        enum map_word title;
    } panels[] = {{"cpu", WORD_CPU},
                  {"wire", WORD_WIRE},
                  {"budget", WORD_BUDGET},
                  {"memory", WORD_MEMORY},
                  {NULL, WORD_ORDER}};
    enum { PANELS = sizeof(panels) / sizeof(panels[0]) };
    struct drawing drawing = {.document = document, .language = language, .out = out};
    drawing.points = member(document, "points");
    if (drawing.points)
        read_bands(&drawing);
    double height = PANEL_TITLE + bands_height(&drawing) + PANEL_FOOT;
    double legend = PANEL_TITLE + LEGEND_LINES * LEGEND_LINE;
    double curves_top = HEAD + 2 * height + fmax(height, legend);
    draw_head(&drawing, drawing.bands ? curves_top + map_curves_height() : HEAD);
    for (unsigned i = 0; i < PANELS && drawing.bands; i++) {
        const struct panel panel = {panels[i].aspect, panels[i].title,
                                    PANEL_LEFT + (i % COLUMNS) * (double)PANEL_WIDTH,
                                    HEAD + PANEL_TITLE + floor(i / (double)COLUMNS) * height};
        draw_panel(&drawing, &panel);
    }
    if (drawing.bands) {
        draw_legend(&drawing, PANEL_LEFT + PANEL_WIDTH, HEAD + 2 * height + PANEL_TITLE);
        map_curves(document, language, PANEL_LEFT / 2.0, curves_top, out);
    }
    builder_add_text(out, "</svg>\n");
}
