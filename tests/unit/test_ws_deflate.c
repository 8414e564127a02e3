/* SPDX-License-Identifier: MIT
 *
 * permessage-deflate's payloads, and the encodings that are made of them.
 */
#include "../../transports/ws_deflate.h"
#include "../../transports/ws_encode.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define BYTES(text)                                                                            \
    {                                                                                          \
        text, sizeof(text) - 1                                                                 \
    }

static void check_bytes(struct builder *out, struct slice wanted)
{
    assert_false(out->failed);
    assert_int_equal(builder_len(out), wanted.len);
    assert_memory_equal(builder_slice(out).at, wanted.at, wanted.len);
    builder_finish(out);
}

/* ---- inflate --------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct slice compressed;
    size_t limit;
    int result;
    struct slice message;
} inputs[] = {
    {"RFC 7692, 7.2.3.1: one block", BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00"), 5, 0,
     BYTES("Hello")},
    {"7.2.3.3: no compression", BYTES("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), 5, 0,
     BYTES("Hello")},
    {"7.2.3.4: final block", BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), 5, 0, BYTES("Hello")},
    {"7.2.3.5: two blocks", BYTES("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), 5, 0,
     BYTES("Hello")},
    {"7.2.3.6: empty", BYTES("\x00"), 0, 0, BYTES("")},
    {"no byte at all", BYTES(""), 0, 0, BYTES("")},
    {"final block, zero byte missing", BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00"), 5, 0,
     BYTES("Hello")},
    {"final block, then another",
     BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"), 10, 0,
     BYTES("HelloHello")},
    {"tail left on", BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff"), 5, 0,
     BYTES("Hello")},
    {"over the limit", BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00"), 4, -EMSGSIZE, BYTES("")},
    {"over a limit of 0", BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00"), 0, -EMSGSIZE, BYTES("")},
    {"7.2.3.2: from a context of another message", BYTES("\xf2\x00\x11\x00\x00"), 99, -EBADMSG,
     BYTES("")},
    {"reserved block type", BYTES("\x06"), 99, -EBADMSG, BYTES("")},
    {"plain text", BYTES("Hello"), 99, -EBADMSG, BYTES("")},
    {"cut short", BYTES("\xf2\x48\xcd\xc9"), 99, -EBADMSG, BYTES("")},
    {"cut short, uncompressed", BYTES("\x00\x05\x00\xfa\xff\x48\x65\x6c"), 99, -EBADMSG,
     BYTES("")},
    {"wrong length", BYTES("\x00\x05\x00\xfa\xfe\x48"), 99, -EBADMSG, BYTES("")},
    {"junk behind a final block", BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00\xff"), 99, -EBADMSG,
     BYTES("")},
};

static void test_inflate(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(inputs); i++) {
        struct builder out = {0};
        builder_add_text(&out, "kept");
        int result = ws_inflate(inputs[i].compressed, inputs[i].limit, &out);
        if (result != inputs[i].result)
            fail_msg("%s: %d, not %d", inputs[i].name, result, inputs[i].result);
        struct builder wanted = {0};
        builder_add_text(&wanted, "kept");
        builder_add_slice(&wanted, inputs[i].message);
        check_bytes(&out, builder_slice(&wanted));
        builder_finish(&wanted);
    }
}

/* A message of one block that is cut short is never taken for a whole one. */
static void test_cut(void **state)
{
    (void)state;
    char text[3000];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i * i % 23 % 7 + i / 300);
    struct builder compressed = {0}, out = {0};
    assert_int_equal(ws_deflate((struct slice){text, sizeof(text)}, 15, &compressed), 0);
    for (size_t len = 1; len < builder_len(&compressed); len++) {
        struct slice cut = {builder_slice(&compressed).at, len};
        assert_int_equal(ws_inflate(cut, 2 * sizeof(text), &out), -EBADMSG);
        assert_int_equal(builder_len(&out), 0);
    }
    builder_finish(&compressed);
    builder_finish(&out);
}

/* 64 MiB of zeros in 64 KiB; the buffer never grows much beyond the limit. */
static void test_bomb(void **state)
{
    (void)state;
    enum { TOTAL = 64 << 20, LIMIT = 1 << 20 };
    char *zeros = calloc(1, TOTAL);
    struct builder compressed = {0}, out = {0};
    assert_int_equal(ws_deflate((struct slice){zeros, TOTAL}, 15, &compressed), 0);
    assert_in_range(builder_len(&compressed), 1, TOTAL / 1000);
    assert_int_equal(ws_inflate(builder_slice(&compressed), LIMIT, &out), -EMSGSIZE);
    assert_int_equal(builder_len(&out), 0);
    assert_in_range(out.capacity, 0, 2 * LIMIT);
    assert_int_equal(ws_inflate(builder_slice(&compressed), TOTAL - 1, &out), -EMSGSIZE);
    assert_int_equal(ws_inflate(builder_slice(&compressed), TOTAL, &out), 0);
    check_bytes(&out, (struct slice){zeros, TOTAL});
    builder_finish(&compressed);
    free(zeros);
}

/* ---- deflate --------------------------------------------------------------------------- */

static void test_deflate(void **state)
{
    (void)state;
    struct builder out = {0};
    for (unsigned bits = 9; bits <= 15; bits++) {
        /* RFC 7692, 7.2.3.1; twice, since no context is taken over */
        for (int i = 0; i < 2; i++) {
            assert_int_equal(ws_deflate(SLICE("Hello"), bits, &out), 0);
            check_bytes(&out, SLICE("\xf2\x48\xcd\xc9\xc9\x07\x00"));
        }
        assert_int_equal(ws_deflate(SLICE(""), bits, &out), 0);
        check_bytes(&out, SLICE("\x00")); /* 7.2.3.6 */
    }
    assert_int_equal(ws_deflate(SLICE("Hello"), 8, &out), -EINVAL);
    assert_int_equal(ws_deflate(SLICE("Hello"), 16, &out), -EINVAL);
    assert_int_equal(builder_len(&out), 0);
    builder_finish(&out);
}

/* How far back the compressed bytes refer: what a window means to the peer. */
static void test_window(void **state)
{
    (void)state;
    enum { BLOCK = 600, GAP = 20000 };
    static char text[BLOCK + GAP + BLOCK];
    unsigned random = 1;
    for (size_t i = 0; i < BLOCK + GAP; i++)
        text[i] = (char)((random = random * 1103515245 + 12345) >> 16);
    memcpy(text + BLOCK + GAP, text, BLOCK);
    struct slice whole = {text, sizeof(text)};
    for (unsigned bits = 9; bits <= 15; bits++) {
        struct builder compressed = {0}, out = {0};
        assert_int_equal(ws_deflate(whole, bits, &compressed), 0);
        /* Only a window of 32 KiB reaches back to the first block. */
        assert_int_equal(builder_len(&compressed) < sizeof(text), bits == 15);
        assert_int_equal(ws_inflate(builder_slice(&compressed), sizeof(text), &out), 0);
        check_bytes(&out, whole);
        builder_finish(&compressed);
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    static const size_t lens[] = {1, 2, 125, 126, 511, 512, 513, 65535, 65536, 1 << 20};
    for (size_t i = 0; i < COUNT(lens); i++) {
        for (unsigned kind = 0; kind < 3; kind++) {
            char *data = malloc(lens[i]);
            unsigned random = 7;
            for (size_t j = 0; j < lens[i]; j++) {
                random = random * 1103515245 + 12345;
                data[j] = (char)(kind == 0 ? 'x' : kind == 1 ? random >> 16 : random >> 28);
            }
            struct slice message = {data, lens[i]};
            struct builder compressed = {0}, out = {0};
            assert_int_equal(ws_deflate(message, 9 + (unsigned)i % 7, &compressed), 0);
            assert_int_equal(ws_inflate(builder_slice(&compressed), lens[i] - 1, &out),
                             -EMSGSIZE);
            assert_int_equal(ws_inflate(builder_slice(&compressed), lens[i], &out), 0);
            check_bytes(&out, message);
            builder_finish(&compressed);
            free(data);
        }
    }
}

/* What is in use stays, what is not goes; either way the next message is none the worse. */
static void test_sweep(void **state)
{
    (void)state;
    struct builder compressed = {0}, out = {0};
    for (unsigned sweeps = 0; sweeps < 4; sweeps++)
        for (unsigned bits = WS_WINDOW_BITS_LEAST; bits <= WS_WINDOW_BITS_MOST; bits++) {
            builder_truncate(&compressed, 0);
            assert_int_equal(ws_deflate(SLICE("Hello, hello"), bits, &compressed), 0);
            assert_int_equal(ws_inflate(builder_slice(&compressed), 100, &out), 0);
            check_bytes(&out, SLICE("Hello, hello"));
            for (unsigned i = 0; i < sweeps; i++)
                ws_deflate_sweep_thread();
        }
    builder_finish(&compressed);
    ws_deflate_finish_thread();
}

static void *use_thread(void *unused)
{
    struct builder compressed = {0}, out = {0};
    for (int i = 0; i < 100; i++) {
        ws_deflate(SLICE("Hello"), 9 + (unsigned)i % 7, &compressed);
        ws_inflate(builder_slice(&compressed), 5, &out);
        if (i == 50)
            ws_deflate_finish_thread();
        builder_truncate(&compressed, 0);
    }
    ws_deflate_finish_thread();
    builder_finish(&compressed);
    assert_int_equal(builder_len(&out), 500);
    builder_finish(&out);
    return unused;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[2];
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_thread, NULL), 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
}

/* ---- encodings ------------------------------------------------------------------------- */

static const struct {
    const struct encoding *encoding;
    unsigned parameter;
    enum message_type type;
    struct slice data;
    struct slice frame;
} encoded[] = {
    {&ws_raw_encoding, 0, MESSAGE_TEXT, BYTES("Hello"), BYTES("\x81\x05Hello")},
    {&ws_raw_encoding, 0, MESSAGE_JSON, BYTES("[1]"), BYTES("\x81\x03[1]")},
    {&ws_raw_encoding, 0, MESSAGE_BINARY, BYTES("\0\xFF"), BYTES("\x82\x02\0\xFF")},
    {&ws_raw_encoding, 0, MESSAGE_TEXT, BYTES(""), BYTES("\x81\x00")},
    {&ws_raw_deflate_encoding, 15, MESSAGE_TEXT, BYTES("Hello"), BYTES("\x81\x05Hello")},
    {&ws_raw_deflate_encoding, 15, MESSAGE_TEXT, BYTES(""), BYTES("\x81\x00")},
    {&ws_raw_deflate_encoding, 9, MESSAGE_TEXT, BYTES("aaaaaaaaaaaaaaaaaaaa"),
     BYTES("\xC1\x06\x4A\x4C\xC4\x04\x00\x00")},
    {&ws_raw_deflate_encoding, 15, MESSAGE_BINARY, BYTES("aaaaaaaaaaaaaaaaaaaa"),
     BYTES("\xC2\x06\x4A\x4C\xC4\x04\x00\x00")},
    /* A window that cannot be made is no reason to send nothing. */
    {&ws_raw_deflate_encoding, 8, MESSAGE_TEXT, BYTES("aaaaaaaaaa"),
     BYTES("\x81\x0A"
           "aaaaaaaaaa")},
    {&ws_base64_encoding, 0, MESSAGE_BINARY, BYTES(""), BYTES("\x81\x00")},
    {&ws_base64_encoding, 0, MESSAGE_BINARY, BYTES("\x89PN"), BYTES("\x81\x04iVBO")},
    {&ws_base64_encoding, 0, MESSAGE_BINARY, BYTES("\xFF"), BYTES("\x81\x04/w==")},
};

static void test_encodings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(encoded); i++) {
        struct message message = {.type = encoded[i].type, .data = encoded[i].data};
        struct builder out = {0};
        encoded[i].encoding->encode(&message, encoded[i].parameter, &out);
        check_bytes(&out, encoded[i].frame);
    }
}

/* Lengths at which the header changes its form, behind other bytes; and what it inflates to. */
static void test_frames_deflated(void **state)
{
    (void)state;
    char text[3 << 16];
    unsigned random = 1;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + ((random = random * 1103515245 + 12345) >> 28));
    static const size_t lens[] = {100, 400, 60000, sizeof(text)};
    for (size_t i = 0; i < COUNT(lens); i++) {
        struct slice data = {text, lens[i]};
        struct builder payload = {0}, wanted = {0}, out = {0};
        builder_add_text(&wanted, "before");
        builder_add_text(&out, "before");
        assert_int_equal(ws_deflate(data, 12, &payload), 0);
        ws_add_frame(&wanted, WS_TEXT, true, builder_slice(&payload).at, builder_len(&payload));
        ws_add_frame_deflated(&out, WS_TEXT, data, 12);
        check_bytes(&out, builder_slice(&wanted));
        builder_finish(&payload);
        builder_finish(&wanted);
    }
}

static int finish(void **state)
{
    (void)state;
    ws_deflate_finish_thread();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inflate),   cmocka_unit_test(test_cut),
        cmocka_unit_test(test_bomb),      cmocka_unit_test(test_deflate),
        cmocka_unit_test(test_window),    cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_sweep),     cmocka_unit_test(test_threads),
        cmocka_unit_test(test_encodings), cmocka_unit_test(test_frames_deflated),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
