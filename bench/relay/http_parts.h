/* SPDX-License-Identifier: MIT
 *
 * The parts of the HTTP reader, for each other alone: http_fault.c has the requests and what
 * the owner calls, http_answer.c the answers.
 */
#ifndef PUSHRELAY_HTTP_PARTS_H
#define PUSHRELAY_HTTP_PARTS_H

#include "http_body.h"
#include "http_fault.h"
#include "http_head.h"
#include "squeezer.h"

enum request_state {
    REQUEST_HEAD,
    REQUEST_BODY,
    REQUEST_WAITS, /* for its answer; what follows stays here */
    REQUEST_OVER,  /* nothing more is taken */
};

enum answer_state {
    ANSWER_HEAD,
    ANSWER_FIRST, /* the head is whole; what becomes of it hangs on the body's first bytes */
    ANSWER_BODY,
};

/* A request and its answer. */
struct exchange {
    bool active;
    bool is_head;
    bool http10;
    bool wants_close;
    bool accepts_gzip;
    bool request_done, answer_done;
    bool sent;          /* bytes of the answer have left */
    bool holds;         /* the answer is held back */
    bool records;       /* for the cache */
    int64_t good_us;    /* how long the record will be good */
    struct builder key; /* empty: not for the cache */
};

struct http_fault {
    struct http_faults faults;
    uint64_t limit;
    bool home;
    struct cache *cache;
    struct http_counts *counts;
    struct http_output out;
    bool blind; /* bytes pass as they are */
    int64_t now;

    enum request_state request_state;
    struct builder in; /* of the client, not yet dealt with from in_used on */
    size_t in_used;
    struct body request_body;
    struct exchange exchange;

    enum answer_state answer_state;
    struct builder head; /* of the answer, not yet whole or not yet decided on */
    struct body answer_body;
    struct squeezer *squeezer; /* NULL: as it is */
    struct builder held, record;
};

/* Each request is the last on its connection to the server. */
static inline bool http_closes(const struct http_fault *http)
{
    return http->faults.http10 || http->faults.forward;
}

/* From now on bytes pass as they are; what is held goes on. */
void http_go_blind(struct http_fault *http);
/* Goes on with what the client has sent, as far as it goes. */
void http_read_requests(struct http_fault *http);
/* When request and answer are both done: the next. */
void http_next_exchange(struct http_fault *http);

/* What a forward proxy does with a target. False when the request goes no further: it is
 * refused, or waits for its tunnel. */
bool http_route(struct http_fault *http, const struct request_line *line);
/* Answers the exchange from the cache; age_us: since the answer was stored. */
void http_give_cached(struct http_fault *http, const struct bytes *answer, int64_t age_us);

/* Lets go of what is held of an answer. */
void answer_release(struct http_fault *http);
/* Drops what is held of an answer. */
void answer_drop(struct http_fault *http);
/* Bytes of the server. False when out of memory. */
bool answer_read(struct http_fault *http, struct slice bytes);
/* The server has ended. False when out of memory. */
bool answer_ended(struct http_fault *http);

#endif
