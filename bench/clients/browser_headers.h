/* SPDX-License-Identifier: MIT
 *
 * The header lines that a browser sends along, beyond those a transport's client writes anyway.
 */
#ifndef PUSHBENCH_BROWSER_HEADERS_H
#define PUSHBENCH_BROWSER_HEADERS_H

#include "client.h"

/* Those of a page at / of this authority that uses fetch, EventSource or WebSocket. */
void browser_headers_add(const struct client_kind *kind, const char *authority,
                         struct builder *out);

#endif
