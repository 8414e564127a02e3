/* SPDX-License-Identifier: MIT */
#include "../../server/allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };

/* Program, stacks and the like are resident from the start. */
static void test_what_was_there_is_not_to_be_had(void **state)
{
    (void)state;
    struct allocator allocator = {.kept = 5 * MIB};
    assert_false(allocator_due(&allocator, 1 * MIB, 6 * MIB));
    assert_false(allocator_due(&allocator, 50 * MIB, 55 * MIB)); /* in use is not unused */
    assert_true(allocator_due(&allocator, 1 * MIB, 8 * MIB));
}

static void test_a_little_is_not_worth_it(void **state)
{
    (void)state;
    struct allocator allocator = {.kept = 0};
    assert_false(allocator_due(&allocator, 1 * MIB, 1 * MIB + MIB / 4));
    assert_true(allocator_due(&allocator, 1 * MIB, 1 * MIB + MIB / 4 + 1));
    /* Beside much that is in use, much is a little. */
    assert_false(allocator_due(&allocator, 160 * MIB, 170 * MIB));
    assert_true(allocator_due(&allocator, 160 * MIB, 171 * MIB));
}

/* What cannot be given back is not asked for again, but when it has been used meanwhile. */
static void test_the_least_counts(void **state)
{
    (void)state;
    struct allocator allocator = {.kept = 10 * MIB};
    assert_false(allocator_due(&allocator, 1 * MIB, 11 * MIB));
    assert_false(allocator_due(&allocator, 8 * MIB, 11 * MIB)); /* used again … */
    assert_true(allocator_due(&allocator, 1 * MIB, 11 * MIB));  /* … and left again */
}

/* Resident may be the smaller one: what was given back, and what was never touched. */
static void test_less_resident_than_used(void **state)
{
    (void)state;
    struct allocator allocator = {.kept = 0};
    assert_false(allocator_due(&allocator, 9 * MIB, 1 * MIB));
    assert_false(allocator_due(&allocator, 9 * MIB, 0));
    assert_int_equal(allocator.kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_there_is_not_to_be_had),
        cmocka_unit_test(test_a_little_is_not_worth_it),
        cmocka_unit_test(test_the_least_counts),
        cmocka_unit_test(test_less_resident_than_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
