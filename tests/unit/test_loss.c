/* SPDX-License-Identifier: MIT
 *
 * Which segments are lost: a pattern of the seed, the same for all lanes.
 */
#include "../../bench/compare/loss.h"

#include "drawing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint16_t ports[] = {4000, 4001, 4002};

/* To be freed. */
static char *rules_of(double percent, uint64_t seed, unsigned count)
{
    struct builder out = {0};
    loss_rules(percent, seed, ports, count, &out);
    char *text = drawing_text(&out);
    assert_non_null(text);
    return text;
}

static void test_a_seed_repeats_its_pattern(void **state)
{
    char *one = rules_of(2, 7, 3), *again = rules_of(2, 7, 3), *other = rules_of(2, 8, 3);
    (void)state;
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    free(one);
    free(again);
    free(other);
}

/* 9,973 segments long: 2 % of these are 199, in each lane the same. */
static void test_share_and_lanes(void **state)
{
    char *text = rules_of(2, 1, 3), *least = rules_of(0.0001, 1, 1);
    (void)state;
    assert_int_equal(count_of(text, " : drop"), 3 * 199);
    assert_int_equal(count_of(text, "numgen inc mod 9973"), 3);
    assert_int_equal(count_of(text, " 4001 : jump lane1"), 2); /* both ways */
    const char *first = strstr(text, "vmap"), *second = strstr(first + 1, "vmap");
    size_t len = (size_t)(strchr(first, '\n') - first);
    assert_memory_equal(first, second, len);
    assert_int_equal(count_of(least, " : drop"), 1);
    free(text);
    free(least);
}

/* Each of the equal parts of the period has one: no place twice, and all in their order. */
static void test_evenly_by_chance(void **state)
{
    char *text = rules_of(30, 3, 1), *at = strchr(text, '{');
    long before = -1, largest_gap = 0;
    (void)state;
    at = strstr(at, "vmap {") + strlen("vmap {");
    for (char *end = at; *at && *at != '}'; at = strpbrk(end, ",}")) {
        at += *at == ',';
        long place = strtol(at, &end, 10);
        assert_true(place > before && place < 9973);
        largest_gap = place - before > largest_gap ? place - before : largest_gap;
        before = place;
    }
    assert_true(largest_gap > 1 && largest_gap <= 2 * 9973 / 2992 + 2);
    free(text);
}

static void test_nothing_is_lost_at_first(void **state)
{
    char *text = rules_of(0, 0, 0);
    (void)state;
    assert_null(strstr(text, "drop"));
    assert_null(strstr(text, "hook"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_seed_repeats_its_pattern),
        cmocka_unit_test(test_share_and_lanes),
        cmocka_unit_test(test_evenly_by_chance),
        cmocka_unit_test(test_nothing_is_lost_at_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
