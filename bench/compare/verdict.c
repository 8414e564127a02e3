/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <math.h>

static const struct tolerance usual = {.share = 0.03};

bool verdict_tie_within(struct spread a, struct spread b, struct tolerance tolerance)
{
    bool overlap = a.min <= b.max && b.min <= a.max;
    double less = fmin(fabs(a.median), fabs(b.median));
    return overlap ||
           fabs(a.median - b.median) <= fmax(tolerance.share * less, tolerance.absolute);
}

bool verdict_tie(struct spread a, struct spread b)
{
    return verdict_tie_within(a, b, usual);
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

static bool tie_by_range(unsigned a, unsigned b, const void *arg)
{
    const struct spread *figures = arg;
    return verdict_tie(figures[a], figures[b]);
}

enum verdict_kind verdict_of(const struct spread figures[], unsigned count)
{
    return verdict_of_ties(figures, count, &(struct verdict_ties){tie_by_range, figures});
}

enum verdict_kind verdict_of_ties(const struct spread figures[], unsigned count,
                                  const struct verdict_ties *ties_of)
{
    unsigned flips = 0, last_flips = 0, ties = 0, pairs = 0, neighbours_tie = 0;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = i + 1; j < count; j++) {
            if (isnan(figures[i].median) || isnan(figures[j].median))
                return VERDICT_NONE;
            bool tie = ties_of->tie(i, j, ties_of->arg);
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
