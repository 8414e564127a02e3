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

static void make_bus(uint64_t history_count)
{
    const struct bus_limits limits = {.history = {history_count, 3600000000u, 1 << 30},
                                      .topics = 1000,
                                      .held_bytes = 1 << 30};
    static struct inbox inbox;
    if (inbox.event_fd == 0)
        inbox_init(&inbox);
    bus_destroy(bus);
    bus = bus_create(&limits);
    bus_attach(bus, 1, &inbox);
}

static int start(void **state)
{
    (void)state;
    replicas = (struct replicas){.bit = 2};
    make_bus(3);
    return bus ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    replicas_finish(&replicas);
    bus_destroy(bus);
    bus = NULL;
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

/* ---- encodings -------------------------------------------------------------------------- */

enum { NOTES = 2000, NOTE_SIZE = 1000, ROOM = 64 * 1024 };

static unsigned encode_calls;

static void encode(const struct message *message, unsigned parameter, struct builder *out)
{
    (void)parameter;
    encode_calls++;
    builder_add_slice(out, message->data);
}

static const struct encoding encoding = {.name = "same", .encode = encode};

/* How many of messages from to to-1 had to be encoded, when they are read in order. */
static unsigned read_all(struct replica *replica, uint64_t from, uint64_t to)
{
    unsigned before = encode_calls;
    for (uint64_t seq = from; seq < to; seq++) {
        replica_reads(replica, seq);
        bytes_unref(message_encoded(log_at(&replica->log, seq), &encoding, 0));
    }
    return encode_calls - before;
}

static struct replica *replica_of_notes(void)
{
    static const char note[NOTE_SIZE];
    struct published published;
    make_bus(NOTES);
    struct replica *replica = add("notes");
    replica->used_ms = 100;
    for (unsigned i = 0; i < NOTES; i++)
        bus_publish(
            bus, SLICE("notes"),
            message_create(MESSAGE_TEXT, (struct slice){0}, (struct slice){note, sizeof(note)}),
            &published);
    assert_true(replica_sync(replica));
    return replica;
}

static void test_encodings_of_the_newest_are_kept(void **state)
{
    (void)state;
    struct replica *replica = replica_of_notes();
    const struct label *label = replica->topic->label;
    uint64_t share = replica->log.bytes / 32;
    assert_int_equal(read_all(replica, 1, NOTES + 1), NOTES);
    assert_int_equal(read_all(replica, 1, NOTES + 1), 0); /* in one walk, whoever reads */
    replica_trim(replica);
    assert_in_range(label->encoded_bytes, share, share + ROOM);
    assert_int_equal(read_all(replica, NOTES - 60, NOTES + 1), 0);
    replicas_sweep(&replicas, 50, on_grown, NULL);
    assert_in_range(label->encoded_bytes, 1, share);
    assert_int_equal(read_all(replica, NOTES - 30, NOTES + 1), 0);
}

static void test_encodings_for_late_readers(void **state)
{
    (void)state;
    struct replica *replica = replica_of_notes();
    const struct label *label = replica->topic->label;
    uint64_t share = replica->log.bytes / 32;
    read_all(replica, 1, NOTES + 1);
    replicas_sweep(&replicas, 50, on_grown, NULL);
    /* A few stay, and a crowd that comes for them shares them. */
    assert_int_equal(read_all(replica, 11, 31), 20);
    replica_trim(replica);
    replicas_sweep(&replicas, 50, on_grown, NULL);
    assert_int_equal(read_all(replica, 11, 31), 0);
    /* Too many, and all of them go. */
    assert_int_equal(read_all(replica, 1, 1001), 980);
    replica_trim(replica);
    assert_in_range(label->encoded_bytes, 0, share + ROOM);
    assert_int_equal(read_all(replica, 1, 1001), 1000);
    struct topic *topic = topic_ref(replica->topic);
    replicas_sweep(&replicas, 200, on_grown, NULL); /* nobody has used it since */
    assert_int_equal(topic->label->encoded_bytes, 0);
    topic_unref(topic);
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
    assert_true(replica->capacity < MANY / 2); /* a crowd's room goes with it */
}

#define replica_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        replica_test(test_sync),
        replica_test(test_sweep),
        replica_test(test_encodings_of_the_newest_are_kept),
        replica_test(test_encodings_for_late_readers),
        replica_test(test_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
