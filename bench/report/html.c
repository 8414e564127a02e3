/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const codes[LANGUAGES] = {[ENGLISH] = "en", [CHINESE] = "zh-CN"};

const char *words_in(const struct words *words, enum language language)
{
    return words->in[language] ? words->in[language] : words->in[ENGLISH];
}

void html_text(struct builder *out, const char *text)
{
    for (; *text; text++)
        if (*text == '&')
            builder_add_text(out, "&amp;");
        else if (*text == '<')
            builder_add_text(out, "&lt;");
        else if (*text == '>')
            builder_add_text(out, "&gt;");
        else if (*text == '"')
            builder_add_text(out, "&quot;");
        else
            builder_add(out, text, 1);
}

static void add_argument(struct builder *out, const char *const arguments[], unsigned index)
{
    for (unsigned i = 0; arguments && arguments[i]; i++)
        if (i == index)
            html_text(out, arguments[i]);
}

/* Words are ours, and escaped like anything else. */
void html_filled(struct builder *out, const char *text, const char *const arguments[])
{
    while (*text) {
        if (text[0] == '{' && text[1] >= '1' && text[1] <= '9' && text[2] == '}') {
            add_argument(out, arguments, (unsigned)(text[1] - '1'));
            text += 3;
            continue;
        }
        const char one[] = {*text++, '\0'};
        html_text(out, one);
    }
}

void html_words(struct builder *out, const char *tag, const struct words *words,
                const char *const arguments[])
{
    for (enum language language = 0; language < LANGUAGES; language++) {
        builder_format(out, "<%s lang=\"%s\">", tag, codes[language]);
        html_filled(out, words_in(words, language), arguments);
        builder_format(out, "</%.*s>", (int)strcspn(tag, " "), tag);
    }
}

void html_json(struct builder *out, const char *json)
{
    for (; *json; json++)
        if (*json == '<') /* only ever within a string */
            builder_add_text(out, "\\u003c");
        else
            builder_add(out, json, 1);
}

/* 12000 as 12,000. */
static void group_thousands(const char *digits, char ret_text[HTML_NUMBER_SIZE])
{
    size_t len = strlen(digits), at = 0;
    for (size_t i = 0; i < len; i++) {
        ret_text[at++] = digits[i];
        if (digits[i] != '-' && i + 1 < len && (len - 1 - i) % 3 == 0)
            ret_text[at++] = ',';
    }
    ret_text[at] = '\0';
}

void html_number(double value, char ret_text[HTML_NUMBER_SIZE])
{
    static const double exact = 1e15; /* beyond it digits mean nothing */
    char digits[HTML_NUMBER_SIZE / 2];
    double size = fabs(value);
    if (!isfinite(value)) {
        snprintf(ret_text, HTML_NUMBER_SIZE, "-");
    } else if (size >= exact || (size > 0 && size < 0.1)) {
        snprintf(ret_text, HTML_NUMBER_SIZE, "%.2g", value);
    } else if (size < 99.95) {
        int decimals = size == 0 ? 0 : size < 9.995 ? 2 : 1;
        snprintf(ret_text, HTML_NUMBER_SIZE, "%.*f", decimals, value);
    } else {
        snprintf(digits, sizeof(digits), "%.0f", value);
        group_thousands(digits, ret_text);
    }
}
