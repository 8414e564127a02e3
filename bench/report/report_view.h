/* SPDX-License-Identifier: MIT
 *
 * Report view: a finished `compare` as the page shows it, read from the JSON that the command
 * wrote. Whatever is missing there or of the wrong kind is not told: the file may be of an
 * older version, or have been edited.
 */
#ifndef PUSHBENCH_REPORT_VIEW_H
#define PUSHBENCH_REPORT_VIEW_H

#include "../compare/compare.h"
#include "report_strings.h"

#include <cjson/cJSON.h>

enum {
    VIEW_LANES_LIMIT = 8,
    VIEW_METRICS_LIMIT = 48,
    VIEW_CURVE_LIMIT = 64,
};

struct view_lane {
    const char *name;
    const struct lane_words *words;
    const cJSON *object;
    double delays_ms[VIEW_CURVE_LIMIT]; /* at view.shares */
};

struct view_metric {
    const char *key;
    const char *label;                /* as in the table of the command */
    const struct metric_words *words; /* NULL: not known, the label has to do */
    const char *order;                /* NULL: not judged */
    const char *verdicts[COMPARE_READINGS];
    struct spread figures[VIEW_LANES_LIMIT]; /* NAN: none */
    double model[VIEW_LANES_LIMIT];          /* NAN: it says nothing */
    bool any_model;
};

/* Borrows from the document. */
struct view {
    const cJSON *document;
    struct view_lane lanes[VIEW_LANES_LIMIT];
    unsigned lane_count;
    struct view_metric metrics[VIEW_METRICS_LIMIT];
    unsigned metric_count;
    double shares[VIEW_CURVE_LIMIT]; /* 0 to 1, ascending, of delays_ms */
    unsigned share_count;
    bool poisson;
    double rate, interval_s, per_poll; /* NAN: not known */
};

/* False: this is no document of `compare`, or there is nothing in it. */
bool view_init(struct view *view, const cJSON *document);
/* NULL: there is none. */
const struct view_metric *view_metric(const struct view *view, const char *key);
/* VIEW_LANES_LIMIT: there is none. */
unsigned view_lane(const struct view *view, const char *name, size_t len);

/* A member of the document or of an object in it; NULL or NAN: there is none. */
const char *view_text(const cJSON *object, const char *key);
double view_number(const cJSON *object, const char *key);

/* An order, "a = b < c", piece by piece: the lane's index, and whether it ties with the one
 * before. Begins with *at at the order; false: it has ended, or is none. */
bool view_next_in_order(const struct view *view, const char **at, unsigned *ret_lane,
                        bool *ret_tie);

#endif
