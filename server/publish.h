/* SPDX-License-Identifier: MIT
 *
 * Publishing, whichever way it comes in: POST /publish/TOPIC or a WebSocket frame. Both go
 * through publish_message, so that the rules are the same.
 */
#ifndef PUSHLAB_PUBLISH_H
#define PUSHLAB_PUBLISH_H

#include "reply.h"
#include "server.h"

struct publication {
    struct slice topic;
    enum message_type type;
    struct slice event; /* empty: none */
    struct slice data;
    struct slice peer; /* address, for the rate limit */
    bool teacher;      /* by the token of --class */
};

/* What came of it: status 200 and what was published, or an error status and its text. */
struct publish_result {
    int status;
    struct published published; /* with 200 */
    unsigned retry_after_s;     /* with 429 and 503 */
    char error[200];
};

/*
 * Judges (name, size, UTF-8 of text, strict JSON, event, rate, room) and appends to the log.
 * Rights (origin, token) are the caller's to check. Any thread.
 */
void publish_message(struct server *server, const struct publication *publication,
                     struct publish_result *ret_result);
/* Whether the request carries the token that publishers need (`Authorization: Bearer …`), or
 * none is needed; in a class the teacher's is good, too. Compared in constant time. */
bool publish_token_right(const struct server *server, const struct request *request);
/* The handler of POST /publish/TOPIC. */
void publish_handle(struct server *server, const struct request *request, struct reply *reply);

#endif
