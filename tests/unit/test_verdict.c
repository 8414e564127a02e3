/* SPDX-License-Identifier: MIT
 *
 * Verdicts: what is a tie, and what becomes of a claimed order.
 */
#include "../../bench/compare/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct tolerance three_percent = {.share = 0.03};

/* Known within one percent. */
static struct spread around(double median)
{
    return (struct spread){median * 0.99, median, median * 1.01};
}

static struct judged once(double median)
{
    return (struct judged){.spread = around(median)};
}

static enum verdict_kind verdict(double a, double b, double c, double d)
{
    const struct judged chain[] = {once(a), once(b), once(c), once(d)};
    return verdict_of(chain, 4, three_percent);
}

static bool tie(struct spread a, struct spread b)
{
    return verdict_tie_within(a, b, three_percent);
}

static void test_ties(void **state)
{
    (void)state;
    assert_true(tie(around(100), around(100)));
    assert_true(tie(around(100), around(103)));
    assert_true(tie(around(103), around(100)));
    assert_false(tie(around(100), around(104)));
    assert_true(tie((struct spread){50, 100, 150}, (struct spread){149, 200, 260}));
    assert_false(tie((struct spread){50, 100, 148}, (struct spread){149, 200, 260}));
    assert_true(tie(around(0), around(0)));
    assert_false(tie(around(0), around(1)));
}

enum { REPEATS = 5 };

/* Of one lane and of another that always takes so much more, or less. */
static bool tie_at(double ratio, const double *noise, struct tolerance tolerance)
{
    static const double common[REPEATS] = {80, 100, 140, 90, 100}; /* disturbs both */
    double a[REPEATS], b[REPEATS];
    for (unsigned i = 0; i < REPEATS; i++) {
        a[i] = common[i];
        b[i] = common[i] * ratio * noise[i];
    }
    bool paired = verdict_tie_paired(a, b, REPEATS, tolerance);
    assert_int_equal(paired, verdict_tie_paired(b, a, REPEATS, tolerance));
    return paired;
}

static void test_paired_ties(void **state)
{
    static const double still[REPEATS] = {1, 1, 1, 1, 1};
    static const double slight[REPEATS] = {1.01, 0.99, 1, 1.01, 0.99};
    static const double wild[REPEATS] = {1.2, 0.85, 1.05, 0.9, 1.1};
    const struct tolerance twenty = {.absolute = 20};
    (void)state;
    assert_true(tie_at(1, still, three_percent));
    assert_true(tie_at(1.029, still, three_percent));
    assert_false(tie_at(1.031, still, three_percent));
    assert_false(tie_at(1.1, slight, three_percent)); /* though what disturbs both is more */
    assert_true(tie_at(1.03, slight, three_percent));
    assert_true(tie_at(1.1, wild, three_percent));
    assert_false(tie_at(2, wild, three_percent));
    assert_true(tie_at(1.15, still, twenty));
    assert_false(tie_at(1.25, still, twenty));
}

static void test_paired_ties_without_a_ratio(void **state)
{
    const double none[] = {0, 0, 0}, some[] = {3, 4, 5}, at_times[] = {0, 4, 5};
    const double unknown[] = {3, NAN, 5};
    (void)state;
    assert_true(verdict_tie_paired(none, none, 3, three_percent));
    assert_false(verdict_tie_paired(none, some, 3, three_percent));
    assert_true(verdict_tie_paired(none, at_times, 3, three_percent));
    assert_true(verdict_tie_paired(some, unknown, 3, three_percent));
    assert_true(verdict_tie_paired(none, some, 1, three_percent)); /* once is never */
    /* Two repeats that agree by luck are not yet a difference. */
    assert_true(
        verdict_tie_paired((double[]){100, 100}, (double[]){110, 112}, 2, three_percent));
}

/* With repeats these count, however wide the spreads are; without, the spreads. */
static void test_what_ties_are_judged_by(void **state)
{
    static const double ours[] = {80, 100, 140}, theirs[] = {88, 110, 154};
    const struct judged a = {spread_of(ours, 3), ours, 3},
                        b = {spread_of(theirs, 3), theirs, 3};
    const struct judged fewer = {spread_of(theirs, 2), theirs, 2}, unknown = once(NAN);
    const struct judged wide = {.spread = a.spread}, also_wide = {.spread = b.spread};
    const struct judged chain[] = {a, b};
    (void)state;
    assert_false(verdict_tie(&a, &b, three_percent));
    assert_false(verdict_tie(&b, &a, three_percent));
    assert_true(verdict_tie(&a, &b, (struct tolerance){.share = 0.2}));
    assert_true(verdict_tie(&wide, &also_wide, three_percent));
    assert_true(verdict_tie(&a, &fewer, three_percent)); /* not of the same repeats */
    assert_true(verdict_tie(&a, &unknown, three_percent));
    assert_int_equal(verdict_of(chain, 2, three_percent), VERDICT_HOLDS);
    assert_int_equal(verdict_of((struct judged[]){b, a}, 2, three_percent), VERDICT_LAST_FLIPS);
    assert_int_equal(verdict_of((struct judged[]){wide, also_wide}, 2, three_percent),
                     VERDICT_ALL_TIE);
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
    const struct judged figures[] = {once(3), once(NAN), once(1), once(2), once(1)};
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
        cmocka_unit_test(test_paired_ties),
        cmocka_unit_test(test_paired_ties_without_a_ratio),
        cmocka_unit_test(test_what_ties_are_judged_by),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_a_flip_between_ties),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
