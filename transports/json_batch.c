/* SPDX-License-Identifier: MIT */
#include "json_batch.h"

#include "json_message.h"

static void add_messages(const struct batch *batch, struct builder *body)
{
    const struct encoding *encoding = batch->topic.at ? &json_encoding : &json_topic_encoding;
    for (unsigned i = 0; i < batch->count; i++) {
        struct bytes *message = message_encoded(batch->messages[i], encoding, 0);
        if (!message) {
            body->failed = true;
            return;
        }
        if (i > 0)
            builder_add(body, ",", 1);
        builder_add(body, message->data, message->len);
        bytes_unref(message);
    }
}

/* One gap stands alone; a reader of many topics may have missed something in several. */
static void add_gaps(const struct batch *batch, struct builder *body)
{
    if (batch->gap_count == 0)
        return;
    builder_add_text(body, ",\"gap\":");
    gap_add_json(&batch->gaps[0], body);
    if (batch->gap_count == 1)
        return;
    builder_add_text(body, ",\"gaps\":[");
    for (unsigned i = 0; i < batch->gap_count; i++) {
        if (i > 0)
            builder_add(body, ",", 1);
        gap_add_json(&batch->gaps[i], body);
    }
    builder_add(body, "]", 1);
}

void json_batch_answer(const struct batch *batch, struct builder *body)
{
    builder_add(body, "{", 1);
    if (batch->topic.at) {
        builder_add_text(body, "\"topic\":");
        json_add_string(body, batch->topic);
        builder_add(body, ",", 1);
    }
    builder_add_text(body, "\"next\":");
    json_add_string(body, batch->next);
    builder_add_text(body, ",\"messages\":[");
    add_messages(batch, body);
    builder_add(body, "]", 1);
    add_gaps(batch, body);
    builder_add(body, "}", 1);
}
