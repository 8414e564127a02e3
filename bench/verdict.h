/* SPDX-License-Identifier: MIT
 *
 * Verdict: what figures that were measured several times say about an order. Less is better.
 * Pure; a figure is its spread over the repeats.
 */
#ifndef PUSHBENCH_VERDICT_H
#define PUSHBENCH_VERDICT_H

#include "spread.h"

#include <stdbool.h>

enum verdict_kind {
    VERDICT_NONE,       /* a figure is missing */
    VERDICT_HOLDS,      /* each is better than the next */
    VERDICT_TIES,       /* none is worse than one behind it, but some cannot be told apart */
    VERDICT_ALL_TIE,    /* nothing can be told apart */
    VERDICT_LAST_FLIPS, /* as HOLDS or TIES, but for the last, which is better than another */
    VERDICT_FAILS,      /* one is worse than one behind it */
};

/* A tie: the repeats' ranges overlap, or the medians are within 3 %. */
bool verdict_tie(struct spread a, struct spread b);
/* What becomes of the claim that figures stand in this order, best first. */
enum verdict_kind verdict_of(const struct spread figures[], unsigned count);
/* Puts the indices in order, best first; those without a figure are left out. How many. */
unsigned verdict_order(const struct spread figures[], unsigned count, unsigned ret_order[]);

#endif
