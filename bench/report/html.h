/* SPDX-License-Identifier: MIT
 *
 * HTML: pieces of a page, escaped, in two languages at once. The reader's choice of a language
 * shows one of them by CSS (report_style.c), so that a page needs no script. SVG within a page
 * is made of the same pieces.
 */
#ifndef PUSHBENCH_HTML_H
#define PUSHBENCH_HTML_H

#include "../../server/bytes.h"

enum language { ENGLISH, CHINESE, LANGUAGES };

/* The same, said in each language. {1} to {9} stand for figures and names. */
struct words {
    const char *in[LANGUAGES];
};

enum { HTML_NUMBER_SIZE = 40 };

/* In a language; where nothing is said in it (NULL), in English. */
const char *words_in(const struct words *words, enum language language);
/* As text or as the value of an attribute in double quotes. */
void html_text(struct builder *out, const char *text);
/* Text of ours with what stands in for {1}…, as below. */
void html_filled(struct builder *out, const char *text, const char *const arguments[]);
/*
 * The words in every language, each in an element of its own: tag is its name, perhaps with
 * attributes ("text x=\"3\""), lang is added. arguments stand in for {1}…, are escaped, and end
 * with NULL; the array may be NULL. A place without an argument stays empty.
 */
void html_words(struct builder *out, const char *tag, const struct words *words,
                const char *const arguments[]);
/* What is to stand within <script>: no "<" is left that could end it. JSON stays the same. */
void html_json(struct builder *out, const char *json);
/* A figure as people read it: three digits at least, 12000 as 12,000; "-" for NAN. */
void html_number(double value, char ret_text[HTML_NUMBER_SIZE]);

#endif
