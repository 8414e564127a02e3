/* SPDX-License-Identifier: MIT */
#include "timers.h"

#include <stddef.h>

void timers_init(struct timers *timers, int64_t now_ms,
                 void (*on_due)(struct timer *timer, void *arg), void *arg)
{
    *timers = (struct timers){.tick = now_ms / TIMER_SLOT_MS, .on_due = on_due, .arg = arg};
}

/* A timer is looked at when its slot is over, so never before it is due. */
static int64_t tick_of(int64_t due_ms)
{
    return (due_ms + TIMER_SLOT_MS - 1) / TIMER_SLOT_MS;
}

static void link_timer(struct timers *timers, struct timer *timer)
{
    int64_t tick = tick_of(timer->due_ms);
    if (tick <= timers->tick)
        tick = timers->tick + 1;
    unsigned slot = (unsigned)(tick % TIMER_SLOTS);
    timer->link = &timers->slots[slot];
    timer->next = *timer->link;
    if (timer->next)
        timer->next->link = &timer->next;
    *timer->link = timer;
    timers->used[slot / 64] |= UINT64_C(1) << slot % 64;
}

void timer_cancel(struct timer *timer)
{
    if (!timer->link)
        return;
    *timer->link = timer->next;
    if (timer->next)
        timer->next->link = timer->link;
    timer->link = NULL;
}

void timer_set(struct timers *timers, struct timer *timer, int64_t due_ms)
{
    bool later = timer->link && due_ms >= timer->due_ms;
    timer->due_ms = due_ms;
    if (later)
        return;
    timer_cancel(timer);
    link_timer(timers, timer);
}

static void run_slot(struct timers *timers, unsigned slot, int64_t now_ms)
{
    /* Taken out as a whole: on_due may set timers in this very slot, for the next turn. */
    struct timer *list = timers->slots[slot];
    timers->slots[slot] = NULL;
    timers->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    if (list)
        list->link = &list;
    while (list) {
        struct timer *timer = list;
        timer_cancel(timer);
        if (timer->due_ms <= now_ms)
            timers->on_due(timer, timers->arg);
        else
            link_timer(timers, timer);
    }
}

void timers_advance(struct timers *timers, int64_t now_ms)
{
    int64_t last = now_ms / TIMER_SLOT_MS;
    if (last - timers->tick > TIMER_SLOTS) /* every slot once is enough */
        timers->tick = last - TIMER_SLOTS;
    while (timers->tick < last) {
        unsigned slot = (unsigned)(++timers->tick % TIMER_SLOTS);
        if (timers->used[slot / 64] >> slot % 64 & 1)
            run_slot(timers, slot, now_ms);
    }
}

int64_t timers_next_ms(struct timers *timers)
{
    for (int64_t ahead = 1; ahead <= TIMER_SLOTS;) {
        unsigned slot = (unsigned)((timers->tick + ahead) % TIMER_SLOTS);
        uint64_t word = timers->used[slot / 64] >> slot % 64;
        if (!word) {
            ahead += 64 - slot % 64;
            continue;
        }
        ahead += __builtin_ctzll(word);
        slot += (unsigned)__builtin_ctzll(word);
        if (timers->slots[slot])
            return (timers->tick + ahead) * TIMER_SLOT_MS;
        /* All that were in it have been cancelled: not worth waking for. */
        timers->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    }
    return -1;
}

void timers_each(struct timers *timers, void (*on_timer)(struct timer *timer, void *arg),
                 void *arg)
{
    for (unsigned slot = 0; slot < TIMER_SLOTS; slot++)
        for (struct timer *timer = timers->slots[slot], *next; timer; timer = next) {
            next = timer->next;
            on_timer(timer, arg);
        }
}
