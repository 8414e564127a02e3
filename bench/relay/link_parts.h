/* SPDX-License-Identifier: MIT
 *
 * The parts of a link, for each other alone: link.c is its life, link_connect.c the way
 * to the server, link_flow.c the bytes.
 */
#ifndef PUSHRELAY_LINK_PARTS_H
#define PUSHRELAY_LINK_PARTS_H

#include "link.h"

/* Ends it at once, with FIN or RST towards both; it is freed at the end of the turn. */
void link_die(struct link *link, bool reset);
/* FIN to both, and some time for them to answer with theirs. */
void link_close(struct link *link);
/* One of its ends has closed: dies when none is left. */
void link_lost_end(struct link *link);

/* Takes over the client's socket. */
void link_open_client(struct link *link, int fd);
/* Begins to connect to the server. */
void link_connect(struct link *link);
/* That came to nothing. */
void link_connect_failed(struct link *link);
/* What the loop calls for the server's end. */
extern const struct end_calls link_server_calls;
/* Everything that can go on now does. */
void link_run(struct link *link);

#endif
