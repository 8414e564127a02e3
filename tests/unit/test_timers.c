/* SPDX-License-Identifier: MIT */
#include "../../server/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TURN_MS = TIMER_SLOTS * TIMER_SLOT_MS, MANY = 300 };

static struct timers timers;
static struct timer some[MANY];
static int64_t now_ms, due_at_ms[MANY]; /* when each was found due; -1: not yet */
static unsigned due_count;
static void (*then)(struct timer *timer);

static void on_due(struct timer *timer, void *arg)
{
    assert_ptr_equal(arg, &due_count);
    assert_null(timer->link);
    assert_true(timer->due_ms <= now_ms); /* never early */
    due_at_ms[timer - some] = now_ms;
    due_count++;
    if (then)
        then(timer);
}

static int start(void **state)
{
    (void)state;
    now_ms = 1234567;
    due_count = 0;
    then = NULL;
    memset(some, 0, sizeof(some));
    memset(due_at_ms, 0xff, sizeof(due_at_ms));
    timers_init(&timers, now_ms, on_due, &due_count);
    return 0;
}

static void advance(int64_t by_ms)
{
    now_ms += by_ms;
    timers_advance(&timers, now_ms);
}

static void set(unsigned which, int64_t in_ms)
{
    timer_set(&timers, &some[which], now_ms + in_ms);
}

/* Sleeps exactly as long as it is told to until the timer is due; how often it woke. */
static unsigned sleep_until_due(unsigned which)
{
    unsigned wakes = 0;
    for (; due_at_ms[which] < 0; wakes++) {
        int64_t next_ms = timers_next_ms(&timers);
        assert_true(next_ms > now_ms - TIMER_SLOT_MS);
        advance(next_ms > now_ms ? next_ms - now_ms : 0);
    }
    return wakes;
}

static void test_none(void **state)
{
    (void)state;
    assert_int_equal(timers_next_ms(&timers), -1);
    advance(1000000);
    timer_cancel(&some[0]);
    assert_int_equal(due_count, 0);
}

static void test_in_time(void **state)
{
    (void)state;
    static const int64_t waits_ms[] = {
        -5,         0, 1, 3, 4, 5, 100, TURN_MS - 1, TURN_MS, TURN_MS + 1, 10 * TURN_MS + 7,
        3600 * 1000};
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        int64_t from_ms = now_ms, wait_ms = waits_ms[i] > 0 ? waits_ms[i] : 0;
        set((unsigned)i, waits_ms[i]);
        unsigned wakes = sleep_until_due((unsigned)i);
        assert_in_range(due_at_ms[i] - from_ms, wait_ms, wait_ms + 2 * TIMER_SLOT_MS);
        assert_true(wakes <= (uint64_t)wait_ms / TURN_MS + 2);
    }
}

static void test_moved(void **state)
{
    (void)state;
    int64_t from_ms = now_ms;
    set(0, 100);
    set(0, 5000); /* later: nothing but an assignment */
    advance(200);
    assert_int_equal(due_count, 0);
    set(0, 100); /* sooner */
    sleep_until_due(0);
    assert_in_range(now_ms - from_ms, 300, 300 + 2 * TIMER_SLOT_MS);
    set(0, 50);
    timer_cancel(&some[0]);
    timer_cancel(&some[0]);
    advance(1000);
    assert_int_equal(due_count, 1);
}

static void test_nothing_wakes_for_the_cancelled(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        set(i, i * TIMER_SLOT_MS);
    for (unsigned i = 0; i < MANY - 1; i++)
        timer_cancel(&some[i]);
    assert_int_equal(sleep_until_due(MANY - 1), 1);
    assert_int_equal(due_count, 1);
    assert_int_equal(timers_next_ms(&timers), -1);
}

static void test_long_pause(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        set(i, i * 1000);
    advance(7 * 3600 * 1000 + 13);
    assert_int_equal(due_count, MANY);
    assert_true(timers_next_ms(&timers) == -1);
    set(0, 5);
    sleep_until_due(0);
}

static void cancel_neighbours(struct timer *timer)
{
    for (unsigned i = 0; i < 10; i++)
        if (&some[i] != timer)
            timer_cancel(&some[i]);
}

static void again_at_once(struct timer *timer)
{
    timer_set(&timers, timer, now_ms);
}

static void move_neighbours(struct timer *timer)
{
    for (unsigned i = 0; i < 10; i++)
        if (&some[i] != timer && some[i].link)
            timer_set(&timers, &some[i], i % 2 ? now_ms + 20 : now_ms - 20);
}

static void test_within_callbacks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++)
        set(i, 10);
    then = cancel_neighbours;
    advance(100);
    assert_int_equal(due_count, 1);

    set(0, 10);
    then = again_at_once; /* must not go on for ever */
    advance(100);
    assert_true(due_count < 100);
    timer_cancel(&some[0]);

    due_count = 0;
    for (unsigned i = 0; i < 10; i++)
        set(i, 10);
    then = move_neighbours;
    advance(16);
    then = NULL;
    advance(100);
    assert_int_equal(due_count, 10);
    assert_int_equal(timers_next_ms(&timers), -1);
}

static void cancel_this(struct timer *timer, void *arg)
{
    ++*(unsigned *)arg;
    timer_cancel(timer);
}

static void test_each(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (unsigned i = 0; i < MANY; i++)
        set(i, i * 777);
    timers_each(&timers, cancel_this, &seen);
    assert_int_equal(seen, MANY);
    advance(100 * TURN_MS);
    assert_int_equal(due_count, 0);
}

/* Against the plainest model there is: a due time for each, looked at one by one. */
static void test_random(void **state)
{
    (void)state;
    static int64_t expected_ms[MANY]; /* -1: not set */
    uint64_t random = 1;
    memset(expected_ms, 0xff, sizeof(expected_ms));
    for (unsigned step = 0; step < 200000; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        unsigned which = (unsigned)(random >> 33) % MANY, what = (unsigned)(random >> 56) % 16;
        int64_t span_ms = (int64_t)(random >> 20) % ((random >> 60) ? 3000 : 3 * TURN_MS);
        if (what == 0) {
            timer_cancel(&some[which]);
            expected_ms[which] = -1;
        } else if (what < 12) {
            set(which, span_ms);
            expected_ms[which] = now_ms + span_ms;
            due_at_ms[which] = -1;
        } else {
            int64_t next_ms = timers_next_ms(&timers);
            for (unsigned i = 0; i < MANY; i++)
                if (expected_ms[i] >= 0)
                    assert_true(next_ms >= 0 && next_ms <= expected_ms[i] + 2 * TIMER_SLOT_MS);
            advance(what == 15 ? span_ms : span_ms % 50);
            for (unsigned i = 0; i < MANY; i++) {
                bool due = expected_ms[i] >= 0 && due_at_ms[i] >= 0;
                if (expected_ms[i] >= 0 && expected_ms[i] + TIMER_SLOT_MS <= now_ms)
                    assert_true(due);
                if (due)
                    expected_ms[i] = -1;
                assert_int_equal(some[i].link != NULL, expected_ms[i] >= 0);
            }
        }
    }
}

#define timer_test(test) cmocka_unit_test_setup(test, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        timer_test(test_none),
        timer_test(test_in_time),
        timer_test(test_moved),
        timer_test(test_long_pause),
        timer_test(test_within_callbacks),
        timer_test(test_each),
        timer_test(test_random),
        timer_test(test_nothing_wakes_for_the_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
