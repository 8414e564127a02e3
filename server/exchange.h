/* SPDX-License-Identifier: MIT
 *
 * Exchange: requests on a connection, one after the other, each read through the gate, gathered
 * whole and answered before the next one is looked at. What cannot be used yet is kept.
 */
#ifndef PUSHLAB_EXCHANGE_H
#define PUSHLAB_EXCHANGE_H

#include "connection.h"
#include "worker.h"

enum {
    READ_SIZE = 1024,                /* least room for one read behind bytes that are kept */
    ANSWERS_WAITING_LIMIT = 1 << 18, /* pipelined answers not yet sent: no request is taken */
};

/* How far the request at the front of the bytes has been read: [head][decoded body][unread]. */
struct gather {
    size_t head_len; /* 0: the head is not complete */
    size_t decoded;
    struct chunked chunked;
    bool continued; /* 100 Continue was sent */
};

/* Bytes that wait for more, or for their turn. */
struct input {
    size_t len;
    size_t capacity;
    struct gather gather;
    char data[];
};

/* Serves what came, in order, as far as it goes, keeps the rest, and flushes. bytes may lie in
 * the connection's input. */
void exchange_serve(struct connection *connection, char *bytes, size_t len,
                    struct gather gather);
/* Whether the next request may be taken. */
bool exchange_open(const struct connection *connection);
/* The gate's refusal: after it nothing on this connection can be understood. */
void exchange_refuse(struct connection *connection, int status, const char *reason);
/* Bytes for the transport that the connection belongs to. */
void exchange_stream(struct connection *connection, char *bytes, size_t len);
/* The refusal when input can be neither kept nor extended. */
void exchange_refuse_full(struct connection *connection);
/* Keeps bytes for later, in memory of their own. They may lie in the input already. False: over
 * the server's intake, or out of memory. */
bool input_keep(struct connection *connection, const char *bytes, size_t len,
                const struct gather *gather);
/* Room for READ_SIZE more bytes behind those kept. False as above. */
bool input_make_room(struct connection *connection);
void input_drop(struct connection *connection);

static inline const struct options *connection_options(const struct connection *connection)
{
    return connection->worker->server->options;
}

static inline void connection_set_deadline(struct connection *connection, uint64_t in_ms)
{
    worker_set_timer(connection->worker, &connection->timer,
                     connection->worker->now_ms + (int64_t)in_ms);
}

#endif
