/* SPDX-License-Identifier: MIT
 *
 * What becomes of each claim, with figures that make its verdict flip.
 */
#include "../../bench/claims/claims_verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_verdict(struct claim_verdict verdict, enum claim_verdict_kind kind,
                           enum claim_reason reason)
{
    assert_int_equal(verdict.kind, kind);
    assert_int_equal(verdict.reason, reason);
}

static void assert_near(double got, double wanted)
{
    assert_true(fabs(got - wanted) <= 1e-9 * fabs(wanted));
}

static void test_crossing(void **state)
{
    (void)state;
    static const double at[] = {1, 4, 16};
    double between[2];
    assert_near(claim_crossing(at, (double[]){1, -1, -2}, 3, between),
                2); /* half way, by the logarithm */
    assert_near(claim_crossing(at, (double[]){3, 1, -1}, 3, between), 8);
    assert_near(between[0], 4);
    assert_near(between[1], 16);
    assert_near(claim_crossing(at, (double[]){3, 1, 0}, 3, between), 16);
    assert_true(claim_crossing(at, (double[]){-1, 1, 1}, 3, between) == 0);
    assert_true(isinf(claim_crossing(at, (double[]){1, 1, 1}, 3, between)));
    assert_true(isnan(claim_crossing(at, (double[]){1, NAN, -1}, 3, between)));
}

static void test_handshakes(void **state)
{
    (void)state;
    assert_verdict(claim_2_verdict(1, 1), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_2_verdict(2, 1), CLAIM_FAILS, REASON_MORE_HANDSHAKES);
    assert_verdict(claim_2_verdict(1, 1.5), CLAIM_FAILS, REASON_MORE_HANDSHAKES);
    assert_verdict(claim_2_verdict(NAN, 1), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_pushing(void **state)
{
    (void)state;
    assert_verdict(claim_6_verdict(1, 0, 250), CLAIM_FAILS, REASON_OPEN_ANSWER);
    assert_verdict(claim_6_verdict(1, 0.5, 250), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_6_verdict(200, 0, 250), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_6_verdict(NAN, 0, 250), CLAIM_UNKNOWN, REASON_NONE);
    assert_verdict(claim_14_verdict(0, 1.5, 1), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_14_verdict(0.1, 1.5, 1), CLAIM_FAILS, REASON_OTHER_REQUESTS);
    assert_verdict(claim_14_verdict(0, 4, 1), CLAIM_FAILS, REASON_LATER_THAN_WEBSOCKET);
    assert_verdict(claim_14_verdict(0, NAN, 1), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_heartbeats(void **state)
{
    (void)state;
    assert_verdict(claim_7_verdict(1490, 1500, 250, 0), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_7_verdict(1740, 1500, 250, 0), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_7_verdict(1760, 1500, 250, 0), CLAIM_FAILS, REASON_LATE_ALARM);
    assert_verdict(claim_7_verdict(INFINITY, 1500, 250, 0), CLAIM_FAILS, REASON_NO_ALARM);
    assert_verdict(claim_7_verdict(1490, 1500, 250, 1), CLAIM_FAILS, REASON_FALSE_ALARMS);
    assert_verdict(claim_7_verdict(NAN, 1500, 250, 0), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_useless(void **state)
{
    (void)state;
    static const double at[] = {0.25, 1};
    struct claim_verdict verdict = claim_8_verdict(at, (double[]){0.75, 0.25}, 2, 100, 200);
    assert_verdict(verdict, CLAIM_ONLY_WHEN, REASON_BELOW_PER_POLL);
    assert_near(verdict.number, 0.5);
    assert_near(verdict.between[0], 0.25);
    assert_near(verdict.between[1], 1);
    assert_verdict(claim_8_verdict(at, (double[]){0.9, 0.6}, 2, 100, 200), CLAIM_HOLDS,
                   REASON_NONE);
    assert_verdict(claim_8_verdict(at, (double[]){0.4, 0.1}, 2, 100, 200), CLAIM_FAILS,
                   REASON_SELDOM_USELESS);
    assert_verdict(claim_8_verdict(at, (double[]){0.9, 0.6}, 2, 201, 200), CLAIM_FAILS,
                   REASON_NOT_SHORTEST);
    assert_verdict(claim_8_verdict(at, (double[]){NAN, 0.6}, 2, 100, 200), CLAIM_UNKNOWN,
                   REASON_NONE);
}

static void test_many_users(void **state)
{
    (void)state;
    struct claim_verdict verdict = claim_9_verdict(100, 10);
    assert_verdict(verdict, CLAIM_ONLY_WHEN, REASON_ABOVE_CLIENTS);
    assert_near(verdict.number, 1000);
    assert_verdict(claim_9_verdict(10, 10), CLAIM_FAILS, REASON_AS_CHEAP);
    assert_verdict(claim_9_verdict(NAN, 10), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_long_poll(void **state)
{
    (void)state;
    assert_verdict(claim_10_verdict(1.05, 1, 1, 250), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_10_verdict(2, 1, 1, 250), CLAIM_FAILS, REASON_OTHER_REQUESTS);
    assert_verdict(claim_10_verdict(1, 1, 200, 250), CLAIM_FAILS, REASON_NO_SOONER);
    assert_verdict(claim_10_verdict(1, 1, NAN, 250), CLAIM_UNKNOWN, REASON_NONE);

    static const double at[] = {0.5, 2};
    struct claim_verdict verdict = claim_11_verdict(at, (double[]){0.5, 2}, 2);
    assert_verdict(verdict, CLAIM_ONLY_WHEN, REASON_BELOW_PER_POLL);
    assert_near(verdict.number, 1);
    assert_verdict(claim_11_verdict(at, (double[]){0.2, 0.9}, 2), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_11_verdict(at, (double[]){1, 2}, 2), CLAIM_FAILS,
                   REASON_MORE_REQUESTS);
    assert_verdict(claim_11_verdict(at, (double[]){NAN, 2}, 2), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_holding(void **state)
{
    (void)state;
    struct claim_verdict verdict = claim_12_verdict(500, 10000);
    assert_verdict(verdict, CLAIM_ONLY_WHEN, REASON_THREAD_EACH);
    assert_near(verdict.number, 20);
    assert_verdict(claim_12_verdict(5000, 10000), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_12_verdict(500, NAN), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_keep_alive(void **state)
{
    (void)state;
    assert_verdict(claim_13_verdict(700, 25, 8, 25), CLAIM_ONLY_WHEN, REASON_LONG_ROUND_TRIP);
    assert_verdict(claim_13_verdict(700, 12, 8, 25), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_13_verdict(700, 25, 24, 25), CLAIM_FAILS, REASON_KEPT_UP);
    assert_verdict(claim_13_verdict(0, 25, 8, 25), CLAIM_FAILS, REASON_NO_HEADERS);
    assert_verdict(claim_13_verdict(700, NAN, 8, 25), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_savings(void **state)
{
    (void)state;
    static const double at[] = {1, 4};
    /* Two resources; the one that flips first decides. */
    struct claim_verdict verdict = claim_15_verdict(at, (double[]){1, 1, 5, -5}, 2, 2);
    assert_verdict(verdict, CLAIM_ONLY_WHEN, REASON_BELOW_PER_POLL);
    assert_near(verdict.number, 2);
    assert_near(verdict.between[0], 1);
    assert_near(verdict.between[1], 4);
    assert_verdict(claim_15_verdict(at, (double[]){1, 1, 5, 5}, 2, 2), CLAIM_HOLDS,
                   REASON_NONE);
    assert_verdict(claim_15_verdict(at, (double[]){1, 1, -5, -5}, 2, 2), CLAIM_FAILS,
                   REASON_DEARER);
    assert_verdict(claim_15_verdict(at, (double[]){1, 1, NAN, 5}, 2, 2), CLAIM_UNKNOWN,
                   REASON_NONE);
    assert_verdict(claim_16_verdict(2, 1), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_16_verdict(1, 1), CLAIM_FAILS, REASON_ONE_CONNECTION);
    assert_verdict(claim_16_verdict(NAN, 1), CLAIM_UNKNOWN, REASON_NONE);
}

/* Two figures each, by groups: sparse and dense, with SSE and with keep-alive in each. */
static void test_order(void **state)
{
    (void)state;
    enum verdict_kind kinds[2 * CLAIM_18_GROUPS] = {
        VERDICT_HOLDS, VERDICT_TIES, VERDICT_HOLDS, VERDICT_ALL_TIE,
        VERDICT_HOLDS, VERDICT_NONE, VERDICT_TIES,  VERDICT_HOLDS};
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_HOLDS, REASON_NONE);
    kinds[7] = VERDICT_FAILS;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_ONLY_WHEN, REASON_SSE);
    kinds[2] = VERDICT_LAST_FLIPS;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_ONLY_WHEN, REASON_SSE);
    kinds[4] = VERDICT_FAILS;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_ONLY_WHEN, REASON_SSE_AND_SPARSE);
    kinds[2] = VERDICT_HOLDS;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_ONLY_WHEN, REASON_SPARSE);
    kinds[0] = VERDICT_FAILS;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_ONLY_WHEN, REASON_SOME_FIGURES);
    assert_int_equal(claim_18_kept(kinds, 2), 1);
    for (unsigned i = 0; i < 2 * CLAIM_18_GROUPS; i++)
        kinds[i] = i % 2 ? VERDICT_FAILS : VERDICT_ALL_TIE;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_FAILS, REASON_NO_FIGURE);
    for (unsigned i = 0; i < 2 * CLAIM_18_GROUPS; i++)
        kinds[i] = VERDICT_NONE;
    assert_verdict(claim_18_verdict(kinds, 2), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_when_to_use_which(void **state)
{
    (void)state;
    const struct claim_19_figures cheaper = {1, 250, 500, 900, 5000, 9000};
    struct claim_19_figures figures = cheaper;
    assert_verdict(claim_19_verdict(&figures), CLAIM_HOLDS, REASON_NONE);
    figures.one_http = 930; /* three percent more */
    assert_verdict(claim_19_verdict(&figures), CLAIM_HOLDS, REASON_HTTP_SUFFICES);
    figures.many_http = 12000;
    assert_verdict(claim_19_verdict(&figures), CLAIM_ONLY_WHEN, REASON_LITTLE_IS_FETCHED);
    figures.one_http = 1200;
    assert_verdict(claim_19_verdict(&figures), CLAIM_FAILS, REASON_HTTP_DEARER);
    figures = cheaper;
    figures.push_ms = 200;
    assert_verdict(claim_19_verdict(&figures), CLAIM_FAILS, REASON_NO_SOONER);
    figures.poll_ms = NAN;
    assert_verdict(claim_19_verdict(&figures), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_reliable(void **state)
{
    (void)state;
    struct claim_verdict verdict = claim_21_verdict(40, 0);
    assert_verdict(verdict, CLAIM_ONLY_WHEN, REASON_CURSOR);
    assert_near(verdict.number, 40);
    assert_verdict(claim_21_verdict(0, 0), CLAIM_HOLDS, REASON_NONE);
    assert_verdict(claim_21_verdict(40, 1), CLAIM_FAILS, REASON_LOST_ANYWAY);
    assert_verdict(claim_21_verdict(NAN, 0), CLAIM_UNKNOWN, REASON_NONE);
}

static void test_simple(void **state)
{
    (void)state;
    struct claim_22_figures figures = {{100, 80, 105}, {150, 120, 160}};
    assert_verdict(claim_22_verdict(&figures), CLAIM_HOLDS, REASON_NONE);
    figures.server.websocket = 1300;
    assert_verdict(claim_22_verdict(&figures), CLAIM_ONLY_WHEN, REASON_IN_THE_PAGE);
    figures.page.sse = 120;
    assert_verdict(claim_22_verdict(&figures), CLAIM_FAILS, REASON_MORE_LINES);
    figures.server.polls = NAN;
    assert_verdict(claim_22_verdict(&figures), CLAIM_UNKNOWN, REASON_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crossing),   cmocka_unit_test(test_handshakes),
        cmocka_unit_test(test_pushing),    cmocka_unit_test(test_heartbeats),
        cmocka_unit_test(test_useless),    cmocka_unit_test(test_many_users),
        cmocka_unit_test(test_long_poll),  cmocka_unit_test(test_holding),
        cmocka_unit_test(test_keep_alive), cmocka_unit_test(test_savings),
        cmocka_unit_test(test_order),      cmocka_unit_test(test_when_to_use_which),
        cmocka_unit_test(test_reliable),   cmocka_unit_test(test_simple),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
