/* SPDX-License-Identifier: MIT
 *
 * The page of a `compat`: orders, where they are reversed, and the matrix.
 */
#include "report_compat_words.h"
#include "report_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TRANSPORTS = 4, TAG_LIMIT = 64 };

static const char *const transports[TRANSPORTS] = {"short_poll", "long_poll", "sse",
                                                   "websocket"};
static const struct words transport_words[TRANSPORTS] = {
    {{"short poll", "短轮询"}}, {{"long poll", "长轮询"}}, {{"SSE"}}, {{"WebSocket"}}};
static const char *const tones[TRANSPORTS] = {"short-poll", "long-poll", "sse", "websocket"};

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* What a document says in each language. */
static struct words said(const cJSON *object, const char *key)
{
    const char *en = view_text(member(object, key), "en");
    return (struct words){{en ? en : "", view_text(member(object, key), "zh")}};
}

/* An order's name in all languages, by its place among the transports. */
static void add_lane(struct builder *out, unsigned transport)
{
    char tag[TAG_LIMIT];
    snprintf(tag, sizeof(tag), "span class=\"lane t-%s\"", tones[transport]);
    html_words(out, tag, &transport_words[transport], NULL);
}

static unsigned transport_of(const char *name)
{
    unsigned i = 0;
    while (i < TRANSPORTS && !(name && strcmp(transports[i], name) == 0))
        i++;
    return i;
}

static void add_heading_cell(struct builder *out, const struct words *words,
                             const char *const arguments[])
{
    builder_add_text(out, "<th scope=\"col\">");
    html_words(out, "span", words, arguments);
    builder_add_text(out, "</th>");
}

/* ---- orders ------------------------------------------------------------------------------ */

/* Best first; those that tie as the textbook has them. */
static void add_measured(struct builder *out, const cJSON *order)
{
    bool told[TRANSPORTS] = {false};
    double before = NAN;
    for (unsigned place = 0; place < TRANSPORTS; place++) {
        unsigned best = TRANSPORTS;
        for (unsigned i = 0; i < TRANSPORTS; i++)
            if (!told[i] && (best == TRANSPORTS || view_number(order, transports[i]) >
                                                       view_number(order, transports[best])))
                best = i;
        double count = view_number(order, transports[best]);
        told[best] = true;
        if (place > 0)
            builder_add_text(out, count < before ? " <b>&gt;</b> " : " <b>=</b> ");
        add_lane(out, best);
        builder_format(out, " %.0f", count);
        before = count;
    }
}

static void add_care(struct builder *out, const char *care)
{
    const struct words *words = compat_care_words(care);
    if (words)
        html_words(out, "span", words, NULL);
}

static void add_orders(const cJSON *document, struct builder *out)
{
    const cJSON *orders = member(document, "orders"), *order;
    char all[HTML_NUMBER_SIZE];
    const char *const arguments[] = {all, NULL};
    snprintf(all, sizeof(all), "%.0f",
             orders ? view_number(orders->child, "environments") : 0.0);
    builder_add_text(out, "<table class=\"verdicts\"><thead><tr>");
    add_heading_cell(out, &compat_strings[COMPAT_SERVER], NULL);
    add_heading_cell(out, &compat_strings[COMPAT_MEASURED], arguments);
    add_heading_cell(out, &compat_strings[COMPAT_AS_SSE], NULL);
    add_heading_cell(out, &compat_strings[COMPAT_AS_KEEP_ALIVE], NULL);
    builder_add_text(out, "</tr></thead>\n<tbody>\n");
    cJSON_ArrayForEach(order, orders)
    {
        builder_add_text(out, "<tr><th scope=\"row\">");
        add_care(out, order->string);
        builder_add_text(out, "</th><td class=\"order\">");
        add_measured(out, order);
        builder_add_text(out, "</td><td>");
        page_verdict(view_text(order, "verdict_sse"), out);
        builder_add_text(out, "</td><td>");
        page_verdict(view_text(order, "verdict_keep_alive"), out);
        builder_add_text(out, "</td></tr>\n");
    }
    builder_add_text(out, "</tbody></table>\n");
}

/* ---- where the order is reversed --------------------------------------------------------- */

static const cJSON *row_of(const cJSON *document, const char *environment, const char *server)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, member(document, "rows"))
    {
        const char *name = view_text(row, "environment"), *care = view_text(row, "server");
        if (name && care && environment && server && strcmp(name, environment) == 0 &&
            strcmp(care, server) == 0)
            return row;
    }
    return NULL;
}

/* A line in each language: its arguments are not the same in all. */
static void add_reversal(const cJSON *document, const cJSON *reversal, struct builder *out)
{
    static const char *const codes[LANGUAGES] = {[ENGLISH] = "en", [CHINESE] = "zh-CN"};
    const char *server = view_text(reversal, "server");
    const cJSON *row = row_of(document, view_text(reversal, "environment"), server);
    const struct words *care = compat_care_words(server);
    unsigned worse = transport_of(view_text(reversal, "worse")),
             better = transport_of(view_text(reversal, "better"));
    if (!row || !care || worse == TRANSPORTS || better == TRANSPORTS)
        return;
    const struct words title = said(row, "title"),
                       told = said(member(member(row, "cells"), transports[worse]), "told");
    builder_add_text(out, "<li>");
    for (enum language in = 0; in < LANGUAGES; in++) {
        const char *const arguments[] = {words_in(&title, in),
                                         words_in(care, in),
                                         words_in(&transport_words[better], in),
                                         words_in(&transport_words[worse], in),
                                         words_in(&told, in),
                                         NULL};
        builder_format(out, "<span lang=\"%s\">", codes[in]);
        html_filled(out, words_in(&compat_strings[COMPAT_REVERSED_LINE], in), arguments);
        builder_add_text(out, "</span>");
    }
    builder_add_text(out, "</li>\n");
}

static void add_reversals(const cJSON *document, struct builder *out)
{
    const cJSON *reversals = member(document, "reversals"), *reversal;
    builder_add_text(out, "<h3>");
    html_words(out, "span", &compat_strings[COMPAT_REVERSED], NULL);
    builder_add_text(out, "</h3>\n");
    if (cJSON_GetArraySize(reversals) == 0) {
        html_words(out, "p", &compat_strings[COMPAT_NOT_REVERSED], NULL);
        return;
    }
    builder_add_text(out, "<ul>\n");
    cJSON_ArrayForEach(reversal, reversals) add_reversal(document, reversal, out);
    builder_add_text(out, "</ul>\n");
}

/* ---- the matrix -------------------------------------------------------------------------- */

static void add_cell(struct builder *out, const cJSON *cell)
{
    const struct words told = said(cell, "told");
    const char *outcome = view_text(cell, "outcome");
    bool passes = cJSON_IsTrue(member(cell, "passes"));
    bool late = passes && outcome && strcmp(outcome, "late") == 0;
    builder_format(out, "<td><span class=\"verdict %s\">%s ",
                   !passes ? "bad"
                   : late  ? "warn"
                           : "good",
                   !passes ? "✗"
                   : late  ? "◷"
                           : "✓");
    html_words(out, "span", &told, NULL);
    builder_add_text(out, "</span></td>");
}

static void add_row(struct builder *out, const cJSON *row)
{
    const struct words title = said(row, "title");
    const char *version = view_text(row, "version");
    builder_add_text(out, "<tr><th scope=\"row\">");
    html_words(out, "span", &title, NULL);
    if (version) {
        builder_add_text(out, " <small class=\"unit\">");
        html_text(out, version);
        builder_add_text(out, "</small>");
    }
    builder_add_text(out, "</th><td>");
    add_care(out, view_text(row, "server"));
    builder_add_text(out, "</td>");
    for (unsigned i = 0; i < TRANSPORTS; i++)
        add_cell(out, member(member(row, "cells"), transports[i]));
    builder_add_text(out, "</tr>\n");
}

/* Why it does not get through. False: it does. */
static bool add_reasons(struct builder *out, const cJSON *row)
{
    bool any = false;
    for (unsigned i = 0; i < TRANSPORTS; i++) {
        const struct words reason = said(member(member(row, "cells"), transports[i]), "reason");
        if (*words_in(&reason, ENGLISH) == '\0')
            continue;
        builder_add_text(out, "<p>");
        add_lane(out, i);
        builder_add_text(out, " (");
        add_care(out, view_text(row, "server"));
        builder_add_text(out, "): ");
        html_words(out, "span", &reason, NULL);
        builder_add_text(out, "</p>\n");
        any = true;
    }
    return any;
}

static bool is_of(const cJSON *row, const char *environment)
{
    const char *name = row ? view_text(row, "environment") : NULL;
    return name && environment && strcmp(name, environment) == 0;
}

/* The rows of one environment, and below them why, and what cures it. The row behind them. */
static const cJSON *add_environment(struct builder *out, const cJSON *row)
{
    const char *environment = view_text(row, "environment");
    struct words remedy = {{""}};
    struct builder reasons = {0};
    bool any = false;
    do {
        add_row(out, row);
        any |= add_reasons(&reasons, row);
        if (member(row, "remedy"))
            remedy = said(row, "remedy");
        row = row->next;
    } while (is_of(row, environment));
    if (any) {
        builder_add_text(out, "<tr><td class=\"unit\" colspan=\"6\">\n");
        builder_add_slice(out, builder_slice(&reasons));
        if (*words_in(&remedy, ENGLISH) != '\0') {
            builder_add_text(out, "<p>");
            html_words(out, "b", &(struct words){{"Cure: ", "药方："}}, NULL);
            builder_add_text(out, "<code>");
            html_words(out, "span", &remedy, NULL);
            builder_add_text(out, "</code></p>");
        }
        builder_add_text(out, "</td></tr>\n");
    }
    out->failed = out->failed || reasons.failed;
    builder_finish(&reasons);
    return row;
}

static void add_matrix(const cJSON *document, struct builder *out)
{
    builder_add_text(out, "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
    add_heading_cell(out, &compat_strings[COMPAT_ENVIRONMENT], NULL);
    add_heading_cell(out, &compat_strings[COMPAT_SERVER], NULL);
    for (unsigned i = 0; i < TRANSPORTS; i++)
        add_heading_cell(out, &transport_words[i], NULL);
    builder_add_text(out, "</tr></thead>\n<tbody>\n");
    const cJSON *row = member(document, "rows")->child;
    while (row)
        row = add_environment(out, row);
    builder_add_text(out, "</tbody></table></div>\n");
}

/* ---- the page ---------------------------------------------------------------------------- */

static void begin_section(const char *id, enum compat_string title, enum compat_string lead,
                          struct builder *out)
{
    builder_format(out, "<section id=\"%s\">\n<h2>", id);
    html_words(out, "span", &compat_strings[title], NULL);
    builder_add_text(out, "</h2>\n");
    html_words(out, "p class=\"lead\"", &compat_strings[lead], NULL);
    builder_add_text(out, "\n");
}

bool page_compat(const cJSON *document, struct builder *out)
{
    const char *command = view_text(document, "command");
    if (!command || strncmp(command, "compat ", 7) != 0 ||
        cJSON_GetArraySize(member(document, "rows")) == 0)
        return false;
    page_begin(document, out);
    builder_add_text(out, "<h1>");
    html_words(out, "span", &compat_strings[COMPAT_TITLE], NULL);
    builder_add_text(out, "</h1>\n");
    html_words(out, "p class=\"lead\"", &compat_strings[COMPAT_LEAD], NULL);
    page_doubts(document, out);
    begin_section("orders", COMPAT_ORDERS, COMPAT_ORDERS_LEAD, out);
    add_orders(document, out);
    add_reversals(document, out);
    builder_add_text(out, "</section>\n");
    begin_section("matrix", COMPAT_MATRIX, COMPAT_MATRIX_LEAD, out);
    add_matrix(document, out);
    builder_add_text(out, "</section>\n");
    page_browsers(out);
    builder_add_text(out, "<section id=\"run\">\n");
    page_heading("h2", STRING_RUN, out);
    page_facts(document, document, out);
    html_words(out, "p class=\"regime\"", &compat_strings[COMPAT_LIES], NULL);
    builder_add_text(out, "</section>\n");
    page_end(document, NULL, out);
    return true;
}
