/* SPDX-License-Identifier: MIT
 *
 * WebSocket frames. Each input is presented whole, cut in two at every point and byte by byte;
 * what comes out is written down as text, the pieces of a message joined, and must be the same.
 */
#include "../../transports/ws_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct ws_limits small = {.message_bytes = 1000, .fragments = 4};

/* A connection: the parser, the bytes it left, and what came out. */
struct feed {
    struct ws_parser parser;
    struct ws_limits limits;
    struct builder left;
    struct builder message;
    struct builder log;
    bool inside; /* a message has begun */
    bool failed;
};

static void on_event(struct feed *feed, const struct ws_event *event)
{
    struct slice data = event->data;
    switch (event->kind) {
    case WS_EVENT_NONE:
        assert_true(feed->parser.over);
        break;
    case WS_EVENT_DATA:
        assert_int_equal(event->first, !feed->inside);
        feed->inside = !event->last;
        builder_add_slice(&feed->message, data);
        if (!event->last)
            break;
        builder_add_text(&feed->log, event->compressed ? "compressed " : "");
        builder_add_text(&feed->log, event->opcode == WS_TEXT ? "text " : "binary ");
        data = builder_slice(&feed->message);
        if (data.len > 200)
            builder_format(&feed->log, "%zu bytes", data.len);
        else
            builder_add_slice(&feed->log, data);
        builder_add_text(&feed->log, ";");
        builder_truncate(&feed->message, 0);
        break;
    case WS_EVENT_PING:
    case WS_EVENT_PONG:
        builder_add_text(&feed->log, event->kind == WS_EVENT_PING ? "ping " : "pong ");
        builder_add_slice(&feed->log, data);
        builder_add_text(&feed->log, ";");
        break;
    case WS_EVENT_CLOSE:
        builder_format(&feed->log, "close %u %.*s;", event->code, (int)data.len, data.at);
        break;
    case WS_EVENT_FAIL:
        assert_non_null(event->reason);
        builder_format(&feed->log, "fail %u;", event->code);
        feed->failed = true;
        break;
    }
}

/* As a connection would: what was left comes in front of what is new. */
static void feed_bytes(struct feed *feed, const char *bytes, size_t len)
{
    struct slice left = builder_slice(&feed->left);
    /* Exactly as long as its contents, so that a sanitizer sees a read beyond. */
    char *whole = malloc(left.len + len + 1), *at = whole + 1;
    memcpy(at, left.at, left.len);
    memcpy(at + left.len, bytes, len);
    len += left.len;
    builder_truncate(&feed->left, 0);
    struct ws_event event;
    ssize_t used;
    while ((used = ws_parse(&feed->parser, at, len, &feed->limits, &event)) != 0) {
        on_event(feed, &event);
        if (used < 0)
            break;
        assert_in_range(used, 1, len);
        at += used;
        len -= (size_t)used;
    }
    if (used == 0) {
        assert_in_range(len, 0, WS_LEFTOVER_LIMIT);
        builder_add(&feed->left, at, len);
    }
    free(whole);
}

static void feed_start(struct feed *feed, bool deflate, struct ws_limits limits)
{
    *feed = (struct feed){.limits = limits};
    ws_parser_init(&feed->parser, deflate);
}

static void feed_finish(struct feed *feed)
{
    builder_finish(&feed->left);
    builder_finish(&feed->message);
    builder_finish(&feed->log);
}

static void check_log(struct feed *feed, const char *name, const char *events)
{
    struct slice log = builder_slice(&feed->log);
    if (!slice_equal(log, slice_of(events)))
        fail_msg("%s: got \"%.*s\", not \"%s\"", name, (int)log.len, log.at, events);
    feed_finish(feed);
}

/* fails_at: how many bytes it takes to see the failure; 0: not looked at. */
static void check(const char *name, struct slice input, bool deflate, struct ws_limits limits,
                  const char *events, size_t fails_at)
{
    struct feed feed;
    for (size_t cut = 0; cut <= input.len; cut++) {
        feed_start(&feed, deflate, limits);
        feed_bytes(&feed, input.at, cut);
        feed_bytes(&feed, input.at + cut, input.len - cut);
        check_log(&feed, name, events);
    }
    feed_start(&feed, deflate, limits);
    for (size_t i = 0; i < input.len; i++) {
        feed_bytes(&feed, input.at + i, 1);
        if (fails_at && feed.failed != (i + 1 >= fails_at))
            fail_msg("%s: after %zu bytes, not %zu", name, i + 1, fails_at);
    }
    check_log(&feed, name, events);
}

/* A client's frame; first: FIN, RSV and opcode. */
static void add_masked(struct builder *out, unsigned first, const char *data, size_t len,
                       uint32_t mask)
{
    unsigned char header[WS_HEADER_LIMIT];
    size_t header_len = ws_frame_header(WS_TEXT, true, false, len, header);
    header[0] = (unsigned char)first;
    header[1] |= 0x80;
    builder_add(out, header, header_len);
    builder_add(out, &mask, 4);
    size_t start = builder_len(out);
    builder_add(out, data, len);
    ws_mask(out->bytes->data + start, len, mask);
}

/* ---- sequences of well-formed frames --------------------------------------------------- */

#define F(first, text)                                                                         \
    {                                                                                          \
        first, text, sizeof(text) - 1                                                          \
    }
#define A25 "aaaaaaaaaaaaaaaaaaaaaaaaa"
#define A125 A25 A25 A25 A25 A25

static const struct {
    const char *name;
    bool deflate;
    struct {
        unsigned first;
        const char *data;
        size_t len;
    } frames[6];
    const char *events;
} sequences[] = {
    {"text", 0, {F(0x81, "Hello")}, "text Hello;"},
    {"two", 0, {F(0x81, "one"), F(0x82, "two")}, "text one;binary two;"},
    {"empty", 0, {F(0x81, ""), F(0x82, "")}, "text ;binary ;"},
    {"125", 0, {F(0x82, A125)}, "binary " A125 ";"},
    {"126", 0, {F(0x82, A125 "b")}, "binary " A125 "b;"},
    {"fragments", 0, {F(0x01, "Hel"), F(0x80, "lo")}, "text Hello;"},
    {"empty fragments", 0, {F(0x01, ""), F(0x00, ""), F(0x00, "x"), F(0x80, "")}, "text x;"},
    {"fragments at the limit",
     0,
     {F(0x02, "a"), F(0x00, "b"), F(0x00, "c"), F(0x80, "d"), F(0x82, "e")},
     "binary abcd;binary e;"},
    {"each message has its own limit",
     0,
     {F(0x82, A125 A125 A125 A125), F(0x02, A125 A125 A125 A125), F(0x80, A125 A125 A125 A125),
      F(0x81, "x")},
     "binary 500 bytes;binary 1000 bytes;text x;"},
    {"fragments over the limit",
     0,
     {F(0x02, ""), F(0x00, ""), F(0x00, ""), F(0x00, ""), F(0x80, "")},
     "fail 1009;"},
    {"ping inside a message",
     0,
     {F(0x01, "a"), F(0x89, "p"), F(0x8A, ""), F(0x80, "b")},
     "ping p;pong ;text ab;"},
    {"longest ping", 0, {F(0x89, A125)}, "ping " A125 ";"},
    {"compressed",
     1,
     {F(0xC1, "a"), F(0x41, "b"), F(0x80, "c"), F(0x81, "d")},
     "compressed text a;compressed text bc;text d;"},
    {"compressed text is not checked here", 1, {F(0xC1, "\xFF")}, "compressed text \xFF;"},

    {"RSV1 without deflate", 0, {F(0xC1, "a")}, "fail 1002;"},
    {"RSV1 on ping", 1, {F(0xC9, "a")}, "fail 1002;"},
    {"RSV1 on continuation", 1, {F(0x41, "a"), F(0xC0, "b")}, "fail 1002;"},
    {"RSV2", 1, {F(0xA1, "a")}, "fail 1002;"},
    {"RSV3", 1, {F(0x91, "a")}, "fail 1002;"},
    {"after a good one", 0, {F(0x81, "a"), F(0x91, "a")}, "text a;fail 1002;"},
    {"fragmented ping", 0, {F(0x09, "a")}, "fail 1002;"},
    {"fragmented close", 0, {F(0x08, "")}, "fail 1002;"},
    {"ping of 126", 0, {F(0x89, A125 "b")}, "fail 1002;"},
    {"continuation first", 0, {F(0x80, "a")}, "fail 1002;"},
    {"continuation of an ended one",
     0,
     {F(0x01, "a"), F(0x80, "b"), F(0x80, "c")},
     "text ab;fail 1002;"},
    {"text inside text", 0, {F(0x01, "a"), F(0x81, "b")}, "fail 1002;"},
    {"binary inside text", 0, {F(0x01, "a"), F(0x02, "b")}, "fail 1002;"},

    {"two bytes, cut", 0, {F(0x01, "a\xC2"), F(0x80, "\x80z")}, "text a\xC2\x80z;"},
    {"four bytes, cut",
     0,
     {F(0x01, "\xF0\x9F"), F(0x00, ""), F(0x89, "\xFF"), F(0x80, "\x98\x80")},
     "ping \xFF;text \xF0\x9F\x98\x80;"},
    {"bad across frames", 0, {F(0x01, "\xF0\x9F"), F(0x80, "a\x98")}, "fail 1007;"},
    {"surrogate", 0, {F(0x01, "\xED\xA0")}, "fail 1007;"},
    {"overlong", 0, {F(0x01, "\xC0")}, "fail 1007;"},
    {"ends too soon", 0, {F(0x81, "\xC2")}, "fail 1007;"},
    {"ends too soon, by an empty frame", 0, {F(0x01, "\xC2"), F(0x80, "")}, "fail 1007;"},
    {"starts anew", 0, {F(0x81, "\xC2\x80"), F(0x81, "\x80")}, "text \xC2\x80;fail 1007;"},
    {"binary is free", 0, {F(0x82, "\xC2\xFF")}, "binary \xC2\xFF;"},

    {"close", 0, {F(0x88, "")}, "close 1005 ;"},
    {"close with a code", 0, {F(0x88, "\x03\xE8")}, "close 1000 ;"},
    {"close with a reason", 0, {F(0x88, "\x0F\xA1so")}, "close 4001 so;"},
    {"close inside a message", 0, {F(0x01, "a"), F(0x88, "\x03\xE9")}, "close 1001 ;"},
    {"half a code", 0, {F(0x88, "\x03")}, "fail 1002;"},
    {"bad reason", 0, {F(0x88, "\x03\xE8\xC2")}, "fail 1007;"},
    {"surrogate", 0, {F(0x88, "\x03\xE8\xED\xA0\x80")}, "fail 1007;"},
    {"data after close",
     0,
     {F(0x88, "\x03\xE8"), F(0x81, "late"), F(0x88, "")},
     "close 1000 ;"},
    {"only one failure", 0, {F(0x83, ""), F(0x81, "a")}, "fail 1002;"},
};

static void test_sequences(void **state)
{
    (void)state;
    static const char *const masks[] = {"\x12\x34\x56\x78", "\0\0\0\0", "\xFF\xFF\xFF\xFF",
                                        "\x80\0\x01\x7F"};
    for (size_t i = 0; i < COUNT(sequences); i++) {
        for (size_t j = 0; j < COUNT(masks); j++) {
            struct builder input = {0};
            uint32_t mask;
            memcpy(&mask, masks[j], 4);
            for (size_t k = 0; k < 6 && sequences[i].frames[k].data; k++)
                add_masked(&input, sequences[i].frames[k].first, sequences[i].frames[k].data,
                           sequences[i].frames[k].len, mask);
            check(sequences[i].name, builder_slice(&input), sequences[i].deflate, small,
                  sequences[i].events, 0);
            builder_finish(&input);
        }
    }
}

/* ---- bytes, and at which of them a failure shows --------------------------------------- */

#define BYTES(text)                                                                            \
    {                                                                                          \
        text, sizeof(text) - 1                                                                 \
    }
#define NO_MASK "\0\0\0\0"

static const struct {
    const char *name;
    struct slice input;
    const char *events;
    size_t fails_at;
} raw[] = {
    {"RFC 6455, 5.7: masked", BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
     "text Hello;", 0},
    {"RFC 6455, 5.7: unmasked", BYTES("\x81\x05Hello"), "fail 1002;", 2},
    {"unmasked ping", BYTES("\x89\x05Hello"), "fail 1002;", 2},
    {"unmasked, long", BYTES("\x82\x7E\x01\x00"), "fail 1002;", 2},
    {"ping, 16-bit length", BYTES("\x89\xFE\x00\x05"), "fail 1002;", 2},
    {"close, 64-bit length", BYTES("\x88\xFF"), "fail 1002;", 2},
    {"reserved", BYTES("\x83"), "fail 1002;", 1},
    {"RSV2", BYTES("\xA2"), "fail 1002;", 1},
    {"continuation", BYTES("\x00"), "fail 1002;", 1},
    {"top bit", BYTES("\x82\xFF\x80\0\0\0\0\0\0\0"), "fail 1002;", 10},
    {"all bits", BYTES("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "fail 1002;", 10},
    {"2^63-1", BYTES("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF" NO_MASK), "fail 1009;", 10},
    {"2^31", BYTES("\x82\xFF\0\0\0\0\x80\0\0\0" NO_MASK), "fail 1009;", 10},
    {"limit + 1", BYTES("\x82\xFE\x03\xE9" NO_MASK), "fail 1009;", 4},
    {"limit + 1 in two", BYTES("\x02\x81" NO_MASK "a\x80\xFE\x03\xE8"), "fail 1009;", 11},
    {"limit + 2^63-1", BYTES("\x02\x81" NO_MASK "a\x80\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
     "fail 1009;", 17},
    {"125 in 16 bits", BYTES("\x82\xFE\x00\x7D"), "fail 1002;", 4},
    {"0 in 16 bits", BYTES("\x82\xFE\x00\x00"), "fail 1002;", 4},
    {"65535 in 64 bits", BYTES("\x82\xFF\0\0\0\0\0\0\xFF\xFF"), "fail 1002;", 10},
    {"5 in 64 bits", BYTES("\x82\xFF\0\0\0\0\0\0\0\x05"), "fail 1002;", 10},
    {"at the bad byte", BYTES("\x81\xFE\x03\xE8" NO_MASK "ab\xC0"), "fail 1007;", 11},
    {"at the second byte", BYTES("\x01\x83" NO_MASK "ab\xE0\x80\x83" NO_MASK "\x80"),
     "fail 1007;", 16},
    {"Autobahn 6.4.1",
     BYTES("\x01\x8C" NO_MASK "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xF4"
           "\x80\x81" NO_MASK "\x90"),
     "fail 1007;", 25},
    {"at the fifth header",
     BYTES("\x02\x80" NO_MASK "\0\x80" NO_MASK "\0\x80" NO_MASK "\0\x80" NO_MASK "\0\x80"),
     "fail 1009;", 26},
};

static void test_raw(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(raw); i++)
        check(raw[i].name, raw[i].input, false, small, raw[i].events, raw[i].fails_at);
}

/* Every first byte at the start of a connection. */
static void test_every_first_byte(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (int deflate = 0; deflate < 2; deflate++) {
            unsigned opcode = first & 0x0F;
            bool control = opcode >= 8;
            bool good = !(first & 0x30) && (opcode == 1 || opcode == 2 ||
                                            (first & 0x80 && control && opcode <= 10));
            if (first & 0x40)
                good = good && deflate && !control;
            char byte = (char)first;
            struct ws_parser parser;
            struct ws_event event;
            ws_parser_init(&parser, deflate);
            assert_int_equal(ws_parse(&parser, &byte, 1, &small, &event), good ? 0 : -1);
            if (!good)
                assert_int_equal(event.code, WS_PROTOCOL_ERROR);
        }
    }
}

static void test_every_close_code(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 65536; code++) {
        bool good = (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
                    (code >= 3000 && code < 5000);
        char frame[] = {(char)0x88, (char)0x82, 0, 0, 0, 0, (char)(code >> 8), (char)code};
        struct ws_parser parser = {0};
        struct ws_event event;
        ssize_t used = ws_parse(&parser, frame, sizeof(frame), &small, &event);
        assert_int_equal(used, good ? (ssize_t)sizeof(frame) : -1);
        assert_int_equal(event.kind, good ? WS_EVENT_CLOSE : WS_EVENT_FAIL);
        assert_int_equal(event.code, good ? code : WS_PROTOCOL_ERROR);
        assert_int_equal(ws_close_code_valid(code), good);
    }
}

/* ---- masks, sizes ---------------------------------------------------------------------- */

/* Every length and alignment up to a few words, in two parts, against the RFC's formula. */
static void test_mask(void **state)
{
    (void)state;
    static const unsigned char key[4] = {0x37, 0xFA, 0x21, 0x3D};
    for (size_t len = 0; len < 40; len++) {
        for (size_t cut = 0; cut <= len; cut++) {
            char bytes[48] = {0};
            size_t offset = (len + cut) % 8;
            uint32_t mask;
            memcpy(&mask, key, 4);
            for (size_t i = 0; i < len; i++)
                bytes[offset + i] = (char)i;
            mask = ws_mask(bytes + offset, cut, mask);
            ws_mask(bytes + offset + cut, len - cut, mask);
            for (size_t i = 0; i < len; i++)
                assert_int_equal((unsigned char)bytes[offset + i], i ^ key[i % 4]);
            assert_int_equal(bytes[offset + len], 0);
        }
    }
}

/* The lengths at which the header changes its form, written and read. */
static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        size_t len, header_len;
    } lengths[] = {{0, 2},     {1, 2},     {125, 2},    {126, 4},     {127, 4},
                   {65534, 4}, {65535, 4}, {65536, 10}, {100000, 10}, {1 << 24, 10}};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        size_t len = lengths[i].len;
        char *data = memset(malloc(len + 1), 'x', len + 1), events[256];
        struct builder input = {0};
        struct feed feed;
        add_masked(&input, 0x82, data, len, 0x01020304);
        assert_int_equal(builder_len(&input), len + lengths[i].header_len + 4);
        feed_start(&feed, false, (struct ws_limits){len, 1});
        feed_bytes(&feed, builder_slice(&input).at, builder_len(&input));
        if (len > 200)
            snprintf(events, sizeof(events), "binary %zu bytes;", len);
        else
            snprintf(events, sizeof(events), "binary %.*s;", (int)len, data);
        check_log(&feed, "length", events);
        builder_finish(&input);
        free(data);
    }
}

/* 16 MiB in frames of 64 bytes, read 1,000 bytes at a time: within the limits, and one over. */
static void test_big_message(void **state)
{
    (void)state;
    enum { TOTAL = 16 << 20, FRAME_LEN = 64, FRAMES = TOTAL / FRAME_LEN };
    struct builder input = {0};
    char data[FRAME_LEN];
    memset(data, 'x', sizeof(data));
    for (unsigned i = 0; i < FRAMES; i++)
        add_masked(&input, (i == 0) | (i == FRAMES - 1) << 7, data, FRAME_LEN, i * 2654435761U);
    static const struct {
        struct ws_limits limits;
        const char *events;
    } cases[] = {
        {{TOTAL, FRAMES}, "text 16777216 bytes;"},
        {{TOTAL - 1, FRAMES}, "fail 1009;"},
        {{TOTAL, FRAMES - 1}, "fail 1009;"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct feed feed;
        feed_start(&feed, false, cases[i].limits);
        struct slice rest = builder_slice(&input);
        while (rest.len > 0 && !feed.failed) {
            size_t len = rest.len < 1000 ? rest.len : 1000;
            feed_bytes(&feed, rest.at, len);
            rest = (struct slice){rest.at + len, rest.len - len};
        }
        check_log(&feed, "16 MiB", cases[i].events);
    }
    builder_finish(&input);
}

static void test_size(void **state)
{
    (void)state;
    assert_in_range(sizeof(struct ws_parser), 1, 48);
}

/* ---- writing --------------------------------------------------------------------------- */

static void check_frame(struct builder *out, struct slice frame)
{
    assert_int_equal(builder_len(out), frame.len);
    assert_memory_equal(builder_slice(out).at, frame.at, frame.len);
    builder_finish(out);
}

static void test_write(void **state)
{
    (void)state;
    struct builder out = {0};
    ws_add_frame(&out, WS_TEXT, false, "Hello", 5); /* RFC 6455, 5.7 */
    check_frame(&out, SLICE("\x81\x05Hello"));
    ws_add_frame(&out, WS_PONG, false, "Hello", 5);
    check_frame(&out, SLICE("\x8a\x05Hello"));
    /* RFC 7692, 7.2.3.1 */
    ws_add_frame(&out, WS_TEXT, true, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
    check_frame(&out, SLICE("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"));
    ws_add_frame(&out, WS_PING, false, "", 0);
    check_frame(&out, SLICE("\x89\x00"));

    unsigned char header[WS_HEADER_LIMIT];
    assert_int_equal(ws_frame_header(WS_BINARY, true, false, 256, header), 4);
    assert_memory_equal(header, "\x82\x7E\x01\x00", 4); /* RFC 6455, 5.7 */
    assert_int_equal(ws_frame_header(WS_BINARY, true, false, 65536, header), 10);
    assert_memory_equal(header, "\x82\x7F\0\0\0\0\0\x01\0\0", 10);
    assert_int_equal(ws_frame_header(WS_TEXT, false, false, 3, header), 2);
    assert_memory_equal(header, "\x01\x03", 2);
}

static void test_write_close(void **state)
{
    (void)state;
    struct builder out = {0};
    ws_add_close(&out, WS_NO_CODE, "dropped");
    check_frame(&out, SLICE("\x88\x00"));
    ws_add_close(&out, WS_GOING_AWAY, NULL);
    check_frame(&out, SLICE("\x88\x02\x03\xE9"));
    ws_add_close(&out, 4001, "gap");
    check_frame(&out, SLICE("\x88\x05\x0F\xA1gap"));
    /* 121 bytes, then characters of three: only what fits whole. */
    ws_add_close(&out, WS_NORMAL,
                 A25 A25 A25 A25 "aaaaaaaaaaaaaaaaaaaaa\xE4\xB8\xAD\xE6\x96\x87");
    check_frame(&out, SLICE("\x88\x7B\x03\xE8" A25 A25 A25 A25 "aaaaaaaaaaaaaaaaaaaaa"));
    ws_add_close(&out, WS_NORMAL, A25 A25 A25 A25 "aaaaaaaaaaaaaaaaaaaa\xE4\xB8\xAD\xE6");
    check_frame(&out,
                SLICE("\x88\x7D\x03\xE8" A25 A25 A25 A25 "aaaaaaaaaaaaaaaaaaaa\xE4\xB8\xAD"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_every_first_byte),
        cmocka_unit_test(test_every_close_code),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_big_message),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
