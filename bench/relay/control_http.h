/* SPDX-License-Identifier: MIT
 *
 * Control over HTTP, for pages: a POST whose body is one command; one request a connection. A
 * page is only obeyed when its origin is listed (Origin, RFC 6454): any page that a browser on
 * this machine shows could send a POST here. Pure but for the command itself.
 */
#ifndef PUSHRELAY_CONTROL_HTTP_H
#define PUSHRELAY_CONTROL_HTTP_H

#include "../../server/bytes.h"
#include "relay.h"

/* Whether what begins like this is HTTP, and no JSON. */
bool control_http_is(struct slice bytes);
/*
 * Answers the request at the front of bytes into out. origins: those that are obeyed, separated
 * by commas. False: the request is not whole yet.
 */
bool control_http_answer(struct relay *relay, struct slice origins, struct slice bytes,
                         struct builder *out);

#endif
