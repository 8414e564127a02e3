/* SPDX-License-Identifier: MIT
 *
 * HTTP heads as a middleman reads them: line by line, leniently, copying what it does not
 * touch. Pure. (The server's own request.c refuses what is taken here.)
 */
#ifndef PUSHRELAY_HTTP_HEAD_H
#define PUSHRELAY_HTTP_HEAD_H

#include "../../server/bytes.h"

/* Length of the head at the front of bytes, its blank line included; 0: it is not whole. */
size_t head_len(struct slice bytes);

struct head_line {
    struct slice whole; /* with its end */
    struct slice name, value;
};

/* Takes the first line, without its end, off the head; *ret_fields is what follows. */
struct slice head_first(struct slice head, struct slice *ret_fields);
/* The next field; false at the blank line. A line without a colon has an empty name. */
bool head_next(struct slice *fields, struct head_line *ret_line);

/* The first value of this name, in any case; false when there is none. */
bool head_find(struct slice fields, const char *name, struct slice *ret_value);
/* Whether a list field, any of its lines, has this token; parameters are not looked at. */
bool head_lists(struct slice fields, const char *name, const char *token);
/* Whether the content is such as compression is good for. */
bool head_is_text(struct slice fields);
/* A number of digits alone; false for anything else. */
bool head_number(struct slice text, uint64_t *ret_number);

struct request_line {
    struct slice method, target;
    bool http10;
};

/* False when it is none. */
bool request_line_read(struct slice line, struct request_line *ret_line);
/* The status of a status line; 0 when it is none. */
int status_line_read(struct slice line);

#endif
