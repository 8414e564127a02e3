/* SPDX-License-Identifier: MIT */
#include "../../server/classroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct options options;
static struct bus *bus;
static struct classroom *classroom;

static int start(void **state)
{
    (void)state;
    options_default(&options);
    const struct bus_limits limits = {
        .history = {10, 3600000000u, 1 << 20}, .topics = 10, .held_bytes = 1 << 20};
    bus = bus_create(&limits);
    classroom = classroom_create(&options, bus);
    return bus && classroom ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    classroom_destroy(classroom);
    bus_destroy(bus);
    return 0;
}

static int refusal(const char *topic, const char *peer, bool teacher)
{
    const char *why = NULL;
    const struct class_post post = {.topic = slice_of(topic),
                                    .data = SLICE("x"),
                                    .peer = slice_of(peer),
                                    .teacher = teacher,
                                    .now_us = 1000000};
    int status = classroom_refusal(classroom, &post, &why);
    assert_true(status == 0 || why != NULL);
    return status;
}

static int obey(const char *data)
{
    const char *why = NULL;
    const struct class_post post = {.topic = SLICE("class.control"),
                                    .data = slice_of(data),
                                    .peer = SLICE("127.0.0.1"),
                                    .json = true,
                                    .teacher = true};
    return classroom_obey(classroom, &post, &why);
}

/* 192.0.2.0/24 is nobody's (RFC 5737). */
static void test_students_elsewhere_have_three_topics(void **state)
{
    (void)state;
    assert_int_equal(refusal("chat", "192.0.2.9", false), 0);
    assert_int_equal(refusal("class.reports", "192.0.2.9", false), 0);
    assert_int_equal(refusal("class.predictions", "192.0.2.9", false), 0);
    assert_int_equal(refusal("frames", "192.0.2.9", false), 403);
    assert_int_equal(refusal("class.control", "192.0.2.9", false), 403);
    assert_int_equal(refusal("class.reports.x", "192.0.2.9", false), 403);
    assert_int_equal(refusal("frames", "192.0.2.9", true), 0);
    assert_int_equal(refusal("class.control", "192.0.2.9", true), 0);
}

static void test_this_machine_has_all_but_those_of_the_class(void **state)
{
    (void)state;
    assert_int_equal(refusal("frames", "127.0.0.1", false), 0);
    assert_int_equal(refusal("frames", "127.9.9.9", false), 403); /* through a door */
    assert_int_equal(refusal("classes", "127.0.0.1", false), 0);
    assert_int_equal(refusal("class.feed", "127.0.0.1", false), 403);
}

static void test_one_who_floods_does_not_silence_others(void **state)
{
    (void)state;
    for (int i = 0; i < CLASS_POSTS_PER_SECOND; i++)
        assert_int_equal(refusal("chat", "192.0.2.9", false), 0);
    assert_int_equal(refusal("class.reports", "192.0.2.9", false), 429);
    assert_int_equal(refusal("chat", "192.0.2.10", false), 0);
    assert_int_equal(refusal("chat", "192.0.2.9", true), 0);
}

static void test_a_word_is_obeyed_as_a_whole_or_not_at_all(void **state)
{
    (void)state;
    assert_int_equal(obey("{\"muted\":true,\"rate\":21}"), 400);
    assert_int_equal(refusal("chat", "192.0.2.9", false), 0);
    assert_int_equal(obey(" {\"muted\":true}"), 0);
    assert_int_equal(refusal("chat", "192.0.2.9", false), 403);
    assert_int_equal(obey("{\"rate\":0.5,\"payload\":65536,\"other\":[{}]}"), 0);
    assert_int_equal(refusal("chat", "192.0.2.9", false), 403);
    assert_int_equal(obey("{\"muted\":false}"), 0);
    assert_int_equal(refusal("chat", "192.0.2.9", false), 0);
}

static void test_tokens_are_long_and_differ(void **state)
{
    (void)state;
    struct classroom *other = classroom_create(&options, bus);
    assert_non_null(other);
    assert_int_equal(strlen(classroom_token(classroom)), 2 * CLASS_TOKEN_BYTES);
    assert_string_not_equal(classroom_token(classroom), classroom_token(other));
    classroom_destroy(other);
}

static void test_what_is_cleared_is_gone(void **state)
{
    (void)state;
    struct published published;
    struct message *message = message_create(MESSAGE_TEXT, (struct slice){0}, SLICE("x"));
    assert_int_equal(bus_publish(bus, SLICE("t"), message, &published), 0);
    assert_true(bus_held_bytes(bus) > 0);
    bus_clear(bus, SLICE("t"));
    bus_clear(bus, SLICE("nowhere"));
    assert_int_equal(bus_held_bytes(bus), 0);
    message = message_create(MESSAGE_TEXT, (struct slice){0}, SLICE("y"));
    assert_int_equal(bus_publish(bus, SLICE("t"), message, &published), 0);
    assert_int_equal(published.seq, 2);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_students_elsewhere_have_three_topics),
        EACH(test_this_machine_has_all_but_those_of_the_class),
        EACH(test_one_who_floods_does_not_silence_others),
        EACH(test_a_word_is_obeyed_as_a_whole_or_not_at_all),
        EACH(test_tokens_are_long_and_differ),
        EACH(test_what_is_cleared_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
