/* SPDX-License-Identifier: MIT
 *
 * Timers: a wheel of slots, so that setting, moving and cancelling cost the same however many
 * there are. Each connection has one timer for whatever it waits for next; moving it later is
 * one assignment, since a timer found too early when its slot comes round is just put back.
 *
 * Time is given from outside (milliseconds of a monotonic clock), so tests need not wait. One
 * thread.
 */
#ifndef PUSHLAB_TIMERS_H
#define PUSHLAB_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

enum { TIMER_SLOTS = 4096, TIMER_SLOT_MS = 4 };

struct timer {
    struct timer *next;
    struct timer **link; /* what points to this timer; NULL when not set */
    int64_t due_ms;
};

struct timers {
    struct timer *slots[TIMER_SLOTS];
    uint64_t used[TIMER_SLOTS / 64]; /* bit per slot: may hold timers */
    int64_t tick;                    /* slots up to this one have been looked at */
    void (*on_due)(struct timer *timer, void *arg);
    void *arg;
};

void timers_init(struct timers *timers, int64_t now_ms,
                 void (*on_due)(struct timer *timer, void *arg), void *arg);
/* Sets or moves the timer; it must be zeroed before the first time. */
void timer_set(struct timers *timers, struct timer *timer, int64_t due_ms);
void timer_cancel(struct timer *timer);
/* Calls on_due for each timer that is due; on_due may set and cancel any timer. */
void timers_advance(struct timers *timers, int64_t now_ms);
/* When to call timers_advance next, or -1 when no timer is set. May be earlier than the first
 * timer is due, by one turn of the wheel at most. */
int64_t timers_next_ms(struct timers *timers);
/* Calls on_timer for every timer that is set; it may cancel that one. */
void timers_each(struct timers *timers, void (*on_timer)(struct timer *timer, void *arg),
                 void *arg);

#endif
