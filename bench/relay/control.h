/* SPDX-License-Identifier: MIT
 *
 * Control: the relay's doors from outside, while it runs: one JSON object a line, one answer a
 * line. One thread.
 *
 *   {"get": "state"}                                  all doors; with "door": that one
 *   {"door": "slow", "set": {"delay_ms": 40}}         as in faults_json.h
 *   {"door": "slow", "act": "reset"}                  reset, cut, freeze, thaw or mend
 *
 * The answer is the state, {"ok": true}, or {"error": "…"}; after an error nothing has changed.
 * Pages speak HTTP instead: control_http.h.
 */
#ifndef PUSHRELAY_CONTROL_H
#define PUSHRELAY_CONTROL_H

#include "relay.h"

struct control_port;

enum { CONTROL_LINE_LIMIT = 64 * 1024, CONTROL_CLIENTS_LIMIT = 16 };

/* text: a path (with a slash) for a Unix socket, or [ADDR:]PORT on loopback. origins: pages
 * that are obeyed, separated by commas; stays. ret_address gets what the address turned out to
 * be. NULL after a line on standard error. */
struct control_port *control_port_create(struct relay *relay, const char *text,
                                         const char *origins, char *ret_address, size_t room);
/* Removes the socket's path, too; accepts NULL. */
void control_port_destroy(struct control_port *port);

/* The answer to one line, without its end; for the caller to free. NULL when out of memory. */
char *control_answer(struct relay *relay, const char *line, size_t len);

#endif
