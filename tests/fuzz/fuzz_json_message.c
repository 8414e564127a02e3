/* SPDX-License-Identifier: MIT
 *
 * The JSON form of a message must be JSON, and give back what was published. Input: the type
 * (one byte, mod 3), the event name's length (one byte), the event name, the data. Text that is
 * not UTF-8 is passed over, since publishing refuses it; so is JSON that a parser refuses.
 */
#include "../../server/utf8.h"
#include "../../transports/json_message.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The whole text must be one JSON value; cJSON by itself stops where the value does. */
static cJSON *parse(struct slice text)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text.at, text.len, &end, false);
    if (json && end != text.at + text.len) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

/* cJSON's strings may hold a NUL, and have room for what came behind it. */
static void check_string(const cJSON *json, struct slice text)
{
    require(cJSON_IsString(json));
    if (text.len)
        require(memcmp(json->valuestring, text.at, text.len) == 0);
    require(json->valuestring[text.len] == '\0');
}

static void check_base64(const cJSON *json, struct slice data)
{
    require(cJSON_IsString(json));
    size_t len = strlen(json->valuestring);
    require(len == (data.len + 2) / 3 * 4);
    unsigned char *decoded = malloc(len + 1);
    require(decoded && EVP_DecodeBlock(decoded, (const unsigned char *)json->valuestring,
                                       (int)len) == (int)(len / 4 * 3));
    require(memcmp(decoded, data.at, data.len) == 0);
    free(decoded);
}

static void check(struct message *message, const struct encoding *encoding)
{
    struct bytes *bytes = message_encoded(message, encoding, 0);
    bytes_unref(bytes); /* the message has it still */
    struct slice text = {bytes->data, bytes->len};
    cJSON *json = parse(text);
    require(json != NULL);
    require(strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(json, "id")), "ep-7") == 0);
    const cJSON *event = cJSON_GetObjectItem(json, "event");
    require((event != NULL) == (message->event.len > 0));
    if (event)
        check_string(event, message->event);
    const cJSON *data = cJSON_GetObjectItem(json, "data");
    if (message->type == MESSAGE_TEXT)
        check_string(data, message->data);
    else if (message->type == MESSAGE_BINARY)
        check_base64(data, message->data);
    else /* byte for byte, before the closing brace */
        require(memcmp(text.at + text.len - 1 - message->data.len, message->data.at,
                       message->data.len) == 0);
    cJSON_Delete(json);
}

/* Whether publishing would take it. Inside a message it is nested one deeper: hence the test in
 * brackets. */
static bool data_valid(enum message_type type, struct slice data)
{
    if (type == MESSAGE_BINARY)
        return true;
    if (!utf8_valid(data.at, data.len))
        return false;
    if (type == MESSAGE_TEXT)
        return true;
    cJSON *alone = parse(data);
    struct builder nested = {0};
    builder_add_text(&nested, "[");
    builder_add_slice(&nested, data);
    builder_add_text(&nested, "]");
    cJSON *inside = parse(builder_slice(&nested));
    bool valid = alone && inside;
    cJSON_Delete(alone);
    cJSON_Delete(inside);
    builder_finish(&nested);
    return valid;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    if (size < 2)
        return 0;
    enum message_type type = input[0] % 3;
    const char *at = (const char *)input + 2;
    size_t event_len = input[1] < size - 2 ? input[1] : size - 2;
    struct slice event = {at, event_len}, data = {at + event_len, size - 2 - event_len};
    if (!utf8_valid(event.at, event.len) || !data_valid(type, data))
        return 0;

    struct message *message = message_create(type, event, data);
    message->label = label_create("ep", "t");
    message->seq = 7;
    check(message, &json_encoding);
    check(message, &json_topic_encoding);
    message_unref(message);
    return 0;
}
