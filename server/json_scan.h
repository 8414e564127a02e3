/* SPDX-License-Identifier: MIT
 *
 * Finding values in JSON text without taking it apart: what a client sends to be passed on (a
 * message's data, a `ref`) stays byte for byte as it was. For text that json_check has passed;
 * names are unique there. In any other text something or nothing is found, all of it within the
 * text; only json_unescape must not be given that.
 */
#ifndef PUSHLAB_JSON_SCAN_H
#define PUSHLAB_JSON_SCAN_H

#include "bytes.h"

/* The value of an object's member, white space around it not included; false when object is no
 * object or has no such member. Names with escapes are not found. */
bool json_member(struct slice object, const char *name, struct slice *ret_value);
/* The members one after the other: *at is 0 at first, and then what the last call has left.
 * False when there are no more, or object is no object. */
bool json_next(struct slice object, size_t *at, struct slice *ret_name,
               struct slice *ret_value);
/* Writes what a string value stands for (UTF-8, may hold NUL); false when value is no string,
 * or memory runs out. */
bool json_unescape(struct slice value, struct builder *out);

#endif
