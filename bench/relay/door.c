/* SPDX-License-Identifier: MIT */
#include "door.h"

#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_accept(void *owner, int fd)
{
    struct door *door = owner;
    door->counts.accepted++;
    if (!door->faults.refuse) {
        link_start(door, fd);
        return;
    }
    const struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
    door->counts.refused++;
}

/* False after a line on standard error. */
static bool find_target(struct door *door, const struct door_plan *plan)
{
    if (!*plan->to && plan->faults.http.forward)
        return true;
    if (!*plan->to)
        fprintf(stderr,
                "pushrelay: door %s leads nowhere: name a server with --to HOST:PORT, or "
                "make it a proxy with --forward\n",
                plan->name);
    else if (endpoint_parse(plan->to, &door->to) < 0)
        fprintf(stderr, "pushrelay: --to %s: give HOST:PORT, such as localhost:8765\n",
                plan->to);
    return door->to.len > 0;
}

struct door *door_create(struct relay *relay, const struct door_plan *plan)
{
    struct door *door = calloc(1, sizeof(*door));
    if (!door)
        return NULL;
    door->relay = relay;
    door->faults = plan->faults;
    door->acceptor =
        (struct acceptor){.alarms = &relay->alarms, .on_accept = on_accept, .owner = door};
    memcpy(door->name, plan->name, sizeof(door->name));
    door->cache = cache_create();
    if (!door->cache || !find_target(door, plan))
        goto fail;
    if (!acceptor_open_text(&door->acceptor, relay->base, plan->listen, door->address,
                            sizeof(door->address)))
        goto fail;
    return door;
fail:
    door_destroy(door);
    return NULL;
}

void door_destroy(struct door *door)
{
    if (!door)
        return;
    door_act(door, ACT_RESET);
    acceptor_close(&door->acceptor);
    cache_destroy(door->cache);
    free(door);
}

void door_changed(struct door *door)
{
    for (struct link *link = door->links, *next; link; link = next) {
        next = link->next;
        link_changed(link);
    }
}

void door_act(struct door *door, enum door_act act)
{
    if (act == ACT_FREEZE || act == ACT_THAW)
        door->frozen = act == ACT_FREEZE;
    for (struct link *link = door->links, *next; link; link = next) {
        next = link->next;
        link_act(link, act);
    }
}

size_t door_held(const struct door *door)
{
    size_t held = 0;
    for (const struct link *link = door->links; link; link = link->next)
        held += link_held(link);
    return held;
}
