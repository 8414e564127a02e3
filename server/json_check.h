/* SPDX-License-Identifier: MIT
 *
 * Strict reading of JSON (RFC 8259): yes or no, and why not. No tree is built and nothing is
 * printed again; what was published stays byte for byte as it was.
 *
 * Stricter than the grammar where readers differ on what the text is: names in one object must
 * be unique (compared after decoding their escapes), and escapes must not leave half a
 * surrogate pair. Numbers may have any size: they are passed on as they stand.
 */
#ifndef PUSHLAB_JSON_CHECK_H
#define PUSHLAB_JSON_CHECK_H

#include "bytes.h"

enum {
    JSON_DEPTH_LIMIT = 128,
    JSON_NAMES_LIMIT = 65536, /* names in objects that are open at once; 16 bytes each */
};

struct json_error {
    const char *reason; /* static text for people */
    size_t offset;      /* of the byte at fault */
};

/* 0; -EINVAL with *ret_error filled in; -ENOMEM. Pure; any thread. Costs no more than the
 * text's length times the logarithm of its names. */
int json_check(struct slice text, struct json_error *ret_error);

#endif
