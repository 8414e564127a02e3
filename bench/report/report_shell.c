/* SPDX-License-Identifier: MIT
 *
 * What every page of a report has: head and choices, headings, the raw data at its end.
 */
#include "report_page.h"

#include <stdlib.h>
#include <string.h>

/* ---- the page's top ---------------------------------------------------------------------- */

static void add_head(const cJSON *document, struct builder *out)
{
    const char *date = view_text(document, "date"), *command = view_text(document, "command");
    builder_add_text(out, "<!DOCTYPE html>\n<!-- SPDX-License-Identifier: MIT -->\n"
                          "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                          "<meta name=\"viewport\" content=\"width=device-width\">\n"
                          "<meta name=\"color-scheme\" content=\"light dark\">\n"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                          "'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                          "img-src data:\">\n"
                          "<title>pushbench ");
    html_text(out, command ? command : "");
    builder_add_text(out, " ");
    html_text(out, date ? date : "");
    builder_add_text(out, "</title>\n<style>\n");
    page_style(out);
    builder_add_text(out, "</style>\n</head>\n");
}

/* The choices are made by inputs that come first, so that what follows can go by them in CSS.
 */
static void add_choices(const cJSON *document, struct builder *out)
{
    static const struct {
        const char *id;
        enum report_string string;
    } themes[] = {{"auto", STRING_THEME_AUTO},
                  {"light", STRING_THEME_LIGHT},
                  {"dark", STRING_THEME_DARK}};
    enum { THEMES = sizeof(themes) / sizeof(themes[0]) };
    builder_add_text(out,
                     "<input type=\"radio\" name=\"lang\" id=\"lang-en\" checked "
                     "autocomplete=\"off\" aria-label=\"English\">"
                     "<input type=\"radio\" name=\"lang\" id=\"lang-zh\" autocomplete=\"off\" "
                     "aria-label=\"中文\">\n");
    for (unsigned i = 0; i < THEMES; i++)
        builder_format(out,
                       "<input type=\"radio\" name=\"theme\" id=\"theme-%s\"%s "
                       "autocomplete=\"off\" aria-label=\"%s\">",
                       themes[i].id, i == 0 ? " checked" : "", themes[i].id);
    const char *command = view_text(document, "command");
    builder_add_text(out, "\n<header><strong>pushbench ");
    html_text(out, command ? command : "");
    builder_add_text(out, "</strong>\n"
                          "<span class=\"choice\"><label for=\"lang-en\">English</label>"
                          "<label for=\"lang-zh\">中文</label></span>\n"
                          "<span class=\"choice\">");
    for (unsigned i = 0; i < THEMES; i++) {
        builder_format(out, "<label for=\"theme-%s\">", themes[i].id);
        html_words(out, "span", &report_strings[themes[i].string], NULL);
        builder_add_text(out, "</label>");
    }
    builder_add_text(out, "</span></header>\n<script>\n");
    page_script(out);
    builder_add_text(out, "</script>\n");
}

void page_begin(const cJSON *document, struct builder *out)
{
    add_head(document, out);
    builder_add_text(out, "<body>\n");
    add_choices(document, out);
    builder_add_text(out, "<main>\n");
}

/* ---- sections ---------------------------------------------------------------------------- */

void page_heading(const char *tag, enum report_string string, struct builder *out)
{
    builder_format(out, "<%s>", tag);
    html_words(out, "span", &report_strings[string], NULL);
    builder_format(out, "</%s>\n", tag);
}

void page_section(const char *id, enum report_string title, enum report_string lead,
                  struct builder *out)
{
    builder_format(out, "<section id=\"%s\">\n", id);
    page_heading("h2", title, out);
    html_words(out, "p class=\"lead\"", &report_strings[lead], NULL);
    builder_add_text(out, "\n");
}

/* ---- the page's end ---------------------------------------------------------------------- */

static void add_download(struct builder *out, const cJSON *document, const char *ending,
                         const char *type, struct slice data, enum report_string title)
{
    const char *command = view_text(document, "command");
    builder_add_text(out, "<p><a class=\"download\" download=\"pushbench-");
    html_text(out, command ? command : "");
    builder_format(out, ".%s\" href=\"data:%s;base64,", ending, type);
    builder_add_base64(out, data.at, data.len);
    builder_add_text(out, "\">");
    html_words(out, "span", &report_strings[title], NULL);
    builder_add_text(out, "</a></p>\n");
}

void page_end(const cJSON *document, const struct builder *csv, struct builder *out)
{
    const cJSON *note;
    char *json = cJSON_PrintUnformatted(document);
    page_section("data", STRING_DATA, STRING_DATA_LEAD, out);
    if (json)
        add_download(out, document, "json", "application/json", slice_of(json),
                     STRING_DOWNLOAD_JSON);
    if (csv)
        add_download(out, document, "csv", "text/csv;charset=utf-8", builder_slice(csv),
                     STRING_DOWNLOAD_CSV);
    builder_add_text(out, "<details><summary>");
    html_words(out, "span", &report_strings[STRING_OUTPUT], NULL);
    builder_add_text(out, "</summary><pre lang=\"\">");
    cJSON_ArrayForEach(note, cJSON_GetObjectItemCaseSensitive(document, "notes"))
    {
        html_text(out, cJSON_IsString(note) ? note->valuestring : "");
        builder_add_text(out, "\n");
    }
    builder_add_text(out, "</pre></details>\n"
                          "<script type=\"application/json\" id=\"document\">");
    html_json(out, json ? json : "null");
    builder_add_text(out, "</script>\n</section>\n</main>\n</body>\n</html>\n");
    out->failed = out->failed || !json;
    cJSON_free(json);
}
