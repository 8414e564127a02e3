/* SPDX-License-Identifier: MIT */
#include "http_body.h"

#include "http_head.h"

enum { STEP = 4096 };

struct body body_of(struct slice fields, enum body_kind otherwise)
{
    struct slice length;
    struct body body = {.kind = otherwise};
    if (head_lists(fields, "Transfer-Encoding", "chunked"))
        body.kind = BODY_CHUNKED;
    else if (head_find(fields, "Content-Length", &length) && head_number(length, &body.left))
        body.kind = body.left ? BODY_LENGTH : BODY_NONE;
    return body;
}

static int take_chunked(struct body *body, struct slice bytes, size_t *ret_used,
                        struct builder *ret_data)
{
    struct refusal refusal;
    char data[STEP];
    size_t total = 0, step = sizeof(data), used, len;
    while (total < bytes.len) {
        size_t part = bytes.len - total < step ? bytes.len - total : step;
        const struct chunked before = body->chunked;
        int status = chunked_decode(&body->chunked, bytes.at + total, part, UINT64_MAX, data,
                                    &used, &len, &refusal);
        if (status < 0 && part == 1)
            return -1;
        if (status < 0) { /* byte by byte, for all that comes before the malformed one */
            body->chunked = before;
            step = 1;
            continue;
        }
        if (ret_data)
            builder_add(ret_data, data, len);
        total += used;
        *ret_used = total;
        if (status > 0)
            return 1;
    }
    return 0;
}

int body_take(struct body *body, struct slice bytes, size_t *ret_used, struct builder *ret_data)
{
    size_t used = bytes.len;
    *ret_used = 0;
    if (body->kind == BODY_CHUNKED)
        return take_chunked(body, bytes, ret_used, ret_data);
    if (body->kind == BODY_NONE)
        return 1;
    if (body->kind == BODY_LENGTH && used > body->left)
        used = (size_t)body->left;
    if (ret_data)
        builder_add(ret_data, bytes.at, used);
    *ret_used = used;
    if (body->kind == BODY_TO_END)
        return 0;
    body->left -= used;
    return body->left == 0;
}
