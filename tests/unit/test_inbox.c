/* SPDX-License-Identifier: MIT */
#include "../../server/bus.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct bus_limits limits = {
    .history = {100000, 3600000000u, 1 << 30}, .topics = 3, .held_bytes = 1 << 30};

static struct inbox inbox;
static struct topic *topic;

static int start(void **state)
{
    (void)state;
    topic = topic_create(SLICE("t"), 0);
    return inbox_init(&inbox);
}

static int stop(void **state)
{
    (void)state;
    inbox_finish(&inbox);
    topic_unref(topic);
    return 0;
}

static bool awake(void)
{
    struct pollfd ready = {.fd = inbox.event_fd, .events = POLLIN};
    return poll(&ready, 1, 0) == 1;
}

static void test_wakes_from_empty(void **state)
{
    (void)state;
    assert_null(inbox_take(&inbox, 1));
    assert_false(awake());
    inbox_mark(&inbox, topic, 1);
    assert_true(awake());
    inbox_clear(&inbox);
    inbox_mark(&inbox, topic, 1); /* it has not looked yet: it need not be told again */
    assert_false(awake());
    topic->marked = 3;
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(inbox_take(&inbox, 1), topic);
        assert_int_equal(topic->marked, 2);
        topic_unref(topic);
    }
    assert_null(inbox_take(&inbox, 1));
    inbox_mark(&inbox, topic, 1);
    assert_true(awake());
    inbox_clear(&inbox);
    inbox_clear(&inbox);
    assert_false(awake());
    inbox_wake(&inbox);
    assert_true(awake());
} /* one mark is left, with its reference: inbox_finish drops it */

static void test_own_marks_do_not_wake(void **state)
{
    (void)state;
    inbox_own(&inbox);
    inbox_mark(&inbox, topic, 1);
    assert_false(awake());
    assert_true(inbox.own); /* but it must look before it sleeps */
    topic_unref(inbox_take(&inbox, 1));
    assert_null(inbox_take(&inbox, 1));
    assert_false(inbox.own);
}

/* ---- the bus ------------------------------------------------------------------------------
 */

static int publish(struct bus *bus, const char *name, struct published *ret)
{
    return bus_publish(bus, slice_of(name),
                       message_create(MESSAGE_TEXT, (struct slice){0}, SLICE("x")), ret);
}

static void test_topics(void **state)
{
    (void)state;
    struct published published;
    struct bus *bus = bus_create(&limits);
    assert_null(bus_topic(bus, SLICE("a"), false));
    struct topic *a = bus_topic(bus, SLICE("a"), true),
                 *again = bus_topic(bus, SLICE("a"), true);
    assert_non_null(a);
    assert_ptr_equal(a, again);
    assert_int_equal(a->refs, 3);
    topic_unref(again);
    assert_int_equal(publish(bus, "a", &published), 0);
    assert_int_equal(published.seq, 1);
    assert_string_equal(published.epoch, a->label->epoch);
    assert_int_equal(publish(bus, "b", &published), 0);
    assert_int_equal(publish(bus, "c", &published), 0);
    assert_true(publish(bus, "d", &published) < 0);
    assert_null(bus_topic(bus, SLICE("d"), true));
    assert_int_equal(publish(bus, "a", &published), 0);
    assert_int_equal(published.seq, 2);
    topic_unref(a);
    bus_destroy(bus);
    bus_destroy(NULL);
}

static void test_forgets(void **state)
{
    (void)state;
    const struct bus_limits brief = {
        .history = {10, 0, 1000}, .topics = 3, .held_bytes = 10000};
    struct bus *bus = bus_create(&brief);
    struct published published;
    struct topic *watched = bus_topic(bus, SLICE("watched"), true);
    assert_int_equal(publish(bus, "gone", &published), 0);
    poll(NULL, 0, 2); /* its age has passed */
    bus_sweep(bus);
    assert_int_equal(bus_held_bytes(bus), 0);
    assert_null(bus_topic(bus, SLICE("gone"), false));
    struct topic *still = bus_topic(bus, SLICE("watched"), false);
    assert_ptr_equal(still, watched);
    topic_unref(still);
    topic_unref(watched);
    bus_destroy(bus);
}

/* ---- threads ------------------------------------------------------------------------------
 */

enum { PUBLISHERS = 2, EACH = 5000, TOPICS = 3 };

static void *publish_many(void *arg)
{
    struct published published;
    char name[2] = "a";
    for (int i = 0; i < EACH; i++) {
        name[0] = (char)('a' + i % TOPICS);
        if (publish(arg, name, &published) != 0)
            abort();
    }
    return NULL;
}

/* Sleeps as a worker does, and must never sleep through a message. */
static void test_nothing_is_lost(void **state)
{
    (void)state;
    struct bus *bus = bus_create(&limits);
    struct log replicas[TOPICS];
    pthread_t threads[PUBLISHERS];
    uint64_t seen = 0;
    inbox_own(&inbox);
    bus_attach(bus, 5, &inbox);
    for (int i = 0; i < TOPICS; i++) {
        struct topic *one = bus_topic(bus, (struct slice){&"abc"[i], 1}, true);
        log_init(&replicas[i], one->first);
        atomic_fetch_or(&one->watchers, UINT64_C(1) << 5);
        topic_unref(one);
    }
    for (int i = 0; i < PUBLISHERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, publish_many, bus), 0);
    while (seen < PUBLISHERS * EACH) {
        struct pollfd ready = {.fd = inbox.event_fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 10000), 1);
        inbox_clear(&inbox);
        struct topic *grown;
        while ((grown = inbox_take(&inbox, UINT64_C(1) << 5))) {
            struct log *replica = &replicas[grown->label->name[0] - 'a'];
            seen -= replica->next;
            assert_int_equal(topic_copy(grown, replica), 0);
            seen += replica->next;
            topic_unref(grown);
        }
    }
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < TOPICS; i++)
        log_finish(&replicas[i]);
    bus_destroy(bus);
}

#define inbox_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        inbox_test(test_wakes_from_empty), inbox_test(test_own_marks_do_not_wake),
        cmocka_unit_test(test_topics),     cmocka_unit_test(test_forgets),
        inbox_test(test_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
