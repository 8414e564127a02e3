/* SPDX-License-Identifier: MIT
 *
 * Subscriber: a cursor in each topic it reads (mostly one), a transport, and a connection; from
 * its request to its end. advance.h moves its cursors. One worker's thread.
 */
#ifndef PUSHLAB_SUBSCRIBER_H
#define PUSHLAB_SUBSCRIBER_H

#include "options.h"
#include "transport.h"

struct connection;
struct replica;
struct server;
struct subscribe_request;
struct transport_stats;
struct worker;

#define NOT_ATTACHED UINT32_MAX

/* A cursor: the number of the next message to be given. */
struct subscription {
    struct replica *replica;
    struct subscriber *subscriber;
    uint64_t next;
    uint32_t index; /* in replica->subscriptions, or NOT_ATTACHED */
};

struct subscriber {
    struct connection *connection;
    const struct transport *transport;
    const struct encoding *encoding;
    void *state;        /* the transport's own; NULL while it needs none */
    struct bytes *cors; /* header lines for a held answer to another origin, or NULL */
    struct subscription *subscriptions;
    struct subscription one; /* what subscriptions points to when there is one */
    int64_t beat_ms;   /* the next heartbeat; while awaiting, when the peer counts as dead */
    int64_t window_ms; /* end of the coalescing window, the wait or the hold; 0: none open */
    /* Bits and bytes, since there are as many of these as of subscribers. */
    uint16_t coalesce_ms;
    uint16_t limit : 10; /* messages in one answer */
    uint16_t count : 6;
    uint8_t parameter;           /* of the encoding */
    uint8_t mode;                /* the transport's own */
    uint8_t transport_index : 6; /* in the server's table and the counters */
    bool careless : 1;           /* careless=1: without what keeps middleboxes off */
    bool teacher : 1;            /* by the token of --class */
    bool many : 1;        /* topics= was used: cursors are lists, messages name their topic */
    bool json : 1;        /* format=json */
    bool sample : 1;      /* only the newest, at most once per coalesce_ms */
    bool awaiting : 1;    /* a probe has not been answered yet */
    bool close_after : 1; /* close=1, or HTTP without keep-alive */
    bool old_http : 1;    /* HTTP/1.0 */
    bool may_publish : 1;
    bool foreign : 1; /* a page of another origin: public topics only */
};

/* ---- for transports ---------------------------------------------------------------------- */

struct server *subscriber_server(const struct subscriber *subscriber);
/* Which encoding of messages this subscriber gets from now on. */
void subscriber_encode(struct subscriber *subscriber, const struct encoding *encoding,
                       unsigned parameter);
/* The cursor to go on from: EPOCH-SEQ, or the list of them. */
void subscriber_add_cursor(const struct subscriber *subscriber, struct builder *out);
/* The head of an answer of the transport's content type that does not end (close), or has no
 * body: from the status line to the blank line. */
void subscriber_add_head(const struct subscriber *subscriber, bool close, struct builder *out);
/* The header lines in it that every feed answer carries (Pushlab-Next, caching, CORS). */
void subscriber_add_headers(const struct subscriber *subscriber, struct builder *out);
/* The name of the topic it follows at this index, below subscriber->count. */
struct slice subscriber_topic(const struct subscriber *subscriber, unsigned index);
/* From now on only the newest message counts, at most one each interval; what is skipped is no
 * gap. */
void subscriber_sample(struct subscriber *subscriber, unsigned interval_ms);
/* Its gaps will be told without a cursor: that of the opening, which is being written, is
 * behind them. Only where gap_has_cursor is set. */
void subscriber_pass_gaps(struct subscriber *subscriber);
/* When the next heartbeat is due. For a transport that is being opened and wants its first one
 * at another time than after the usual interval. */
void subscriber_beat_in(struct subscriber *subscriber, uint64_t ms);
/* Writes no message before so many ms have passed. For a transport that is being opened and
 * wants its first bytes to go alone. */
void subscriber_wait(struct subscriber *subscriber, unsigned ms);
/* The peer has shown a sign of life. */
void subscriber_alive(struct subscriber *subscriber);
/* The peer's address as text, or empty (see connection_peer). */
struct slice subscriber_peer(const struct subscriber *subscriber);
/*
 * Follows one more topic (since as in a query) or an old one from another place. The gap found,
 * when gap->reason is set, is the caller's to tell. 0, or an HTTP status: 400 name or cursor,
 * 503 limits.
 */
int subscriber_follow(struct subscriber *subscriber, struct slice topic, struct slice since,
                      struct gap *ret_gap);
/* 0, or 404 when it was not followed. */
int subscriber_unfollow(struct subscriber *subscriber, struct slice topic);

/* ---- for the connection ------------------------------------------------------------------ */

/* Answers, holds or opens what was asked; every answer is queued on the connection, and sent
 * when the caller flushes it. */
void subscriber_begin(struct connection *connection, const struct request *request,
                      const struct subscribe_request *wanted);
/* The connection's timer is due. */
void subscriber_due(struct subscriber *subscriber, int64_t now_ms);
/* When the subscriber next wants subscriber_due. */
int64_t subscriber_due_ms(const struct subscriber *subscriber);
/* Says goodbye (server is going). */
void subscriber_bye(struct subscriber *subscriber);
/* Accepts NULL. */
void subscriber_destroy(struct subscriber *subscriber);

/* This worker's counters of its transport. */
struct transport_stats *subscriber_stats(const struct subscriber *subscriber);
struct worker *subscriber_worker(const struct subscriber *subscriber);

#endif
