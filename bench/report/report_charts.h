/* SPDX-License-Identifier: MIT
 *
 * Report charts: the drawings of the report's page, as SVG within HTML: colours are classes of
 * the page's style, words are in both languages. A drawing of which no figure is known is left
 * out.
 */
#ifndef PUSHBENCH_REPORT_CHARTS_H
#define PUSHBENCH_REPORT_CHARTS_H

#include "report_view.h"

/* A bar for each transport: the median, the repeats' range, the model. To scale, from 0. */
void chart_bars(const struct view *view, const struct view_metric *metric, struct builder *out);
/* The bytes of a message split into HTTP heads, framing and payload. To scale, from 0. */
void chart_parts(const struct view *view, struct builder *out);
/* What share of all messages was there after how long. */
void chart_delays(const struct view *view, struct builder *out);
/* How many polls come in vain, and how many requests a message takes, by messages a poll: what
 * the model says, and what was measured at this run's point. */
void chart_useless(const struct view *view, struct builder *out);
void chart_requests(const struct view *view, struct builder *out);

#endif
