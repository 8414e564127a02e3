/* SPDX-License-Identifier: MIT
 *
 * Yardstick: the least a server can do on this machine: a process of its own that accepts the
 * same clients and send()s them the same bytes in a bare loop. It knows no protocol: it is
 * given the bytes. What it costs is what the kernel costs, and pushlab is held against it.
 */
#ifndef PUSHBENCH_YARDSTICK_SEND_H
#define PUSHBENCH_YARDSTICK_SEND_H

#include "endpoint.h"

#include <sys/types.h>

struct yardstick {
    struct endpoint endpoint;
    pid_t pid;
    int control_fd;
};

/*
 * Starts it. welcome is sent to each client when its request has come (may be empty). With
 * polls set each frame answers one request: one that waits, or else the next that comes. False:
 * one line on standard error says why.
 */
bool yardstick_start(struct slice welcome, bool polls, struct yardstick *ret_yardstick);
/* One more frame for all clients. False: it has ended. */
bool yardstick_publish(struct yardstick *yardstick, struct slice frame);
/* Ends it; may be called when it was never started and all is zero. */
void yardstick_stop(struct yardstick *yardstick);

#endif
