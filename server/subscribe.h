/* SPDX-License-Identifier: MIT
 *
 * What a request for a feed asks for, read and checked. Pure: request in, wishes out.
 */
#ifndef PUSHLAB_SUBSCRIBE_H
#define PUSHLAB_SUBSCRIBE_H

#include "cursor.h"
#include "origin.h"
#include "server.h"
#include "transport.h"

enum { POLL_LIMIT_DEFAULT = 100, POLL_LIMIT = 1000, BATCH_BYTES_LIMIT = 1 << 20 };
/* Room for as many topics, and their cursors, as one subscription may have; and the rest. */
enum {
    SUBSCRIBE_TEXT_LIMIT =
        TOPICS_PER_SUBSCRIBER_LIMIT * (2 * (TOPIC_NAME_LIMIT + 1) + EPOCH_LIMIT + 22) + 1024
};

struct subscribe_request {
    const struct transport *transport;
    unsigned topic_count;
    struct slice topics[TOPICS_PER_SUBSCRIBER_LIMIT];
    bool many; /* topics= was used */
    bool json; /* format=json */
    bool close;
    bool careless;
    bool account;       /* the topic is the one that the cookie names (account.h) */
    struct slice since; /* decoded text; empty: absent */
    unsigned limit;
    int64_t wait_ms;
    unsigned coalesce_ms;
    enum origin origin;
    bool public_topics;              /* all of them */
    char text[SUBSCRIBE_TEXT_LIMIT]; /* last: what the slices point into; not cleared */
};

/* The transport whose feed the request asks for, or NULL when the path is no feed. A WebSocket
 * handshake at `/` is the tutorial's feed. */
const struct transport *subscribe_route(const struct server *server,
                                        const struct request *request);
/* Fills *ret for a request that subscribe_route has found. False: refused, reply is filled. */
bool subscribe_read(const struct server *server, const struct request *request,
                    const struct transport *transport, struct subscribe_request *ret,
                    struct reply *reply);

#endif
