/* SPDX-License-Identifier: MIT
 *
 * Door: one address at which the relay listens, where it leads, and what happens on the way.
 * One thread.
 */
#ifndef PUSHRELAY_DOOR_H
#define PUSHRELAY_DOOR_H

#include "acceptor.h"
#include "http_fault.h"
#include "relay.h"

#include "../endpoint.h"

/* Since the door was opened. */
struct door_counts {
    uint64_t accepted, refused, connect_failures;
    uint64_t bytes[WAYS]; /* that went on */
    uint64_t resets, cuts, freezes, idle_cuts;
    struct http_counts http;
};

enum door_act { ACT_RESET, ACT_CUT, ACT_FREEZE, ACT_THAW, ACTS };

struct door {
    struct relay *relay;
    char name[DOOR_NAME_LIMIT];
    char address[PLAN_ADDRESS_LIMIT]; /* ADDR:PORT as it turned out */
    struct endpoint to;               /* len 0: whatever a request names */
    struct faults faults;
    struct door_counts counts;
    struct link *links;
    unsigned link_count;
    bool frozen; /* who comes now is frozen, too */
    struct acceptor acceptor;
    struct cache *cache;
};

/* NULL after a line on standard error. */
struct door *door_create(struct relay *relay, const struct door_plan *plan);
void door_destroy(struct door *door);
/* The faults have changed: connections that are open take notice. */
void door_changed(struct door *door);
/* Does it to all connections that are open: RST to both sides; FIN to both; stop; go on. */
void door_act(struct door *door, enum door_act act);
/* Bytes held at the moment in all connections. */
size_t door_held(const struct door *door);

#endif
