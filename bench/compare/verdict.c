/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <math.h>

bool verdict_tie_within(struct spread a, struct spread b, struct tolerance tolerance)
{
    bool overlap = a.min <= b.max && b.min <= a.max;
    double less = fmin(fabs(a.median), fabs(b.median));
    return overlap ||
           fabs(a.median - b.median) <= fmax(tolerance.share * less, tolerance.absolute);
}

/* Student's t that is exceeded, either way, in one of a hundred cases. */
static double student(unsigned freedom)
{
    static const double quantiles[] = {63.66, 9.92, 5.84, 4.60, 4.03, 3.71, 3.50,
                                       3.36,  3.25, 3.17, 3.11, 3.05, 3.01, 2.98,
                                       2.95,  2.92, 2.90, 2.88, 2.86, 2.85};
    const unsigned known = sizeof(quantiles) / sizeof(quantiles[0]);
    return quantiles[(freedom < known ? freedom : known) - 1];
}

bool verdict_tie_paired(const double *a, const double *b, unsigned count,
                        struct tolerance tolerance)
{
    struct spread ours = spread_of(a, count), theirs = spread_of(b, count);
    double sum = 0, squares = 0;
    if (count < 2 || isnan(ours.median) || isnan(theirs.median) ||
        fabs(ours.median - theirs.median) <= tolerance.absolute)
        return true;
    if (ours.min <= 0 || theirs.min <= 0) /* there is no such ratio */
        return verdict_tie_within(ours, theirs, tolerance);
    for (unsigned i = 0; i < count; i++) {
        double ratio = log(a[i] / b[i]);
        sum += ratio;
        squares += ratio * ratio;
    }
    double mean = sum / count;
    double variance = fmax(0, squares - sum * mean) / (count - 1);
    double unsure = student(count - 1) * sqrt(variance / count);
    return fabs(mean) - unsure <= log1p(tolerance.share);
}

bool verdict_tie(const struct judged *a, const struct judged *b, struct tolerance tolerance)
{
    if (isnan(a->spread.median) || isnan(b->spread.median))
        return true;
    if (a->count > 0 && a->count == b->count)
        return verdict_tie_paired(a->repeats, b->repeats, a->count, tolerance);
    return verdict_tie_within(a->spread, b->spread, tolerance);
}

enum verdict_kind verdict_of(const struct judged figures[], unsigned count,
                             struct tolerance tolerance)
{
    unsigned flips = 0, last_flips = 0, ties = 0, pairs = 0, neighbours_tie = 0;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = i + 1; j < count; j++) {
            double ours = figures[i].spread.median, theirs = figures[j].spread.median;
            if (isnan(ours) || isnan(theirs))
                return VERDICT_NONE;
            bool tie = verdict_tie(&figures[i], &figures[j], tolerance);
            bool flip = !tie && ours > theirs;
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

unsigned verdict_order(const struct judged figures[], unsigned count, unsigned ret_order[])
{
    unsigned known = 0;
    for (unsigned i = 0; i < count; i++) {
        double ours = figures[i].spread.median;
        if (isnan(ours))
            continue;
        unsigned at = known++;
        for (; at > 0 && figures[ret_order[at - 1]].spread.median > ours; at--)
            ret_order[at] = ret_order[at - 1];
        ret_order[at] = i;
    }
    return known;
}
