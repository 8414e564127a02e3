/* SPDX-License-Identifier: MIT
 *
 * Scale: what pushbench scale has measured for one transport and one number of subscribers, and
 * how that is told.
 */
#ifndef PUSHBENCH_SCALE_H
#define PUSHBENCH_SCALE_H

#include "side_bare.h"
#include "side_pushlab.h"

/* One server: a row. */
struct scale_entry {
    unsigned workers; /* 0: it is the bare send() loop */
    char name[32];
    struct side_pushlab pushlab;
    struct side_bare bare;
    double user_bytes;   /* of each subscriber; NAN: not known, or divided by too few */
    double kernel_bytes; /* of each connection, both ends */
    double least_percent, most_percent; /* of the connections, on one worker */
};

/* One transport and one number of subscribers. */
struct scale_cell {
    const struct client_kind *kind;
    struct side_plan plan;
    struct scale_entry entries[SIDES_LIMIT]; /* the bare one, if there is one, comes last */
    unsigned count;
    bool turns; /* all were open at once and took turns; else one after the other */
};

struct side *scale_side(struct scale_entry *entry);

/* Columns and notes. */
void scale_describe(struct report *report);
/* The rows of a cell that has been run. */
void scale_report(struct report *report, struct scale_cell *cell);
/* What a machine with more descriptors would hold, by what was measured. */
void scale_derive(struct report *report);
/* Draws the rows. False: one line on standard error says why. */
bool scale_plot(const struct report *report, const char *path);

#endif
