/* SPDX-License-Identifier: MIT
 *
 * UTF-8 (RFC 3629), checked as it streams in, failing at the first byte that cannot be right:
 * no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef PUSHLAB_UTF8_H
#define PUSHLAB_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed = between two characters. */
struct utf8 {
    unsigned char left; /* continuation bytes still to come */
    unsigned char low;  /* range of the next one */
    unsigned char high;
};

/* Reads on; false at the first impossible byte (the state is then spent). */
bool utf8_feed(struct utf8 *utf8, const void *data, size_t len);
/* Whether what was fed ends between two characters. */
bool utf8_complete(const struct utf8 *utf8);
/* A whole text at once. */
bool utf8_valid(const void *data, size_t len);
/* Makes a text valid in place: '?' for each byte that cannot be right. A character that the
 * text's end has cut goes. For what others wrote, and was cut to fit, before it is put into
 * JSON. */
void utf8_mend(char *text);

#endif
