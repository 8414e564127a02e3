/* SPDX-License-Identifier: MIT */
#include "alarms.h"

#include <time.h>

/* The wheel counts in whatever it is given: here in steps of 25 us, so that a slot, its grain,
 * is a tenth of a millisecond long. What passes twice must not be late by what is measured. */
enum { TICK_US = 25, SLOT_US = TICK_US * TIMER_SLOT_MS, SECOND_US = 1000000 };

int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static void wake_at(struct alarms *alarms, int64_t due_us)
{
    int64_t left_us = due_us - now_us();
    if (left_us < 0)
        left_us = 0;
    alarms->wake_us = due_us;
    event_add(alarms->wake,
              &(struct timeval){.tv_sec = left_us / SECOND_US, .tv_usec = left_us % SECOND_US});
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct alarms *alarms = arg;
    alarms->wake_us = 0; /* alarms set meanwhile are looked at below */
    timers_advance(&alarms->timers, now_us() / TICK_US);
    int64_t next = timers_next_ms(&alarms->timers);
    alarms->wake_us = INT64_MAX;
    if (next >= 0)
        wake_at(alarms, next * TICK_US);
}

static void on_timer(struct timer *timer, void *arg)
{
    (void)arg;
    const struct alarm *alarm = (const struct alarm *)timer;
    alarm->on_due(alarm->arg);
}

bool alarms_init(struct alarms *alarms, struct event_base *base)
{
    timers_init(&alarms->timers, now_us() / TICK_US, on_timer, NULL);
    alarms->wake_us = INT64_MAX;
    alarms->wake = event_new(base, -1, 0, on_wake, alarms);
    return alarms->wake;
}

void alarms_finish(struct alarms *alarms)
{
    if (alarms->wake)
        event_free(alarms->wake);
}

void alarm_set(struct alarms *alarms, struct alarm *alarm, int64_t due_us)
{
    timer_set(&alarms->timers, &alarm->timer, (due_us + TICK_US - 1) / TICK_US);
    int64_t look_us = (due_us + SLOT_US - 1) / SLOT_US * SLOT_US;
    if (look_us < alarms->wake_us)
        wake_at(alarms, look_us);
}

void alarm_cancel(struct alarm *alarm)
{
    timer_cancel(&alarm->timer);
}
