/* SPDX-License-Identifier: MIT */
#include "map_grid.h"

#include <math.h>

static const double close_enough = 1e-6;

unsigned map_grid_coarse(double least, double largest, unsigned per_decade,
                         double ret_rates[MAP_RATES_LIMIT])
{
    unsigned count = 0;
    double step = floor(log10(least) * per_decade + close_enough) + 1;
    ret_rates[count++] = least;
    for (; count < MAP_RATES_LIMIT - 1; step++) {
        double rate = pow(10, step / per_decade);
        if (rate >= largest * (1 - close_enough))
            break;
        ret_rates[count++] = rate;
    }
    if (largest > least * (1 + close_enough))
        ret_rates[count++] = largest;
    return count;
}

unsigned map_grid_flips(const unsigned sets[], unsigned count,
                        struct map_flip ret_flips[MAP_RATES_LIMIT])
{
    unsigned flips = 0, best = 0, latest = 0;
    for (unsigned i = 0; i < count; i++) {
        if (sets[i] == 0)
            continue;
        if (best != 0 && (best & sets[i]) == 0) {
            ret_flips[flips++] = (struct map_flip){latest, i, best, sets[i]};
            best = sets[i];
        } else {
            best = best == 0 ? sets[i] : best & sets[i];
        }
        if (flips > 0)
            ret_flips[flips - 1].to = best;
        latest = i;
    }
    return flips;
}

double map_grid_between(const double rates[], const struct map_flip flips[], unsigned count,
                        double close)
{
    double widest = close * (1 + close_enough), middle = NAN;
    for (unsigned i = 0; i < count; i++) {
        double before = rates[flips[i].before], after = rates[flips[i].after];
        if (after / before <= widest)
            continue;
        widest = after / before;
        middle = sqrt(before * after);
    }
    return middle;
}

double map_grid_crossing(double rate, double ratio, double next_rate, double next_ratio)
{
    double from = log(ratio), to = log(next_ratio), share = 0.5;
    if (isfinite(from) && isfinite(to) && from * to <= 0 && from != to)
        share = from / (from - to);
    return rate * pow(next_rate / rate, share);
}
