/* SPDX-License-Identifier: MIT */
#include "../../transports/json_message.h"
#include "../../transports/sse_encode.h"
#include "../sse_decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encoding_fixture.h"

/* ---- to the byte ------------------------------------------------------------------------ */

static void test_written(void **state)
{
    (void)state;
    const struct {
        enum message_type type;
        const char *event;
        struct slice data;
        const char *written;
    } cases[] = {
        {MESSAGE_TEXT, "", SLICE("hello"), "id: ep-7\ndata: hello\n\n"},
        {MESSAGE_TEXT, "tick", SLICE("hello"), "id: ep-7\nevent: tick\ndata: hello\n\n"},
        {MESSAGE_TEXT, "", SLICE(""), "id: ep-7\ndata:\n\n"},
        {MESSAGE_TEXT, "", SLICE(" a"), "id: ep-7\ndata:  a\n\n"},
        {MESSAGE_TEXT, "", SLICE("a\nb"), "id: ep-7\ndata: a\ndata: b\n\n"},
        {MESSAGE_TEXT, "", SLICE("a\r\nb\rc"), "id: ep-7\ndata: a\ndata: b\ndata: c\n\n"},
        {MESSAGE_TEXT, "", SLICE("a\n"), "id: ep-7\ndata: a\ndata:\n\n"},
        {MESSAGE_TEXT, "", SLICE("\n\r"), "id: ep-7\ndata:\ndata:\ndata:\n\n"},
        {MESSAGE_JSON, "", SLICE("{\"a\":\n1}"), "id: ep-7\ndata: {\"a\":\ndata: 1}\n\n"},
        {MESSAGE_BINARY, "", SLICE("\0\xff\n"), "id: ep-7\ndata: AP8K\n\n"},
        {MESSAGE_BINARY, "", SLICE(""), "id: ep-7\ndata:\n\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct message *message =
            make_message(cases[i].type, slice_of(cases[i].event), cases[i].data);
        assert_slice(encoded(message, &sse_encoding), slice_of(cases[i].written));
        message_unref(message);
    }
}

static void test_json_written(void **state)
{
    (void)state;
    struct message *message = make_message(MESSAGE_JSON, SLICE("tick"), SLICE("[1,\r\n2]"));
    assert_slice(encoded(message, &sse_json_encoding),
                 SLICE("id: ep-7\n"
                       "data: {\"id\":\"ep-7\",\"seq\":7,\"time\":1795347000123456,"
                       "\"event\":\"tick\",\"type\":\"json\",\"data\":[1,\ndata: 2]}\n\n"));
    assert_slice(encoded(message, &sse_json_topic_encoding),
                 SLICE("data: {\"topic\":\"weather\",\"id\":\"ep-7\",\"seq\":7,"
                       "\"time\":1795347000123456,"
                       "\"event\":\"tick\",\"type\":\"json\",\"data\":[1,\ndata: 2]}\n\n"));
    message_unref(message);
}

static void test_own_events(void **state)
{
    (void)state;
    struct builder builder = {0};
    sse_add_event(&builder, SLICE(""), SLICE("heartbeat"), SLICE(""));
    sse_add_event(&builder, SLICE("ep-3"), SLICE("gap"), SLICE("{\"from\":1}"));
    sse_add_event(&builder, SLICE(""), slice_of(NULL), SLICE("x"));
    sse_add_id(&builder, SLICE("a:ep-3,b:ep-9"));
    assert_slice(builder_slice(&builder), SLICE("event: heartbeat\ndata:\n\n"
                                                "id: ep-3\nevent: gap\ndata: {\"from\":1}\n\n"
                                                "data: x\n\n"
                                                "id: a:ep-3,b:ep-9\n"));
    builder_finish(&builder);
}

/* ---- as a browser reads it -------------------------------------------------------------- */

enum { EVENTS = 4 };

struct record {
    unsigned count;
    struct bytes *last_id[EVENTS], *type[EVENTS], *data[EVENTS];
};

static void record_event(void *argument, const struct sse_event *event)
{
    struct record *record = argument;
    assert_true(record->count < EVENTS);
    record->last_id[record->count] = bytes_create(event->last_id.at, event->last_id.len);
    record->type[record->count] = bytes_create(event->type.at, event->type.len);
    record->data[record->count] = bytes_create(event->data.at, event->data.len);
    record->count++;
}

static void record_finish(struct record *record)
{
    for (unsigned i = 0; i < record->count; i++) {
        bytes_unref(record->last_id[i]);
        bytes_unref(record->type[i]);
        bytes_unref(record->data[i]);
    }
}

/* The message between two others: it must arrive as one event, and harm neither. */
static void assert_round_trip(enum message_type type, struct slice event, struct slice data)
{
    struct message *message = make_message(type, event, data);
    struct slice event_text = encoded(message, &sse_encoding);
    struct builder stream = {0}, expected = {0};
    struct record record = {0};
    builder_add_text(&stream, "retry: 2000\nid: ep-5\n\nid: ep-6\nevent: x\ndata: first\n\n");
    builder_add_slice(&stream, event_text);
    builder_add_text(&stream, "data: last\n\n");
    sse_decode(builder_slice(&stream), record_event, &record);

    assert_int_equal(record.count, 3);
    assert_slice(as_slice(record.last_id[1]), SLICE("ep-7"));
    assert_slice(as_slice(record.type[1]), event.len ? event : SLICE("message"));
    if (type == MESSAGE_BINARY)
        builder_add_base64(&expected, data.at, data.len);
    else
        sse_normalise(data, &expected);
    assert_slice(as_slice(record.data[1]), builder_slice(&expected));
    assert_slice(as_slice(record.last_id[2]), SLICE("ep-7"));
    assert_slice(as_slice(record.type[2]), SLICE("message"));
    assert_slice(as_slice(record.data[2]), SLICE("last"));

    record_finish(&record);
    builder_finish(&stream);
    builder_finish(&expected);
    message_unref(message);
}

static void test_injection(void **state)
{
    (void)state;
    const struct slice payloads[] = {
        SLICE("\n\nevent: gap\ndata: forged\n\n"),
        SLICE("a\r\rid: ep-99\r\rdata: forged\r\r"),
        SLICE("\r\n\r\nretry: 1\r\n\r\n"),
        SLICE("id: ep-99"),
        SLICE(": comment"),
        SLICE(":"),
        SLICE("data: data: x"),
        SLICE("\357\273\277data: x\n\n\357\273\277"), /* byte order marks */
        SLICE("a\0b\n\0"),
        SLICE("\0"),
        SLICE("\342\200\250event: x\342\200\251\302\205\v\f"), /* none ends a line here */
        SLICE("  two spaces\n \n  "),
    };
    for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        assert_round_trip(MESSAGE_TEXT, SLICE(""), payloads[i]);
        assert_round_trip(MESSAGE_TEXT, SLICE("tick"), payloads[i]);
        assert_round_trip(MESSAGE_BINARY, SLICE(" spaced out "), payloads[i]);
    }
}

/* Names that publishing refuses, and that must do no harm all the same. */
static void test_bad_names(void **state)
{
    (void)state;
    const struct slice names[] = {SLICE("tick\ndata: forged\n\n"), SLICE("tick\rid: ep-99\r\r"),
                                  SLICE("tick\0more")};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct builder stream = {0};
        struct record record = {0};
        sse_add_event(&stream, names[i], names[i], SLICE("x"));
        sse_decode(builder_slice(&stream), record_event, &record);
        assert_int_equal(record.count, 1);
        assert_slice(as_slice(record.last_id[0]), SLICE("tick"));
        assert_slice(as_slice(record.type[0]), SLICE("tick"));
        assert_slice(as_slice(record.data[0]), SLICE("x"));
        record_finish(&record);
        builder_finish(&stream);
    }
}

/* Every text of up to six of the characters that matter. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char letters[] = "\r\n: a";
    enum { LETTERS = sizeof(letters) - 1, LONGEST = 6 };
    char text[LONGEST];
    unsigned long count = 1;
    for (size_t len = 0; len <= LONGEST; len++, count *= LETTERS) {
        for (unsigned long number = 0; number < count; number++) {
            unsigned long rest = number;
            for (size_t i = 0; i < len; i++, rest /= LETTERS)
                text[i] = letters[rest % LETTERS];
            assert_round_trip(MESSAGE_TEXT, SLICE(""), (struct slice){text, len});
        }
    }
}

static void test_json_round_trip(void **state)
{
    (void)state;
    struct message *message =
        make_message(MESSAGE_TEXT, SLICE(""), SLICE("\n\ndata: \"forged\"\r\n\r\n"));
    struct record record = {0};
    sse_decode(encoded(message, &sse_json_encoding), record_event, &record);
    assert_int_equal(record.count, 1);
    assert_slice(as_slice(record.data[0]), encoded(message, &json_encoding));
    record_finish(&record);
    message_unref(message);
}

static void test_failed(void **state)
{
    (void)state;
    struct message *message = make_message(MESSAGE_TEXT, SLICE("tick"), SLICE("hello"));
    const struct encoding *encodings[] = {&sse_encoding, &sse_json_encoding,
                                          &sse_json_topic_encoding};
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        struct builder builder = {.failed = true};
        encodings[i]->encode(message, 0, &builder);
        assert_null(builder_take(&builder));
    }
    message_unref(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written),         cmocka_unit_test(test_json_written),
        cmocka_unit_test(test_own_events),      cmocka_unit_test(test_injection),
        cmocka_unit_test(test_bad_names),       cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_json_round_trip), cmocka_unit_test(test_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
