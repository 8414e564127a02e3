/* SPDX-License-Identifier: MIT
 *
 * Relay: the doors of one process, and the loop they share. One thread.
 */
#ifndef PUSHRELAY_RELAY_H
#define PUSHRELAY_RELAY_H

#include "alarms.h"
#include "plan.h"

struct door;
struct link;

struct relay {
    struct event_base *base;
    struct alarms alarms;
    struct door *doors[DOORS_LIMIT];
    unsigned door_count;
    uint64_t random; /* never 0 */
    struct link
        *graves; /* closed in this turn, freed at its end: callers may still look at them */
    struct event *bury;
};

/* Opens the doors of the plan. False after a line on standard error; relay_finish either way.
 */
bool relay_init(struct relay *relay, const struct plan *plan);
void relay_finish(struct relay *relay);
/* The next of a sequence that the plan's seed determines. */
uint64_t relay_random(struct relay *relay);
/* NULL when no door has this name. */
struct door *relay_door(struct relay *relay, const char *name);

#endif
