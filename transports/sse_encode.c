/* SPDX-License-Identifier: MIT */
#include "sse_encode.h"

#include "json_message.h"

/* A field whose value is one line; what a line cannot hold, and all behind it, is left out.
 * Publishing refuses such names, so this only makes sure. (A NUL voids an id.) */
static void add_field(struct builder *out, const char *name, struct slice value)
{
    size_t len = 0;
    while (len < value.len && value.at[len] != '\r' && value.at[len] != '\n' &&
           value.at[len] != '\0')
        len++;
    builder_add_text(out, name);
    /* The reader drops one space behind the colon; one in front of the value must not be it. */
    builder_add(out, ": ", 2);
    builder_add(out, value.at, len);
    builder_add(out, "\n", 1);
}

void sse_add_id(struct builder *out, struct slice id)
{
    add_field(out, "id", id);
}

/* The data fields and the blank line. Empty data is one empty field: an event without any
 * `data:` would not fire. */
static void add_data(struct builder *out, struct slice data)
{
    const char *at = data.at;
    const char *end = at + data.len;
    for (;;) {
        const char *line = at;
        while (at < end && *at != '\n' && *at != '\r')
            at++;
        builder_add(out, "data: ", at > line ? 6 : 5); /* `data:` when there is nothing */
        builder_add(out, line, (size_t)(at - line));
        builder_add(out, "\n", 1);
        if (at == end)
            break;
        at += *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
    }
    builder_add(out, "\n", 1);
}

void sse_add_event(struct builder *out, struct slice id, struct slice event, struct slice data)
{
    if (id.len)
        add_field(out, "id", id);
    if (event.len)
        add_field(out, "event", event);
    add_data(out, data);
}

static void add_id(struct builder *out, const struct message *message)
{
    builder_add(out, "id: ", 4);
    message_add_id(message, out);
    builder_add(out, "\n", 1);
}

static void encode_sse(const struct message *message, unsigned parameter, struct builder *out)
{
    (void)parameter;
    add_id(out, message);
    if (message->event.len)
        add_field(out, "event", message->event);
    if (message->type != MESSAGE_BINARY) {
        add_data(out, message->data);
        return;
    }
    /* Base64 is one line: no need to look for another. */
    builder_add(out, "data: ", message->data.len ? 6 : 5);
    builder_add_base64(out, message->data.at, message->data.len);
    builder_add(out, "\n\n", 2);
}

/* The JSON message, too, is split: JSON data keeps the line ends it was published with. */
static void add_json(struct builder *out, const struct message *message, bool with_topic)
{
    struct builder json = {0};
    json_add_message(&json, message, with_topic);
    out->failed |= json.failed;
    add_data(out, builder_slice(&json));
    builder_finish(&json);
}

static void encode_sse_json(const struct message *message, unsigned parameter,
                            struct builder *out)
{
    (void)parameter;
    add_id(out, message);
    add_json(out, message, false);
}

static void encode_sse_json_topic(const struct message *message, unsigned parameter,
                                  struct builder *out)
{
    (void)parameter;
    add_json(out, message, true);
}

const struct encoding sse_encoding = {.name = "sse", .encode = encode_sse};
const struct encoding sse_json_encoding = {.name = "sse_json", .encode = encode_sse_json};
const struct encoding sse_json_topic_encoding = {
    .name = "sse_json_topic",
    .encode = encode_sse_json_topic,
};
