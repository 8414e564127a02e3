/* SPDX-License-Identifier: MIT */
#include "report_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A share of the processors that others may take before delays are doubted. */
static const double quiet_share = 0.5;

static const cJSON *machine_of(const cJSON *document)
{
    return cJSON_GetObjectItemCaseSensitive(document, "machine");
}

/* ---- doubts ------------------------------------------------------------------------------ */

static void add_notice(struct builder *out, const char *class, enum report_string string,
                       const char *const arguments[])
{
    char tag[64];
    snprintf(tag, sizeof(tag), "p class=\"notice %s\"", class);
    html_words(out, tag, &report_strings[string], arguments);
    builder_add_text(out, "\n");
}

static void doubt_load(const cJSON *document, struct builder *out)
{
    char load[HTML_NUMBER_SIZE], processors[HTML_NUMBER_SIZE];
    const char *const arguments[] = {load, processors, NULL};
    double before = view_number(machine_of(document), "load_before");
    double all = view_number(machine_of(document), "processors");
    if (!(before > quiet_share * all))
        return;
    html_number(before, load);
    snprintf(processors, sizeof(processors), "%.0f", all);
    add_notice(out, "warn", STRING_NOT_QUIET, arguments);
}

void page_doubts(const cJSON *document, struct builder *out)
{
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(document, "held")))
        add_notice(out, "bad", STRING_BROKEN, NULL);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "cut_short")) ||
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "interrupted")))
        add_notice(out, "warn", STRING_CUT_SHORT, NULL);
    doubt_load(document, out);
}

void page_doubt_delays(const struct view *view, struct builder *out)
{
    const struct view_metric *delay = view_metric(view, "delay_mean_ms");
    for (unsigned i = 0; delay && i < view->lane_count; i++)
        if (!isnan(delay->figures[i].median))
            return;
    if (delay)
        add_notice(out, "warn", STRING_NO_DELAYS, NULL);
}

/* ---- all about it ------------------------------------------------------------------------ */

static void add_term(struct builder *out, const struct words *title)
{
    builder_add_text(out, "<div><dt>");
    html_words(out, "span", title, NULL);
    builder_add_text(out, "</dt><dd>");
}

static void add_text(struct builder *out, const struct words *title, const char *text)
{
    if (!text)
        return;
    add_term(out, title);
    html_text(out, text);
    builder_add_text(out, "</dd></div>\n");
}

static void add_machine(const cJSON *document, struct builder *out)
{
    const cJSON *machine = machine_of(document);
    const char *processor = view_text(machine, "processor");
    char processors[HTML_NUMBER_SIZE], memory[HTML_NUMBER_SIZE], load[HTML_NUMBER_SIZE];
    const char *const arguments[] = {processors, memory, NULL};
    snprintf(processors, sizeof(processors), "%.0f", view_number(machine, "processors"));
    html_number(view_number(machine, "memory_bytes") / (1 << 30), memory);
    html_number(view_number(machine, "load_before"), load);
    add_term(out, &report_strings[STRING_MACHINE]);
    html_text(out, processor ? processor : "");
    builder_add_text(out, processor ? "<br>" : "");
    html_words(out, "span", &report_strings[STRING_MACHINE_TEXT], arguments);
    builder_add_text(out, "</dd></div>\n");
    add_text(out, &report_strings[STRING_LOAD], load);
    add_text(out, &report_strings[STRING_KERNEL], view_text(machine, "kernel"));
    add_text(out, &report_strings[STRING_COMPILER], view_text(machine, "compiler"));
    add_text(out, &report_strings[STRING_LIBRARIES], view_text(machine, "libraries"));
}

static void add_command(const cJSON *document, struct builder *out)
{
    const char *command = view_text(document, "command_line");
    if (!command)
        return;
    add_term(out, &report_strings[STRING_COMMAND]);
    builder_add_text(out, "<code>");
    html_text(out, command);
    builder_add_text(out, "</code></dd></div>\n");
}

static void add_setting(const cJSON *settings, const struct setting_words *setting,
                        struct builder *out)
{
    const char *text = view_text(settings, setting->key);
    double number = view_number(settings, setting->key);
    char figure[HTML_NUMBER_SIZE];
    if (!text && isnan(number))
        return;
    snprintf(figure, sizeof(figure), "%.6g", number);
    add_term(out, &setting->title);
    html_text(out, text ? text : figure);
    builder_add_text(out, *setting->unit ? " " : "");
    html_text(out, setting->unit);
    builder_add_text(out, "</dd></div>\n");
}

static void add_soundness(const struct view_lane *lane, struct builder *out)
{
    static const char *const keys[] = {"delivered", "lost", "duplicates", "reordered",
                                       "strange"};
    enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
    char figures[KEYS][HTML_NUMBER_SIZE];
    const char *arguments[KEYS + 1] = {NULL};
    for (unsigned key = 0; key < KEYS; key++) {
        html_number(view_number(lane->object, keys[key]), figures[key]);
        arguments[key] = figures[key];
    }
    builder_format(out, "<div><dt class=\"t-%s\">", lane->words->tone);
    page_lane_name(lane, "span", out);
    builder_add_text(out, "</dt><dd>");
    html_words(out, "span", &report_strings[STRING_SOUND_TEXT], arguments);
    builder_add_text(out, "</dd></div>\n");
}

void page_facts(const cJSON *document, const cJSON *settings, struct builder *out)
{
    char busy[HTML_NUMBER_SIZE + 2];
    double percent = view_number(document, "client_cpu_percent");
    const char *feed = view_text(settings, "feed");
    builder_add_text(out, "<dl class=\"facts\">\n");
    add_text(out, &report_strings[STRING_DATE], view_text(document, "date"));
    add_command(document, out);
    add_text(out, &report_strings[STRING_VERSION], view_text(document, "version"));
    add_machine(document, out);
    if (!isnan(percent)) {
        snprintf(busy, sizeof(busy), "%.0f %%", percent);
        add_text(out, &report_strings[STRING_CLIENT_CPU], busy);
    }
    if (feed) {
        bool poisson = strcmp(feed, "poisson") == 0;
        add_term(out, &report_strings[STRING_FEED]);
        html_words(out, "span",
                   &report_strings[poisson ? STRING_FEED_POISSON : STRING_FEED_PERIODIC], NULL);
        builder_add_text(out, "</dd></div>\n");
    }
    for (const struct setting_words *setting = report_settings; setting->key; setting++)
        add_setting(settings, setting, out);
    builder_add_text(out, "</dl>\n");
}

void page_soundness(const struct view *view, struct builder *out)
{
    builder_add_text(out, "<h3>");
    html_words(out, "span", &report_strings[STRING_SOUND], NULL);
    builder_add_text(out, "</h3>\n<dl class=\"facts wide\">\n");
    for (unsigned i = 0; i < view->lane_count; i++)
        add_soundness(&view->lanes[i], out);
    builder_add_text(out, "</dl>\n");
}
