/* SPDX-License-Identifier: MIT
 *
 * What a cursor is given by one write, and who shares it. The bus and a replica are real; the
 * encodings are ours, and count what is made and run out of memory when told to.
 */
#include "../../server/portion.h"

#include "../../server/bus.h"
#include "../../server/replica.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KINDS = sizeof(((struct portions *)0)->items) / sizeof(struct portion) };

/* ---- ways of framing ---------------------------------------------------------------------
 */

static unsigned made;
static int shortage = -1; /* so many frames or prefixes are made before memory runs out */

static bool falls_short(void)
{
    return shortage >= 0 && shortage-- == 0;
}

static void encode(const struct message *message, unsigned parameter, struct builder *out)
{
    made++;
    out->failed = falls_short();
    builder_format(out, "%llu/%u:", (unsigned long long)message->seq, parameter);
    builder_add_slice(out, message->data);
}

static const struct encoding one_encoding = {"one", encode}, other_encoding = {"other", encode};

static void prefix(struct subscriber *subscriber, struct builder *out)
{
    out->failed = falls_short();
    builder_format(out, "<%llu>", (unsigned long long)subscriber->one.next);
}

static const struct transport plain_transport = {.name = "plain"},
                              prefixed_transport = {.name = "prefixed", .prefix = prefix};

/* ---- a log, and cursors in it ------------------------------------------------------------
 */

static struct bus *bus;
static struct replicas replicas;
static struct portions portions;

static int start(void **state)
{
    (void)state;
    const struct bus_limits limits = {
        .history = {1000, 3600000000u, 1 << 26}, .topics = 10, .held_bytes = 1 << 26};
    made = 0;
    shortage = -1;
    replicas = (struct replicas){.bit = 1};
    portions.count = 0;
    bus = bus_create(&limits);
    return bus ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    portions_finish(&portions);
    replicas_finish(&replicas);
    bus_destroy(bus);
    return 0;
}

static struct replica *make_topic(const char *name, unsigned messages, size_t len)
{
    static char text[1 << 21];
    struct published published;
    memset(text, 'x', len);
    for (unsigned i = 0; i < messages; i++)
        assert_int_equal(bus_publish(bus, slice_of(name),
                                     message_create(MESSAGE_TEXT, (struct slice){0},
                                                    (struct slice){text, len}),
                                     &published),
                         0);
    struct replica *replica = replicas_add(&replicas, bus_topic(bus, slice_of(name), true));
    assert_true(replica_sync(replica));
    return replica;
}

static struct subscriber reader(struct replica *replica, uint64_t next)
{
    return (struct subscriber){
        .transport = &plain_transport,
        .encoding = &one_encoding,
        .count = 1,
        .one = {.replica = replica, .next = next},
    };
}

/* A subscription names its subscriber, which therefore must stay where it is. */
static struct subscription *cursor(struct subscriber *subscriber)
{
    subscriber->subscriptions = &subscriber->one;
    subscriber->one.subscriber = subscriber;
    return &subscriber->one;
}

static const struct portion *give(struct subscriber *subscriber)
{
    return portions_share(&portions, cursor(subscriber));
}

/* ---- tests -------------------------------------------------------------------------------
 */

static void test_same_place_shares(void **state)
{
    (void)state;
    struct replica *replica = make_topic("t", 3, 10);
    struct subscriber readers[3];
    for (unsigned i = 0; i < 3; i++)
        readers[i] = reader(replica, 1);
    const struct portion *portion = give(&readers[0]);
    assert_non_null(portion);
    for (unsigned i = 1; i < 3; i++)
        assert_ptr_equal(give(&readers[i]), portion);
    assert_int_equal(portions.count, 1);
    assert_int_equal(portion->from, 1);
    assert_int_equal(portion->per_message, 1);
    assert_int_equal(portion->wave.count, 3);
    assert_int_equal(portion->payload, 30);
    assert_int_equal(made, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(readers[i].one.next, 1); /* who moves it knows what was taken */
}

static void test_what_keeps_apart(void **state)
{
    (void)state;
    struct replica *replica = make_topic("t", 3, 10), *elsewhere = make_topic("u", 3, 10);
    struct subscriber readers[5];
    for (unsigned i = 0; i < 5; i++)
        readers[i] = reader(i == 1 ? elsewhere : replica, i == 2 ? 2 : 1);
    readers[3].encoding = &other_encoding;
    readers[4].parameter = 9;
    const struct portion *given[5];
    for (unsigned i = 0; i < 5; i++) {
        given[i] = give(&readers[i]);
        assert_int_equal(portions.count, i + 1);
    }
    for (unsigned i = 0; i < 5; i++)
        assert_ptr_equal(give(&readers[i]), given[i]);
    assert_int_equal(given[2]->wave.count, 2);
    assert_memory_equal(given[2]->wave.frames[0]->data, "2/0:", 4);
    assert_memory_equal(given[4]->wave.frames[0]->data, "1/9:", 4);
    assert_int_equal(made, 3 * 4); /* the second cursor in the first topic needs no new ones */
}

static void test_full(void **state)
{
    (void)state;
    struct replica *replica = make_topic("t", KINDS + 1, 10);
    struct subscriber subscriber;
    for (unsigned i = 0; i < KINDS; i++) {
        assert_false(portions_full(&portions));
        subscriber = reader(replica, 1 + i);
        assert_non_null(give(&subscriber));
    }
    assert_true(portions_full(&portions));
    subscriber = reader(replica, KINDS + 1);
    assert_null(give(&subscriber));
    for (unsigned i = 0; i < KINDS; i++) { /* those who can share still do */
        subscriber = reader(replica, 1 + i);
        assert_ptr_equal(give(&subscriber), &portions.items[i]);
    }
    portions_finish(&portions);
    assert_false(portions_full(&portions));
    subscriber = reader(replica, KINDS + 1);
    assert_non_null(give(&subscriber));
}

/* Waves follow each other without a hole until the head. */
static void check_waves(struct replica *replica, unsigned waves, unsigned messages)
{
    struct subscriber subscriber = reader(replica, 1);
    unsigned count = 0;
    for (; subscriber.one.next < replica->log.next; count++) {
        const struct portion *portion = give(&subscriber);
        char words[32];
        assert_in_range(portion->wave.count, 1, STREAM_FRAMES_LIMIT);
        snprintf(words, sizeof(words), "%llu/0:", (unsigned long long)subscriber.one.next);
        assert_memory_equal(portion->wave.frames[0]->data, words, strlen(words));
        subscriber.one.next += portion->wave.count;
    }
    assert_int_equal(count, waves);
    assert_int_equal(subscriber.one.next, messages + 1);
}

static void test_as_much_as_one_write_takes(void **state)
{
    (void)state;
    check_waves(make_topic("many", 2 * STREAM_FRAMES_LIMIT + 1, 3), 3,
                2 * STREAM_FRAMES_LIMIT + 1);
    portions_finish(&portions);
    check_waves(make_topic("big", 8, 400000), 3, 8); /* 3, 3, 2: the third goes past 1 MiB */
    portions_finish(&portions);
    check_waves(make_topic("huge", 3, 1 << 21), 3, 3); /* one at least */
}

/* ---- joined ------------------------------------------------------------------------------
 */

/* Whether those who share such messages get them in one run. */
static bool joins(const char *topic, unsigned messages, size_t len)
{
    struct replica *replica = make_topic(topic, messages, len);
    struct subscriber first = reader(replica, 1), second = reader(replica, 1);
    const struct wave *wave = &give(&first)->wave;
    assert_null(wave->joined); /* nobody shares it yet */
    give(&second);
    unsigned count;
    const struct iovec *parts = wave_parts(wave, &count);
    if (!wave->joined) {
        assert_ptr_equal(parts, wave->parts);
        assert_int_equal(count, messages);
        return false;
    }
    assert_int_equal(count, 1);
    assert_int_equal(parts->iov_len, wave->bytes);
    const char *at = parts->iov_base;
    for (unsigned i = 0; i < wave->count; i++) {
        assert_memory_equal(at, wave->frames[i]->data, wave->frames[i]->len);
        at += wave->frames[i]->len;
    }
    struct bytes *joined = wave->joined;
    give(&first);
    assert_ptr_equal(wave->joined, joined); /* once for all */
    return true;
}

static void test_joined_when_shared(void **state)
{
    (void)state;
    assert_false(joins("one", 1, 10));
    assert_false(joins("few", 3, 10));
    assert_true(joins("enough", 4, 10));
    assert_true(joins("most", STREAM_FRAMES_LIMIT, 10));
    assert_false(joins("big", 4, 5000));
}

/* ---- counting ----------------------------------------------------------------------------
 */

static void test_payload_of_a_part(void **state)
{
    (void)state;
    struct replica *replica = make_topic("t", 5, 7);
    struct subscriber subscriber = reader(replica, 2);
    const struct portion *portion = give(&subscriber);
    for (unsigned i = 0; i <= 4; i++)
        assert_int_equal(portion_payload(portion, i), 7 * i);
}

/* ---- a cursor that is a list -------------------------------------------------------------
 */

static struct subscriber lister(struct replica *replica, uint64_t next)
{
    struct subscriber subscriber = reader(replica, next);
    subscriber.transport = &prefixed_transport;
    subscriber.many = true;
    return subscriber;
}

static void test_who_shares(void **state)
{
    (void)state;
    struct replica *replica = make_topic("t", 1, 1);
    struct subscriber subscriber = lister(replica, 1);
    assert_false(portion_shareable(&subscriber));
    subscriber.many = false; /* one topic: its cursor is in the message */
    assert_true(portion_shareable(&subscriber));
    subscriber.many = true;
    subscriber.transport = &plain_transport; /* many, but nothing goes before a message */
    assert_true(portion_shareable(&subscriber));
}

static void test_prefixes(void **state)
{
    (void)state;
    struct replica *replica = make_topic("t", STREAM_FRAMES_LIMIT, 3);
    struct subscriber subscriber = lister(replica, 5);
    struct portion own;
    assert_true(portion_make(cursor(&subscriber), &own));
    assert_int_equal(own.per_message, 2);
    assert_int_equal(own.wave.count, STREAM_FRAMES_LIMIT);
    assert_int_equal(own.payload, 3 * STREAM_FRAMES_LIMIT / 2);
    assert_int_equal(subscriber.one.next, 5);
    for (unsigned i = 0; i < own.wave.count; i += 2) {
        char prefixed[32], framed[32];
        snprintf(prefixed, sizeof(prefixed), "<%u>", 6 + i / 2); /* behind the message */
        snprintf(framed, sizeof(framed), "%u/0:xxx", 5 + i / 2);
        assert_memory_equal(own.wave.frames[i]->data, prefixed, strlen(prefixed));
        assert_memory_equal(own.wave.frames[i + 1]->data, framed, strlen(framed));
    }
    assert_int_equal(portion_payload(&own, 10), 30);
    /* What a stream has kept of it outlives it. */
    struct bytes *kept = bytes_ref(own.wave.frames[2]);
    portion_finish(&own);
    assert_int_equal(own.wave.count, 0);
    assert_int_equal(kept->refs, 1);
    bytes_unref(kept);
}

/* ---- out of memory -----------------------------------------------------------------------
 */

static void test_no_frame(void **state)
{
    (void)state;
    enum { MESSAGES = 4 };
    struct subscriber subscriber = reader(make_topic("t", MESSAGES, 3), 1);
    unsigned failures = 0;
    for (shortage = 1; !give(&subscriber); shortage = 1) {
        assert_int_equal(portions.count, 0);
        failures++;
    }
    assert_int_equal(failures, MESSAGES - 1); /* what was made is kept, and not made again */
    assert_int_equal(portions.items[0].wave.count, MESSAGES);
}

static void test_no_prefix(void **state)
{
    (void)state;
    enum { MESSAGES = 6 };
    struct replica *replica = make_topic("t", MESSAGES, 3);
    struct subscriber subscriber = lister(replica, 1);
    unsigned failures = 0;
    for (int i = 0;; i++) {
        struct portion own;
        shortage = i;
        bool good = portion_make(cursor(&subscriber), &own);
        portion_finish(&own);
        assert_int_equal(subscriber.one.next, 1);
        if (good)
            break;
        failures++;
    }
    assert_in_range(failures, MESSAGES, 2 * MESSAGES);
}

#define collect_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        collect_test(test_same_place_shares),
        collect_test(test_what_keeps_apart),
        collect_test(test_full),
        collect_test(test_as_much_as_one_write_takes),
        collect_test(test_joined_when_shared),
        collect_test(test_payload_of_a_part),
        collect_test(test_who_shares),
        collect_test(test_prefixes),
        collect_test(test_no_frame),
        collect_test(test_no_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
