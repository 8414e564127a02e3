/* SPDX-License-Identifier: MIT
 *
 * Spread: what a figure that was measured several times has come to. One outlier moves neither
 * the median of figures nor the median of ratios.
 */
#ifndef PUSHBENCH_SPREAD_H
#define PUSHBENCH_SPREAD_H

enum { SPREAD_LIMIT = 200 };

/* All NAN when there is nothing to tell. */
struct spread {
    double min, median, max;
};

/* Of at most SPREAD_LIMIT values. One that is NAN, or none at all: nothing to tell. */
struct spread spread_of(const double *values, unsigned count);
/* Of ours divided by theirs, pair by pair. */
struct spread spread_of_ratios(const double *ours, const double *theirs, unsigned count);

#endif
