/* SPDX-License-Identifier: MIT
 *
 * When bytes may go on through the relay, and what its cache keeps: both on a clock that the
 * test turns.
 */
#include "../../bench/relay/cache.h"
#include "../../bench/relay/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_delay_and_jitter(void **state)
{
    (void)state;
    const struct way way = {.delay_us = 1000, .jitter_us = 500};
    struct pace pace = {0};
    int64_t last = 0;
    for (int64_t now = 0; now < 100000; now += 7) {
        int64_t due = pace_due(&pace, &way, now, (uint64_t)now * 2654435761u);
        assert_true(due >= now + 1000 && due <= now + 1500);
        assert_true(due >= last);
        last = due;
    }
    const struct way nothing = {0};
    assert_int_equal(pace_due(&pace, &nothing, 100000, 1), last); /* nobody is overtaken */
    assert_int_equal(pace_due(&pace, &nothing, 200000, 1), 200000);
}

static void test_coalesce(void **state)
{
    (void)state;
    const struct way way = {.coalesce_us = 200, .delay_us = 10};
    struct pace pace = {0};
    assert_int_equal(pace_due(&pace, &way, 1000, 0), 1210);
    assert_int_equal(pace_due(&pace, &way, 1100, 0), 1210);
    assert_int_equal(pace_due(&pace, &way, 1200, 0), 1210);
    assert_int_equal(pace_due(&pace, &way, 1201, 0), 1411);
}

/* Sends as fast as it is allowed; how long so many bytes took. */
static int64_t time_of(uint64_t rate, size_t len)
{
    const struct way way = {.rate = rate};
    struct pace pace = {0};
    int64_t now = 1000000, retry = 0;
    unsigned waits = 0;
    while (len) {
        size_t allowed = pace_allow(&pace, &way, now, len, &retry);
        assert_true(allowed <= len);
        if (allowed == 0) {
            assert_true(retry > now);
            now = retry;
            waits++;
        }
        pace_spend(&pace, &way, allowed);
        len -= allowed;
    }
    assert_true(waits < 2000);
    return now - 1000000;
}

static void test_rate(void **state)
{
    (void)state;
    static const uint64_t rates[] = {1, 49, 50, 51, 1000, 100000, 10000000, 1 << 30};
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        size_t len = rates[i] * 2 < 100000000 ? (size_t)rates[i] * 2 : 100000000;
        int64_t ideal = (int64_t)((uint64_t)len * 1000000 / rates[i]);
        int64_t single = 1000000 / (int64_t)rates[i]; /* a byte's time */
        int64_t took = time_of(rates[i], len);
        assert_true(took >= ideal - PACE_BURST_US - 2 * single);
        assert_true(took <= ideal + PACE_BURST_US + single);
    }
    const struct way way = {0};
    struct pace pace = {0};
    int64_t retry;
    assert_int_equal(pace_allow(&pace, &way, 5, 12345, &retry), 12345);
}

static void test_cache(void **state)
{
    (void)state;
    struct cache *cache = cache_create();
    int64_t age;
    assert_null(cache_find(cache, SLICE("a"), 0, &age));
    assert_true(cache_store(cache, SLICE("a"), SLICE("one"), 10, 100));
    assert_true(cache_store(cache, SLICE("a"), SLICE("two"), 20, 100));
    const struct bytes *found = cache_find(cache, SLICE("a"), 50, &age);
    assert_non_null(found);
    assert_memory_equal(found->data, "two", 3);
    assert_int_equal(age, 30);
    assert_null(cache_find(cache, SLICE("b"), 50, &age));
    assert_null(cache_find(cache, SLICE("a"), 100, &age));
    assert_null(cache_find(cache, SLICE("a"), 50, &age)); /* it was dropped */
    cache_destroy(cache);
    cache_destroy(NULL);
}

static void test_cache_is_bounded(void **state)
{
    (void)state;
    struct cache *cache = cache_create();
    struct slice large = {calloc(1, CACHE_ANSWER_LIMIT + 1), CACHE_ANSWER_LIMIT};
    char key[16];
    int64_t age;
    unsigned kept = 0;
    for (int i = 0; i < 1000; i++) {
        int len = snprintf(key, sizeof(key), "%d", i);
        struct slice small = {"x", 1};
        assert_true(cache_store(cache, (struct slice){key, (size_t)len}, i % 2 ? large : small,
                                i, 10000));
    }
    for (int i = 0; i < 1000; i++) {
        int len = snprintf(key, sizeof(key), "%d", i);
        kept += cache_find(cache, (struct slice){key, (size_t)len}, 1000, &age) != NULL;
    }
    assert_true(kept >= CACHE_BYTES_LIMIT / CACHE_ANSWER_LIMIT && kept <= CACHE_ENTRIES_LIMIT);
    assert_non_null(cache_find(cache, SLICE("999"), 1000, &age)); /* the oldest went */
    large.len++;
    assert_false(cache_store(cache, SLICE("k"), large, 0, 10000));
    free((void *)large.at);
    cache_destroy(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delay_and_jitter),
        cmocka_unit_test(test_coalesce),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
