/* SPDX-License-Identifier: MIT */
#include "claims.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 4, INDENT_LIMIT = 24, LABEL_WIDTH = 64, LABEL_SIZE = 512, LINE_WIDTH = 92 };

const char *claims_said(const cJSON *object, const char *key, const char *lang)
{
    const cJSON *both = cJSON_GetObjectItemCaseSensitive(object, key);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(both, lang));
    return text ? text : "";
}

/* ---- texts on a terminal ----------------------------------------------------------------- */

/* The bytes of the character that begins here. */
static unsigned character_len(const char *at)
{
    unsigned len = 1;
    while ((at[len] & 0xc0) == 0x80)
        len++;
    return len;
}

/* A terminal shows Chinese two columns wide: from U+2E80 on, three bytes of E2 BA and above. */
static unsigned character_width(const char *at)
{
    unsigned char first = (unsigned char)at[0], second = (unsigned char)at[1];
    return first > 0xe2 || (first == 0xe2 && second >= 0xba) ? 2 : 1;
}

static int width_of(const char *text)
{
    unsigned width = 0;
    for (; *text; text += character_len(text))
        width += character_width(text);
    return (int)width;
}

/* What fits into a line, cut where one may: behind a blank or a wide character. */
static size_t line_len(const char *text, unsigned width)
{
    const char *at = text, *cut = text;
    unsigned taken = 0;
    for (; *at; at += character_len(at)) {
        bool wide = character_width(at) == 2;
        taken += wide ? 2 : 1;
        if (taken > width)
            break;
        if (wide || *at == ' ')
            cut = at + character_len(at);
    }
    return (size_t)((*at && cut > text ? cut : at) - text);
}

static void print_wrapped(const char *before, const char *text)
{
    static const char blank[INDENT_LIMIT + 1] = "                        ";
    int indent = width_of(before);
    while (*text) {
        size_t len = line_len(text, (unsigned)(LINE_WIDTH - indent));
        printf("%s%.*s\n", before, (int)len, text);
        text += len;
        before = &blank[indent < INDENT_LIMIT ? INDENT_LIMIT - indent : 0];
    }
}

/* ---- figures ----------------------------------------------------------------------------- */

/* As many digits as three take. */
static void print_number(const cJSON *value)
{
    double number = cJSON_IsNumber(value) ? value->valuedouble : NAN;
    double size = fabs(number);
    if (isnan(number))
        printf("%12s", "-");
    else if (number == floor(number) || size >= 1000)
        printf("%12.0f", number);
    else
        printf("%12.*f", size < 0.1 ? 4 : size < 10 ? 2 : 1, number);
}

static void print_figure(const cJSON *figure, const char *lang)
{
    char label[LABEL_SIZE];
    const cJSON *of = cJSON_GetObjectItemCaseSensitive(figure, "of");
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(figure, "at");
    const cJSON *model = cJSON_GetObjectItemCaseSensitive(figure, "model");
    const cJSON *order = cJSON_GetObjectItemCaseSensitive(figure, "order");
    int len = snprintf(label, sizeof(label), "%s%s%s", claims_said(figure, "label", lang),
                       of ? ", " : "", of ? of->valuestring : "");
    if (at)
        snprintf(label + len, sizeof(label) - (size_t)len, ", %.3g %s",
                 cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(at, "value")),
                 claims_said(at, "label", lang));
    int padding = LABEL_WIDTH - width_of(label);
    printf("%*s%s%*s", INDENT, "", label, padding > 0 ? padding : 0, "");
    if (order)
        printf("  %s: %s", claims_said(figure, "result", lang), order->valuestring);
    else
        print_number(cJSON_GetObjectItemCaseSensitive(figure, "value"));
    if (model) {
        fputs(strcmp(lang, "zh") == 0 ? "  模型" : "  model", stdout);
        print_number(model);
    }
    putchar('\n');
}

void claims_print(const cJSON *finding, const char *lang)
{
    const cJSON *item;
    char head[16];
    bool chinese = strcmp(lang, "zh") == 0;
    snprintf(head, sizeof(head), "%2.0f  ",
             cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(finding, "id")));
    print_wrapped(head, claims_said(finding, "sentence", lang));
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(finding, "figures"))
        print_figure(item, lang);
    print_wrapped("    ", claims_said(finding, "regime", lang));
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(finding, "notes"))
    {
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, lang);
        print_wrapped("    ", text ? text->valuestring : "");
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(finding, "broken")) print_wrapped(
        chinese ? "    !! 检查未通过：" : "    !! check failed: ", item->valuestring);
    print_wrapped("    => ", claims_said(finding, "verdict_text", lang));
    putchar('\n');
    fflush(stdout);
}
