/* SPDX-License-Identifier: MIT */
#include "timetable.h"

#include "../churn_plan.h"

#include <math.h>

/* 0 to 1, 1 excluded. */
static double draw(uint64_t *state)
{
    return (double)(churn_random(state) >> 11) / (double)(UINT64_C(1) << 53);
}

/* The integral of the exponential distribution's quantiles from share on. */
static double tail_sum(double share)
{
    return share < 1 ? (1 - share) * (1 - log(1 - share)) : 0;
}

static double part_mean(unsigned part, unsigned count)
{
    return count * (tail_sum((double)part / count) - tail_sum((double)(part + 1) / count));
}

void timetable_fill(bool poisson, uint64_t seed, unsigned count, int64_t duration_ns,
                    int64_t ret_times_ns[])
{
    double mean_ns = (double)duration_ns / count, at_ns;
    uint64_t state =
        (seed + 1) * UINT64_C(0x9e3779b97f4a7c15); /* small seeds differ in few bits */
    state += state == 0;
    for (unsigned i = 0; i < count; i++)
        ret_times_ns[i] = (int64_t)(mean_ns * (poisson ? part_mean(i, count) : 1));
    for (unsigned i = count; poisson && i > 1; i--) { /* shuffled: Fisher and Yates */
        unsigned other = (unsigned)(draw(&state) * i);
        int64_t kept_ns = ret_times_ns[i - 1];
        ret_times_ns[i - 1] = ret_times_ns[other];
        ret_times_ns[other] = kept_ns;
    }
    /* The first gap is cut in two by the beginning; the rest of it lies at the end. */
    at_ns = (double)ret_times_ns[0] * (poisson ? draw(&state) : 0.5);
    for (unsigned i = 0; i < count; i++) {
        double gap_ns = i + 1 < count ? (double)ret_times_ns[i + 1] : 0;
        ret_times_ns[i] = (int64_t)at_ns;
        at_ns += gap_ns;
    }
}
