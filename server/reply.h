/* SPDX-License-Identifier: MIT
 *
 * Reply: what a handler answers, as data. A handler fills one in and returns; whoever called it
 * sends it: a native connection (connection.c) or libevhtp (http.c). So there is one set of
 * handlers, and it knows neither sockets nor libevhtp.
 */
#ifndef PUSHLAB_REPLY_H
#define PUSHLAB_REPLY_H

#include "request.h"

/* A zeroed reply is a valid start; `status` 0 means that nothing was answered yet. */
struct reply {
    int status;
    const char *content_type; /* static text; NULL with an empty body */
    struct builder headers;   /* further header lines, each ended by CRLF */
    struct bytes *body;       /* one reference, or NULL for an empty body */
    bool close;               /* the connection ends with this reply */
};

void reply_finish(struct reply *reply);
/* Adds one header line. Control characters in the value end the value there: nothing that a
 * peer sent can add a line of its own. */
void reply_header(struct reply *reply, const char *name, struct slice value);
/* Status and body at once; takes the reference, also on failure. A NULL body with a content
 * type means that memory ran out while it was made: the answer becomes 503. */
void reply_body(struct reply *reply, int status, const char *content_type,
                struct bytes *take_body);
/* `{"error":"…"}`, saying what to do about it. */
__attribute__((format(printf, 3, 4))) void reply_error(struct reply *reply, int status,
                                                       const char *format, ...);
/* Writes text as a JSON string with its quotes. It is meant for short plain sentences and
 * names: control characters and bytes outside ASCII come out as '?'. */
void reply_add_json_string(struct builder *out, struct slice text);
/* The error of a wrong method: 405 with Allow. */
void reply_method_not_allowed(struct reply *reply, const char *allow);
const char *status_text(int status);
/*
 * The head as it goes on the wire, Content-Length and the blank line included. The request
 * decides the Connection header. With HEAD, the same head as with GET (RFC 9110, 9.3.2). When
 * memory ran out, here or while the headers were made, out is failed.
 */
void reply_write_head(const struct reply *reply, bool keep_alive, int minor_version,
                      struct builder *out);

#endif
