/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <math.h>
#include <stdbool.h>

enum { STEPS = 1 << HISTOGRAM_OCTAVE_BITS };

/* Values below 2 × STEPS have a bucket each; above, one bucket holds 2^shift values. */
static unsigned bucket_of(uint64_t value)
{
    unsigned shift = 0;
    if (value >= STEPS)
        shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_OCTAVE_BITS;
    return shift * STEPS + (unsigned)(value >> shift);
}

/* The middle of a bucket, so that the error is half its width. */
static uint64_t value_of(unsigned bucket)
{
    if (bucket < 2 * STEPS)
        return bucket;
    unsigned shift = bucket / STEPS - 1;
    uint64_t low = (uint64_t)(bucket - shift * STEPS) << shift;
    return low + (((uint64_t)1 << shift) - 1) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
    histogram->sum += (double)value;
    if (value > histogram->max)
        histogram->max = value;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] += other->buckets[i];
    histogram->count += other->count;
    histogram->sum += other->sum;
    if (other->max > histogram->max)
        histogram->max = other->max;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)histogram->count), below = 0;
    if (wanted == 0)
        wanted = 1;
    if (wanted >= histogram->count)
        return histogram->max;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        below += histogram->buckets[i];
        if (below >= wanted)
            return value_of(i) < histogram->max ? value_of(i) : histogram->max;
    }
    return histogram->max;
}

double histogram_known_quantile(const struct histogram *histogram, double share)
{
    double above = share < 1 ? (double)histogram->count * (1 - share) : 1;
    bool known = histogram->count > 0 && above > 1 - 1e-6;
    return known ? (double)histogram_quantile(histogram, share) : NAN;
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->count ? histogram->sum / (double)histogram->count : 0;
}
