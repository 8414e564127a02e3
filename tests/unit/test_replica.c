/* SPDX-License-Identifier: MIT */
#include "../../server/replica.h"

#include "../../server/bus.h"
#include "../../server/subscriber.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 60 };

static struct bus *bus;
static struct replicas replicas;

static int start(void **state)
{
    (void)state;
    const struct bus_limits limits = {
        .history = {3, 3600000000u, 1 << 20}, .topics = 1000, .held_bytes = 1 << 20};
    static struct inbox inbox;
    if (inbox.event_fd == 0)
        inbox_init(&inbox);
    replicas = (struct replicas){.bit = 2};
    bus = bus_create(&limits);
    bus_attach(bus, 1, &inbox);
    return bus ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    replicas_finish(&replicas);
    bus_destroy(bus);
    return 0;
}

static struct replica *add(const char *name)
{
    struct topic *topic = bus_topic(bus, slice_of(name), true);
    struct replica *replica = replicas_add(&replicas, topic);
    assert_ptr_equal(replicas_find(&replicas, slice_of(name)), replica);
    return replica;
}

static void publish(const char *name)
{
    struct published published;
    assert_int_equal(bus_publish(bus, slice_of(name),
                                 message_create(MESSAGE_TEXT, (struct slice){0}, SLICE("x")),
                                 &published),
                     0);
}

static void test_sync(void **state)
{
    (void)state;
    publish("t");
    struct replica *replica = add("t");
    assert_int_equal(replica->topic->watchers, 2);
    assert_true(replica_sync(replica));
    assert_int_equal(replica->log.next, 2);
    assert_false(replica_sync(replica));
    for (int i = 0; i < 9; i++)
        publish("t");
    replica->answer.bytes = bytes_create("old", 3);
    assert_true(replica_sync(replica));
    assert_null(replica->answer.bytes); /* was for another head */
    assert_int_equal(replica->log.first, 8);
    assert_int_equal(replica->log.next, 11);
}

static unsigned grown;

static void on_grown(struct replica *replica, void *arg)
{
    (void)replica, (void)arg;
    grown++;
}

static void test_sweep(void **state)
{
    (void)state;
    struct replica *old = add("old"), *used = add("used"), *read = add("read"),
                   *queued = add("queued");
    struct subscription subscription = {.replica = read, .index = NOT_ATTACHED};
    old->used_ms = read->used_ms = queued->used_ms = 10;
    used->used_ms = 100;
    queued->queued = true;
    assert_int_equal(replica_attach(read, &subscription), 0);
    publish("read"); /* no mark came of it: memory had run out */
    grown = 0;
    int64_t before_us = wall_clock_us();
    struct topic *topic = topic_ref(old->topic);
    replicas_sweep(&replicas, 50, on_grown, NULL);
    assert_null(replicas_find(&replicas, SLICE("old")));
    assert_ptr_equal(replicas_find(&replicas, SLICE("used")), used);
    assert_ptr_equal(replicas_find(&replicas, SLICE("read")), read);
    assert_ptr_equal(replicas_find(&replicas, SLICE("queued")), queued);
    assert_int_equal(grown, 1);
    assert_int_equal(read->log.next, 2);
    assert_int_equal(topic->watchers, 0);
    assert_true(topic->touched_us >=
                before_us); /* its cursors stay good for the history's age */
    topic_unref(topic);
    replica_detach(&subscription);
}

/* ---- a walk while subscriptions come and go, in every way the worker knows -----------------
 */

static struct subscription subscriptions[MANY];
static bool attached[MANY], was_there[MANY], seen[MANY];

static void check_indexes(const struct replica *replica)
{
    unsigned count = 0;
    for (unsigned i = 0; i < MANY; i++) {
        count += attached[i];
        assert_int_equal(subscriptions[i].index != NOT_ATTACHED, attached[i]);
        if (attached[i])
            assert_ptr_equal(replica->subscriptions[subscriptions[i].index], &subscriptions[i]);
    }
    assert_int_equal(replica->count, count);
    assert_int_equal(replica->topic->subscribers, count);
    assert_true(replica->walk <= replica->count);
}

static void change(struct replica *replica, unsigned which)
{
    if (attached[which])
        replica_detach(&subscriptions[which]);
    else
        assert_int_equal(replica_attach(replica, &subscriptions[which]), 0);
    attached[which] = !attached[which];
    was_there[which] = false; /* who comes during a walk looks after itself */
}

static void test_walk(void **state)
{
    (void)state;
    struct replica *replica = add("t");
    uint64_t random = 3;
    for (unsigned i = 0; i < MANY; i++)
        subscriptions[i] = (struct subscription){.replica = replica, .index = NOT_ATTACHED};
    memset(attached, 0, sizeof(attached));
    for (int round = 0; round < 3000; round++) {
        memcpy(was_there, attached, sizeof(attached));
        memset(seen, 0, sizeof(seen));
        replica->walk = replica->count;
        while (replica->walk > 0) {
            struct subscription *next = replica->subscriptions[--replica->walk];
            seen[next - subscriptions] = true;
            random = random * 6364136223846793005u + 1442695040888963407u;
            if (random >> 62 == 0) /* the one looked at leaves */
                change(replica, (unsigned)(next - subscriptions));
            for (unsigned n = (random >> 60) % 4; n > 0; n--)
                change(replica, (unsigned)(random >> (8 * n)) % MANY);
            check_indexes(replica);
        }
        for (unsigned i = 0; i < MANY; i++)
            assert_true(!was_there[i] || !attached[i] || seen[i]);
        change(replica, (unsigned)(random >> 33) % MANY);
    }
    for (unsigned i = 0; i < MANY; i++) {
        replica_detach(&subscriptions[i]);
        replica_detach(&subscriptions[i]); /* does nothing */
    }
}

#define replica_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        replica_test(test_sync),
        replica_test(test_sweep),
        replica_test(test_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
