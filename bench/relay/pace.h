/* SPDX-License-Identifier: MIT
 *
 * Pace: when the bytes of one direction may go on. Pure: time and chance are given from
 * outside, so tests need not wait. Zeroed = at the start.
 *
 * Times are microseconds of one clock that only goes forward.
 */
#ifndef PUSHRELAY_PACE_H
#define PUSHRELAY_PACE_H

#include "faults.h"

struct pace {
    int64_t last_due_us;  /* of what came last: nothing overtakes it */
    int64_t gather_us;    /* what comes up to then leaves then; coalesce */
    int64_t line_free_us; /* when the last byte has left a line of this rate */
};

/* What a line may give at once after it was idle: so many microseconds' worth. */
enum { PACE_BURST_US = 20000 };

/* When bytes that have come now are due at the other side. random: any number. */
int64_t pace_due(struct pace *pace, const struct way *way, int64_t now, uint64_t random);
/* How many of the bytes that are due the rate lets go now; when none: *ret_retry is when to ask
 * again. */
size_t pace_allow(struct pace *pace, const struct way *way, int64_t now, size_t wanted,
                  int64_t *ret_retry);
/* So many have gone. */
void pace_spend(struct pace *pace, const struct way *way, size_t len);

#endif
