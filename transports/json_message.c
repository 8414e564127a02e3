/* SPDX-License-Identifier: MIT */
#include "json_message.h"

/* ---- strings ---------------------------------------------------------------------------- */

static bool must_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void add_escape(struct builder *out, unsigned char c)
{
    /* The short forms of RFC 8259, section 7. */
    static const char letters[256] = {
        ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
        ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
    };
    static const char hex[] = "0123456789abcdef";
    if (letters[c])
        builder_add(out, (char[]){'\\', letters[c]}, 2);
    else
        builder_add(out, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

void json_add_string(struct builder *out, struct slice text)
{
    builder_add(out, "\"", 1);
    /* Hardly anything needs an escape, so copy the runs between them whole. */
    size_t run = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (!must_escape(c))
            continue;
        builder_add(out, text.at + run, i - run);
        add_escape(out, c);
        run = i + 1;
    }
    if (run < text.len)
        builder_add(out, text.at + run, text.len - run);
    builder_add(out, "\"", 1);
}

/* ---- messages --------------------------------------------------------------------------- */

static void add_data(struct builder *out, const struct message *message)
{
    switch (message->type) {
    case MESSAGE_TEXT:
        json_add_string(out, message->data);
        break;
    case MESSAGE_JSON:
        builder_add_slice(out, message->data);
        break;
    case MESSAGE_BINARY:
        builder_add(out, "\"", 1);
        builder_add_base64(out, message->data.at, message->data.len);
        builder_add(out, "\"", 1);
        break;
    }
}

void json_add_message(struct builder *out, const struct message *message, bool with_topic)
{
    builder_add(out, "{", 1);
    if (with_topic) {
        builder_add_text(out, "\"topic\":");
        json_add_string(out, slice_of(message->label->name));
        builder_add(out, ",", 1);
    }
    builder_add_text(out, "\"id\":\"");
    message_add_id(message, out); /* letters, digits and '-' */
    builder_add_text(out, "\",\"seq\":");
    builder_add_u64(out, message->seq);
    builder_add_text(out, ",\"time\":");
    builder_add_u64(out, message->time_us);
    if (message->event.len) {
        builder_add_text(out, ",\"event\":");
        json_add_string(out, message->event);
    }
    builder_add_text(out, ",\"type\":\"");
    builder_add_text(out, message_type_name(message->type));
    builder_add_text(out, "\",\"data\":");
    add_data(out, message);
    builder_add(out, "}", 1);
}

static void encode_json(const struct message *message, unsigned parameter, struct builder *out)
{
    (void)parameter;
    json_add_message(out, message, false);
}

static void encode_json_topic(const struct message *message, unsigned parameter,
                              struct builder *out)
{
    (void)parameter;
    json_add_message(out, message, true);
}

const struct encoding json_encoding = {.name = "json", .encode = encode_json};
const struct encoding json_topic_encoding = {.name = "json_topic", .encode = encode_json_topic};
