/* SPDX-License-Identifier: MIT
 *
 * Routes: every path that is not a feed, matched exactly, in one table. Pure request in, reply
 * out; who sends the reply is none of its business.
 */
#ifndef PUSHLAB_ROUTES_H
#define PUSHLAB_ROUTES_H

#include "reply.h"
#include "server.h"

/* Answers any request that is not a feed's: pages, publishing, figures, preflights, 404, 405.
 * Checks Host and Origin. The reply is always filled. Any worker thread; does not block. */
void routes_answer(struct server *server, const struct request *request, struct reply *reply);

#endif
