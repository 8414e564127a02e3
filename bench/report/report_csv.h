/* SPDX-License-Identifier: MIT
 *
 * Report CSV: the figures for spreadsheets (RFC 4180, but lines end as on Unix).
 */
#ifndef PUSHBENCH_REPORT_CSV_H
#define PUSHBENCH_REPORT_CSV_H

#include "report_view.h"

/* A line for each figure and transport: its unit, the median, the least and the most of the
 * repeats, and what the model says. What is not known is empty. */
void report_csv(const struct view *view, struct builder *out);

#endif
