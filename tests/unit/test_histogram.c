/* SPDX-License-Identifier: MIT
 *
 * The histogram: a quantile may be off by one percent at most, and never in silence.
 */
#include "../../bench/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct histogram *fresh(void)
{
    struct histogram *histogram = calloc(1, sizeof(*histogram));
    assert_non_null(histogram);
    return histogram;
}

static void assert_near(uint64_t got, uint64_t wanted)
{
    uint64_t off = got > wanted ? got - wanted : wanted - got;
    if (off > wanted / 100)
        fail_msg("%llu is not %llu", (unsigned long long)got, (unsigned long long)wanted);
}

static void test_empty_is_all_zero(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    assert_int_equal(histogram_quantile(histogram, 0.5), 0);
    assert_int_equal(histogram_quantile(histogram, 1), 0);
    assert_true(histogram_mean(histogram) == 0);
    free(histogram);
}

/* Each value alone, with a larger one behind it, so that the exact largest does not answer. */
static void test_every_size_within_one_percent(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    for (uint64_t value = 0; value < UINT64_C(1) << 62; value += 1 + value / 37) {
        *histogram = (struct histogram){0};
        histogram_add(histogram, value);
        histogram_add(histogram, UINT64_MAX);
        assert_near(histogram_quantile(histogram, 0.5), value);
        assert_int_equal(histogram_quantile(histogram, 1), UINT64_MAX);
    }
    free(histogram);
}

static void test_a_quantile_of_too_few_is_not_known(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    assert_true(isnan(histogram_known_quantile(histogram, 1)));
    for (uint64_t value = 1; value <= 99; value++)
        histogram_add(histogram, value);
    assert_true(isnan(histogram_known_quantile(histogram, 0.99)));
    assert_true(histogram_known_quantile(histogram, 0.5) == 50);
    assert_true(histogram_known_quantile(histogram, 1) == 99);
    histogram_add(histogram, 100);
    assert_true(histogram_known_quantile(histogram, 0.99) == 99);
    free(histogram);
}

static void test_small_values_are_exact(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    for (uint64_t value = 0; value < 256; value++)
        histogram_add(histogram, value);
    for (unsigned i = 1; i <= 255; i++)
        assert_int_equal(histogram_quantile(histogram, i / 256.0), i - 1);
    free(histogram);
}

static void test_quantiles_of_a_known_spread(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    for (uint64_t value = 1; value <= 100000; value++)
        histogram_add(histogram, value);
    assert_near(histogram_quantile(histogram, 0.5), 50000);
    assert_near(histogram_quantile(histogram, 0.9), 90000);
    assert_near(histogram_quantile(histogram, 0.99), 99000);
    assert_near(histogram_quantile(histogram, 0.999), 99900);
    assert_int_equal(histogram_quantile(histogram, 1), 100000);
    assert_near((uint64_t)histogram_mean(histogram), 50000);
    free(histogram);
}

/* One late in a hundred: p99 must not see it, p99.9 must. */
static void test_a_rare_value_shows_where_it_belongs(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    for (unsigned i = 0; i < 990; i++)
        histogram_add(histogram, 10);
    for (unsigned i = 0; i < 10; i++)
        histogram_add(histogram, 5000000);
    assert_int_equal(histogram_quantile(histogram, 0.99), 10);
    assert_near(histogram_quantile(histogram, 0.991), 5000000);
    free(histogram);
}

static void test_no_quantile_is_above_the_largest(void **state)
{
    struct histogram *histogram = fresh();
    (void)state;
    histogram_add(histogram, 1000000);
    histogram_add(histogram, 1000001);
    assert_true(histogram_quantile(histogram, 0.5) <= 1000001);
    free(histogram);
}

static void test_merging_is_adding(void **state)
{
    struct histogram *one = fresh(), *other = fresh(), *both = fresh();
    (void)state;
    for (uint64_t value = 1; value < 20000; value += 7) {
        histogram_add(value % 2 ? one : other, value * value);
        histogram_add(both, value * value);
    }
    histogram_merge(one, other);
    assert_memory_equal(one->buckets, both->buckets, sizeof(one->buckets));
    assert_int_equal(one->count, both->count);
    assert_int_equal(one->max, both->max);
    free(one);
    free(other);
    free(both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_is_all_zero),
        cmocka_unit_test(test_every_size_within_one_percent),
        cmocka_unit_test(test_a_quantile_of_too_few_is_not_known),
        cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_quantiles_of_a_known_spread),
        cmocka_unit_test(test_a_rare_value_shows_where_it_belongs),
        cmocka_unit_test(test_no_quantile_is_above_the_largest),
        cmocka_unit_test(test_merging_is_adding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
