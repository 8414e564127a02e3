/* SPDX-License-Identifier: MIT
 *
 * Verdict: what figures that were measured several times say about an order. Less is better.
 * Pure.
 */
#ifndef PUSHBENCH_VERDICT_H
#define PUSHBENCH_VERDICT_H

#include "../spread.h"

#include <stdbool.h>

enum verdict_kind {
    VERDICT_NONE,       /* a figure is missing */
    VERDICT_HOLDS,      /* each is better than the next */
    VERDICT_TIES,       /* none is worse than one behind it, but some cannot be told apart */
    VERDICT_ALL_TIE,    /* nothing can be told apart */
    VERDICT_LAST_FLIPS, /* as HOLDS or TIES, but for the last, which is better than another */
    VERDICT_FAILS,      /* one is worse than one behind it */
};

/* Differences up to this are none, however sure they are. */
struct tolerance {
    double share;    /* of the smaller one */
    double absolute; /* in the figure's unit */
};

/* Figures of different times, known within their ranges. A tie: the ranges overlap, or the
 * medians are within 3 %. */
bool verdict_tie(struct spread a, struct spread b);
/* The same with another tolerance. */
bool verdict_tie_within(struct spread a, struct spread b, struct tolerance tolerance);
/*
 * Figures of the same times, repeat by repeat, which share what disturbs both. No tie: the
 * ratio is beyond the tolerance with 99 % certainty, by Student's t on its logarithm. One
 * repeat says nothing. All figures are 0 or above.
 */
bool verdict_tie_paired(const double *a, const double *b, unsigned count,
                        struct tolerance tolerance);

/* Whether two of those in question tie. */
struct verdict_ties {
    bool (*tie)(unsigned a, unsigned b, const void *arg);
    const void *arg;
};

/* What becomes of the claim that figures stand in this order, best first; ties by verdict_tie.
 */
enum verdict_kind verdict_of(const struct spread figures[], unsigned count);
/* The same with a notion of ties of the caller's own, between indices. */
enum verdict_kind verdict_of_ties(const struct spread figures[], unsigned count,
                                  const struct verdict_ties *ties_of);
/* Puts the indices in order, best first; those without a figure are left out. How many. */
unsigned verdict_order(const struct spread figures[], unsigned count, unsigned ret_order[]);

#endif
