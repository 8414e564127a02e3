/* SPDX-License-Identifier: MIT */
#include "../../server/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_parse(const char *text, enum since_kind kind, uint64_t number,
                        const char *epoch)
{
    struct since since = since_parse(slice_of(text));
    assert_int_equal(since.kind, kind);
    if (kind == SINCE_LAST || kind == SINCE_CURSOR)
        assert_int_equal(since.number, number);
    if (kind == SINCE_CURSOR)
        assert_string_equal(since.epoch, epoch);
}

static void test_parse(void **state)
{
    (void)state;
    check_parse("", SINCE_ABSENT, 0, NULL);
    check_parse("now", SINCE_NOW, 0, NULL);
    check_parse("first", SINCE_FIRST, 0, NULL);
    check_parse("-0", SINCE_LAST, 0, NULL);
    check_parse("-17", SINCE_LAST, 17, NULL);
    check_parse("abc-0", SINCE_CURSOR, 0, "abc");
    check_parse("aB3-42", SINCE_CURSOR, 42, "aB3");
    check_parse("abcdefghijklmnop-9223372036854775807", SINCE_CURSOR, INT64_MAX,
                "abcdefghijklmnop");
    static const char *const malformed[] = {"Now",
                                            "last",
                                            "-",
                                            "--1",
                                            "-1x",
                                            "- 1",
                                            "abc",
                                            "abc-",
                                            "-abc",
                                            "abc-1-2",
                                            "abc-x",
                                            "a_c-1",
                                            "abc- 1",
                                            "abc-1 ",
                                            "abc-9223372036854775808",
                                            "abc-18446744073709551617",
                                            "abc-00000000000000000001",
                                            "abcdefghijklmnopq-1",
                                            "abc:1",
                                            "\xc3\xa4-1",
                                            "?"};
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        check_parse(malformed[i], SINCE_MALFORMED, 0, NULL);
}

static enum since_kind kind_in_list(const char *list, const char *topic)
{
    return since_parse_list(slice_of(list), slice_of(topic)).kind;
}

static void test_parse_list(void **state)
{
    (void)state;
    assert_int_equal(kind_in_list("", "a"), SINCE_ABSENT);
    assert_int_equal(since_parse_list((struct slice){0}, SLICE("a")).kind, SINCE_ABSENT);
    assert_int_equal(kind_in_list("now", "a"), SINCE_NOW);
    assert_int_equal(kind_in_list("-3", "a"), SINCE_LAST);
    assert_int_equal(kind_in_list("e-1", "a"), SINCE_MALFORMED); /* of which of them? */
    assert_int_equal(kind_in_list("a:e-1,b:f-2", "a"), SINCE_CURSOR);
    assert_int_equal(since_parse_list(SLICE("a:e-1,b:f-2"), SLICE("b")).number, 2);
    assert_int_equal(kind_in_list("a:e-1,b:f-2", "c"), SINCE_ABSENT);
    assert_int_equal(kind_in_list("a:e-1,", "a"), SINCE_CURSOR);
    static const char *const malformed[] = {"a:e-1,b", "a:",           ":",     "a:now",
                                            "a:-1",    "a:e-1,,b:f-2", "a:e:1", "a:e-1,b:x"};
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        assert_int_equal(kind_in_list(malformed[i], "a"), SINCE_MALFORMED);
}

/* ---- where reading starts -----------------------------------------------------------------
 */

static struct log held; /* 5 to 9 */
static struct label *label;

static int start(void **state)
{
    (void)state;
    label = label_create("epoch", "t");
    log_init(&held, 5);
    for (uint64_t seq = 5; seq < 10; seq++) {
        struct message *message = message_create(MESSAGE_TEXT, SLICE(""), SLICE(""));
        message->seq = seq;
        assert_int_equal(log_append(&held, message), 0);
        message_unref(message);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    log_finish(&held);
    label_unref(label);
    return 0;
}

static struct gap gap;

static uint64_t resolve_at(const char *text, enum since_kind absent, uint64_t head)
{
    struct since since = since_parse(slice_of(text));
    memset(&gap, 0xff, sizeof(gap));
    return since_resolve(&since, absent, &held, label, head, &gap);
}

static uint64_t resolve(const char *text)
{
    return resolve_at(text, SINCE_NOW, 10);
}

static void check_no_gap(uint64_t next, uint64_t expected)
{
    assert_int_equal(next, expected);
    assert_null(gap.reason);
}

static void check_unknown(uint64_t next)
{
    assert_int_equal(next, 5); /* the oldest held follows */
    assert_non_null(gap.reason);
    assert_false(gap.known);
    assert_string_equal(gap.topic, "t");
}

static void test_resolve(void **state)
{
    (void)state;
    check_no_gap(resolve("first"), 5);
    check_no_gap(resolve("now"), 10);
    check_no_gap(resolve(""), 10);
    check_no_gap(resolve_at("", SINCE_LAST, 10), 9);
    check_no_gap(resolve("-0"), 10);
    check_no_gap(resolve("-2"), 8);
    check_no_gap(resolve("-5"), 5);
    check_no_gap(resolve("-9223372036854775807"), 5);
    check_no_gap(resolve("epoch-4"), 5); /* just before the oldest: nothing is missed */
    check_no_gap(resolve("epoch-7"), 8);
    check_no_gap(resolve("epoch-9"), 10);
}

static void test_resolve_gap(void **state)
{
    (void)state;
    assert_int_equal(resolve("epoch-3"), 5);
    assert_true(gap.known);
    assert_int_equal(gap.from, 4);
    assert_int_equal(gap.to, 4);
    assert_int_equal(gap.count, 1);
    assert_int_equal(resolve("epoch-0"), 5);
    assert_int_equal(gap.from, 1);
    assert_int_equal(gap.count, 4);
    check_unknown(resolve("other-7"));
    check_unknown(resolve("other-0"));
    check_unknown(resolve("epoch-10")); /* was never given out */
    check_unknown(resolve("epoch-9223372036854775807"));
    check_unknown(resolve("nonsense"));
}

/* Another worker may have given out what this one has not copied yet. */
static void test_resolve_head_ahead(void **state)
{
    (void)state;
    check_no_gap(resolve_at("epoch-11", SINCE_NOW, 12), 12);
    check_no_gap(resolve_at("epoch-10", SINCE_NOW, 12), 11);
    check_no_gap(resolve_at("now", SINCE_NOW, 12), 12);
    check_unknown(resolve_at("epoch-12", SINCE_NOW, 12));
}

static void test_resolve_empty(void **state)
{
    (void)state;
    log_drop(&held, 10); /* all too old */
    check_no_gap(resolve("first"), 10);
    check_no_gap(resolve("-3"), 10);
    check_no_gap(resolve_at("", SINCE_LAST, 10), 10);
    check_no_gap(resolve("epoch-9"), 10);
    assert_int_equal(resolve("epoch-8"), 10);
    assert_int_equal(gap.from, 9);
    assert_int_equal(gap.to, 9);
}

static void test_add(void **state)
{
    (void)state;
    struct builder out = {0};
    cursor_add(label, 1, &out);
    cursor_add(label, 12345, &out);
    assert_true(slice_equal(builder_slice(&out), SLICE("epoch-0epoch-12344")));
    builder_finish(&out);
}

#define log_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_list),
        log_test(test_resolve),
        log_test(test_resolve_gap),
        log_test(test_resolve_head_ahead),
        log_test(test_resolve_empty),
        log_test(test_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
