/* SPDX-License-Identifier: MIT
 *
 * Yardstick: the least a server can do on this machine: a process of its own that accepts the
 * same clients and send()s them the same bytes in a bare loop. It knows no protocol: it is
 * given the bytes. What it costs is what the kernel costs, and pushlab is held against it.
 */
#ifndef PUSHBENCH_YARDSTICK_SEND_H
#define PUSHBENCH_YARDSTICK_SEND_H

#include "clients/client.h"
#include "endpoint.h"

struct yardstick {
    struct endpoint endpoint;
    pid_t pid;
};

/*
 * Starts it. welcome is sent to each client when its request has come (may be empty). With
 * polls set each frame answers one request: one that waits, or else the next that comes. False:
 * one line on standard error says why.
 */
bool yardstick_start(struct slice welcome, bool polls, struct yardstick *ret_yardstick);
/* Ends it; may be called when it was never started and all is zero. */
void yardstick_stop(struct yardstick *yardstick);

/*
 * Who publishes to it: client->body is a frame for all subscribers. Each frame is taken by
 * itself, acknowledged, and sent on in a loop of its own, also when several publishers come at
 * once: what pushlab gains where messages meet, the yardstick does not.
 */
extern const struct client_kind yardstick_publisher;

#endif
