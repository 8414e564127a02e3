/* SPDX-License-Identifier: MIT
 *
 * Messages as HTML, for pages that work without a script. What was published is text and never
 * markup: every character that could be more than itself is written as a reference.
 *
 *   <article id="EPOCH-SEQ" data-topic="T" data-type="text" data-event="tick">
 *   <small>2 <time …>12:00:00</time> tick</small> <pre>…</pre></article>
 *
 * A binary message that begins as a picture does is shown as one; any other, in base64.
 */
#ifndef PUSHLAB_HTML_ENCODE_H
#define PUSHLAB_HTML_ENCODE_H

#include "../server/gap.h"
#include "../server/message.h"
#include "../server/transport.h"

/* No script, no frame, nothing from elsewhere, whatever might have got in. As further header
 * lines of an answer. */
#define HTML_HEADERS                                                                           \
    "Content-Security-Policy: default-src 'none'; img-src data:; style-src 'self'; "           \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'\r\n"                          \
    "X-Content-Type-Options: nosniff\r\n"                                                      \
    "Referrer-Policy: no-referrer\r\n"
#define HTML_TYPE "text/html; charset=utf-8"

/* The message as an <article>. */
extern const struct encoding html_encoding;

/* Text as it must be written between tags and in quoted attributes. */
void html_add_text(struct builder *out, struct slice text);
/* A gap, in words. */
void html_add_gap(struct builder *out, const struct gap *gap);
/*
 * The page's beginning, up to where messages follow, and its end: a link to go on from the
 * cursor (many: of several topics). refresh_s: the browser goes there by itself after so many
 * seconds; negative: it stays.
 */
void html_add_top(struct builder *out, struct slice cursor, bool many, int refresh_s);
void html_add_bottom(struct builder *out, struct slice cursor, bool many, const char *words);
/* What a poll gives: a whole page. */
void html_add_page(const struct batch *batch, int refresh_s, struct builder *body);

#endif
