/* SPDX-License-Identifier: MIT
 *
 * The side that is a peer: its server, a quiet connection for questions, and the side.
 */
#ifndef PUSHBENCH_SIDE_PEER_H
#define PUSHBENCH_SIDE_PEER_H

#include "control.h"
#include "peer.h"
#include "side.h"

struct side_peer {
    struct side side;
    struct server_process server;
    struct control control;
    char topic[32];
};

/*
 * Starts the peer. All zero before, but for side.options, whose kind is the peer's; to be
 * stopped in any case. False: one line on standard error says why.
 */
bool side_peer_start(struct side_peer *side_peer, const struct peer *peer, const char *folder);
/* Opens the side, and sees to it that the peer counts as many subscribers as there are. */
bool side_peer_open(struct side_peer *side_peer, const struct side_plan *plan);
/* Whether it ended well; true for one that was never started. */
bool side_peer_stop(struct side_peer *side_peer);

#endif
