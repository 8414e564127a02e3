/* SPDX-License-Identifier: MIT
 *
 * The advisor's choice, by costs that are made up: who comes first, who is left out, and why.
 */
#include "../../bench/advise/advice.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A poll costs ten writes; a connection for each another ten; all else is free. */
static struct cost_constants made_up(void)
{
    struct cost_constants constants = {.each = {{{0}}}};
    double(*of)[COST_FIGURES][COST_EVENTS] = constants.each;
    of[COST_SHORT_POLL_CLOSE][COST_CPU_S][COST_REQUESTS_MADE] = 2e-4;
    of[COST_SHORT_POLL][COST_CPU_S][COST_REQUESTS_MADE] = 1e-4;
    of[COST_LONG_POLL][COST_CPU_S][COST_REQUESTS_MADE] = 1e-4;
    of[COST_SSE][COST_CPU_S][COST_WRITES_MADE] = 1e-5;
    of[COST_WEBSOCKET][COST_CPU_S][COST_WRITES_MADE] = 1.05e-5;
    of[COST_SSE][COST_FRAMING_BYTES][COST_MESSAGES_MADE] = 30;
    of[COST_WEBSOCKET][COST_FRAMING_BYTES][COST_MESSAGES_MADE] = 2;
    return constants;
}

static struct advice_question question(double rate, double max_delay_s, double round_trip_s)
{
    return (struct advice_question){
        .point = {.times = {.poisson = true,
                            .rate = rate,
                            .round_trip_s = round_trip_s,
                            .hold_s = 15},
                  .clients = 100,
                  .payload_bytes = 100,
                  .heartbeat_s = 15},
        .max_delay_s = max_delay_s,
    };
}

static void test_intervals(void **state)
{
    struct advice_question asked = question(1, 2, 0.1);
    (void)state;
    assert_true(fabs(advice_interval_s(&asked) - 1.95) < 1e-9);
    asked.point.times.rate = 1000; /* a poll is given no more than so many */
    assert_true(fabs(advice_interval_s(&asked) - 0.9) < 1e-9);
    asked.max_delay_s = 0.055;
    assert_true(advice_interval_s(&asked) == 0);
    asked.max_delay_s = 0.12; /* less than a round trip apart */
    assert_true(advice_interval_s(&asked) == 0);
    asked.point.times.interval_s = 3;
    assert_true(advice_interval_s(&asked) == 3);
}

static const struct advice *find(const struct advice ranked[COST_TRANSPORTS],
                                 enum cost_transport transport)
{
    while (ranked->transport != transport)
        ranked++;
    return ranked;
}

/* Sparse: streams, and of two that are level the one with fewer bytes. Dense: a poll. */
static void test_density_decides(void **state)
{
    struct cost_constants constants = made_up();
    struct advice ranked[COST_TRANSPORTS];
    char reason[ADVICE_TEXT_SIZE];
    struct advice_question asked = question(1, 1, 0);
    (void)state;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].transport, COST_WEBSOCKET);
    assert_int_equal(ranked[1].transport, COST_SSE);
    assert_int_equal(ranked[4].transport, COST_SHORT_POLL_CLOSE);
    advice_reason(ranked, &asked, ENGLISH, reason);
    assert_non_null(strstr(reason, "Take websocket: messages are sparse"));
    assert_non_null(strstr(reason, "sse, the next"));
    asked.point.times.rate = 30;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].transport, COST_SHORT_POLL);
    advice_reason(ranked, &asked, ENGLISH, reason);
    assert_non_null(strstr(reason, "brings 30 messages at once"));
}

/* The same in Chinese, with the names that Chinese readers know, and nothing left to fill in.
 */
static void test_in_chinese(void **state)
{
    struct cost_constants constants = made_up();
    struct advice ranked[COST_TRANSPORTS];
    char reason[ADVICE_TEXT_SIZE];
    struct advice_question asked = question(30, 0.05, 0.05);
    (void)state;
    advice_rank(&constants, &asked, ranked);
    advice_reason(ranked, &asked, CHINESE, reason);
    assert_non_null(strstr(reason, "选用WebSocket："));
    assert_null(strchr(reason, '{'));
    for (unsigned i = 0; i < COST_TRANSPORTS; i++) {
        assert_null(strchr(ranked[i].remark[CHINESE], '{'));
        assert_int_equal(!ranked[i].remark[CHINESE][0], !ranked[i].remark[ENGLISH][0]);
    }
    assert_non_null(strstr(ranked[4].remark[CHINESE], "太晚"));
}

/* Where a poll is the cheapest since it gathers, servers that gather as long make push cheaper;
 * a window that is as short as the delay allows does not. */
static void test_gathering(void **state)
{
    struct cost_constants constants = made_up();
    struct advice ranked[COST_TRANSPORTS];
    struct advice_window window = {.window_s = 0};
    char reason[ADVICE_TEXT_SIZE];
    struct advice_question asked = question(30, 0.8, 0.05);
    (void)state;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].transport, COST_SHORT_POLL);
    assert_true(advice_gather(&constants, &asked, ranked, &window));
    assert_true(fabs(window.window_s - 0.775) < 1e-9);
    assert_int_equal(window.push.transport, COST_WEBSOCKET);
    assert_int_equal(window.push.standing, ADVICE_FITS);
    assert_true(window.push.figures.of[COST_CPU_S] < ranked[0].figures.of[COST_CPU_S]);
    advice_gather_reason(ranked, &window, ENGLISH, reason);
    assert_non_null(strstr(reason, "gathers for 775 ms (--coalesce), websocket takes "));
    advice_gather_reason(ranked, &window, CHINESE, reason);
    assert_non_null(strstr(reason, "攒 775 毫秒"));
    assert_null(strchr(reason, '{'));
    asked = question(1, 1, 0); /* push has its place already */
    advice_rank(&constants, &asked, ranked);
    assert_false(advice_gather(&constants, &asked, ranked, &window));
    asked = question(300, 10, 0); /* a poll may gather for longer than a server */
    asked.point.times.interval_s = 10;
    constants.each[COST_WEBSOCKET][COST_CPU_S][COST_WRITES_MADE] *= 20;
    constants.each[COST_SSE][COST_CPU_S][COST_WRITES_MADE] *= 20;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].transport, COST_SHORT_POLL);
    assert_false(advice_gather(&constants, &asked, ranked, &window));
}

static void test_too_late(void **state)
{
    struct cost_constants constants = made_up();
    struct advice ranked[COST_TRANSPORTS];
    char reason[ADVICE_TEXT_SIZE];
    struct advice_question asked = question(30, 0.03, 0.05);
    (void)state;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].standing, ADVICE_FITS); /* a stream: half a round trip */
    assert_int_equal(ranked[1].standing, ADVICE_FITS);
    for (unsigned i = 2; i < COST_TRANSPORTS; i++) {
        assert_int_equal(ranked[i].standing, ADVICE_EXCLUDED);
        assert_non_null(strstr(ranked[i].remark[ENGLISH], "too late"));
    }
    advice_reason(ranked, &asked, ENGLISH, reason);
    assert_non_null(strstr(reason, "needs no request"));
    asked.max_delay_s = 0.02;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].standing, ADVICE_EXCLUDED);
    advice_reason(ranked, &asked, ENGLISH, reason);
    assert_non_null(strstr(reason, "No transport meets this"));
}

static void test_both_ways(void **state)
{
    struct cost_constants constants = made_up();
    struct advice ranked[COST_TRANSPORTS];
    struct advice_question asked = question(1, 1, 0);
    (void)state;
    asked.both = true;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].transport, COST_WEBSOCKET);
    assert_int_equal(find(ranked, COST_SSE)->standing, ADVICE_EXCLUDED);
    assert_non_null(strstr(find(ranked, COST_SSE)->remark[ENGLISH], "second connection"));
    assert_int_equal(find(ranked, COST_LONG_POLL)->standing, ADVICE_EXCLUDED);
    assert_int_equal(find(ranked, COST_SHORT_POLL)->standing, ADVICE_FITS);
}

static void test_behind_a_proxy(void **state)
{
    struct cost_constants constants = made_up();
    struct advice ranked[COST_TRANSPORTS];
    char reason[ADVICE_TEXT_SIZE];
    struct advice_question asked = question(1, 1, 0);
    (void)state;
    asked.proxy = true;
    advice_rank(&constants, &asked, ranked);
    assert_int_equal(ranked[0].transport, COST_SSE);
    assert_int_equal(ranked[4].transport, COST_WEBSOCKET);
    assert_int_equal(ranked[4].standing, ADVICE_DOUBTFUL);
    assert_non_null(strstr(ranked[4].remark[ENGLISH], "Upgrade"));
    asked.max_delay_s = 0.001; /* streams alone are left, and one is doubtful */
    asked.point.times.round_trip_s = 0.002;
    advice_rank(&constants, &asked, ranked);
    advice_reason(ranked, &asked, ENGLISH, reason);
    assert_non_null(strstr(reason, "no other is left but a doubtful one"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals),      cmocka_unit_test(test_density_decides),
        cmocka_unit_test(test_in_chinese),     cmocka_unit_test(test_gathering),
        cmocka_unit_test(test_too_late),       cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_behind_a_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
