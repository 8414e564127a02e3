/* SPDX-License-Identifier: MIT */
#include "report_page.h"

#include "../map/map_csv.h"
#include "../map/map_svg.h"

#include <string.h>

/* As images: so two drawings do not meet in names and styles. */
static void add_drawing(const cJSON *document, struct builder *out)
{
    static const char *const codes[LANGUAGES] = {[ENGLISH] = "en", [CHINESE] = "zh-CN"};
    const struct words *title = &report_strings[STRING_MAP_TITLE];
    builder_add_text(out, "<div class=\"scroll\" tabindex=\"0\">");
    for (enum language language = 0; language < LANGUAGES; language++) {
        struct builder svg = {0};
        map_svg(document, language, &svg);
        struct slice text = builder_slice(&svg);
        builder_format(out,
                       "<img lang=\"%s\" class=\"map\" alt=\"%s\" src=\"data:", codes[language],
                       title->in[language]);
        builder_add_text(out, "image/svg+xml;base64,");
        builder_add_base64(out, text.at, text.len);
        builder_add_text(out, "\">");
        out->failed = out->failed || svg.failed;
        builder_finish(&svg);
    }
    builder_add_text(out, "</div>\n");
}

bool page_map(const cJSON *document, struct builder *out)
{
    struct builder csv = {0};
    const char *command = view_text(document, "command");
    if (!command || strcmp(command, "map") != 0)
        return false;
    page_begin(document, out);
    page_heading("h1", STRING_MAP_TITLE, out);
    html_words(out, "p class=\"lead\"", &report_strings[STRING_MAP_LEAD], NULL);
    page_doubts(document, out);
    add_drawing(document, out);
    page_section("explanations", STRING_EXPLANATIONS, STRING_EXPLANATIONS_LEAD, out);
    html_words(out, "p class=\"regime\"", &report_strings[STRING_MAP_LIES], NULL);
    builder_add_text(out, "</section>\n<section id=\"run\">\n");
    page_heading("h2", STRING_RUN, out);
    page_facts(document, cJSON_GetObjectItemCaseSensitive(document, "settings"), out);
    builder_add_text(out, "</section>\n");
    map_csv(document, &csv);
    page_end(document, &csv, out);
    out->failed = out->failed || csv.failed;
    builder_finish(&csv);
    return true;
}
