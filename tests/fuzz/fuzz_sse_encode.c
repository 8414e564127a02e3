/* SPDX-License-Identifier: MIT
 *
 * What is written as Server-Sent Events must be read as the one event it was, whatever the
 * message holds. Input: the type (one byte, mod 3), the event name's length (one byte), the
 * event name, the data. All encodings, and the server's own events with arbitrary names.
 */
#include "../../transports/json_message.h"
#include "../../transports/sse_encode.h"
#include "../sse_decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

struct expectation {
    struct slice id, type, data;
    unsigned count;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_event(void *argument, const struct sse_event *event)
{
    struct expectation *expected = argument;
    expected->count++;
    require(slice_equal(event->last_id, expected->id));
    require(slice_equal(event->type, expected->type));
    require(slice_equal(event->data, expected->data));
}

/* data: what is to arrive, line ends aside. */
static void check(struct slice stream, struct slice id, struct slice type, struct slice data)
{
    struct builder normal = {0};
    sse_normalise(data, &normal);
    struct expectation expected = {id, type.len ? type : SLICE("message"),
                                   builder_slice(&normal), 0};
    sse_decode(stream, check_event, &expected);
    require(expected.count == 1);
    builder_finish(&normal);
}

/* As much of a name as one line can hold. */
static struct slice cut(struct slice name)
{
    size_t len = 0;
    while (len < name.len && name.at[len] != '\r' && name.at[len] != '\n' &&
           name.at[len] != '\0')
        len++;
    return (struct slice){name.at, len};
}

static struct slice encoded(struct message *message, const struct encoding *encoding)
{
    struct bytes *bytes = message_encoded(message, encoding, 0);
    bytes_unref(bytes); /* the message has it still */
    return (struct slice){bytes->data, bytes->len};
}

static void check_message(struct message *message)
{
    struct slice type = cut(message->event), id = SLICE("ep-7");
    struct builder base64 = {0};
    builder_add_base64(&base64, message->data.at, message->data.len);
    check(encoded(message, &sse_encoding), id, type,
          message->type == MESSAGE_BINARY ? builder_slice(&base64) : message->data);
    builder_finish(&base64);
    check(encoded(message, &sse_json_encoding), id, SLICE("message"),
          encoded(message, &json_encoding));
    check(encoded(message, &sse_json_topic_encoding), SLICE(""), SLICE("message"),
          encoded(message, &json_topic_encoding));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    if (size < 2)
        return 0;
    const char *at = (const char *)input + 2;
    size_t event_len = input[1] < size - 2 ? input[1] : size - 2;
    struct slice event = {at, event_len}, data = {at + event_len, size - 2 - event_len};

    struct message *message = message_create(input[0] % 3, event, data);
    message->label = label_create("ep", "t");
    message->seq = 7;
    check_message(message);
    message_unref(message);

    struct builder own = {0};
    sse_add_event(&own, event, event, data);
    check(builder_slice(&own), cut(event), cut(event), data);
    builder_finish(&own);
    return 0;
}
