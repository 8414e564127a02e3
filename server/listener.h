/* SPDX-License-Identifier: MIT
 *
 * Listener: the addresses served, and a listening socket on each of them for every worker
 * (SO_REUSEPORT: the kernel spreads the connections).
 */
#ifndef PUSHLAB_LISTENER_H
#define PUSHLAB_LISTENER_H

#include "options.h"

#include <sys/socket.h>

struct listeners {
    struct sockaddr_storage addresses[OPTION_LIST_LIMIT];
    socklen_t lens[OPTION_LIST_LIMIT];
    unsigned count;
    bool loopback;  /* all of them */
    char shown[64]; /* HOST:PORT of the first, as it was asked for; localhost if that is any */
};

/* Resolves ADDR:PORT of each --listen (`localhost` is both 127.0.0.1 and ::1, `*` both 0.0.0.0
 * and ::; port 0 finds a free one) and checks that nobody else holds them. False: one line on
 * standard error says why. */
bool listeners_find(const struct options *options, struct listeners *ret_listeners);
/* One worker's sockets, listening, in the order of the addresses. 0 or a negative errno; then
 * nothing is open. */
int listeners_open(const struct listeners *listeners, const struct options *options,
                   int *ret_fds);

/* Whether connections to that address of this machine are taken. */
bool listeners_reach(const struct listeners *listeners, const struct sockaddr *address);

#endif
