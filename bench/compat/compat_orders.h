/* SPDX-License-Identifier: MIT
 *
 * Orders of compatibility: what counts of environments say about "short poll > long poll > long
 * connection > WebSocket". Pure.
 */
#ifndef PUSHBENCH_COMPAT_ORDERS_H
#define PUSHBENCH_COMPAT_ORDERS_H

#include <stdbool.h>
#include <stddef.h>

enum order_verdict {
    ORDER_HOLDS, /* each gets through more than the next */
    ORDER_TIES,  /* none through less than the next, some through as many */
    ORDER_EVEN,  /* all through as many */
    ORDER_FAILS,
};

/* Of counts, best first as it is claimed. */
enum order_verdict order_of(const unsigned counts[], unsigned count);
const char *order_verdict_text(enum order_verdict verdict);
/* "short_poll 14 = long_poll 14 > sse 9 ..." in the order of the counts; ties as claimed. */
void order_tell(const char *const names[], const unsigned counts[], unsigned count, char *ret,
                size_t room);

/* How well somebody gets through, the best first. */
enum passage { PASSAGE_PROMPT, PASSAGE_LATE, PASSAGE_NONE };
/* Which of those that are said to be less compatible than the one at this place (passages as in
 * order_of) gets through better: the last one, or count: none. */
unsigned order_reversed(const enum passage passages[], unsigned count, unsigned place);

#endif
