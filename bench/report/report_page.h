/* SPDX-License-Identifier: MIT
 *
 * Report page: a finished `compare` as one HTML file that needs nothing else: verdicts,
 * drawings, every figure, where they come from, how they can lie, and the raw data. English and
 * Chinese, light and dark, on screens and on paper; without scripts too.
 */
#ifndef PUSHBENCH_REPORT_PAGE_H
#define PUSHBENCH_REPORT_PAGE_H

#include "report_view.h"

/* Adds the page of a `compare`, a `map` or a `compat`. False: the document is none of these, or
 * holds nothing; nothing is added. */
bool report_page(const cJSON *document, struct builder *out);

/* Whether files can be made where path is, to be asked before a long run. False: one line on
 * standard error says why not. */
bool report_page_writable(const char *path);
/*
 * Writes the page to path, and beside it, with endings of their own, the document as JSON and,
 * of a `compare`, its figures as CSV; standard error says where. False: one line there says why
 * not.
 */
bool report_page_write(const cJSON *document, const char *path);
/* Only the page; "-" is standard output. */
bool report_page_write_alone(const cJSON *document, const char *path);
/* The path with another ending, as a string: bench.html beside bench.json. */
void report_path_beside(const char *path, const char *ending, struct builder *out);

/* ---- the page's parts -------------------------------------------------------------------- */

/* (report_style.c) Style, and the few lines of script that choose a language. */
void page_style(struct builder *out);
void page_script(struct builder *out);

/* (report_shell.c) Up to <main>; a heading, and the beginning of a section; the raw data, and
 * what closes the page. csv may be NULL. */
void page_begin(const cJSON *document, struct builder *out);
void page_heading(const char *tag, enum report_string string, struct builder *out);
void page_section(const char *id, enum report_string title, enum report_string lead,
                  struct builder *out);
void page_end(const cJSON *document, const struct builder *csv, struct builder *out);

/* (report_map.c) The page of a map; false, and nothing: this is none. */
bool page_map(const cJSON *document, struct builder *out);

/* (report_compat.c) The page of a compat; false, and nothing: this is none. */
bool page_compat(const cJSON *document, struct builder *out);
/* (report_browsers.c) Its section on browsers. */
void page_browsers(struct builder *out);

/* (report_verdicts.c) A verdict as the commands word it; what is not known stays as it is. */
void page_verdict(const char *verdict, struct builder *out);
/* (report_verdicts.c) What becomes of the textbook's order: in sum, and figure by figure. */
void page_verdict_sum(const struct view *view, struct builder *out);
void page_verdicts(const struct view *view, struct builder *out);

/* (report_tables.c) */
void page_figures(const struct view *view, struct builder *out);
void page_crossings(const struct view *view, struct builder *out);
/* What a figure is called, as a link to its explanation; the unit behind it. */
void page_metric_name(const struct view_metric *metric, struct builder *out);
/* A transport's name, in elements of that tag. */
void page_lane_name(const struct view_lane *lane, const char *tag, struct builder *out);

/* (report_run.c) What is wrong with a run, if anything; when, where and how it was made; what
 * became of its messages. */
void page_doubts(const cJSON *document, struct builder *out);
void page_doubt_delays(const struct view *view, struct builder *out);
void page_facts(const cJSON *document, const cJSON *settings, struct builder *out);
void page_soundness(const struct view *view, struct builder *out);

#endif
