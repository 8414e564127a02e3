/* SPDX-License-Identifier: MIT
 *
 * The side that is the yardstick: a bare send() loop, given the same load.
 */
#ifndef PUSHBENCH_SIDE_BARE_H
#define PUSHBENCH_SIDE_BARE_H

#include "side.h"
#include "yardstick_send.h"

struct side_bare {
    struct side side;
    struct yardstick yardstick;
};

/* Whether there is one for clients of this kind. */
bool side_bare_exists(const struct client_kind *kind);
/* Starts the yardstick for the load in bare->side.options and opens the side. All zero before,
 * but for that; to be stopped in any case. False: one line on standard error says why. */
bool side_bare_start(struct side_bare *bare, const struct side_plan *plan);
void side_bare_stop(struct side_bare *bare);

#endif
