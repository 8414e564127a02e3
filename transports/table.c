/* SPDX-License-Identifier: MIT */
#include "table.h"

const struct transport *const transport_table[] = {
    &short_poll_transport, &long_poll_transport, &sse_transport, &websocket_transport, NULL,
};
