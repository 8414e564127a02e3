/* SPDX-License-Identifier: MIT */
#include "../../server/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_rate(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_create(10);
    int64_t now_us = 5000000;
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(limiter_take(limiter, SLICE("192.0.2.1"), now_us), 0);
    assert_int_equal(limiter_take(limiter, SLICE("192.0.2.1"), now_us), 100000);
    assert_int_equal(limiter_take(limiter, SLICE("192.0.2.1"), now_us + 99999), 1);
    assert_int_equal(limiter_take(limiter, SLICE("192.0.2.1"), now_us + 100000), 0);
    assert_int_equal(limiter_take(limiter, SLICE("192.0.2.1"), now_us + 100000), 100000);
    /* Others are not concerned. */
    assert_int_equal(limiter_take(limiter, SLICE("192.0.2.2"), now_us), 0);
    limiter_destroy(limiter);
}

static void test_fills_up(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_create(3);
    unsigned taken = 0;
    assert_int_equal(limiter_take(limiter, SLICE("p"), 0), 0);
    /* However long it waited, it has one second's worth. */
    int64_t later_us = INT64_MAX / 2;
    while (limiter_take(limiter, SLICE("p"), later_us) == 0)
        taken++;
    assert_int_equal(taken, 3);
    /* A clock that goes back gives nothing and takes nothing. */
    assert_true(limiter_take(limiter, SLICE("p"), later_us - 1000000) > 0);
    assert_int_equal(limiter_take(limiter, SLICE("p"), later_us + 333334), 0);
    limiter_destroy(limiter);
}

static void test_exact_over_time(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_create(7);
    unsigned taken = 0;
    for (int64_t now_us = 0; now_us < 100000000; now_us += 1000)
        taken += limiter_take(limiter, SLICE("p"), now_us) == 0;
    assert_in_range(taken, 700, 707); /* 100 seconds, and the first second's worth */
    limiter_destroy(limiter);
}

static void test_flood_of_addresses(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_create(1);
    char peer[32];
    /* Fresh addresses are let through however many there were, in the same memory. */
    for (unsigned i = 0; i < LIMITER_BUCKETS * 8; i++) {
        int len = snprintf(peer, sizeof(peer), "2001:db8::%x", i);
        assert_int_equal(limiter_take(limiter, (struct slice){peer, (size_t)len}, i), 0);
    }
    limiter_destroy(limiter);
}

static void test_fastest_rate(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_create(1000000);
    for (int64_t now_us = 0; now_us < 2000; now_us++)
        assert_int_equal(limiter_take(limiter, SLICE(""), now_us), 0);
    limiter_destroy(limiter);
    limiter_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_fills_up),
        cmocka_unit_test(test_exact_over_time),
        cmocka_unit_test(test_flood_of_addresses),
        cmocka_unit_test(test_fastest_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
