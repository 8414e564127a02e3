/* SPDX-License-Identifier: MIT
 *
 * Histogram: counts of values by size, log-linear: each octave is cut into equal buckets, so
 * that a quantile is off by at most 0.4 % however large the value. Any unit; recording costs a
 * few instructions and no memory.
 */
#ifndef PUSHBENCH_HISTOGRAM_H
#define PUSHBENCH_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_OCTAVE_BITS = 7, /* 128 buckets an octave */
    HISTOGRAM_BUCKETS = (64 - HISTOGRAM_OCTAVE_BITS + 1) << HISTOGRAM_OCTAVE_BITS,
};

/* Zeroed = empty. */
struct histogram {
    uint64_t count;
    uint64_t max;
    double sum;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);
/* Adds all that other holds. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);
/* The value below or at which the share (0 to 1) of all values lies; share 1 is exact: the
 * largest. 0 when empty. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);
/* The same; NAN where there are so few values that none need lie above it: the largest of ten
 * is no p99. */
double histogram_known_quantile(const struct histogram *histogram, double share);
/* 0 when empty. */
double histogram_mean(const struct histogram *histogram);

#endif
