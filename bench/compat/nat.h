/* SPDX-License-Identifier: MIT
 *
 * NAT: an address translation by this machine's own kernel, in a network of our own
 * (own_network.h), which forgets connections that were silent for too long, as those of homes,
 * of carriers and of clouds do: what then comes is dropped, and nobody is told.
 */
#ifndef PUSHBENCH_NAT_H
#define PUSHBENCH_NAT_H

#include "../endpoint.h"

#include <stdbool.h>

/* To be called by the process's only thread, before anything is started. False: one line on
 * standard error says why. */
bool nat_prepare(void);
/* From now on what connects to *ret_before comes to origin, of 127.0.0.1. False: as above. */
bool nat_start(const struct endpoint *origin, unsigned forgets_s, struct endpoint *ret_before);

#endif
