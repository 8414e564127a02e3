/* SPDX-License-Identifier: MIT
 *
 * Alarms: the relay's clock. Each direction and each connection has one alarm for whatever it
 * waits for next, in the server's timer wheel: setting and moving one costs the same however
 * many there are. An alarm never comes early, and late by half a millisecond at most when the
 * machine is not busy.
 *
 * One thread.
 */
#ifndef PUSHRELAY_ALARMS_H
#define PUSHRELAY_ALARMS_H

#include "../../server/timers.h"

#include <event2/event.h>

struct alarm {
    struct timer timer; /* first: the wheel knows only this */
    void (*on_due)(void *arg);
    void *arg;
};

struct alarms {
    struct timers timers;
    struct event *wake;
    int64_t wake_us; /* when it comes; INT64_MAX: not set */
};

/* Microseconds of the monotonic clock. */
int64_t now_us(void);

/* False when out of memory. */
bool alarms_init(struct alarms *alarms, struct event_base *base);
void alarms_finish(struct alarms *alarms);
/* Sets or moves it; on_due and arg must be there, the rest zeroed before the first time. */
void alarm_set(struct alarms *alarms, struct alarm *alarm, int64_t due_us);
void alarm_cancel(struct alarm *alarm);

#endif
