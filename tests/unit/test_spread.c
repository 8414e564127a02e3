/* SPDX-License-Identifier: MIT
 *
 * The bench's medians: of figures, and of ratios of neighbours.
 */
#include "../../bench/spread.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_spread(struct spread spread, double min, double median, double max)
{
    assert_true(spread.min == min);
    assert_true(spread.median == median);
    assert_true(spread.max == max);
}

static void test_odd_and_even(void **state)
{
    const double values[] = {5, 1, 4, 9};
    (void)state;
    assert_spread(spread_of(values, 1), 5, 5, 5);
    assert_spread(spread_of(values, 3), 1, 4, 5);
    assert_spread(spread_of(values, 4), 1, 4.5, 9);
    assert_true(values[0] == 5); /* stays as it was */
}

static void test_nothing_to_tell(void **state)
{
    const double values[] = {1, NAN, 3};
    static const double zeros[SPREAD_LIMIT + 1];
    (void)state;
    assert_true(isnan(spread_of(values, 0).median));
    assert_true(isnan(spread_of(values, 3).min));
    assert_true(isnan(spread_of(zeros, SPREAD_LIMIT + 1).median));
    assert_spread(spread_of(zeros, SPREAD_LIMIT), 0, 0, 0);
    assert_true(isnan(spread_of_ratios(values, zeros, 1).median)); /* by zero */
}

/* A disturbance that meets both of a pair is in no ratio, and one outlier not in the median. */
static void test_ratios_are_of_neighbours(void **state)
{
    const double ours[] = {2, 20, 2, 99}, theirs[] = {4, 40, 4, 3};
    (void)state;
    assert_spread(spread_of_ratios(ours, theirs, 3), 0.5, 0.5, 0.5);
    assert_spread(spread_of_ratios(ours, theirs, 4), 0.5, 0.5, 33);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_and_even),
        cmocka_unit_test(test_nothing_to_tell),
        cmocka_unit_test(test_ratios_are_of_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
