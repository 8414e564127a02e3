/* SPDX-License-Identifier: MIT */
#include "../../server/stream.h"
#include "../../server/tap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "0123456789abcdef"

static struct bus *bus;
static struct taps *taps;
static struct topic *topic; /* of KEY */
static int fds[2];

static int start_within(uint64_t held_bytes)
{
    const struct history history = {1000, 3600000000u, 1 << 30};
    const struct bus_limits limits = {history, history, 100, held_bytes};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
        return -1;
    bus = bus_create(&limits);
    taps = taps_create(bus);
    topic = bus_topic(bus, SLICE("~wire." KEY), true);
    return bus && taps && topic ? 0 : -1;
}

static int start(void **state)
{
    (void)state;
    return start_within(1 << 30);
}

static int start_with_little(void **state)
{
    (void)state;
    return start_within(1000);
}

static int stop(void **state)
{
    (void)state;
    close(fds[0]);
    close(fds[1]);
    topic_unref(topic);
    taps_destroy(taps);
    bus_destroy(bus);
    return 0;
}

/* The record with this number has this text in it. */
static void assert_record(uint64_t seq, const char *text)
{
    assert_in_range(seq, topic->log.first, topic->log.next - 1);
    struct slice data = log_at(&topic->log, seq)->data;
    char record[4096];
    assert_in_range(data.len, 1, sizeof(record) - 1);
    memcpy(record, data.at, data.len);
    record[data.len] = '\0';
    if (!strstr(record, text))
        fail_msg("%s is not in %s", text, record);
}

static void test_which_topics(void **state)
{
    (void)state;
    assert_true(taps_topic(SLICE("~wire." KEY)));
    assert_true(taps_topic(SLICE("~wire." KEY KEY KEY KEY)));
    static const char *const others[] = {
        "",          "~wire.",           "~wire." KEY KEY KEY KEY "0",
        "wire." KEY, "~wire.0123456789", "~wire.0123456789abcdeg"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(taps_topic(slice_of(others[i])));
}

static void test_room_for_keys(void **state)
{
    (void)state;
    for (unsigned i = 1; i < TAP_TOPICS_LIMIT; i++) {
        char name[64];
        int len = snprintf(name, sizeof(name), "~wire.%016x", i);
        struct slice slice = {name, (size_t)len};
        assert_true(taps_room(taps, slice));
        topic_unref(bus_topic(bus, slice, true));
    }
    assert_false(taps_room(taps, SLICE("~wire.ffffffffffffffff")));
    assert_true(taps_room(taps, SLICE("~wire." KEY)));
}

static void test_nobody_reads(void **state)
{
    (void)state;
    assert_null(tap_create(taps, SLICE("ffffffffffffffff"), fds[0]));
    assert_null(tap_create(taps, SLICE("ffff"), fds[0]));
}

static void test_a_life(void **state)
{
    (void)state;
    taps_accepted(taps, fds[0]);
    struct tap *tap = tap_create(taps, SLICE(KEY), fds[0]);
    assert_non_null(tap);
    assert_true(tap_has_key(tap, SLICE(KEY)));
    assert_false(tap_has_key(tap, SLICE("ffffffffffffffff")));
    tap_came(tap, "not its own", 11); /* of nobody knows which request */
    tap_request(tap, "abc", 3, false);
    tap_own(tap);
    tap_came(tap, "def", 3);
    const struct iovec parts[] = {{(char[]){"gh"}, 2}, {(char[]){"ijkl"}, 4}};
    tap_went(tap, parts, 4);
    tap_request(tap, "xyz", 3, true);
    tap_came(tap, "not its own either", 18);
    tap_destroy(tap, TAP_CLOSE);
    assert_record(1, "{\"connection\":1,\"what\":\"open\",\"opened\":1");
    assert_record(1, "\"whole\":true");
    assert_record(2, "{\"connection\":1,\"what\":\"up\",\"data\":\"YWJj\"}");
    assert_record(3, "\"what\":\"up\",\"data\":\"ZGVm\"}");
    assert_record(4, "\"what\":\"down\",\"data\":\"Z2hpag==\"}");
    assert_record(5, "\"unchunked\":true,\"data\":\"eHl6\"}");
    assert_record(6, "{\"connection\":1,\"what\":\"close\"}");
    assert_int_equal(topic->log.next, 7);
    taps_spoken(taps, fds[0]);
    tap_destroy(tap_create(taps, SLICE(KEY), fds[0]), TAP_LEFT);
    assert_record(7, "\"whole\":false");
    assert_record(8, "left");
}

static void test_large_writes_are_several_records(void **state)
{
    (void)state;
    static char bytes[100000];
    struct tap *tap = tap_create(taps, SLICE(KEY), fds[0]);
    tap_went(tap, &(struct iovec){bytes, sizeof(bytes)}, sizeof(bytes));
    tap_destroy(tap, TAP_CLOSE);
    assert_in_range(topic->log.next, 5, 12);
}

/* What the log does not take is told with the next record that it does. */
static void test_missed(void **state)
{
    (void)state;
    static char bytes[5000];
    struct tap *tap = tap_create(taps, SLICE(KEY), fds[0]);
    tap_went(tap, &(struct iovec){bytes, sizeof(bytes)}, sizeof(bytes));
    tap_destroy(tap, TAP_CLOSE);
    assert_record(topic->log.next - 1, "\"what\":\"close\",\"missed\":1}");
}

/* A stream that is tapped looks as one that lags, and loses nothing for it. */
static void test_a_tapped_stream(void **state)
{
    (void)state;
    struct stream stream = {.fd = fds[0]};
    char got[64];
    assert_null(stream_tap(&stream));
    stream_attach_tap(&stream, tap_create(taps, SLICE(KEY), fds[0]));
    assert_non_null(stream_tap(&stream));
    assert_int_equal(stream_waiting(&stream), 0);
    stream_flush(&stream);
    struct wave wave = {.count = 0};
    assert_int_equal(stream_write(&stream, &wave), 0);
    struct bytes *frame = bytes_create("frame", 5);
    stream_queue(&stream, bytes_create("head ", 5));
    wave_add(&wave, frame);
    assert_int_equal(stream_write(&stream, &wave), 1);
    assert_int_equal(stream_write(&stream, &wave), 1);
    assert_int_equal(recv(fds[1], got, sizeof(got), 0), 15);
    assert_memory_equal(got, "head frameframe", 15);
    assert_record(2, "aGVhZCBmcmFtZQ==");
    assert_record(3, "ZnJhbWU=");
    struct tap *tap = stream_take_tap(&stream);
    assert_null(stream.outbox);
    stream_attach_tap(&stream, tap);
    stream_queue(&stream, bytes_ref(frame));
    assert_ptr_equal(stream_take_tap(&stream), tap);
    assert_int_equal(stream_waiting(&stream), 5);
    tap_destroy(tap, TAP_LEFT);
    stream_finish(&stream);
    bytes_unref(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_which_topics, start, stop),
        cmocka_unit_test_setup_teardown(test_room_for_keys, start, stop),
        cmocka_unit_test_setup_teardown(test_nobody_reads, start, stop),
        cmocka_unit_test_setup_teardown(test_a_life, start, stop),
        cmocka_unit_test_setup_teardown(test_large_writes_are_several_records, start, stop),
        cmocka_unit_test_setup_teardown(test_missed, start_with_little, stop),
        cmocka_unit_test_setup_teardown(test_a_tapped_stream, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
