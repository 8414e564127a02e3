/* SPDX-License-Identifier: MIT */
#include "report_page.h"

#include <stdio.h>
#include <string.h>

/* As compare_report.c words them; what is not among these is shown as it is. */
static const struct {
    const char *text;
    enum report_string string;
    const char *class;
} kinds[] = {
    {"holds", STRING_HOLDS, "good"},
    {"holds but for ties", STRING_TIES, "fair"},
    {"only below ", STRING_ONLY_BELOW, "warn"},
    {"does not hold", STRING_FAILS, "bad"},
    {"all tie", STRING_ALL_TIE, "none"},
    {"-", STRING_NO_VERDICT, "none"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), NUMBER_SIZE = 16 };

static const struct words as_it_is = {{"{1}", "{1}"}};

/* KINDS: another. ret_number: what "only below" says. */
static unsigned kind_of(const char *verdict, char ret_number[NUMBER_SIZE])
{
    ret_number[0] = '\0';
    for (unsigned i = 0; i < KINDS; i++)
        if (kinds[i].string == STRING_ONLY_BELOW
                ? sscanf(verdict, "only below %15[^/]", ret_number) == 1
                : strcmp(verdict, kinds[i].text) == 0)
            return i;
    return KINDS;
}

void page_verdict(const char *verdict, struct builder *out)
{
    char tag[64], number[NUMBER_SIZE];
    verdict = verdict && *verdict ? verdict : "-";
    unsigned kind = kind_of(verdict, number);
    const char *const arguments[] = {kind < KINDS ? number : verdict, NULL};
    snprintf(tag, sizeof(tag), "span class=\"verdict %s\"",
             kind < KINDS ? kinds[kind].class : "none");
    html_words(out, tag, kind < KINDS ? &report_strings[kinds[kind].string] : &as_it_is,
               arguments);
}

/* A transport with a place; 0: none. */
static void add_lane(struct builder *out, const struct view_lane *lane, unsigned place)
{
    builder_format(out, "<span class=\"lane t-%s\">", lane->words->tone);
    if (place > 0)
        builder_format(out, "<sup>%u</sup>", place);
    page_lane_name(lane, "span", out);
    builder_add_text(out, "</span>");
}

static void add_order(struct builder *out, const struct view *view, const char *order)
{
    unsigned lane, count = 0;
    bool tie;
    while (view_next_in_order(view, &order, &lane, &tie)) {
        if (count++ > 0)
            builder_add_text(out, tie ? " <b>=</b> " : " <b>&lt;</b> ");
        add_lane(out, &view->lanes[lane], view->lanes[lane].words->place);
    }
}

static void add_textbook(struct builder *out, const struct compare_reading *reading)
{
    for (unsigned i = 0; i < COMPARE_CHAIN; i++) {
        const char *name = reading->chain[i];
        const struct view_lane lane = {.name = name, .words = report_lane_words(name)};
        builder_add_text(out, i ? " <b>&lt;</b> " : "");
        add_lane(out, &lane, i + 1);
    }
}

/* How often each verdict was given, as a bar in their colours. */
void page_verdict_sum(const struct view *view, struct builder *out)
{
    const char *const some[] = {"…", NULL}; /* each has a number of its own */
    for (unsigned reading = 0; reading < COMPARE_READINGS; reading++) {
        unsigned counts[KINDS + 1] = {0};
        char number[NUMBER_SIZE];
        for (unsigned i = 0; i < view->metric_count; i++) {
            const char *verdict = view->metrics[i].verdicts[reading];
            if (view->metrics[i].order && verdict)
                counts[kind_of(verdict, number)]++;
        }
        builder_add_text(out, "<div class=\"sum\"><p class=\"order\">");
        add_textbook(out, &compare_readings[reading]);
        builder_add_text(out, "</p>\n<p class=\"counts\">");
        for (unsigned kind = 0; kind < KINDS; kind++) {
            if (counts[kind] == 0)
                continue;
            builder_format(out, "<span class=\"count %s\" style=\"flex-grow:%u\"><b>%u</b> ",
                           kinds[kind].class, counts[kind], counts[kind]);
            html_words(out, "span", &report_strings[kinds[kind].string], some);
            builder_add_text(out, "</span>");
        }
        builder_add_text(out, "</p></div>\n");
    }
}

static void add_head(struct builder *out)
{
    static const enum report_string heads[] = {STRING_METRIC, STRING_MEASURED_ORDER,
                                               STRING_WITH_CLOSE, STRING_WITH_KEPT,
                                               STRING_AS_KEEP_ALIVE};
    builder_add_text(out, "<table class=\"verdicts\"><thead><tr>");
    for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        builder_add_text(out, "<th scope=\"col\">");
        html_words(out, "span", &report_strings[heads[i]], NULL);
        builder_add_text(out, "</th>");
    }
    builder_add_text(out, "</tr></thead>\n<tbody>\n");
}

void page_verdicts(const struct view *view, struct builder *out)
{
    static const enum report_string with[COMPARE_READINGS] = {
        STRING_WITH_CLOSE, STRING_WITH_KEPT, STRING_AS_KEEP_ALIVE};
    add_head(out);
    for (unsigned i = 0; i < view->metric_count; i++) {
        const struct view_metric *metric = &view->metrics[i];
        if (!metric->order)
            continue;
        builder_add_text(out, "<tr><th scope=\"row\">");
        page_metric_name(metric, out);
        builder_add_text(out, "</th><td class=\"order\">");
        add_order(out, view, metric->order);
        builder_add_text(out, "</td>");
        for (unsigned reading = 0; reading < COMPARE_READINGS; reading++) {
            builder_add_text(out, "<td><small class=\"narrow\">");
            html_words(out, "span", &report_strings[with[reading]], NULL);
            builder_add_text(out, "</small> ");
            page_verdict(metric->verdicts[reading], out);
            builder_add_text(out, "</td>");
        }
        builder_add_text(out, "</tr>\n");
    }
    builder_add_text(out, "</tbody></table>\n");
}
