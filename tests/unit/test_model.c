/* SPDX-License-Identifier: MIT
 *
 * The model's formulas: known values, and against what a simulated timetable really does.
 */
#include "../../bench/compare/model.h"
#include "../../bench/compare/timetable.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_near(double got, double wanted, double off)
{
    if (!(fabs(got - wanted) <= off))
        fail_msg("%g is not %g", got, wanted);
}

static struct model_figures figures(enum transport_reads reads, bool poisson, double rate,
                                    double interval_s, double round_trip_s)
{
    const struct model_point point = {poisson, rate, interval_s, round_trip_s, 25};
    return model_of(reads, &point);
}

static void test_short_poll(void **state)
{
    (void)state;
    struct model_figures even = figures(READS_NOW, false, 1, 1, 0.1);
    struct model_figures chance = figures(READS_NOW, true, 1, 1, 0.1);
    assert_near(chance.useless, 0.3679, 0.0001);
    assert_near(even.useless, 0, 0);
    assert_near(chance.requests, 1, 0);
    assert_near(chance.delay_s, 0.55, 0);
    assert_near(figures(READS_NOW, true, 10, 1, 0).requests, 0.1, 1e-9);
    assert_near(figures(READS_NOW, true, 0.1, 1, 0).useless, 0.905, 0.001);
    assert_near(figures(READS_NOW, false, 0.1, 1, 0).useless, 0.9, 0.001);
    assert_near(figures(READS_NOW, false, 4, 1, 0).useless, 0, 0);
}

static void test_short_poll_is_stale(void **state)
{
    (void)state;
    assert_near(figures(READS_NOW, true, 1, 1, 0).stale, 0.3679, 0.0001);
    assert_near(figures(READS_NOW, true, 0.2, 5, 0).stale, 0.3679, 0.0001);
    assert_near(figures(READS_NOW, false, 1, 1, 0).stale, 0.5, 1e-9);
    assert_near(figures(READS_NOW, false, 10, 1, 0).stale, 0.95, 1e-9);
    assert_near(figures(READS_NOW, false, 0.5, 1, 0).stale, 0.25, 1e-9);
}

/* As a prototype has measured it at a round trip of 50 ms. */
static void test_long_poll_by_chance(void **state)
{
    static const struct {
        double rate, delay_ms, requests;
    } cases[] = {{1, 26.2, 1.00}, {10, 36.7, 0.903}, {100, 49.9, 0.200}};
    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct model_figures got = figures(READS_WAIT, true, cases[i].rate, 1, 0.05);
        assert_near(got.delay_s * 1e3, cases[i].delay_ms, 0.02 * cases[i].delay_ms);
        assert_near(got.requests, cases[i].requests, 0.01);
        assert_true(got.useless < 1e-9);
        assert_true(got.stale > 0 && got.stale < 1);
    }
    assert_near(figures(READS_WAIT, true, 0.01, 1, 0).requests, 4.52, 0.01); /* empty holds */
    assert_near(figures(READS_WAIT, true, 0.01, 1, 0).useless, 0.7788, 0.0001);
    assert_near(figures(READS_WAIT, true, 1e-6, 1, 0.1).stale, 0, 1e-6);
    assert_near(figures(READS_WAIT, true, 1, 1, 0).stale, 0, 1e-9);
}

static void test_long_poll_even(void **state)
{
    (void)state;
    assert_near(figures(READS_WAIT, false, 10, 1, 0.05).requests, 1, 1e-9);
    assert_near(figures(READS_WAIT, false, 10, 1, 0.05).delay_s, 0.025, 1e-9);
    assert_near(figures(READS_WAIT, false, 100, 1, 0.05).requests, 0.2, 1e-9);
    assert_near(figures(READS_WAIT, false, 100, 1, 0.05).delay_s, 0.05, 1e-9);
    assert_near(figures(READS_WAIT, false, 0.01, 1, 0).requests, 5, 1e-9);
    assert_near(figures(READS_WAIT, false, 0.01, 1, 0).useless, 0.8, 1e-9);
}

static void test_streams(void **state)
{
    (void)state;
    struct model_figures got = figures(READS_ON, true, 10, 1, 0.1);
    assert_near(got.delay_s, 0.05, 0);
    assert_near(got.requests, 0, 0);
    assert_near(got.stale, 1 - exp(-0.5), 1e-9);
    assert_near(figures(READS_ON, false, 10, 1, 0.1).stale, 0.5, 1e-9);
}

static void test_crossing(void **state)
{
    (void)state;
    assert_near(model_crossing(1, 0, 1), 1, 0);
    assert_near(model_crossing(800, 2, 102), 8, 0);
    assert_true(isinf(model_crossing(800, 102, 102)));
    assert_true(isinf(model_crossing(800, 200, 102)));
}

/* ---- timetables -------------------------------------------------------------------------- */

enum { COUNT = 500 };

static const int64_t second_ns = 1000000000;

/* Of the times to begin at, the share from which a second brings nothing; end meets beginning.
 */
static double empty_seconds(const int64_t times_ns[COUNT], int64_t duration_ns)
{
    double empty_ns = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        int64_t next_ns = i + 1 < COUNT ? times_ns[i + 1] : times_ns[0] + duration_ns;
        int64_t gap_ns = next_ns - times_ns[i];
        assert_true(gap_ns >= 0);
        empty_ns += gap_ns > second_ns ? (double)(gap_ns - second_ns) : 0;
    }
    return empty_ns / (double)duration_ns;
}

static void test_timetables_follow_the_law(void **state)
{
    int64_t times_ns[COUNT];
    (void)state;
    for (unsigned quarters = 1; quarters <= 16; quarters *= 2)
        for (unsigned seed = 0; seed < 20; seed++) {
            double rate = quarters / 4.0;
            int64_t duration_ns = (int64_t)(COUNT / rate * 1e9);
            for (int poisson = 0; poisson < 2; poisson++) {
                timetable_fill(poisson, seed, COUNT, duration_ns, times_ns);
                assert_true(times_ns[0] >= 0 && times_ns[COUNT - 1] < duration_ns);
                assert_near(empty_seconds(times_ns, duration_ns),
                            figures(READS_NOW, poisson, rate, 1, 0).useless, 0.005);
            }
        }
}

static void test_a_seed_is_a_timetable(void **state)
{
    int64_t one_ns[COUNT], same_ns[COUNT], other_ns[COUNT];
    (void)state;
    timetable_fill(true, 7, COUNT, second_ns, one_ns);
    timetable_fill(true, 7, COUNT, second_ns, same_ns);
    timetable_fill(true, 8, COUNT, second_ns, other_ns);
    assert_memory_equal(one_ns, same_ns, sizeof(one_ns));
    assert_memory_not_equal(one_ns, other_ns, sizeof(one_ns));
    timetable_fill(true, 7, 1, second_ns, one_ns);
    assert_true(one_ns[0] >= 0 && one_ns[0] < second_ns);
    timetable_fill(false, 7, 2, second_ns, one_ns);
    assert_int_equal(one_ns[0], second_ns / 4);
    assert_int_equal(one_ns[1], second_ns / 4 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_poll),
        cmocka_unit_test(test_short_poll_is_stale),
        cmocka_unit_test(test_long_poll_by_chance),
        cmocka_unit_test(test_long_poll_even),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_crossing),
        cmocka_unit_test(test_timetables_follow_the_law),
        cmocka_unit_test(test_a_seed_is_a_timetable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
