/* SPDX-License-Identifier: MIT */
#include "../../server/allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };

/* Program, stacks and the like are resident from the start. */
static struct allocator started(size_t used, size_t resident)
{
    struct allocator allocator;
    allocator_init(&allocator, &(struct memory){used, resident});
    return allocator;
}

static bool due(struct allocator *allocator, size_t used, size_t resident)
{
    return allocator_due(allocator, &(struct memory){used, resident});
}

/* Twice the same: it is calm. */
static bool due_when_calm(struct allocator *allocator, size_t used, size_t resident)
{
    due(allocator, used, resident);
    return due(allocator, used, resident);
}

static void test_what_was_there_is_not_to_be_had(void **state)
{
    (void)state;
    struct allocator allocator = started(1 * MIB, 6 * MIB);
    assert_false(due(&allocator, 1 * MIB, 6 * MIB));
    assert_false(due_when_calm(&allocator, 50 * MIB, 55 * MIB)); /* in use is not unused */
    assert_true(due_when_calm(&allocator, 1 * MIB, 8 * MIB));
}

static void test_a_little_is_not_worth_it(void **state)
{
    (void)state;
    struct allocator allocator = started(0, 0);
    assert_false(due_when_calm(&allocator, 1 * MIB, 1 * MIB + MIB / 4));
    assert_true(due_when_calm(&allocator, 1 * MIB, 1 * MIB + MIB / 4 + 1));
    /* Beside much that is in use, much is a little. */
    assert_false(due_when_calm(&allocator, 160 * MIB, 170 * MIB));
    assert_true(due_when_calm(&allocator, 160 * MIB, 171 * MIB));
}

/* What cannot be given back is not asked for again, but when it has been used meanwhile. */
static void test_the_least_counts(void **state)
{
    (void)state;
    struct allocator allocator = started(1 * MIB, 11 * MIB);
    assert_false(due_when_calm(&allocator, 1 * MIB, 11 * MIB));
    assert_false(due_when_calm(&allocator, 8 * MIB, 11 * MIB)); /* used again … */
    assert_true(due_when_calm(&allocator, 1 * MIB, 11 * MIB));  /* … and left again */
}

static void test_a_busy_server_is_disturbed_once_a_minute(void **state)
{
    (void)state;
    struct allocator allocator = started(0, 0);
    for (unsigned round = 0; round < 3; round++) {
        for (int i = 1; i < 60 / ALLOCATOR_INTERVAL_S; i++)
            assert_false(due(&allocator, (size_t)(10 + i % 2) * MIB, 40 * MIB));
        assert_true(due(&allocator, 10 * MIB, 40 * MIB));
        allocator = started(10 * MIB, 10 * MIB);
    }
    due(&allocator, 10 * MIB, 40 * MIB);
    assert_true(due(&allocator, 10 * MIB, 40 * MIB)); /* at once, when it has come to rest */
}

/* Resident may be the smaller one: what was given back, and what was never touched. */
static void test_less_resident_than_used(void **state)
{
    (void)state;
    struct allocator allocator = started(0, 0);
    assert_false(due_when_calm(&allocator, 9 * MIB, 1 * MIB));
    assert_false(due_when_calm(&allocator, 9 * MIB, 0));
    assert_int_equal(allocator.kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_there_is_not_to_be_had),
        cmocka_unit_test(test_a_little_is_not_worth_it),
        cmocka_unit_test(test_the_least_counts),
        cmocka_unit_test(test_a_busy_server_is_disturbed_once_a_minute),
        cmocka_unit_test(test_less_resident_than_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
