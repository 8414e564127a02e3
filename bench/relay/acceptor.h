/* SPDX-License-Identifier: MIT
 *
 * Acceptor: a listener that keeps calm when files run out: it pauses a moment, and whoever
 * waits is still there when some have gone. Zeroed = closed. One thread.
 */
#ifndef PUSHRELAY_ACCEPTOR_H
#define PUSHRELAY_ACCEPTOR_H

#include "alarms.h"

#include <event2/listener.h>
#include <stddef.h>

struct acceptor {
    struct evconnlistener *listener;
    struct alarms *alarms;
    struct alarm resume;
    uint64_t pauses;
    void (*on_accept)(void *owner, int fd); /* takes over the socket, which does not block */
    void *owner;
};

/* Begins to accept. on_accept, owner and alarms must be there. 0, or a negative errno. */
int acceptor_open(struct acceptor *acceptor, struct event_base *base,
                  const struct sockaddr *address, int len);
/* The same from text: PORT on loopback, or ADDR:PORT; port 0 is a free one. ret_address gets
 * ADDR:PORT as it turned out. False after a line on standard error. */
bool acceptor_open_text(struct acceptor *acceptor, struct event_base *base, const char *text,
                        char *ret_address, size_t room);
/* Accepts nobody for a moment. */
void acceptor_pause(struct acceptor *acceptor);
/* Accepts one that is closed. */
void acceptor_close(struct acceptor *acceptor);

#endif
