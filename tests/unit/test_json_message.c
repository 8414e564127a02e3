/* SPDX-License-Identifier: MIT */
#include "../../transports/json_batch.h"
#include "../../transports/json_message.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encoding_fixture.h"

static void test_strings(void **state)
{
    (void)state;
    const struct {
        struct slice text;
        const char *json;
    } cases[] = {
        {SLICE(""), "\"\""},
        {SLICE("plain"), "\"plain\""},
        {SLICE("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
        {SLICE("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {SLICE("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\""},
        {SLICE("\""), "\"\\\"\""},
        {SLICE("\\\\"), "\"\\\\\\\\\""},
        {SLICE("\xE4\xB8\xAD \xF0\x9F\x98\x80 \xE2\x80\xA8"),
         "\"\xE4\xB8\xAD \xF0\x9F\x98\x80 \xE2\x80\xA8\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct builder builder = {0};
        json_add_string(&builder, cases[i].text);
        assert_slice(builder_slice(&builder), slice_of(cases[i].json));
        builder_finish(&builder);
    }
}

/* Every pair of ASCII characters, as an independent reader takes it. */
static void test_every_pair(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 128 * 128; pair++) {
        char text[3] = {(char)(pair / 128), (char)(pair % 128), 'z'};
        struct builder builder = {0};
        json_add_string(&builder, (struct slice){text, 3});
        struct slice json = builder_slice(&builder);
        cJSON *parsed = cJSON_ParseWithLength(json.at, json.len);
        assert_non_null(parsed);
        assert_memory_equal(parsed->valuestring, text, 3);
        cJSON_Delete(parsed);
        builder_finish(&builder);
    }
}

#define HEAD "{\"id\":\"ep-7\",\"seq\":7,\"time\":1795347000123456,"

static void test_messages(void **state)
{
    (void)state;
    const struct {
        enum message_type type;
        const char *event;
        struct slice data;
        const char *json;
    } cases[] = {
        {MESSAGE_TEXT, "", SLICE("say \"hi\"\n"),
         HEAD "\"type\":\"text\",\"data\":\"say \\\"hi\\\"\\n\"}"},
        {MESSAGE_TEXT, "a\"b", SLICE(""),
         HEAD "\"event\":\"a\\\"b\",\"type\":\"text\",\"data\":\"\"}"},
        /* What would not survive a parser that prints again. */
        {MESSAGE_JSON, "tick", SLICE("[9007199254740993, 1.10,\n1e400]"),
         HEAD
         "\"event\":\"tick\",\"type\":\"json\",\"data\":[9007199254740993, 1.10,\n1e400]}"},
        {MESSAGE_BINARY, "", SLICE("\0\xff\n"), HEAD "\"type\":\"binary\",\"data\":\"AP8K\"}"},
        {MESSAGE_BINARY, "", SLICE(""), HEAD "\"type\":\"binary\",\"data\":\"\"}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct message *message =
            make_message(cases[i].type, slice_of(cases[i].event), cases[i].data);
        struct slice plain = encoded(message, &json_encoding);
        assert_slice(plain, slice_of(cases[i].json));

        struct builder expected = {0};
        builder_add_text(&expected, "{\"topic\":\"weather\",");
        builder_add_text(&expected, cases[i].json + 1);
        assert_slice(encoded(message, &json_topic_encoding), builder_slice(&expected));
        builder_finish(&expected);

        cJSON *parsed = cJSON_ParseWithLength(plain.at, plain.len);
        assert_non_null(parsed);
        cJSON_Delete(parsed);
        message_unref(message);
    }
}

static void test_extremes(void **state)
{
    (void)state;
    struct message *message = make_message(MESSAGE_TEXT, SLICE(""), SLICE("x"));
    message->seq = UINT64_MAX;
    message->time_us = UINT64_MAX;
    assert_slice(encoded(message, &json_encoding),
                 SLICE("{\"id\":\"ep-18446744073709551615\",\"seq\":18446744073709551615,"
                       "\"time\":18446744073709551615,\"type\":\"text\",\"data\":\"x\"}"));
    struct builder builder = {.failed = true};
    json_add_message(&builder, message, true);
    assert_null(builder_take(&builder));
    message_unref(message);
}

static void test_gap(void **state)
{
    (void)state;
    struct builder builder = {0};
    struct gap gap = {.topic = "weather",
                      .known = true,
                      .from = 3,
                      .to = UINT64_MAX,
                      .count = 5,
                      .reason = "dropped"};
    gap_add_json(&gap, &builder);
    assert_slice(builder_slice(&builder),
                 SLICE("{\"topic\":\"weather\",\"from\":3,\"to\":18446744073709551615,"
                       "\"count\":5,\"reason\":\"dropped\"}"));
    builder_truncate(&builder, 0);
    gap.known = false;
    gap_add_json(&gap, &builder);
    assert_slice(builder_slice(&builder),
                 SLICE("{\"topic\":\"weather\",\"from\":null,\"to\":null,\"count\":null,"
                       "\"reason\":\"dropped\"}"));
    builder_finish(&builder);
}

static struct message *number(const char *topic, uint64_t seq)
{
    struct message *message = message_create(MESSAGE_JSON, SLICE(""), SLICE("7"));
    assert_non_null(message);
    message->label = label_create("ep", topic);
    message->seq = message->time_us = seq;
    return message;
}

static void check_batch(const struct batch *batch, const char *expected)
{
    struct builder builder = {0};
    json_batch_answer(batch, &builder);
    assert_slice(builder_slice(&builder), slice_of(expected));
    builder_finish(&builder);
}

#define NUMBER(seq)                                                                            \
    "\"id\":\"ep-" #seq "\",\"seq\":" #seq ",\"time\":" #seq ",\"type\":\"json\",\"data\":7}"

static void test_batch(void **state)
{
    (void)state;
    struct message *messages[] = {number("t", 1), number("u", 2)};
    const struct gap gaps[] = {{.topic = "t", .reason = "r"}, {.topic = "u", .reason = "r"}};
    const char unknown[] = "\"from\":null,\"to\":null,\"count\":null,\"reason\":\"r\"}";
    char expected[512];
    struct batch batch = {.topic = SLICE("t"), .next = SLICE("ep-0"), .messages = messages};
    check_batch(&batch, "{\"topic\":\"t\",\"next\":\"ep-0\",\"messages\":[]}");
    batch.count = 1;
    check_batch(&batch, "{\"topic\":\"t\",\"next\":\"ep-0\",\"messages\":[{" NUMBER(1) "]}");
    batch = (struct batch){.next = SLICE("t:ep-1"),
                           .messages = messages,
                           .count = 2,
                           .gaps = gaps,
                           .gap_count = 1};
    snprintf(expected, sizeof(expected),
             "{\"next\":\"t:ep-1\",\"messages\":[{\"topic\":\"t\"," NUMBER(
                 1) ",{\"topic\":\"u\"," NUMBER(2) "],\"gap\":{\"topic\":\"t\",%s}",
             unknown);
    check_batch(&batch, expected);
    batch.count = 0;
    batch.gap_count = 2;
    snprintf(expected, sizeof(expected),
             "{\"next\":\"t:ep-1\",\"messages\":[],\"gap\":{\"topic\":\"t\",%s,"
             "\"gaps\":[{\"topic\":\"t\",%s,{\"topic\":\"u\",%s]}",
             unknown, unknown, unknown);
    check_batch(&batch, expected);
    message_unref(messages[0]);
    message_unref(messages[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),  cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_messages), cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_gap),      cmocka_unit_test(test_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
