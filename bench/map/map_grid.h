/* SPDX-License-Identifier: MIT
 *
 * Map grid: at which rates a map is measured, and where along them what is best changes. Pure.
 *
 * What is best at a rate is a set, since several may be level there: a bit for each transport.
 */
#ifndef PUSHBENCH_MAP_GRID_H
#define PUSHBENCH_MAP_GRID_H

enum { MAP_RATES_LIMIT = 64 }; /* of one number of clients */

/*
 * Rates from least to largest, both included, so many to each power of ten (from powers of ten
 * on, so that grids of different ends share their rates). How many.
 */
unsigned map_grid_coarse(double least, double largest, unsigned per_decade,
                         double ret_rates[MAP_RATES_LIMIT]);

/* What was best up to one rate is no longer so from another one on. */
struct map_flip {
    unsigned before, after; /* indices of the rates */
    unsigned from, to;      /* sets, of what has been best all the way */
};

/*
 * The fewest changes that the sets at ascending rates allow: as long as one transport is among
 * the best, nothing has changed. An empty set says nothing and is passed over. How many.
 */
unsigned map_grid_flips(const unsigned sets[], unsigned count,
                        struct map_flip ret_flips[MAP_RATES_LIMIT]);

/* The rate in the middle (of the ratio) of the widest of these flips; NAN: each is known within
 * a ratio of close. */
double map_grid_between(const double rates[], const struct map_flip flips[], unsigned count,
                        double close);

/* Where one figure divided by another passes 1, if it did so evenly on logarithmic scales; the
 * middle if it does not pass. */
double map_grid_crossing(double rate, double ratio, double next_rate, double next_ratio);

#endif
