/* SPDX-License-Identifier: MIT
 *
 * From when on browsers have what the transports need, as the page of a `compat` shows it.
 */
#include "../document.h"
#include "report_compat_words.h"
#include "report_page.h"

#include <stdio.h>
#include <string.h>

/* Made by bench/compat/browsers/make.mjs; the matrix page is shown from it, too. */
static const char browsers_path[] = PUSHBENCH_SOURCES "/web/compat/browsers.json";

enum { YEAR_DIGITS = 4 };

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void add_support(struct builder *out, const cJSON *support)
{
    const char *version = view_text(support, "version"), *date = view_text(support, "date");
    builder_add_text(out, "<td>");
    if (!version || !date) {
        builder_add_text(out, "<span class=\"verdict bad\">✗ ");
        html_words(out, "span", &compat_strings[COMPAT_NEVER], NULL);
        builder_add_text(out, "</span></td>");
        return;
    }
    builder_format(out, "%.*s <small class=\"unit\">", YEAR_DIGITS, date);
    html_text(out, version);
    builder_add_text(out, "</small></td>");
}

static void add_browser(struct builder *out, const cJSON *features, const cJSON *browser)
{
    const char *name = view_text(browser, "name"), *ended = view_text(browser, "ended");
    const char *const arguments[] = {ended, NULL};
    const cJSON *feature;
    builder_add_text(out, "<tr><th scope=\"row\">");
    html_text(out, name ? name : "");
    if (ended) {
        builder_add_text(out, " <small class=\"unit\">");
        html_words(out, "span", &compat_strings[COMPAT_ENDED], arguments);
        builder_add_text(out, "</small>");
    }
    builder_add_text(out, "</th>");
    cJSON_ArrayForEach(feature, features)
        add_support(out, member(member(browser, "support"), feature->string));
    builder_add_text(out, "</tr>\n");
}

static void add_table(struct builder *out, const cJSON *features, const cJSON *browsers)
{
    const cJSON *item;
    builder_add_text(out, "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>"
                          "<th scope=\"col\">");
    html_words(out, "span", &compat_strings[COMPAT_BROWSER], NULL);
    builder_add_text(out, "</th>");
    cJSON_ArrayForEach(item, features)
    {
        builder_add_text(out, "<th scope=\"col\">");
        html_text(out, cJSON_IsString(item) ? item->valuestring : "");
        builder_add_text(out, "</th>");
    }
    builder_add_text(out, "</tr></thead>\n<tbody>\n");
    cJSON_ArrayForEach(item, browsers) add_browser(out, features, item);
    builder_add_text(out, "</tbody></table></div>\n");
}

static void add_source(struct builder *out, const cJSON *source)
{
    const char *package = view_text(source, "package"), *version = view_text(source, "version"),
               *date = view_text(source, "date");
    const char *const arguments[] = {package ? package : "", version ? version : "",
                                     date ? date : "", NULL};
    html_words(out, "p class=\"lead\"", &compat_strings[COMPAT_BROWSERS_SOURCE], arguments);
    builder_add_text(out, "\n");
}

void page_browsers(struct builder *out)
{
    cJSON *data = document_read(browsers_path);
    builder_add_text(out, "<section id=\"browsers\">\n<h2>");
    html_words(out, "span", &compat_strings[COMPAT_BROWSERS], NULL);
    builder_add_text(out, "</h2>\n");
    html_words(out, "p class=\"regime\"", &compat_strings[COMPAT_BROWSERS_VERDICT], NULL);
    builder_add_text(out, "\n");
    if (data) { /* a program that was installed may have lost sight of its sources */
        html_words(out, "p class=\"lead\"", &compat_strings[COMPAT_BROWSERS_LEAD], NULL);
        add_table(out, member(data, "features"), member(data, "browsers"));
        add_source(out, member(data, "source"));
    }
    builder_add_text(out, "</section>\n");
    cJSON_Delete(data);
}
