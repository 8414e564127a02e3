/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <math.h>

static const double tie_share = 0.03;

bool verdict_tie(struct spread a, struct spread b)
{
    bool overlap = a.min <= b.max && b.min <= a.max;
    return overlap ||
           fabs(a.median - b.median) <= tie_share * fmin(fabs(a.median), fabs(b.median));
}

enum verdict_kind verdict_of(const struct spread figures[], unsigned count)
{
    unsigned flips = 0, last_flips = 0, ties = 0, pairs = 0, neighbours_tie = 0;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = i + 1; j < count; j++) {
            if (isnan(figures[i].median) || isnan(figures[j].median))
                return VERDICT_NONE;
            bool tie = verdict_tie(figures[i], figures[j]);
            bool flip = !tie && figures[i].median > figures[j].median;
            pairs++;
            ties += tie;
            neighbours_tie += tie && j == i + 1;
            flips += flip;
            last_flips += flip && j == count - 1;
        }
    if (flips > 0)
        return flips == last_flips ? VERDICT_LAST_FLIPS : VERDICT_FAILS;
    if (ties == pairs)
        return VERDICT_ALL_TIE;
    return neighbours_tie > 0 ? VERDICT_TIES : VERDICT_HOLDS;
}

unsigned verdict_order(const struct spread figures[], unsigned count, unsigned ret_order[])
{
    unsigned known = 0;
    for (unsigned i = 0; i < count; i++) {
        if (isnan(figures[i].median))
            continue;
        unsigned at = known++;
        for (; at > 0 && figures[ret_order[at - 1]].median > figures[i].median; at--)
            ret_order[at] = ret_order[at - 1];
        ret_order[at] = i;
    }
    return known;
}
