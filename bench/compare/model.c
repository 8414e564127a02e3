/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <math.h>

/* The share of spans of this length in which no message comes. */
static double nothing_within(const struct model_point *point, double span_s)
{
    double expected = point->rate * span_s;
    return point->poisson ? exp(-expected) : fmax(0, 1 - expected);
}

/* How long, on average, within a span, its first message has been there. */
static double first_waits(const struct model_point *point, double span_s)
{
    double gap_s = 1 / point->rate;
    if (point->poisson)
        return span_s - (1 - nothing_within(point, span_s)) * gap_s;
    return span_s < gap_s ? span_s * span_s / (2 * gap_s) : span_s - gap_s / 2;
}

/* What is on its way to the client for delay_s keeps it stale; spans that overlap count once.
 */
static double on_the_way(const struct model_point *point, double delay_s)
{
    return 1 - nothing_within(point, delay_s);
}

static struct model_figures of_short_poll(const struct model_point *point)
{
    double interval_s = point->interval_s, one_way_s = point->round_trip_s / 2;
    double useless = nothing_within(point, interval_s);
    /* An answer travels; a message that comes meanwhile is counted by its own poll. */
    double travels_s = on_the_way(point, one_way_s) / point->rate;
    return (struct model_figures){
        .requests = 1 / (point->rate * interval_s),
        .useless = useless,
        .delay_s = interval_s / 2 + one_way_s,
        .stale =
            fmin(1, (first_waits(point, interval_s) + (1 - useless) * travels_s) / interval_s),
    };
}

/*
 * From answer to answer: for a round trip nobody asks (gap); then the next message, or the end
 * of the hold, whichever comes first.
 */
static struct model_figures of_long_poll(const struct model_point *point)
{
    double gap_s = point->round_trip_s, one_way_s = gap_s / 2, rate = point->rate;
    double cycle_s, useless, stale;
    if (point->poisson) {
        double in_vain = exp(-rate * point->hold_s);
        cycle_s = gap_s + exp(-rate * gap_s) * (1 - in_vain) / rate;
        useless = exp(-rate * gap_s) * in_vain;
        /* An answer that ends a hold takes nothing away. */
        stale = 1 - exp(-rate * one_way_s) / (rate * gap_s + exp(-rate * gap_s));
    } else if (rate * gap_s >= 1) {
        cycle_s = gap_s;
        useless = 0;
        stale = 1;
    } else {
        double answers = 1 + floor((1 / rate - gap_s) / (point->hold_s + gap_s));
        cycle_s = 1 / (rate * answers);
        useless = 1 - 1 / answers;
        stale = rate * one_way_s;
    }
    bool waits = point->poisson || rate * gap_s >= 1;
    return (struct model_figures){
        .requests = 1 / (rate * cycle_s),
        .useless = useless,
        .delay_s = one_way_s + (waits ? gap_s * gap_s / (2 * cycle_s) : 0),
        .stale = stale,
    };
}

struct model_figures model_of(enum transport_reads reads, const struct model_point *point)
{
    double one_way_s = point->round_trip_s / 2;
    if (reads == READS_NOW)
        return of_short_poll(point);
    if (reads == READS_WAIT)
        return of_long_poll(point);
    return (struct model_figures){.delay_s = one_way_s, .stale = on_the_way(point, one_way_s)};
}

double model_crossing(double exchange, double message, double other)
{
    return other > message ? exchange / (other - message) : INFINITY;
}
