/* SPDX-License-Identifier: MIT
 *
 * The transports that are built in. Their order is the order in which they are shown.
 */
#ifndef PUSHLAB_TABLE_H
#define PUSHLAB_TABLE_H

#include "../server/transport.h"

extern const struct transport short_poll_transport, long_poll_transport, sse_transport,
    websocket_transport;

/* Ended by NULL. */
extern const struct transport *const transport_table[];

#endif
