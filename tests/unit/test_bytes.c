/* SPDX-License-Identifier: MIT */
#include "../../server/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_built(struct builder *builder, const char *text)
{
    struct slice built = builder_slice(builder);
    assert_false(builder->failed);
    assert_int_equal(built.len, strlen(text));
    assert_memory_equal(built.at, text, built.len);
    assert_int_equal(builder_len(builder), built.len);
}

static void test_slices(void **state)
{
    (void)state;
    assert_int_equal(slice_of(NULL).len, 0);
    assert_int_equal(slice_of("abc").len, 3);
    assert_int_equal(SLICE("a\0b").len, 3);
    assert_true(slice_equal(slice_of(NULL), SLICE("")));
    assert_true(slice_equal(SLICE("a\0b"), SLICE("a\0b")));
    assert_false(slice_equal(SLICE("a\0b"), SLICE("a\0c")));
    assert_false(slice_equal(SLICE("a"), SLICE("ab")));
    assert_false(slice_equal(SLICE("a"), SLICE("A")));
    assert_true(slice_equal_nocase(SLICE("Keep-Alive"), SLICE("kEEP-aLIVE")));
    assert_true(slice_equal_nocase(slice_of(NULL), SLICE("")));
    /* Only letters have two cases: these pairs differ in the same bit. */
    assert_false(slice_equal_nocase(SLICE("@"), SLICE("`")));
    assert_false(slice_equal_nocase(SLICE("["), SLICE("{")));
    assert_false(slice_equal_nocase(SLICE("\xC4"), SLICE("\xE4")));
}

static void test_bytes(void **state)
{
    (void)state;
    struct bytes *bytes = bytes_create("a\0b", 3);
    assert_int_equal(bytes->len, 3);
    assert_memory_equal(bytes->data, "a\0b", 3);
    assert_ptr_equal(bytes_ref(bytes), bytes);
    bytes_unref(bytes);
    assert_memory_equal(bytes->data, "a\0b", 3);
    bytes_unref(bytes);

    struct bytes *empty = bytes_create(NULL, 0);
    assert_non_null(empty);
    assert_int_equal(empty->len, 0);
    bytes_unref(empty);

    assert_null(bytes_ref(NULL));
    bytes_unref(NULL);
    assert_null(bytes_create("", (size_t)BYTES_LIMIT + 1));
    assert_null(bytes_create("", SIZE_MAX));
}

static void test_building(void **state)
{
    (void)state;
    struct builder builder = {0};
    assert_built(&builder, "");
    builder_add(&builder, NULL, 0);
    builder_add_slice(&builder, slice_of(NULL));
    builder_add_text(&builder, "");
    assert_built(&builder, "");
    builder_add(&builder, "ab", 2);
    builder_add_slice(&builder, SLICE("cd"));
    builder_add_text(&builder, "ef");
    builder_format(&builder, "%d%s", -7, "g");
    builder_format(&builder, "%s", "");
    assert_built(&builder, "abcdef-7g");
    builder_truncate(&builder, 100);
    assert_built(&builder, "abcdef-7g");
    builder_truncate(&builder, 2);
    builder_add_text(&builder, "C");
    assert_built(&builder, "abC");

    struct bytes *bytes = builder_take(&builder);
    assert_int_equal(bytes->len, 3);
    assert_memory_equal(bytes->data, "abC", 3);
    assert_int_equal(bytes->refs, 1);
    bytes_unref(bytes);
    assert_built(&builder, ""); /* and can be used again */
    builder_add_text(&builder, "again");
    assert_built(&builder, "again");
    builder_finish(&builder);
    builder_finish(&builder);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        const char *text;
    } numbers[] = {
        {0, "0"},
        {9, "9"},
        {10, "10"},
        {9007199254740993, "9007199254740993"},
        {UINT64_MAX, "18446744073709551615"},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct builder builder = {0};
        builder_add_u64(&builder, numbers[i].number);
        assert_built(&builder, numbers[i].text);
        builder_finish(&builder);
    }
}

/* RFC 4648, section 10, and the two characters that other alphabets have differently. */
static void test_base64(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xEF\xFF", "++//"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct builder builder = {0};
        builder_add_base64(&builder, pairs[i][0], strlen(pairs[i][0]));
        assert_built(&builder, pairs[i][1]);
        builder_finish(&builder);
    }
}

/* Every length up to a few doublings, in every way of adding, so that growing happens in each.
 */
static void test_growing(void **state)
{
    (void)state;
    enum { LEN = 5000 };
    static char expected[LEN + 1];
    for (size_t i = 0; i < LEN; i++)
        expected[i] = (char)('a' + i % 26);
    for (size_t step = 1; step < 300; step += 7) {
        struct builder builder = {0};
        for (size_t at = 0; at < LEN; at += step) {
            size_t len = at + step < LEN ? step : LEN - at;
            if (at % 2) {
                memcpy(builder_reserve(&builder, len), expected + at, len);
                builder_claim(&builder, len);
            } else {
                builder_format(&builder, "%.*s", (int)len, expected + at);
            }
        }
        assert_built(&builder, expected);
        assert_true(builder.capacity >= LEN && builder.capacity < 4 * LEN);
        builder_finish(&builder);
    }
}

static void assert_failed(struct builder *builder)
{
    assert_true(builder->failed);
    size_t len = builder_len(builder);
    builder_add_text(builder, "more");
    builder_add_u64(builder, 1);
    builder_format(builder, "%d", 1);
    builder_add_base64(builder, "x", 1);
    assert_null(builder_reserve(builder, 0));
    builder_claim(builder, 1);
    assert_int_equal(builder_len(builder), len);
    assert_null(builder_take(builder));
    /* Taken, even in vain, is empty. */
    assert_built(builder, "");
}

static void test_failing(void **state)
{
    (void)state;
    struct builder builder = {0};
    assert_null(builder_reserve(&builder, (size_t)BYTES_LIMIT + 1));
    assert_failed(&builder);

    builder_add_text(&builder, "something");
    assert_null(builder_reserve(&builder, SIZE_MAX));
    assert_failed(&builder);

    builder_add_text(&builder, "something");
    builder_add_base64(&builder, "", (size_t)BYTES_LIMIT);
    assert_failed(&builder);
}

/* A builder that doubles must not have more room than it may be filled with. None of the
 * gigabyte is touched, so hardly any of it is ever there. */
static void test_limit(void **state)
{
    (void)state;
    struct builder builder = {0};
    if (!builder_reserve(&builder, BYTES_LIMIT - 1)) {
        builder_finish(&builder);
        skip();
    }
    builder_claim(&builder, BYTES_LIMIT - 1);
    assert_non_null(builder_reserve(&builder, 1));
    assert_null(builder_reserve(&builder, 2));
    assert_failed(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),   cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_building), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_base64),   cmocka_unit_test(test_growing),
        cmocka_unit_test(test_failing),  cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
