/* SPDX-License-Identifier: MIT
 *
 * Plot: figures as a drawing: an SVG file written here, of one or several panels below each
 * other. The same figures give the same bytes. Light, readable, with nothing to load.
 */
#ifndef PUSHBENCH_PLOT_H
#define PUSHBENCH_PLOT_H

#include "report.h"

#include "../server/bytes.h"

enum {
    PLOT_SERIES_LIMIT = 24,
    PLOT_POINTS_LIMIT = 64,
    PLOT_LABEL_SIZE = 48,
    PLOT_TICKS_LIMIT = 32,
    PLOT_COLOURS = 8,
    PLOT_DASHES = 4,
};

struct plot_axis {
    const char *title; /* with the unit */
    bool log;          /* what is not above 0 is left out */
};

struct plot_point {
    double x, y;
    char label[PLOT_LABEL_SIZE]; /* beside it; empty: none */
};

/* Points joined by a line, in the order of their adding. */
struct plot_series {
    char label[PLOT_LABEL_SIZE]; /* in the legend */
    unsigned colour;             /* which of PLOT_COLOURS; goes round */
    unsigned dash;               /* which of PLOT_DASHES, 0 solid; goes round */
    bool scattered;              /* no line */
    bool bare;                   /* a line without its points */
    struct plot_point points[PLOT_POINTS_LIMIT];
    unsigned point_count;
};

/* One panel. Zeroed but for titles and axes: empty. Strings are borrowed but for labels. */
struct plot {
    const char *title;
    struct plot_axis x, y;
    struct plot_series series[PLOT_SERIES_LIMIT];
    unsigned series_count;
};

/* The series of that label, made if there is none; NULL when there are too many. */
struct plot_series *plot_find_series(struct plot *plot, const char *label, unsigned colour,
                                     unsigned dash);
/* label may be NULL. A point that is no number, or one too many, is left out. */
void plot_add_point(struct plot_series *series, double x, double y, const char *label);
/*
 * Adds a point for each row that has both figures: a series for each transport and server, a
 * colour for each transport, a dash for each server.
 */
void plot_add_rows(struct plot *plot, const struct report *report, const char *x_key,
                   const char *y_key);

/* The drawing, as SVG. */
void plot_render(const char *title, const struct plot *const plots[], unsigned count,
                 struct builder *out);
/* The same, to a file. False: one line on standard error says why. */
bool plot_write(const char *path, const char *title, const struct plot *const plots[],
                unsigned count);

/* ---- for tests --------------------------------------------------------------------------- */

/* The range of an axis, widened to its outer ticks, and the ticks. Their number. */
unsigned plot_ticks(bool log, double *least, double *largest,
                    double ret_ticks[PLOT_TICKS_LIMIT]);

#endif
