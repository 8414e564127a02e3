/* SPDX-License-Identifier: MIT
 *
 * Modules: transports that are loaded when the server starts (`--transport FILE.so`).
 */
#ifndef PUSHLAB_MODULES_H
#define PUSHLAB_MODULES_H

#include "server.h"

/* Fills server->transports with those built in (ended by NULL), then with the modules named in
 * the options. False: one cannot be used; a line that says why is on standard error. */
bool modules_load(struct server *server, const struct transport *const *built_in);

#endif
