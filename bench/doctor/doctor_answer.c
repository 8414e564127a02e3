/* SPDX-License-Identifier: MIT */
#include "doctor_answer.h"

#include "../../server/json_check.h"
#include "../../server/json_scan.h"
#include "../../server/utf8.h"
#include "../relay/http_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *answer_meaning(int status)
{
    static const struct {
        int status;
        const char *text;
    } meanings[] = {
        {400, "it is taken for no proper request, as where a proxy has changed it"},
        {401, "it asks for a password"},
        {403, "a rule forbids it: a filter's, or the server's own list of origins"},
        {404, "nothing lies at this path"},
        {405, "such requests are not let through"},
        {407, "the proxy asks for a password"},
        {421, "the server serves no such name"},
        {426, "Upgrade did not arrive"},
        {429, "too many requests at once"},
        {501, "such requests are not let through"},
        {502, "a proxy answers, and cannot reach the server behind it"},
        {503, "too many requests or connections at once, or a proxy without its server"},
        {504, "a proxy answers, and its server did not, in the proxy's time"},
    };
    for (unsigned i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].status == status)
            return meanings[i].text;
    if (status / 100 == 3)
        return "it leads elsewhere";
    return status / 100 == 2 ? "an answer of somebody else's" : "refused";
}

/* Where the word begins in the text, in any case; text.len: nowhere. */
static size_t find(struct slice text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++)
        if (strncasecmp(text.at + at, word, len) == 0)
            return at;
    return text.len;
}

static struct slice behind(struct slice text, size_t len)
{
    return (struct slice){text.at + len, text.len - len};
}

void answer_title(struct slice body, char ret[ANSWER_TEXT_LIMIT])
{
    size_t begin = find(body, "<title>"), len = 0;
    struct slice text = begin < body.len ? behind(body, begin + strlen("<title>")) : body;
    size_t end = begin < body.len ? find(text, "</title>") : text.len;
    for (size_t i = 0; i < end && len + 1 < ANSWER_TEXT_LIMIT; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte > ' ' && byte != 0x7f)
            ret[len++] = (char)byte;
        else if (len > 0 && ret[len - 1] != ' ')
            ret[len++] = ' ';
    }
    ret[len] = '\0';
    utf8_mend(ret);
}

void answer_tame(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

void answer_type(struct slice head, char ret[ANSWER_TEXT_LIMIT])
{
    struct slice fields, value = {0};
    head_first(head, &fields);
    if (!head_find(fields, "Content-Type", &value) || value.len == 0) {
        snprintf(ret, ANSWER_TEXT_LIMIT, "no type");
        return;
    }
    const char *end = memchr(value.at, ';', value.len);
    snprintf(ret, ANSWER_TEXT_LIMIT, "%.*s", (int)(end ? end - value.at : (long)value.len),
             value.at);
    answer_tame(ret);
}

void answer_place(struct slice body, char ret[ANSWER_TEXT_LIMIT])
{
    struct json_error error;
    struct slice next;
    ret[0] = '\0';
    /* Whoever has answered: not all that is JSON's type is JSON. */
    if (json_check(body, &error) != 0 || !json_member(body, "next", &next) || next.at[0] != '"')
        return;
    const char *dash = memrchr(next.at, '-', next.len);
    unsigned long long seq = dash ? strtoull(dash + 1, NULL, 10) : 0;
    if (seq > 0)
        snprintf(ret, ANSWER_TEXT_LIMIT, "%.*s-%llu", (int)(dash - next.at - 1), next.at + 1,
                 seq - 1);
}
