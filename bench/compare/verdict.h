/* SPDX-License-Identifier: MIT
 *
 * Verdict: what figures that were measured several times say: whether two can be told apart,
 * and what becomes of an order. One judgement for all that compare transports (`compare`,
 * `claims`, `map`). Less is better. Pure.
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

/* A figure of one among several that ran at the same time. */
struct judged {
    struct spread spread;  /* a median of NAN: not known */
    const double *repeats; /* one for each repeat, the same ones for all; borrowed */
    unsigned count; /* 0: there are no repeats, and the spread tells how well it is known */
};

/*
 * Whether two cannot be told apart: by their repeats, if both have as many, for what disturbs
 * one then disturbs both (verdict_tie_paired); else by their spreads (verdict_tie_within). What
 * is not known ties with everything.
 */
bool verdict_tie(const struct judged *a, const struct judged *b, struct tolerance tolerance);
/* What becomes of the claim that figures stand in this order, best first. */
enum verdict_kind verdict_of(const struct judged figures[], unsigned count,
                             struct tolerance tolerance);
/* Puts the indices in order, best first; those without a figure are left out. How many. */
unsigned verdict_order(const struct judged figures[], unsigned count, unsigned ret_order[]);

/* Of different times, known within their spreads. A tie: these overlap, or the medians are
 * within the tolerance. */
bool verdict_tie_within(struct spread a, struct spread b, struct tolerance tolerance);
/*
 * Of the same times, repeat by repeat. No tie: the ratio is beyond the tolerance with 99 %
 * certainty, by Student's t on its logarithm. One repeat says nothing. All figures are 0 or
 * above.
 */
bool verdict_tie_paired(const double *a, const double *b, unsigned count,
                        struct tolerance tolerance);

#endif
