/* SPDX-License-Identifier: MIT */
#include "spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

struct spread spread_of(const double *values, unsigned count)
{
    const struct spread nothing = {NAN, NAN, NAN};
    double sorted[SPREAD_LIMIT];
    if (count == 0 || count > SPREAD_LIMIT)
        return nothing;
    for (unsigned i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return nothing;
    memcpy(sorted, values, count * sizeof(*values));
    qsort(sorted, count, sizeof(*sorted), compare);
    return (struct spread){
        .min = sorted[0],
        .median =
            count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2,
        .max = sorted[count - 1],
    };
}

struct spread spread_of_ratios(const double *ours, const double *theirs, unsigned count)
{
    double ratios[SPREAD_LIMIT];
    for (unsigned i = 0; i < count && i < SPREAD_LIMIT; i++)
        ratios[i] = ours[i] / theirs[i];
    return spread_of(ratios, count);
}
