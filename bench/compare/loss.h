/* SPDX-License-Identifier: MIT
 *
 * Loss: a network of our own (own_network.h) in which a share of the TCP segments between
 * clients and servers is dropped, so that TCP has to send them again. Which ones is a pattern
 * drawn from a seed, over a lane's segments of both directions as they come: the same of each
 * lane, and in each run. What the kernel's TCP makes of it, and whose segment it is, is not.
 */
#ifndef PUSHBENCH_LOSS_H
#define PUSHBENCH_LOSS_H

#include "../../server/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Moves this process, and what it will start, into a network of its own that has nothing but
 * loopback. To be called by its only thread, before anything is started. False: one line on
 * standard error says why, and what to do. */
bool loss_prepare(void);
/* From now on percent (above 0) of the segments are dropped that go to one of these ports of a
 * lane each, or come from it, and whose other end is a client whose number (endpoint_connect)
 * is not 0. Publishers and whoever else is at 127.0.0.1 are spared. False: as above. */
bool loss_set(double percent, uint64_t seed, const uint16_t ports[], unsigned count);

/* The rules for that, as nft takes them; no ports: nothing is dropped. Pure. */
void loss_rules(double percent, uint64_t seed, const uint16_t ports[], unsigned count,
                struct builder *out);

#endif
