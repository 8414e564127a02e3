/* SPDX-License-Identifier: MIT
 *
 * Least squares with nothing below zero: a cost is never negative, and a fit that may say so
 * balances one absurd constant by another.
 */
#include "cost.h"

#include <math.h>
#include <string.h>

enum { SWEEPS = 20000 };

/* Of sums over all samples: what is solved is grid x = sums. */
struct normal {
    double grid[COST_EVENTS][COST_EVENTS];
    double sums[COST_EVENTS];
};

/* The figure as the events make it up: what theory knows is taken off, and what is told for
 * each client is summed. */
static double rest_of(enum cost_transport transport, const struct cost_sample *sample,
                      enum cost_figure figure)
{
    double measured = sample->measured.of[figure];
    if (figure == COST_USER_BYTES || figure == COST_KERNEL_BYTES)
        return measured * sample->point.clients;
    return measured - cost_theory(transport, &sample->point, figure);
}

/* Requests as they were counted, if only none: a cost is to be that of a request, whatever
 * theory thinks of their number. */
static void count_events(enum cost_transport transport, const struct cost_sample *sample,
                         double ret_events[COST_EVENTS])
{
    double counted = sample->measured.of[COST_REQUESTS];
    cost_events_of(transport, &sample->point, ret_events);
    double *requests = &ret_events[COST_REQUESTS_MADE];
    double *openings = &ret_events[COST_FAR_OPENINGS_MADE];
    if (isnan(counted) || *requests <= 0)
        return;
    *openings *= counted / *requests;
    *requests = counted;
}

/* An error counts by its share of what was measured. */
static void add_sample(struct normal *normal, enum cost_transport transport,
                       const struct cost_sample *sample, enum cost_figure figure)
{
    double events[COST_EVENTS], rest = rest_of(transport, sample, figure);
    double whole = fabs(sample->measured.of[figure]);
    double weight = whole > 0 ? 1 / (whole * whole) : 1;
    count_events(transport, sample, events);
    for (enum cost_event i = 0; i < COST_EVENTS; i++) {
        if (!cost_is_part(transport, figure, i))
            continue;
        normal->sums[i] += weight * events[i] * rest;
        for (enum cost_event j = 0; j < COST_EVENTS; j++)
            if (cost_is_part(transport, figure, j))
                normal->grid[i][j] += weight * events[i] * events[j];
    }
}

/* One constant after the other is set to where the error is least, until nothing moves. */
static void solve(const struct normal *normal, double ret_each[COST_EVENTS])
{
    double each[COST_EVENTS] = {0};
    bool moved = true;
    for (unsigned sweep = 0; moved && sweep < SWEEPS; sweep++) {
        moved = false;
        for (unsigned i = 0; i < COST_EVENTS; i++) {
            if (normal->grid[i][i] <= 0)
                continue;
            double left = normal->sums[i], before = each[i];
            for (unsigned j = 0; j < COST_EVENTS; j++)
                left -= j == i ? 0 : normal->grid[i][j] * each[j];
            each[i] = fmax(0, left / normal->grid[i][i]);
            moved = moved || fabs(each[i] - before) > 1e-9 * each[i];
        }
    }
    memcpy(ret_each, each, sizeof(each));
}

bool cost_fit(struct cost_constants *constants, enum cost_transport transport,
              const struct cost_sample samples[], unsigned count)
{
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++) {
        struct normal normal = {.sums = {0}};
        double *each = constants->each[transport][figure];
        unsigned known = 0;
        for (unsigned i = 0; i < count; i++)
            if (isfinite(samples[i].measured.of[figure])) {
                add_sample(&normal, transport, &samples[i], figure);
                known++;
            }
        for (enum cost_event event = 0; known == 0 && event < COST_EVENTS; event++)
            each[event] = NAN;
        if (known > 0)
            solve(&normal, each);
    }
    return count > 0;
}
