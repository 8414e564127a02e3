/* SPDX-License-Identifier: MIT
 *
 * Timetable: when messages are meant to be sent, drawn from a seed.
 */
#ifndef PUSHBENCH_TIMETABLE_H
#define PUSHBENCH_TIMETABLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Fills in count times from 0 to duration_ns, ascending. Evenly spaced, each in the middle of
 * its part; or by chance (poisson): the gaps are exponential, yet one is drawn of each count-th
 * part of that distribution, and they add up to the duration. So a short run shows the law, not
 * its luck: count and rate are what was asked for, and the order of the gaps is chance.
 */
void timetable_fill(bool poisson, uint64_t seed, unsigned count, int64_t duration_ns,
                    int64_t ret_times_ns[]);

#endif
