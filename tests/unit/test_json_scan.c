/* SPDX-License-Identifier: MIT */
#include "../../server/json_scan.h"

#include "../../server/json_check.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_member(const char *object, const char *name, const char *expected)
{
    struct slice value;
    struct json_error error;
    assert_int_equal(json_check(slice_of(object), &error), 0);
    bool found = json_member(slice_of(object), name, &value);
    assert_int_equal(found, expected != NULL);
    if (found)
        assert_true(slice_equal(value, slice_of(expected)));
}

static void test_members(void **state)
{
    (void)state;
    check_member("{}", "a", NULL);
    check_member("[]", "a", NULL);
    check_member("\"a\"", "a", NULL);
    check_member("5", "a", NULL);
    check_member("{\"a\":1}", "a", "1");
    check_member("{\"a\":1}", "b", NULL);
    check_member("{\"a\":1}", "", NULL);
    check_member("{\"\":1}", "", "1");
    check_member(" { \"a\" :\t[1, {\"b\":2}] ,\r\n\"b\" : -1.5e3 } ", "a", "[1, {\"b\":2}]");
    check_member(" { \"a\" :\t[1, {\"b\":2}] ,\r\n\"b\" : -1.5e3 } ", "b", "-1.5e3");
    check_member("{\"x\":{\"a\":1},\"a\":2}", "a", "2"); /* not the inner one */
    check_member("{\"x\":\"}\\\",\\\"a\\\":1\",\"a\":2}", "a", "2");
    check_member("{\"x\":\"\\\\\",\"a\":\"]}\"}", "a", "\"]}\"");
    check_member("{\"x\":[\"]\",[[]],\"[\"],\"a\":null}", "a", "null");
    check_member("{\"ab\":1,\"a\":2}", "a", "2");
}

/* As a stranger may answer the bench: cut anywhere, in memory that ends with it. */
static void test_what_is_cut_off_is_not_read_beyond(void **state)
{
    (void)state;
    static const char whole[] =
        " {\"a\\\\\": [\"x\\\"\", {\"b\":\"\\\\\"}], \"cd\":\"e\\\\\"} ";
    for (size_t len = 0; len < sizeof(whole); len++) {
        char *text = malloc(len ? len : 1);
        struct slice name, value, object = {text, len};
        memcpy(text, whole, len);
        for (size_t at = 0; json_next(object, &at, &name, &value);) {
            assert_true(at <= len && name.at + name.len <= text + len);
            assert_true(value.at + value.len <= text + len);
        }
        free(text);
    }
}

static void check_unescape(const char *value, struct slice expected)
{
    struct builder out = {0};
    assert_true(json_unescape(slice_of(value), &out));
    assert_true(slice_equal(builder_slice(&out), expected));
    builder_finish(&out);
}

static void test_unescape(void **state)
{
    (void)state;
    struct builder out = {0};
    check_unescape("\"\"", SLICE(""));
    check_unescape("\"plain\"", SLICE("plain"));
    check_unescape("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", SLICE("\"\\/\b\f\n\r\t"));
    check_unescape("\"a\\u0000b\"", SLICE("a\0b"));
    check_unescape("\"\\u007F\\u0080\\u07ff\\u0800\\uFFFF\"",
                   SLICE("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
    check_unescape("\"\\uD800\\uDC00\\udbff\\udfff!\"",
                   SLICE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf!"));
    check_unescape("\"\xc3\xa4\\n\xe2\x82\xac\"", SLICE("\xc3\xa4\n\xe2\x82\xac"));
    static const char *const no_strings[] = {"", "\"", "1", "null", "[\"\"]", "{}"};
    for (size_t i = 0; i < sizeof(no_strings) / sizeof(no_strings[0]); i++)
        assert_false(json_unescape(slice_of(no_strings[i]), &out));
    builder_finish(&out);
    out.failed = true; /* as when memory runs out */
    assert_false(json_unescape(SLICE("\"a\""), &out));
}

/* ---- against cJSON -------------------------------------------------------------------------
 */

static uint64_t random_state = 11;

static unsigned draw(unsigned below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

static void add_random_string(struct builder *out)
{
    static const char *const pieces[] = {
        "a", "\\\"", "\\\\", "\\u00e4", "\\ud83d\\ude00", "{", "}",   "[",
        "]", ",",    ":",    "\\n",     "\xc3\xa4",       " ", "\\/", "\\t"};
    builder_add(out, "\"", 1);
    for (unsigned left = draw(6); left > 0; left--)
        builder_add_text(out, pieces[draw(sizeof(pieces) / sizeof(pieces[0]))]);
    builder_add(out, "\"", 1);
}

static void add_random_value(struct builder *out, unsigned depth)
{
    static const char *const plain[] = {"0", "-12", "3.5e1", "true", "false", "null"};
    static const char *const spaces[] = {"", "", " ", "\n\t"};
    unsigned kind = draw(depth > 3 ? 2 : 4), count = draw(4);
    builder_add_text(out, spaces[draw(4)]);
    if (kind == 0)
        builder_add_text(out, plain[draw(6)]);
    else if (kind == 1)
        add_random_string(out);
    if (kind >= 2) {
        builder_add_text(out, kind == 2 ? "[" : "{");
        for (unsigned i = 0; i < count; i++) {
            if (i > 0)
                builder_add_text(out, ",");
            if (kind == 3)
                builder_format(out, "\"k%u\"%s:", i, spaces[draw(4)]);
            add_random_value(out, depth + 1);
        }
        builder_add_text(out, kind == 2 ? "]" : "}");
    }
    builder_add_text(out, spaces[draw(4)]);
}

static void check_against(const cJSON *object, struct slice text)
{
    char name[8];
    for (unsigned i = 0; i < 4; i++) {
        struct slice value;
        snprintf(name, sizeof(name), "k%u", i);
        const cJSON *expected = cJSON_GetObjectItemCaseSensitive(object, name);
        assert_int_equal(json_member(text, name, &value), expected != NULL);
        if (!expected)
            continue;
        cJSON *found = cJSON_ParseWithLength(value.at, value.len);
        assert_true(cJSON_Compare(found, expected, true));
        cJSON_Delete(found);
        assert_null(strchr(" \t\r\n", value.at[value.len - 1]));
        struct builder plain = {0};
        assert_int_equal(json_unescape(value, &plain), cJSON_IsString(expected));
        if (cJSON_IsString(expected))
            assert_true(slice_equal(builder_slice(&plain), slice_of(expected->valuestring)));
        builder_finish(&plain);
        check_against(expected, value);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct builder text = {0};
        struct json_error error;
        add_random_value(&text, 0);
        struct slice slice = builder_slice(&text);
        assert_int_equal(json_check(slice, &error), 0);
        cJSON *parsed = cJSON_ParseWithLength(slice.at, slice.len);
        assert_non_null(parsed);
        check_against(parsed, slice);
        cJSON_Delete(parsed);
        builder_finish(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_what_is_cut_off_is_not_read_beyond),
        cmocka_unit_test(test_unescape),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
