/* SPDX-License-Identifier: MIT
 *
 * Front: accepts the connections, and has libevhtp deliver the pages; the only file that knows
 * libevhtp.
 *
 * Its parser never sees a byte that a peer has sent: each accepted socket becomes a connection
 * of ours. To deliver a page, the socket is lent to libevhtp together with a plain request of
 * our own making; when the page is out, it returns. So a waiting connection costs no libevhtp
 * memory, and what libevhtp's parser would accept is never put to the test.
 */
#ifndef PUSHLAB_HTTP_H
#define PUSHLAB_HTTP_H

#include "reply.h"

struct connection;
struct front;
struct worker;

/* Starts to accept on the listening sockets, which it takes. NULL when something is short. */
struct front *front_create(struct worker *worker, const int *take_listen_fds, unsigned count);
/* Stops accepting. */
void front_close(struct front *front);
/* Accepts NULL. Connections that libevhtp still has are closed. */
void front_destroy(struct front *front);
/* A socket that was accepted is closed: its address has one connection less (peer_bucket is
 * what the connection was created with). */
void front_forget(struct front *front, uint16_t peer_bucket);
/* Lends the connection's socket to libevhtp to deliver this reply, a 200; the connection is
 * released and the reply emptied. False: nothing has changed, answer it here. */
bool front_answer(struct front *front, struct connection *connection, struct reply *reply,
                  bool keep_alive);

#endif
