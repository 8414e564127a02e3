/* SPDX-License-Identifier: MIT
 *
 * HTTP bodies: where one ends, and what is in it. Pure.
 */
#ifndef PUSHRELAY_HTTP_BODY_H
#define PUSHRELAY_HTTP_BODY_H

#include "../../server/bytes.h"
#include "../../server/request.h"

enum body_kind { BODY_NONE, BODY_LENGTH, BODY_CHUNKED, BODY_TO_END };

struct body {
    enum body_kind kind;
    uint64_t left; /* of BODY_LENGTH */
    struct chunked chunked;
};

/* How the body behind this head is framed; without a word of it: otherwise. */
struct body body_of(struct slice fields, enum body_kind otherwise);
/*
 * Takes what of bytes belongs to the body: *ret_used. Its data, without the framing, is added
 * to ret_data unless that is NULL. 1  the body is complete 0  more is needed (of BODY_TO_END
 * always) -1  it is malformed; the rest of the connection means nothing
 */
int body_take(struct body *body, struct slice bytes, size_t *ret_used,
              struct builder *ret_data);

#endif
