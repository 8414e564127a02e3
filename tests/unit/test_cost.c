/* SPDX-License-Identifier: MIT
 *
 * What transports cost: what happens in a second, what it comes to, and whether the constants
 * are found again in figures that were made of them.
 */
#include "../../bench/advise/cost.h"

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

static struct cost_point point_at(double rate, double clients, double payload_bytes)
{
    return (struct cost_point){
        .times = {.poisson = true, .rate = rate, .interval_s = 1, .hold_s = 15},
        .clients = clients,
        .payload_bytes = payload_bytes,
        .heartbeat_s = 15,
    };
}

static double event_at(enum cost_transport transport, const struct cost_point *point,
                       enum cost_event event)
{
    double events[COST_EVENTS];
    cost_events_of(transport, point, events);
    return events[event];
}

static void test_names(void **state)
{
    (void)state;
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++)
        assert_int_equal(cost_transport_find(cost_transport_names[transport]), transport);
    assert_int_equal(cost_transport_find("carrier_pigeon"), COST_TRANSPORTS);
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++)
        assert_non_null(cost_figure_names[figure]);
}

static void test_what_happens(void **state)
{
    struct cost_point point = point_at(2, 30, 100);
    (void)state;
    assert_near(event_at(COST_SHORT_POLL, &point, COST_REQUESTS_MADE), 30, 0);
    assert_near(event_at(COST_LONG_POLL, &point, COST_REQUESTS_MADE), 60, 1e-9);
    assert_near(event_at(COST_SSE, &point, COST_REQUESTS_MADE), 0, 0);
    assert_near(event_at(COST_SSE, &point, COST_WRITES_MADE), 60, 1e-9);
    assert_near(event_at(COST_SHORT_POLL, &point, COST_WRITES_MADE), 0, 0);
    assert_near(event_at(COST_SSE, &point, COST_BEATS_MADE), 2, 1e-9);
    assert_near(event_at(COST_LONG_POLL, &point, COST_BEATS_MADE), 0, 0);
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++) {
        assert_near(event_at(transport, &point, COST_MESSAGES_MADE), 60, 0);
        assert_near(event_at(transport, &point, COST_PUBLISHES_MADE), 2, 0);
        assert_near(event_at(transport, &point, COST_PAYLOADS_BROUGHT), 6000, 0);
        assert_true(event_at(transport, &point, COST_WAKES_MADE) <= 32);
    }
}

/* Silence costs polls, holds that end, and heartbeats. */
static void test_nothing_is_published(void **state)
{
    struct cost_point point = point_at(0, 30, 100);
    (void)state;
    assert_near(event_at(COST_SHORT_POLL, &point, COST_REQUESTS_MADE), 30, 0);
    assert_near(event_at(COST_LONG_POLL, &point, COST_REQUESTS_MADE), 2, 1e-9);
    assert_near(event_at(COST_WEBSOCKET, &point, COST_WRITES_MADE), 0, 0);
    assert_near(event_at(COST_WEBSOCKET, &point, COST_BEATS_MADE), 2, 1e-9);
    assert_near(cost_theory(COST_LONG_POLL, &point, COST_USELESS), 1, 0);
    assert_near(cost_theory(COST_SSE, &point, COST_DELAY_S), 0, 0);
}

/* A window of 100 ms at 20/s: the message that opens it and two more, by chance; by a clock the
 * third comes as it closes. */
static void test_windows(void **state)
{
    struct cost_point point = point_at(20, 10, 100);
    (void)state;
    point.coalesce_s = 0.1;
    assert_near(event_at(COST_SSE, &point, COST_WRITES_MADE), 10 * 20 / 3.0, 1e-9);
    assert_near(event_at(COST_SSE, &point, COST_MESSAGES_MADE), 200, 1e-9);
    assert_near(event_at(COST_LONG_POLL, &point, COST_REQUESTS_MADE), 10 * 20 / 3.0, 1e-9);
    assert_near(cost_theory(COST_SSE, &point, COST_DELAY_S), 0.2 / 3, 1e-9);
    assert_near(cost_theory(COST_LONG_POLL, &point, COST_DELAY_S), 0.2 / 3, 1e-9);
    assert_near(cost_theory(COST_SSE, &point, COST_WORST_S), 0.1, 1e-9);
    point.times.poisson = false;
    point.times.rate = 25;
    assert_near(event_at(COST_SSE, &point, COST_WRITES_MADE), 10 * 25 / 3.0, 1e-9);
    assert_near(cost_theory(COST_SSE, &point, COST_DELAY_S), 0.06, 1e-9);
}

static void test_delays(void **state)
{
    struct cost_point point = point_at(10, 10, 100);
    (void)state;
    point.times.round_trip_s = 0.05;
    assert_near(cost_theory(COST_SHORT_POLL, &point, COST_DELAY_S), 0.525, 1e-9);
    assert_near(cost_theory(COST_SHORT_POLL, &point, COST_WORST_S), 1.025, 1e-9);
    assert_near(cost_theory(COST_LONG_POLL, &point, COST_DELAY_S), 0.0363, 0.0001);
    assert_near(cost_theory(COST_LONG_POLL, &point, COST_WORST_S), 0.075, 1e-9);
    assert_near(cost_theory(COST_WEBSOCKET, &point, COST_DELAY_S), 0.025, 1e-9);
    point.times.poisson = false; /* no message comes within the round trip of another */
    assert_near(cost_theory(COST_LONG_POLL, &point, COST_WORST_S), 0.025, 1e-9);
}

/* ---- constants --------------------------------------------------------------------------- */

/* Of no machine. */
static const struct cost_constants made_up =
    {.each = {[COST_SSE] =
                  {[COST_FRAMING_BYTES] = {[COST_MESSAGES_MADE] = 30, [COST_BEATS_MADE] = 25},
                   [COST_SEGMENTS] = {[COST_WRITES_MADE] = 1, [COST_ACKS_MADE] = 1},
                   [COST_CPU_S] = {[COST_WRITES_MADE] = 4e-6,
                                   [COST_PUBLISHES_MADE] = 2e-5,
                                   [COST_WAKES_MADE] = 3e-5,
                                   [COST_PAYLOADS_BROUGHT] = 1e-9,
                                   [COST_SECONDS_GONE] = 1e-4},
                   [COST_DELAY_S] = {[COST_SECONDS_GONE] = 1e-4, [COST_CLIENTS_THERE] = 4e-6},
                   [COST_USER_BYTES] = {[COST_CLIENTS_THERE] = 200}},
              [COST_SHORT_POLL] = {
                  [COST_UP_BYTES] = {[COST_REQUESTS_MADE] = 600},
                  [COST_HEADER_BYTES] = {[COST_REQUESTS_MADE] = 800},
                  [COST_FRAMING_BYTES] = {[COST_REQUESTS_MADE] = 40, [COST_MESSAGES_MADE] = 90},
                  [COST_SEGMENTS] = {[COST_REQUESTS_MADE] = 3},
                  [COST_CPU_S] = {[COST_REQUESTS_MADE] = 2e-5}}}};

static void test_prediction_adds_up(void **state)
{
    struct cost_point point = point_at(2, 10, 100);
    struct cost_figures got = cost_predict(&made_up, COST_SHORT_POLL, &point);
    (void)state;
    assert_near(got.of[COST_UP_BYTES], 6000, 1e-9);
    assert_near(got.of[COST_PAYLOAD_BYTES], 2000, 1e-9);
    assert_near(got.of[COST_BYTES], 8000 + 400 + 1800 + 2000, 1e-9);
    assert_near(got.of[COST_DOWN_BYTES], 6200, 1e-9);
    assert_near(got.of[COST_WIRE_BYTES], 12200 + 30 * 52, 1e-9);
    assert_near(got.of[COST_CPU_S], 2e-4, 1e-12);
    got = cost_predict(&made_up, COST_SSE, &point);
    assert_near(got.of[COST_DELAY_S], 1.4e-4, 1e-12);
    assert_near(got.of[COST_WORST_S], 1.4e-4, 1e-12);
    assert_near(got.of[COST_USER_BYTES], 200, 1e-9);
    assert_near(cost_part(&made_up, COST_SSE, &point, COST_CPU_S, COST_WRITES_MADE), 8e-5,
                1e-12);
    assert_near(cost_part(&made_up, COST_SSE, &point, COST_CPU_S, COST_ACKS_MADE), 0, 0);
}

enum { RATES = 4, SIZES = 3, SAMPLES = RATES * SIZES * SIZES };

static void make_samples(enum cost_transport transport, struct cost_sample samples[SAMPLES])
{
    static const double rates[RATES] = {0.5, 5, 50, 300}, sizes[SIZES] = {5, 50, 400};
    for (unsigned i = 0; i < SAMPLES; i++) {
        samples[i].point =
            point_at(rates[i % RATES], sizes[i / RATES % SIZES], 10 * sizes[i / RATES / SIZES]);
        samples[i].measured = cost_predict(&made_up, transport, &samples[i].point);
    }
}

static void test_constants_are_found_again(void **state)
{
    struct cost_sample samples[SAMPLES];
    struct cost_constants found = {0};
    struct cost_point elsewhere = point_at(20, 150, 1000);
    (void)state;
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++) {
        make_samples(transport, samples);
        assert_true(cost_fit(&found, transport, samples, SAMPLES));
        struct cost_figures wanted = cost_predict(&made_up, transport, &elsewhere);
        struct cost_figures got = cost_predict(&found, transport, &elsewhere);
        for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++)
            assert_near(got.of[figure], wanted.of[figure], 0.001 * wanted.of[figure] + 1e-15);
    }
    const double *each = found.each[COST_SSE][COST_CPU_S];
    assert_near(each[COST_WRITES_MADE], 4e-6, 4e-8);
    assert_near(each[COST_WAKES_MADE], 3e-5, 6e-7);
}

/* Where more was asked than theory thinks, what a request costs is found all the same. */
static void test_requests_count_as_they_were_counted(void **state)
{
    struct cost_sample samples[SAMPLES];
    struct cost_constants found;
    (void)state;
    make_samples(COST_SHORT_POLL, samples);
    for (unsigned i = 0; i < SAMPLES; i++) {
        double *of = samples[i].measured.of, more = 0.3 * of[COST_REQUESTS];
        of[COST_REQUESTS] += more;
        of[COST_UP_BYTES] += more * 600;
        of[COST_HEADER_BYTES] += more * 800;
        of[COST_CPU_S] += more * 2e-5;
    }
    assert_true(cost_fit(&found, COST_SHORT_POLL, samples, SAMPLES));
    double(*each)[COST_EVENTS] = found.each[COST_SHORT_POLL];
    assert_near(each[COST_UP_BYTES][COST_REQUESTS_MADE], 600, 0.01);
    assert_near(each[COST_HEADER_BYTES][COST_REQUESTS_MADE], 800, 0.01);
    assert_near(each[COST_CPU_S][COST_REQUESTS_MADE], 2e-5, 1e-8);
}

/* Figures that fall with what happens would want a cost below zero. */
static void test_nothing_costs_less_than_nothing(void **state)
{
    struct cost_sample samples[SAMPLES];
    struct cost_constants found;
    (void)state;
    make_samples(COST_SSE, samples);
    for (unsigned i = 0; i < SAMPLES; i++)
        samples[i].measured.of[COST_CPU_S] = 1 / (1 + samples[i].point.times.rate);
    assert_true(cost_fit(&found, COST_SSE, samples, SAMPLES));
    for (enum cost_event event = 0; event < COST_EVENTS; event++)
        assert_true(found.each[COST_SSE][COST_CPU_S][event] >= 0);
}

static void test_what_was_not_measured_is_not_told(void **state)
{
    struct cost_sample samples[SAMPLES];
    struct cost_constants found;
    (void)state;
    make_samples(COST_SSE, samples);
    for (unsigned i = 0; i < SAMPLES; i++) {
        samples[i].measured.of[COST_CPU_S] = NAN;
        if (i > 0) /* one is enough to say something */
            samples[i].measured.of[COST_USER_BYTES] = NAN;
    }
    assert_true(cost_fit(&found, COST_SSE, samples, SAMPLES));
    struct cost_figures got = cost_predict(&found, COST_SSE, &samples[5].point);
    assert_true(isnan(got.of[COST_CPU_S]));
    assert_near(got.of[COST_USER_BYTES], 200, 1e-6);
    assert_near(got.of[COST_WIRE_BYTES], samples[5].measured.of[COST_WIRE_BYTES],
                0.001 * got.of[COST_WIRE_BYTES]);
    assert_false(cost_fit(&found, COST_SSE, samples, 0));
    got = cost_predict(&found, COST_SSE, &samples[5].point);
    assert_true(isnan(got.of[COST_WIRE_BYTES]));
    assert_false(isnan(got.of[COST_PAYLOAD_BYTES]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_what_happens),
        cmocka_unit_test(test_nothing_is_published),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_prediction_adds_up),
        cmocka_unit_test(test_constants_are_found_again),
        cmocka_unit_test(test_requests_count_as_they_were_counted),
        cmocka_unit_test(test_nothing_costs_less_than_nothing),
        cmocka_unit_test(test_what_was_not_measured_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
