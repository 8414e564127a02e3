/* SPDX-License-Identifier: MIT */
#include "probe_answer.h"

#include "../clients/client.h"
#include "../relay/http_head.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SCRATCH_SIZE = 16 * 1024, GZIP_WINDOW = 15 + 16 };

struct slice probe_answer_field(const struct probe_answer *answer, const char *name)
{
    struct slice fields, value = {0};
    head_first(builder_slice(&answer->head), &fields);
    head_find(fields, name, &value);
    return value;
}

void probe_answer_finish(struct probe_answer *answer)
{
    if (answer->inflater)
        inflateEnd(answer->inflater);
    free(answer->inflater);
    builder_finish(&answer->head);
    builder_finish(&answer->body);
    builder_finish(&answer->packed);
    *answer = (struct probe_answer){0};
}

/* ---- the head ---------------------------------------------------------------------------- */

static bool begin_inflating(struct probe_answer *answer)
{
    answer->compressed = true;
    answer->inflater = calloc(1, sizeof(*answer->inflater));
    return answer->inflater && inflateInit2(answer->inflater, GZIP_WINDOW) == Z_OK;
}

/* Which body follows: RFC 9112, 6.3. */
static bool choose_body(struct probe_answer *answer, bool old)
{
    struct slice fields;
    head_first(builder_slice(&answer->head), &fields);
    bool bare = answer->status < 200 || answer->status == 204 || answer->status == 304;
    if (!bare)
        answer->framing = body_of(fields, BODY_TO_END);
    answer->complete = answer->framing.kind == BODY_NONE;
    answer->keeps = answer->framing.kind != BODY_TO_END &&
                    !head_lists(fields, "Connection", "close") &&
                    (!old || head_lists(fields, "Connection", "keep-alive"));
    return bare || !head_lists(fields, "Content-Encoding", "gzip") || begin_inflating(answer);
}

/* The head's length; 0: it is not complete; -1: no HTTP. */
static ssize_t read_head(struct probe_answer *answer, const char *bytes, size_t len)
{
    static const char version[] = "HTTP/1.";
    const size_t minor_at = sizeof(version) - 1, status_at = minor_at + 2;
    size_t known = len < minor_at ? len : minor_at, end = head_len((struct slice){bytes, len});
    if (memcmp(bytes, version, known) != 0 || (end == 0 && len > PROBE_HEAD_LIMIT))
        return -1;
    if (end == 0)
        return 0;
    if (end < status_at + 3)
        return -1;
    int status = (int)slice_number((struct slice){bytes + status_at, 3});
    if (status < 100)
        return -1;
    answer->status = status;
    builder_add(&answer->head, bytes, end);
    return choose_body(answer, bytes[minor_at] == '0') ? (ssize_t)end : -1;
}

/* ---- the body ---------------------------------------------------------------------------- */

/* zlib gives what it can of what came: a flush at the other end is enough. */
static bool inflate_all(struct probe_answer *answer, const char *bytes, size_t len)
{
    struct z_stream_s *stream = answer->inflater;
    int status = Z_OK;
    if (len == 0)
        return true;
    stream->next_in = (Bytef *)(uintptr_t)bytes;
    stream->avail_in = (uInt)len;
    do {
        char out[SCRATCH_SIZE];
        stream->next_out = (Bytef *)out;
        stream->avail_out = sizeof(out);
        status = inflate(stream, Z_SYNC_FLUSH);
        builder_add(&answer->body, out, sizeof(out) - stream->avail_out);
    } while (status == Z_OK && stream->avail_out == 0 &&
             builder_len(&answer->body) < PROBE_BODY_LIMIT);
    return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
}

static ssize_t read_body(struct probe_answer *answer, const char *bytes, size_t len)
{
    struct builder *out = answer->inflater ? &answer->packed : &answer->body;
    size_t used;
    int result = body_take(&answer->framing, (struct slice){bytes, len}, &used, out);
    struct slice packed = builder_slice(&answer->packed);
    if (result < 0 || !inflate_all(answer, packed.at, packed.len) || answer->body.failed ||
        builder_len(&answer->body) > PROBE_BODY_LIMIT)
        return -1;
    builder_truncate(&answer->packed, 0);
    answer->complete = result == 1;
    return (ssize_t)used;
}

ssize_t probe_answer_read(struct probe_answer *answer, const char *bytes, size_t len)
{
    ssize_t done = 0;
    if (answer->status == 0) {
        done = read_head(answer, bytes, len);
        if (done <= 0)
            return done;
    }
    if (answer->complete || (size_t)done == len)
        return done;
    ssize_t used = read_body(answer, bytes + done, len - (size_t)done);
    return used < 0 ? -1 : done + used;
}

bool probe_answer_end(struct probe_answer *answer)
{
    if (answer->framing.kind == BODY_TO_END)
        answer->complete = true;
    return answer->complete;
}
