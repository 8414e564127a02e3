/* SPDX-License-Identifier: MIT */
#include "doctor_clues.h"

#include "../relay/http_head.h"
#include "doctor_answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const names[PRODUCTS] = {
    [PRODUCT_UNKNOWN] = "something that does not say its name",
    [PRODUCT_NGINX] = "nginx",
    [PRODUCT_HAPROXY] = "HAProxy",
    [PRODUCT_APACHE] = "Apache",
    [PRODUCT_LIGHTTPD] = "lighttpd",
    [PRODUCT_CADDY] = "Caddy",
    [PRODUCT_VARNISH] = "Varnish",
    [PRODUCT_SQUID] = "Squid",
    [PRODUCT_TINYPROXY] = "tinyproxy",
    [PRODUCT_PRIVOXY] = "Privoxy",
    [PRODUCT_ENVOY] = "Envoy",
    [PRODUCT_IIS] = "IIS",
    [PRODUCT_CLOUDFLARE] = "Cloudflare",
    [PRODUCT_CLOUDFRONT] = "CloudFront",
    [PRODUCT_ALB] = "AWS load balancer",
};

const char *product_name(enum product product)
{
    return names[product];
}

bool product_is_forward(enum product product)
{
    return product == PRODUCT_TINYPROXY || product == PRODUCT_PRIVOXY;
}

void clue_add(struct clues *clues, enum product product, enum certainty certainty,
              const char *format, ...)
{
    struct clue clue = {product, certainty, ""};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(clue.text, sizeof(clue.text), format, arguments);
    va_end(arguments);
    answer_tame(clue.text);
    for (unsigned i = 0; i < clues->count; i++)
        if (strcmp(clues->list[i].text, clue.text) == 0)
            return;
    if (clues->count < CLUES_LIMIT)
        clues->list[clues->count++] = clue;
}

/* ---- names ------------------------------------------------------------------------------- */

/* A field whose value holds this word names the product. */
struct mark {
    const char *field, *word;
    enum product product;
};

static const struct mark marks[] = {
    {"Server", "nginx", PRODUCT_NGINX},
    {"Server", "openresty", PRODUCT_NGINX},
    {"Server", "tengine", PRODUCT_NGINX},
    {"Server", "haproxy", PRODUCT_HAPROXY},
    {"Server", "Apache", PRODUCT_APACHE},
    {"Via", "Apache", PRODUCT_APACHE},
    {"Server", "lighttpd", PRODUCT_LIGHTTPD},
    {"Server", "Caddy", PRODUCT_CADDY},
    {"Via", "Caddy", PRODUCT_CADDY},
    {"Via", "varnish", PRODUCT_VARNISH},
    {"X-Varnish", "", PRODUCT_VARNISH},
    {"Via", "squid", PRODUCT_SQUID},
    {"Server", "squid", PRODUCT_SQUID},
    {"X-Cache", "squid", PRODUCT_SQUID},
    {"X-Squid-Error", "", PRODUCT_SQUID},
    {"Via", "tinyproxy", PRODUCT_TINYPROXY},
    {"Server", "tinyproxy", PRODUCT_TINYPROXY},
    {"Via", "Privoxy", PRODUCT_PRIVOXY},
    {"Server", "envoy", PRODUCT_ENVOY},
    {"X-Envoy-Upstream-Service-Time", "", PRODUCT_ENVOY},
    {"Server", "Microsoft-IIS", PRODUCT_IIS},
    {"X-Powered-By", "ARR", PRODUCT_IIS},
    {"Server", "cloudflare", PRODUCT_CLOUDFLARE},
    {"CF-Ray", "", PRODUCT_CLOUDFLARE},
    {"Via", "CloudFront", PRODUCT_CLOUDFRONT},
    {"X-Amz-Cf-Id", "", PRODUCT_CLOUDFRONT},
    {"Server", "awselb", PRODUCT_ALB},
};

/* What names nobody by itself, and pushlab does not send. */
static const char *const strange_fields[] = {"Server", "Via",         "X-Cache",
                                             "Age",    "X-Served-By", "X-Cache-Lookup"};

static bool holds_word(struct slice text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++)
        if (strncasecmp(text.at + at, word, len) == 0)
            return true;
    return false;
}

static enum product product_of(const struct head_line *line)
{
    for (unsigned i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (slice_equal_nocase(line->name, slice_of(marks[i].field)) &&
            holds_word(line->value, marks[i].word))
            return marks[i].product;
    return PRODUCT_UNKNOWN;
}

static bool is_strange(struct slice name)
{
    for (unsigned i = 0; i < sizeof(strange_fields) / sizeof(strange_fields[0]); i++)
        if (slice_equal_nocase(name, slice_of(strange_fields[i])))
            return true;
    return false;
}

/* Whether a line of this name has been told: some bear a number that is new each time. */
static bool has_line(const struct clues *clues, struct slice name)
{
    for (unsigned i = 0; i < clues->count; i++) {
        struct slice text = {clues->list[i].text, name.len};
        if (strlen(clues->list[i].text) > name.len && text.at[name.len] == ':' &&
            slice_equal_nocase(text, name))
            return true;
    }
    return false;
}

void clues_of_names(struct slice head, struct clues *clues)
{
    struct slice fields;
    struct head_line line;
    head_first(head, &fields);
    while (head_next(&fields, &line)) {
        enum product product = product_of(&line);
        if ((product || is_strange(line.name)) && !has_line(clues, line.name))
            clue_add(clues, product, product ? CERTAINTY_SAYS : CERTAINTY_NONE,
                     "%.*s: %.*s (pushlab sends no such line)", (int)line.name.len,
                     line.name.at, line.value.len > 60 ? 60 : (int)line.value.len,
                     line.value.at);
    }
}

/* ---- what became of a feed's head -------------------------------------------------------- */

void clues_of_feed(struct slice head, struct clues *clues)
{
    struct slice fields, value = {0}, first = head_first(head, &fields);
    clues_of_names(head, clues);
    if (first.len > 7 && memcmp(first.at, "HTTP/1.0", 8) == 0)
        clue_add(
            clues, PRODUCT_UNKNOWN, CERTAINTY_NONE,
            "the answer came as HTTP/1.0, and pushlab answers as 1.1: rewritten on the way");
    bool kept = head_lists(fields, "Cache-Control", "no-store") &&
                head_find(fields, "Pushlab-Next", &value);
    if (!kept)
        clue_add(clues, PRODUCT_UNKNOWN, CERTAINTY_NONE,
                 "heads are rewritten: Cache-Control: no-store or Pushlab-Next is gone");
    /* nginx acts on this line, and keeps it. Others that know nothing of it pass it on. */
    if (!head_find(fields, "X-Accel-Buffering", &value))
        clue_add(clues, kept ? PRODUCT_NGINX : PRODUCT_UNKNOWN,
                 kept ? CERTAINTY_LOOKS : CERTAINTY_NONE,
                 "X-Accel-Buffering: no is gone: nginx takes it, and what is made of nginx");
    if (head_find(fields, "Content-Encoding", &value))
        clue_add(clues, PRODUCT_UNKNOWN, CERTAINTY_NONE,
                 "Content-Encoding: %.*s: compressed on the way, against no-transform",
                 value.len > 20 ? 20 : (int)value.len, value.at);
}

/* ---- error pages ------------------------------------------------------------------------- */

struct page {
    const char *text;
    enum product product;
};

/* How products answer what is no request. */
static const struct page pages[] = {
    {"<center>nginx", PRODUCT_NGINX},
    {"<center>openresty", PRODUCT_NGINX},
    {"Your browser sent an invalid request.", PRODUCT_HAPROXY},
    {"Your browser sent a request that this server could not understand", PRODUCT_APACHE},
    {"squid", PRODUCT_SQUID},
    {"tinyproxy", PRODUCT_TINYPROXY},
    {"Privoxy", PRODUCT_PRIVOXY},
    {"Invalid header received from client", PRODUCT_PRIVOXY},
    {"cloudflare", PRODUCT_CLOUDFLARE},
    {"CloudFront", PRODUCT_CLOUDFRONT},
    {"awselb", PRODUCT_ALB},
};

void clues_of_error(struct slice answer, struct clues *clues)
{
    struct slice head = {answer.at, head_len(answer)};
    bool known = false;
    if (answer.len == 0 || holds_word(answer, "{\"error\":"))
        return; /* pushlab's own words, or none */
    clues_of_names(head, clues);
    for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]) && !known; i++) {
        known = holds_word(answer, pages[i].text);
        if (known)
            clue_add(clues, pages[i].product, CERTAINTY_SAYS,
                     "what is no request is answered with an error page of %s's",
                     product_name(pages[i].product));
    }
    if (!known) {
        struct slice rest, first = head_first(answer, &rest);
        clue_add(clues, PRODUCT_UNKNOWN, CERTAINTY_NONE,
                 "what is no request is answered before it reaches pushlab: %.*s",
                 first.len > 60 ? 60 : (int)first.len, first.at);
    }
}

enum product clues_product(const struct clues *clues, enum certainty *ret_certainty)
{
    enum product product = PRODUCT_UNKNOWN;
    *ret_certainty = CERTAINTY_NONE;
    for (unsigned i = 0; i < clues->count; i++)
        if (clues->list[i].certainty > *ret_certainty) {
            *ret_certainty = clues->list[i].certainty;
            product = clues->list[i].product;
        }
    return product;
}
