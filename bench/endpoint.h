/* SPDX-License-Identifier: MIT
 *
 * Endpoint: where a server listens, and how to connect there ten thousand times.
 */
#ifndef PUSHBENCH_ENDPOINT_H
#define PUSHBENCH_ENDPOINT_H

#include "../server/bytes.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct endpoint {
    struct sockaddr_storage address;
    socklen_t len;
    char authority[128]; /* HOST:PORT, for the Host header */
};

/* From http://HOST:PORT/ or HOST:PORT. 0, or -EINVAL: no such address. */
int endpoint_parse(const char *url, struct endpoint *ret_endpoint);
/* Of 127.0.0.1 and a port. */
void endpoint_local(uint16_t port, struct endpoint *ret_endpoint);
/* A socket that listens on a free port of 127.0.0.1, where *ret_endpoint then is; what it
 * accepts sends without delay. A negative errno: there is none. */
int endpoint_listen(struct endpoint *ret_endpoint);
/*
 * A connected socket (begin_only: one that may still be connecting, and does not block), or a
 * negative errno. Towards loopback the source address is spread over 127.0.0.0/8 by number, so
 * that no address runs out of ports; number 0 alone has 127.0.0.1.
 */
int endpoint_connect(const struct endpoint *endpoint, unsigned number, bool begin_only);
/* The same, with a receive buffer of about so many bytes from the start. */
int endpoint_connect_narrow(const struct endpoint *endpoint, unsigned number,
                            int receive_bytes);

#endif
