/* SPDX-License-Identifier: MIT
 *
 * What the kernel carried for one connection, as it counts itself (TCP_INFO): exact, and only
 * ours, whatever else runs on the machine.
 */
#ifndef PUSHBENCH_TCP_TRAFFIC_H
#define PUSHBENCH_TCP_TRAFFIC_H

#include <stdint.h>

struct tcp_traffic {
    uint64_t segments; /* both ways, those without data too */
    uint64_t bytes;    /* both ways, without headers; what was sent again counts again */
};

/* IPv4 and TCP with timestamps, as between two Linux machines. */
enum { TCP_SEGMENT_HEADERS = 52 };

/* Adds what the connection has carried so far. A socket that is not connected adds nothing. */
void tcp_traffic_add(int fd, struct tcp_traffic *traffic);

#endif
