/* SPDX-License-Identifier: MIT
 *
 * A reader of Server-Sent Events, for tests: WHATWG HTML, sections 9.2.5 and 9.2.6, word for
 * word and nothing more, so that what the server writes is judged by what browsers do with it.
 * Takes a whole stream at once.
 */
#ifndef PUSHLAB_TESTS_SSE_DECODE_H
#define PUSHLAB_TESTS_SSE_DECODE_H

#include "../server/bytes.h"

#include <string.h>

/* What a page would be given. The slices end with the callback. */
struct sse_event {
    struct slice last_id;
    struct slice type; /* "message" when the event had none */
    struct slice data;
};

typedef void sse_event_callback(void *argument, const struct sse_event *event);

struct sse_decoder {
    struct builder data, type, id, last_id;
    sse_event_callback *on_event;
    void *argument;
};

static void sse_replace(struct builder *builder, struct slice value)
{
    builder_truncate(builder, 0);
    builder_add_slice(builder, value);
}

static void sse_field(struct sse_decoder *decoder, struct slice name, struct slice value)
{
    if (slice_equal(name, SLICE("data"))) {
        builder_add_slice(&decoder->data, value);
        builder_add(&decoder->data, "\n", 1);
    } else if (slice_equal(name, SLICE("event"))) {
        sse_replace(&decoder->type, value);
    } else if (slice_equal(name, SLICE("id")) &&
               (value.len == 0 || !memchr(value.at, '\0', value.len))) {
        sse_replace(&decoder->id, value);
    }
}

static void sse_dispatch(struct sse_decoder *decoder)
{
    sse_replace(&decoder->last_id, builder_slice(&decoder->id));
    struct slice data = builder_slice(&decoder->data);
    if (data.len > 0) {
        struct slice type = builder_slice(&decoder->type);
        struct sse_event event = {
            .last_id = builder_slice(&decoder->last_id),
            .type = type.len ? type : SLICE("message"),
            .data = {data.at, data.len - 1}, /* without the last LF */
        };
        decoder->on_event(decoder->argument, &event);
    }
    builder_truncate(&decoder->data, 0);
    builder_truncate(&decoder->type, 0);
}

static void sse_line(struct sse_decoder *decoder, struct slice line)
{
    if (line.len == 0) {
        sse_dispatch(decoder);
        return;
    }
    const char *colon = memchr(line.at, ':', line.len);
    if (colon == line.at)
        return; /* a comment */
    struct slice name = line, value = {"", 0};
    if (colon) {
        name.len = (size_t)(colon - line.at);
        value = (struct slice){colon + 1, line.len - name.len - 1};
        if (value.len && value.at[0] == ' ')
            value = (struct slice){value.at + 1, value.len - 1};
    }
    sse_field(decoder, name, value);
}

/* Calls on_event for each event of the stream; an unfinished one at the end is dropped. */
static void sse_decode(struct slice stream, sse_event_callback *on_event, void *argument)
{
    struct sse_decoder decoder = {.on_event = on_event, .argument = argument};
    size_t at = stream.len >= 3 && memcmp(stream.at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < stream.len) {
        size_t end = at;
        while (end < stream.len && stream.at[end] != '\r' && stream.at[end] != '\n')
            end++;
        if (end == stream.len)
            break;
        sse_line(&decoder, (struct slice){stream.at + at, end - at});
        bool two = stream.at[end] == '\r' && end + 1 < stream.len && stream.at[end + 1] == '\n';
        at = end + (two ? 2 : 1);
    }
    builder_finish(&decoder.data);
    builder_finish(&decoder.type);
    builder_finish(&decoder.id);
    builder_finish(&decoder.last_id);
}

/* What is left of a text's line ends after its way through a stream. */
static void sse_normalise(struct slice text, struct builder *out)
{
    char *room = builder_reserve(out, text.len);
    size_t len = 0;
    for (size_t i = 0; room && i < text.len; i++)
        if (text.at[i] != '\n' || i == 0 || text.at[i - 1] != '\r')
            room[len++] = text.at[i] == '\r' ? '\n' : text.at[i];
    builder_claim(out, len);
}

#endif
