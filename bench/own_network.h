/* SPDX-License-Identifier: MIT
 *
 * Own network: a network namespace for this process and what it starts, with nothing in it but
 * loopback, and rules of nftables for what happens there. It needs no root, and ends with the
 * processes in it, whatever ends them.
 */
#ifndef PUSHBENCH_OWN_NETWORK_H
#define PUSHBENCH_OWN_NETWORK_H

#include <stdbool.h>

/* what: who asks for it, for messages; as in "--loss". In both, false: one line on standard
 * error says why, and what to do. */

/* To be called by the process's only thread, before anything is started. */
bool own_network_enter(const char *what);
/* As nft takes them; whole or not at all. */
bool own_network_rules(const char *what, const char *rules);

#endif
