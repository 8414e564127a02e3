/* SPDX-License-Identifier: MIT
 *
 * Limiter: a token bucket for each peer address, in fixed memory. Tokens come in at the rate,
 * up to one second's worth. Any thread; the caller brings the clock.
 *
 * There are LIMITER_BUCKETS buckets; an address that finds none of its own takes the fullest of
 * the few it may use, whose last owner has waited longest. So a flood of addresses can only
 * make the limiter more lenient, never stricter to those who kept within it.
 */
#ifndef PUSHLAB_LIMITER_H
#define PUSHLAB_LIMITER_H

#include "bytes.h"

enum { LIMITER_BUCKETS = 4096 };

struct limiter;

/* rate: tokens a second, 1 to 1,000,000. NULL when out of memory. */
struct limiter *limiter_create(uint64_t rate);
void limiter_destroy(struct limiter *limiter);
/* Takes one token of this peer's at now_us (monotonic microseconds). 0; or the microseconds
 * until there is one, and none was taken. */
uint64_t limiter_take(struct limiter *limiter, struct slice peer, int64_t now_us);

#endif
