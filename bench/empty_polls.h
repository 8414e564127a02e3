/* SPDX-License-Identifier: MIT
 *
 * Empty polls: what a short poll costs the server when there is nothing to give, over
 * connections that are kept or with a connection for each.
 */
#ifndef PUSHBENCH_EMPTY_POLLS_H
#define PUSHBENCH_EMPTY_POLLS_H

#include "side.h"

struct empty_polls {
    struct side *side; /* name, pids, options.kind; gets its COST_CPU_US, for each answer */
    const struct endpoint *endpoint;
    bool close; /* the server ends each connection after its answer */
    const char *topic;
    /* Its own. */
    struct client_options options;
    struct swarm swarm;
    uint64_t asked, answered, goal;
    const char *broken;
    int status;
};

/* Lets sides take turns, plan->messages being the polls of a stretch. All zero before, but for
 * what is not its own. False: one line on standard error says which one failed, and how. */
bool empty_polls_run(struct empty_polls *const polls[], unsigned count,
                     const struct side_plan *plan);

#endif
