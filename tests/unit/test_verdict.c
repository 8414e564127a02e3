/* SPDX-License-Identifier: MIT
 *
 * Verdicts: what is a tie, and what becomes of a claimed order.
 */
#include "../../bench/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Known within one percent. */
static struct spread around(double median)
{
    return (struct spread){median * 0.99, median, median * 1.01};
}

static enum verdict_kind verdict(double a, double b, double c, double d)
{
    const struct spread chain[] = {around(a), around(b), around(c), around(d)};
    return verdict_of(chain, 4);
}

static void test_ties(void **state)
{
    (void)state;
    assert_true(verdict_tie(around(100), around(100)));
    assert_true(verdict_tie(around(100), around(103)));
    assert_true(verdict_tie(around(103), around(100)));
    assert_false(verdict_tie(around(100), around(104)));
    assert_true(verdict_tie((struct spread){50, 100, 150}, (struct spread){149, 200, 260}));
    assert_false(verdict_tie((struct spread){50, 100, 148}, (struct spread){149, 200, 260}));
    assert_true(verdict_tie(around(0), around(0)));
    assert_false(verdict_tie(around(0), around(1)));
}

static void test_verdicts(void **state)
{
    (void)state;
    assert_int_equal(verdict(1, 2, 3, 4), VERDICT_HOLDS);
    assert_int_equal(verdict(1, 1, 3, 4), VERDICT_TIES);
    assert_int_equal(verdict(1, 1, 1, 4), VERDICT_TIES);
    assert_int_equal(verdict(2, 2, 2, 2), VERDICT_ALL_TIE);
    assert_int_equal(verdict(1, 2, 3, 2.5), VERDICT_LAST_FLIPS);
    assert_int_equal(verdict(2, 2, 2, 1), VERDICT_LAST_FLIPS);
    assert_int_equal(verdict(2, 1, 3, 4), VERDICT_FAILS);
    assert_int_equal(verdict(2, 1, 3, 0.5), VERDICT_FAILS);
    assert_int_equal(verdict(1, 2, 3, NAN), VERDICT_NONE);
}

/* Each neighbour is a tie, and yet the first is worse than the last. */
static void test_a_flip_between_ties(void **state)
{
    (void)state;
    assert_int_equal(verdict(104.5, 103, 101.5, 100), VERDICT_LAST_FLIPS);
    assert_int_equal(verdict(104.5, 103, 100, 200), VERDICT_FAILS);
}

static void test_order(void **state)
{
    const struct spread figures[] = {around(3), around(NAN), around(1), around(2), around(1)};
    unsigned order[5];
    (void)state;
    assert_int_equal(verdict_order(figures, 5, order), 4);
    assert_int_equal(order[0], 2);
    assert_int_equal(order[1], 4); /* as given, where they are equal */
    assert_int_equal(order[2], 3);
    assert_int_equal(order[3], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_a_flip_between_ties),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
