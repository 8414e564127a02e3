/* SPDX-License-Identifier: MIT */
#include "../../server/json_check.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_good(struct slice text)
{
    struct json_error error = {NULL, 0};
    if (json_check(text, &error))
        fail_msg("%.*s: %s at %zu", (int)text.len, text.at, error.reason, error.offset);
}

static void assert_bad(struct slice text, size_t offset)
{
    struct json_error error = {NULL, 0};
    if (json_check(text, &error) != -EINVAL)
        fail_msg("%.*s: was accepted", (int)text.len, text.at);
    assert_non_null(error.reason);
    if (error.offset != offset)
        fail_msg("%.*s: %s at %zu, not %zu", (int)text.len, text.at, error.reason, error.offset,
                 offset);
}

#define GOOD(literal) assert_good(SLICE(literal))
#define BAD(literal, offset) assert_bad(SLICE(literal), offset)

static void test_values(void **state)
{
    (void)state;
    GOOD("true");
    GOOD("false");
    GOOD("null");
    GOOD(" \t\r\n1 \t\r\n");
    GOOD("\"\"");
    GOOD("[]");
    GOOD("{}");
    GOOD("[[],{},[1,2,[3]],\"a\"]");
    GOOD("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":[ ]}");
    BAD("", 0);
    BAD("  ", 2);
    BAD("tru", 0);
    BAD("True", 0);
    BAD("nul", 0);
    BAD("NaN", 0);
    BAD("'a'", 0);
    BAD("\xef\xbb\xbf{}", 0);
    BAD("\f1", 0);
}

static void test_structure(void **state)
{
    (void)state;
    BAD("[", 1);
    BAD("[1", 2);
    BAD("[1,", 3);
    BAD("[1,]", 3);
    BAD("[,1]", 1);
    BAD("[1 2]", 3);
    BAD("[1}", 2);
    BAD("{", 1);
    BAD("{\"a\"", 4);
    BAD("{\"a\" 1}", 5);
    BAD("{\"a\":}", 5);
    BAD("{\"a\":1", 6);
    BAD("{\"a\":1,}", 7);
    BAD("{\"a\":1]", 6);
    BAD("{a:1}", 1);
    BAD("{1:1}", 1);
    BAD("]", 0);
    BAD("{} x", 3);
    BAD("1 2", 2);
    BAD("{}\0", 2);
    BAD("[1]// no", 3);
}

static void test_numbers(void **state)
{
    (void)state;
    GOOD("0");
    GOOD("-0");
    GOOD("-0.0e-0");
    GOOD("10");
    GOOD("9007199254740993");
    GOOD("1.5e+300");
    GOOD("1E5");
    GOOD("1e-999");
    GOOD("1.7976931348623157e308");
    GOOD("1e999");
    GOOD("[1,-1e400]");
    GOOD("1000000000000000000000000000000000000000000000000000000000000000000000000");
    BAD("01", 0);
    BAD("-01", 0);
    BAD("-", 0);
    BAD("+1", 0);
    BAD(".5", 0);
    BAD("1.", 0);
    BAD("1.e5", 0);
    BAD("1e", 0);
    BAD("1e+", 0);
    BAD("0x10", 1);
    BAD("1_0", 1);
    BAD("--1", 0);
    BAD("Infinity", 0);
}

static void test_strings(void **state)
{
    (void)state;
    GOOD("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u0000\"");
    GOOD("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \x7f\"");
    GOOD("\"\\ud83d\\ude00\"");
    GOOD("\"\\uD83D\\uDE00\"");
    BAD("\"a", 0);
    BAD("\"a\\", 2);
    BAD("\"\\x\"", 1);
    BAD("\"\\\0\"", 1);
    BAD("\"\\u12\"", 1);
    BAD("\"\\u12g4\"", 1);
    BAD("\"a\nb\"", 2);
    BAD("\"a\0b\"", 2);
    BAD("\"\t\"", 1);
    /* Half a surrogate pair, either half, in any company. */
    BAD("\"a\\ud83d\"", 2);
    BAD("\"\\ude00\"", 1);
    BAD("\"\\ud83d\\ud83d\"", 1);
    BAD("\"\\ud83dx\"", 1);
    BAD("\"\\ud83d\\n\"", 1);
    BAD("\"\\ud83d\\u\"", 1);
    /* Not UTF-8: a lone byte, overlong, surrogate, too large, cut short. */
    BAD("\"a\xff\"", 2);
    BAD("\"\x80\"", 1);
    BAD("\"\xc0\x80\"", 1);
    BAD("\"\xed\xa0\x80\"", 1);
    BAD("\"\xf4\x90\x80\x80\"", 1);
    BAD("\"\xe2\x82\"", 1);
    BAD("\xc3\xa9", 0);
}

static void test_unique_names(void **state)
{
    (void)state;
    GOOD("{\"a\":1,\"A\":2,\"\":3,\"aa\":4}");
    GOOD("[{\"a\":1},{\"a\":2}]");
    BAD("{\"a\":1,\"a\":2}", 7);
    BAD("{\"b\":1,\"\":2,\"c\":{},\"\":3}", 19);
    BAD("{\"a\":{\"x\":1,\"b\":2,\"x\":3}}", 18);
    BAD("{\"a\":1,\"b\":{\"a\":1},\"a\":2}", 19);
    /* The same after decoding. */
    BAD("{\"a\":1,\"\\u0061\":2}", 7);
    BAD("{\"\xc3\xa9\":1,\"\\u00E9\":2}", 8);
    BAD("{\"\xe2\x82\xac\":1,\"\\u20ac\":2}", 9);
    BAD("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}", 10);
    BAD("{\"/\\n\":1,\"\\/\\u000a\":2}", 9);
    BAD("{\"a\\u0000\":1,\"a\\u0000\":2}", 13);
    GOOD("{\"a\\u0000b\":1,\"a\\u0000c\":2,\"a\":3}");
}

/* repeat times open, then inside, then repeat times close; to be freed. */
static struct slice nested(unsigned repeat, const char *open, const char *inside,
                           const char *close)
{
    struct builder builder = {0};
    for (unsigned i = 0; i < repeat; i++)
        builder_add_text(&builder, open);
    builder_add_text(&builder, inside);
    for (unsigned i = 0; i < repeat; i++)
        builder_add_text(&builder, close);
    size_t len = builder_len(&builder);
    char *text = malloc(len);
    memcpy(text, builder_slice(&builder).at, len);
    builder_finish(&builder);
    return (struct slice){text, len};
}

static void test_depth_limit(void **state)
{
    (void)state;
    struct slice text = nested(JSON_DEPTH_LIMIT, "[", "1", "]");
    assert_good(text);
    free((char *)text.at);
    text = nested(JSON_DEPTH_LIMIT, "{\"a\":", "1", "}");
    assert_good(text);
    free((char *)text.at);
    text = nested(JSON_DEPTH_LIMIT + 1, "[", "1", "]");
    assert_bad(text, JSON_DEPTH_LIMIT);
    free((char *)text.at);
    text = nested(1000000, "[", "", "");
    assert_bad(text, JSON_DEPTH_LIMIT);
    free((char *)text.at);
}

static struct bytes *object_of(unsigned names, const char *extra)
{
    struct builder builder = {0};
    builder_add_text(&builder, "{\"z\":0");
    for (unsigned i = 1; i < names; i++)
        builder_format(&builder, ",\"%u\":0", i * 2654435761u);
    builder_add_text(&builder, extra);
    builder_add_text(&builder, "}");
    return builder_take(&builder);
}

static void test_names_limit(void **state)
{
    (void)state;
    struct bytes *text = object_of(JSON_NAMES_LIMIT, "");
    assert_good((struct slice){text->data, text->len});
    bytes_unref(text);
    text = object_of(JSON_NAMES_LIMIT - 1, ",\"z\":1");
    assert_bad((struct slice){text->data, text->len}, text->len - 6);
    bytes_unref(text);
    text = object_of(JSON_NAMES_LIMIT, ",\"y\":1");
    assert_bad((struct slice){text->data, text->len}, text->len - 6);
    bytes_unref(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),       cmocka_unit_test(test_structure),
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_strings),
        cmocka_unit_test(test_unique_names), cmocka_unit_test(test_depth_limit),
        cmocka_unit_test(test_names_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
