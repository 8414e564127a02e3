/* SPDX-License-Identifier: MIT
 *
 * HTTP faults: reads the HTTP/1.x of one connection as leniently as proxies do, and rewrites it
 * as the faults say. Pure: bytes in from either side, bytes out to either, no I/O and no clock,
 * so that it can be tested and fuzzed alone.
 *
 * One exchange at a time: a request that comes before its predecessor is answered waits here.
 * What is not HTTP, and what follows 101 or CONNECT, passes as it is from then on.
 *
 * One thread.
 */
#ifndef PUSHRELAY_HTTP_FAULT_H
#define PUSHRELAY_HTTP_FAULT_H

#include "cache.h"
#include "faults.h"

#include "../../server/bytes.h"

enum { HTTP_TARGET_LIMIT = 128, HTTP_HEAD_LIMIT = 32 * 1024 };

struct http_counts {
    uint64_t requests, answers;
    uint64_t cache_hits, cache_stores;
    uint64_t compressed;
    uint64_t overflows; /* of a buffer that was let go at the limit instead */
    uint64_t own;       /* answers the relay gave by itself: 403, 502, 504 … */
    uint64_t unread;    /* connections that turned out not to be HTTP */
};

/* What comes out; the owner takes it after each call. */
struct http_output {
    struct builder up, down;        /* to be sent; truncated by the owner */
    char target[HTTP_TARGET_LIMIT]; /* HOST:PORT that up is for; "": the door's own */
    bool connects;    /* CONNECT: connect to target, then call http_connected or http_fail */
    bool server_done; /* drop the connection to the server before up is sent */
    bool down_done;   /* after down, nothing more comes from the server */
    bool client_done; /* the same, and nothing more is taken either */
};

struct http_fault;

/* faults and limit (bytes held of one answer) as of now; home: the door leads somewhere by
 * itself. cache and counts outlive it. NULL when out of memory. */
struct http_fault *http_fault_create(const struct faults *faults, bool home,
                                     struct cache *cache, struct http_counts *counts);
void http_fault_destroy(struct http_fault *http);
struct http_output *http_fault_output(struct http_fault *http);

/* Bytes of the client; none: look again whether a waiting request can go on. now: microseconds,
 * for the cache. These return false when out of memory. */
bool http_from_client(struct http_fault *http, struct slice bytes, int64_t now);
bool http_from_server(struct http_fault *http, struct slice bytes, int64_t now);
/* The server has ended its side. */
bool http_server_ended(struct http_fault *http, int64_t now);
/* What CONNECT asked for is there. */
bool http_connected(struct http_fault *http);
/* A request that has no answer yet gets this status, and the client nothing more. False when
 * there is none. */
bool http_fail(struct http_fault *http, int status);

/* Bytes held that came from the client, or from the server. */
size_t http_held(const struct http_fault *http, unsigned way);

#endif
