/* SPDX-License-Identifier: MIT
 *
 * Report: what a command has found, row by row: a table for people, JSON for programs. The JSON
 * holds every figure; the table those that have a column.
 */
#ifndef PUSHBENCH_REPORT_H
#define PUSHBENCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

enum { REPORT_COLUMNS_LIMIT = 24 };

struct report_column {
    const char *key;
    const char *heading;
    int decimals; /* REPORT_BAR: no figure, a bar; REPORT_DIGITS: as many as three digits need
                   */
};

enum { REPORT_BAR = -1, REPORT_DIGITS = -2 };

struct report {
    const char *title;
    cJSON *document;
    cJSON *rows;
    cJSON *notes;
    cJSON *row; /* the one being written */
    struct report_column columns[REPORT_COLUMNS_LIMIT];
    unsigned column_count;
    bool broken; /* a check or bound did not hold */
};

/* command names what was done. Strings are borrowed but for values and notes. */
void report_init(struct report *report, const char *command, const char *title);
void report_finish(struct report *report);
void report_column(struct report *report, const char *key, const char *heading, int decimals);
/* The figure as a bar; its length is the figure's place between the least of all rows and the
 * largest, on a logarithmic scale. */
void report_bar_column(struct report *report, const char *key, const char *heading);
/* Begins a row; the values that follow go there. */
void report_row(struct report *report);
void report_text(struct report *report, const char *key, const char *value);
/* NAN: as report_nothing. */
void report_number(struct report *report, const char *key, double value);
void report_bool(struct report *report, const char *key, bool value);
/* There is no such figure: null, and a dash in the table. */
void report_nothing(struct report *report, const char *key);
/* A line below the table. */
__attribute__((format(printf, 2, 3))) void report_note(struct report *report,
                                                       const char *format, ...);
/* The same, for a check or bound that did not hold: the exit status will say so. */
__attribute__((format(printf, 2, 3))) void report_broken(struct report *report,
                                                         const char *format, ...);
/* Prints the table, the JSON, or both: json as in struct common_options. The exit status. */
int report_print(struct report *report, const char *json);

#endif
