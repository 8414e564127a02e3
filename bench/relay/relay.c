/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include "door.h"
#include "link.h"

#include <stdio.h>
#include <string.h>

static void bury(struct relay *relay)
{
    while (relay->graves) {
        struct link *link = relay->graves;
        relay->graves = link->next;
        link_free(link);
    }
}

static void on_bury(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    bury(arg);
}

static struct event_base *create_base(void)
{
    struct event_config *config = event_config_new();
    if (!config)
        return NULL;
    /* Delays are told in milliseconds: epoll's own would be too coarse to wait by. */
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

bool relay_init(struct relay *relay, const struct plan *plan)
{
    *relay = (struct relay){.base = create_base(), .random = plan->seed | 1};
    if (!relay->base || !alarms_init(&relay->alarms, relay->base) ||
        !(relay->bury = event_new(relay->base, -1, 0, on_bury, relay))) {
        fputs("pushrelay: out of memory\n", stderr);
        return false;
    }
    for (unsigned i = 0; i < plan->count; i++) {
        struct door *door = door_create(relay, &plan->doors[i]);
        if (!door)
            return false;
        relay->doors[relay->door_count++] = door;
    }
    return true;
}

void relay_finish(struct relay *relay)
{
    for (unsigned i = 0; i < relay->door_count; i++)
        door_destroy(relay->doors[i]);
    bury(relay);
    if (relay->bury)
        event_free(relay->bury);
    alarms_finish(&relay->alarms);
    if (relay->base)
        event_base_free(relay->base);
}

/* xorshift64: Marsaglia, 2003. */
uint64_t relay_random(struct relay *relay)
{
    relay->random ^= relay->random << 13;
    relay->random ^= relay->random >> 7;
    relay->random ^= relay->random << 17;
    return relay->random;
}

struct door *relay_door(struct relay *relay, const char *name)
{
    for (unsigned i = 0; i < relay->door_count; i++)
        if (strcmp(relay->doors[i]->name, name) == 0)
            return relay->doors[i];
    return NULL;
}
