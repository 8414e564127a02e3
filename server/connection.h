/* SPDX-License-Identifier: MIT
 *
 * Connection: one client's socket on its worker, from accept to close. It reads requests
 * through the gate (request.h), in order, one at a time; answers them itself or hands them on:
 * feeds to a subscriber, which may keep the connection; pages to libevhtp (http.h), which gives
 * the socket back. All answers leave through its stream.
 */
#ifndef PUSHLAB_CONNECTION_H
#define PUSHLAB_CONNECTION_H

#include "reply.h"
#include "stream.h"
#include "timers.h"

struct input;
struct subscriber;
struct transport;
struct worker;

enum connection_state {
    CONNECTION_READING,   /* a request, or waiting for one */
    CONNECTION_HELD,      /* a long poll waits */
    CONNECTION_STREAMING, /* belongs to a transport */
    CONNECTION_LINGERING, /* answered for good; reads until the peer has closed too */
    CONNECTION_CLOSED,    /* only its memory is left, until the turn ends */
};

struct connection {
    struct timer timer; /* whatever this connection waits for next; always set */
    struct worker *worker;
    struct stream stream;
    struct input *input; /* bytes that could not be used yet, or NULL */
    struct subscriber *subscriber;
    struct connection *next_pending; /* the worker's list, see `pending` */
    uint32_t events;                 /* what the poller watches */
    uint16_t peer_bucket;            /* of the per-address count */
    uint8_t state;
    bool watched;     /* known to the poller */
    bool pending;     /* to be freed or resumed at the end of the turn */
    bool close_after; /* the answers that wait are the last */
    bool linger;      /* … and what still comes in is read and dropped first */
    bool ended;       /* the peer will send no more */
    bool hurried;     /* a deadline for the whole request is running */
    bool refused;     /* over the limit of connections: the first request is told so */
};

/* Takes over an accepted socket; closes it when that fails. peer_bucket: see front_forget.
 * refused: the limit of connections is reached, which its first request is told. */
void connection_create(struct worker *worker, int take_fd, uint16_t peer_bucket, bool refused);
/* A socket comes back with its answer delivered: to the next request, or, without keep_alive,
 * to its end. */
void connection_return(struct worker *worker, int take_fd, uint16_t peer_bucket,
                       bool keep_alive);
/* Closes the socket and lets go of everything; the memory goes at the end of the turn. */
void connection_close(struct connection *connection);
/* As connection_close, but gives the socket away, unclosed. */
int connection_release(struct connection *connection);
/* The poller's. */
void connection_ready(void *connection, uint32_t events);
/* The timer's. */
void connection_due(struct connection *connection, int64_t now_ms);
/* Sends what is queued and looks after what follows: closing, waiting to be writable. */
void connection_flush(struct connection *connection);
/* After something other than connection_flush has written to the stream. */
void connection_settle(struct connection *connection);
/* Queues a reply and empties it. request: what it answers, or NULL when that was no request. */
void connection_reply(struct connection *connection, struct reply *reply,
                      const struct request *request);
/* Queues the answer to a request that a limit forbids, in the way its transport can: 503 or,
 * for those who never come back after one, `full`. transport: NULL when it is for no feed. */
void connection_full(struct connection *connection, const struct request *request,
                     const struct transport *transport, const char *reason);
/* The peer's address as text, without port; lives until the next call on this thread. Empty,
 * and no system call, when neither a limit nor a class asks for it. */
struct slice connection_peer(const struct connection *connection);
/* A held answer is given: read on, at the end of the turn, what was sent meanwhile. */
void connection_answered(struct connection *connection, bool close);
/* The end of the turn, for a connection in the worker's pending list. */
void connection_pending(struct connection *connection);
/* The server is going. */
void connection_drain(struct connection *connection);

#endif
