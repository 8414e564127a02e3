/* SPDX-License-Identifier: MIT
 *
 * Stalled: subscribers that ask and then never read. Their receive buffers are small, and they
 * are sent enough to fill whatever the kernel keeps for them on both ends.
 */
#ifndef PUSHBENCH_STALLED_H
#define PUSHBENCH_STALLED_H

#include "clients/client.h"
#include "control.h"

/* Zeroed: none. */
struct stalled {
    int *fds;
    unsigned count;
};

/*
 * Opens so many streams of a topic and publishes to it until none of them can take more. False:
 * one line on standard error says why; to be closed in any case.
 */
bool stalled_open(struct stalled *stalled, unsigned count, const struct client_kind *kind,
                  const char *topic, struct control *control);
void stalled_close(struct stalled *stalled);

#endif
