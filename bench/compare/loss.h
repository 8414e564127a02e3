/* SPDX-License-Identifier: MIT
 *
 * Loss: a network of our own (own_network.h) in which a share of the TCP segments between
 * clients and servers is dropped, so that TCP has to send them again.
 */
#ifndef PUSHBENCH_LOSS_H
#define PUSHBENCH_LOSS_H

#include <stdbool.h>

/* Moves this process, and what it will start, into a network of its own that has nothing but
 * loopback. To be called by its only thread, before anything is started. False: one line on
 * standard error says why, and what to do. */
bool loss_prepare(void);
/* From now on percent of the segments are dropped, either way, that go to or come from the
 * address of a client whose number (endpoint_connect) is not 0. Publishers and whoever else is
 * at 127.0.0.1 are spared. percent 0: none. False: as above. */
bool loss_set(double percent);

#endif
