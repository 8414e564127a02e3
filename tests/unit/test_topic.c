/* SPDX-License-Identifier: MIT */
#include "../../server/topic.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

#define PLENTY (UINT64_MAX / 2)
static uint64_t each; /* what a message of 10 bytes takes */

static _Atomic uint64_t held;
static uint64_t held_limit;
static uint64_t mark;
static struct history history;
static struct topic *topic;

static int start(void **state)
{
    (void)state;
    struct message *message =
        message_create(MESSAGE_BINARY, (struct slice){0}, SLICE("0123456789"));
    each = message_footprint(message);
    message_unref(message);
    held = 0;
    held_limit = PLENTY;
    history =
        (struct history){.count = 1000, .age_us = 3600 * (uint64_t)SECOND, .bytes = PLENTY};
    topic = topic_create(SLICE("t"), 0);
    return topic ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    topic_unref(topic);
    return 0;
}

static int append_bytes(size_t len, int64_t now_us)
{
    static char data[4096];
    struct message *message =
        message_create(MESSAGE_BINARY, (struct slice){0}, (struct slice){data, len});
    int error = topic_append(topic, message, &history, now_us, &held, held_limit, &mark);
    message_unref(message);
    return error;
}

static void append(int64_t now_us)
{
    assert_int_equal(append_bytes(10, now_us), 0);
}

static void check(uint64_t first, uint64_t next)
{
    assert_int_equal(topic->first, first);
    assert_int_equal(topic->next, next);
    assert_int_equal(topic->log.first, first);
    assert_int_equal(topic->log.next, next);
    assert_int_equal(held, topic->log.bytes);
}

static void test_names(void **state)
{
    (void)state;
    char longest[TOPIC_NAME_LIMIT + 1];
    memset(longest, 'a', sizeof(longest));
    static const char *const good[] = {"a", "Z9", "~own", "a.b_c-d~e", "...", "-"};
    static const char *const bad[] = {"",    ".",   "..",       "a/b", "a b",
                                      "a,b", "a:b", "\xc3\xa4", "%41"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(topic_name_valid(slice_of(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(topic_name_valid(slice_of(bad[i])));
    assert_false(topic_name_valid((struct slice){"a\0b", 3}));
    assert_true(topic_name_valid((struct slice){longest, TOPIC_NAME_LIMIT}));
    assert_false(topic_name_valid((struct slice){longest, TOPIC_NAME_LIMIT + 1}));
}

static void test_epochs_differ(void **state)
{
    (void)state;
    struct topic *other = topic_create(SLICE("t"), 0);
    assert_string_not_equal(other->label->epoch, topic->label->epoch);
    assert_string_equal(other->label->name, "t");
    topic_unref(other);
    topic_unref(NULL);
}

static void test_count(void **state)
{
    (void)state;
    history.count = 3;
    for (int i = 0; i < 10; i++)
        append(i);
    check(8, 11);
}

static void test_bytes(void **state)
{
    (void)state;
    history.bytes = 3 * each;
    for (int i = 0; i < 10; i++)
        append(i);
    check(8, 11);
    assert_int_equal(append_bytes(4000, 10), 0); /* one is always held */
    check(11, 12);
    append(11);
    check(12, 13);
}

static void test_age(void **state)
{
    (void)state;
    history.age_us = 10 * SECOND;
    for (int i = 1; i <= 5; i++)
        append(i * SECOND);
    check(1, 6);
    append(12 * SECOND); /* 1 is older than ten seconds, 2 is just not */
    check(2, 7);
    assert_true(topic_expire(topic, &history, 16 * SECOND, &held));
    check(6, 7);
    assert_false(topic_expire(topic, &history, 100 * SECOND, &held));
    check(7, 7);
}

static void test_clock_goes_back(void **state)
{
    (void)state;
    append(50 * SECOND);
    append(20 * SECOND);
    append(60 * SECOND);
    assert_int_equal(log_at(&topic->log, 2)->time_us, 50 * SECOND);
    assert_int_equal(log_at(&topic->log, 3)->time_us, 60 * SECOND);
    history.age_us = SECOND;
    assert_true(topic_expire(topic, &history, 0, &held)); /* from the future, not old */
    check(1, 4);
}

static void test_touch(void **state)
{
    (void)state;
    topic_touch(topic, 30 * SECOND);
    topic_touch(topic, 10 * SECOND);
    assert_int_equal(topic->touched_us, 30 * SECOND);
}

static void test_held_limit(void **state)
{
    (void)state;
    held_limit = 5 * each;
    for (int i = 0; i < 8; i++)
        append(i);
    check(4, 9); /* room was made among its own */
    /* Others hold nearly everything: what is left is for the newest. */
    held += 4 * each;
    held_limit = 9 * each;
    assert_int_equal(append_bytes(10 + 2 * each, 9), 0);
    assert_int_equal(topic->first, 7);
    held -= 4 * each;
    check(7, 10);
}

static void test_no_room(void **state)
{
    (void)state;
    held_limit = 3 * each;
    append(1);
    append(2);
    mark = 42;
    /* It would not fit into an empty log either: then nothing is given up for it. */
    assert_int_equal(append_bytes(10 + 3 * each, 3), -ENOSPC);
    check(1, 3);
    held += 3 * each;
    assert_int_equal(append_bytes(10 + 2 * each, 3), -ENOSPC);
    held -= 3 * each;
    check(1, 3);
    assert_int_equal(mark, 42);
    append(4);
    check(1, 4);
}

static void test_marks(void **state)
{
    (void)state;
    append(1);
    assert_int_equal(mark, 0); /* nobody watches */
    topic->watchers = 5;
    append(2);
    assert_int_equal(mark, 5);
    append(3);
    assert_int_equal(mark, 0); /* once, until it is taken */
    atomic_fetch_and(&topic->marked, ~UINT64_C(4));
    append(4);
    assert_int_equal(mark, 4);
    topic->watchers |= 2;
    append(5);
    assert_int_equal(mark, 2);
}

static void test_copy(void **state)
{
    (void)state;
    struct log replica;
    history.count = 4;
    log_init(&replica, 1);
    for (int round = 1; round < 20; round++) {
        for (int i = 0; i < round % 7; i++)
            append(round);
        assert_int_equal(topic_copy(topic, &replica), 0);
        assert_int_equal(replica.first, topic->first);
        assert_int_equal(replica.next, topic->next);
        assert_int_equal(replica.bytes, topic->log.bytes);
        for (uint64_t seq = replica.first; seq < replica.next; seq++)
            assert_ptr_equal(log_at(&replica, seq), log_at(&topic->log, seq));
    }
    log_finish(&replica);
}

#define topic_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), topic_test(test_epochs_differ),
        topic_test(test_count),       topic_test(test_bytes),
        topic_test(test_age),         topic_test(test_clock_goes_back),
        topic_test(test_touch),       topic_test(test_held_limit),
        topic_test(test_no_room),     topic_test(test_marks),
        topic_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
