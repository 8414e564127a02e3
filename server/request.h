/* SPDX-License-Identifier: MIT
 *
 * The gate: a strict reading of HTTP requests (RFC 9112), with no I/O.
 *
 * Every byte a peer sends is judged here before anything else sees it, libevhtp included. What
 * is doubtful is refused, never repaired: two readers of one request must not be able to differ
 * (request smuggling). Heads end their lines with CRLF only; methods and header names are
 * tokens; there are no control bytes (NUL, bare CR, bare LF) anywhere, no folding, exactly one
 * Host in HTTP/1.1, at most one all-digit Content-Length, and Transfer-Encoding only as a
 * single `chunked` (any case) in HTTP/1.1 without Content-Length.
 */
#ifndef PUSHLAB_REQUEST_H
#define PUSHLAB_REQUEST_H

#include "bytes.h"

#include <sys/types.h>

enum { REQUEST_HEADERS_LIMIT = 64 };

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OPTIONS, METHOD_OTHER };

enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED };

struct header {
    struct slice name;
    struct slice value; /* without white space around it */
};

/* What a head says. All slices point into the bytes that were parsed and live as long (or are
 * static text, where the rules below put in what was not sent). */
struct request {
    enum method method;
    struct slice method_name;
    int minor_version;   /* HTTP/1.minor: 0 or 1 */
    struct slice target; /* as it was sent */
    struct slice path;   /* of the target, from the first '/', undecoded; "/" when absolute-form
                            has none; "*" for OPTIONS *; empty for CONNECT */
    struct slice query;  /* behind '?', undecoded; empty when there is none */
    struct slice host;   /* the authority asked for, `name` or `name:port`: that of the target
                            wins over Host (RFC 9112, 3.2.2); empty only in HTTP/1.0 */
    enum framing framing;
    uint64_t content_length; /* with FRAMING_LENGTH; otherwise 0 */
    bool keep_alive;         /* what the version and the Connection options say */
    bool upgrade;            /* Connection lists `upgrade`; never in HTTP/1.0 (RFC 9110, 7.8) */
    bool expect_continue;    /* `Expect: 100-continue`, heeded in HTTP/1.1 only; any other
                                expectation is refused with 417 */
    struct slice body;       /* decoded; emptied by parsing, set by whoever has gathered it */
    size_t head_len;         /* of the head as it came; set by the connection */
    struct slice peer;       /* address as text; emptied by parsing, set by the connection */
    unsigned header_count;
    /* Last, since only header_count of them are ever written. */
    struct header headers[REQUEST_HEADERS_LIMIT];
};

struct request_limits {
    size_t head_bytes;   /* whole head, request line included: 431 (414 while in the target) */
    size_t target_bytes; /* 414 */
    unsigned headers;    /* at most REQUEST_HEADERS_LIMIT: 431 */
    uint64_t body_bytes; /* 413 when Content-Length is over it */
};

enum {
    METHOD_BYTES_LIMIT = 32, /* over it: 501 (RFC 9112, 3) */
};

/* A refusal: the status to answer with, and a sentence for the peer (static text). */
struct refusal {
    int status; /* 400, 413, 414, 417, 431, 501, 505 */
    const char *reason;
};

/*
 * Reads one request head from the front of bytes.
 *   > 0  length of the head, blank line included; *ret_request is filled
 *     0  more bytes are needed
 *    -1  malformed or over a limit; *ret_refusal says how to answer before closing
 *
 * Outputs are untouched unless the result concerns them. One CRLF before the request line is
 * skipped (RFC 9112, 2.2); it counts in head_bytes and in the result.
 *
 * Bytes that may not stand where they are, and limits, are refused at the first byte that shows
 * it; what a line means, at its CRLF; what is missing (Host), at the blank line. A verdict is
 * final: no bytes that follow would change it, and it does not depend on how the head was cut.
 */
ssize_t request_parse(const char *bytes, size_t len, const struct request_limits *limits,
                      struct request *ret_request, struct refusal *ret_refusal);

/* The value of a header by name, any case; NULL when absent. For a header that is given twice:
 * the first. */
const struct slice *request_header(const struct request *request, const char *name);
/* Whether a comma-separated list header (any of its lines) has this token, any case. */
bool request_header_lists(const struct request *request, const char *name, const char *token);
/* The next member of a comma-separated list, without white space around it; may be empty. False
 * when rest, which starts as the whole list, is used up. */
bool header_list_next(struct slice *rest, struct slice *ret_member);
/* Whether If-None-Match names this entity tag (its quotes included), or is `*`. Compared weakly
 * (RFC 9110, 13.1.2). */
bool request_none_match(const struct request *request, struct slice etag);

/*
 * The value of the first query parameter of this name, percent-decoded into *ret (`+` stays
 * `+`, since cursors and base64 use it) with a terminating NUL that ret_len excludes; names are
 * decoded before they are compared; a parameter without `=` is empty.
 * 1 found, 0 absent, -EINVAL for a broken escape or a NUL, -ENOSPC when it does not fit.
 */
int request_query(const struct request *request, const char *name, char *ret, size_t room,
                  size_t *ret_len);
/* Takes the next NAME or NAME=VALUE off a query, both still encoded; false when it is used up.
 */
bool query_next(struct slice *query, struct slice *ret_name, struct slice *ret_value);
/* Whether an encoded name is this one; one with a broken escape is nobody's. */
bool query_name_is(struct slice raw, struct slice name);
/* Percent-decodes one slice as above (a path segment, for instance): 0, -EINVAL or -ENOSPC. */
int percent_decode(struct slice from, char *ret, size_t room, size_t *ret_len);

/*
 * Chunked bodies (RFC 9112, 7.1), decoded as they come. Zeroed = at the start. Sizes are
 * hexadecimal, at most CHUNKED_DIGITS_LIMIT digits, safe in 64 bits; extensions are skipped and
 * bounded; trailers are checked like headers, bounded, and dropped.
 */
enum {
    CHUNKED_DIGITS_LIMIT = 16,
    CHUNKED_SPENT_LIMIT = 4096, /* bytes of extensions and trailers in one body: 413 */
};

struct chunked {
    uint64_t left;    /* of the current chunk's data */
    uint64_t decoded; /* bytes given out so far */
    unsigned spent;   /* of the allowance for extensions and trailers */
    unsigned digits;  /* of the current size */
    int state;
};

/*
 * Decodes from bytes into out (out may be bytes itself: decoding never overtakes reading).
 *   1  the body and its trailers are complete
 *   0  more bytes are needed
 *  -1  malformed, or over limit decoded bytes (413); *ret_refusal is filled
 * limit must stay the same for one body. *ret_used is what was read of bytes (at 1, what
 * follows is the next request's), *ret_len what was written to out, both on 0 and 1 only.
 */
int chunked_decode(struct chunked *chunked, const char *bytes, size_t len, uint64_t limit,
                   char *out, size_t *ret_used, size_t *ret_len, struct refusal *ret_refusal);

#endif
