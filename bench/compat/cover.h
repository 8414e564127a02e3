/* SPDX-License-Identifier: MIT
 *
 * Cover: what lies between a line's bytes and those of its socket, where the server is asked by
 * https: the tunnel that a forward proxy is asked to open, and TLS. No I/O.
 */
#ifndef PUSHBENCH_COVER_H
#define PUSHBENCH_COVER_H

#include "tls.h"

enum { WAY_NAME_LIMIT = 140 };

/* How to get from a connection's first hop to the server. */
struct way {
    char name[WAY_NAME_LIMIT];   /* as for tls_create; empty: no TLS, and no cover */
    char tunnel[WAY_NAME_LIMIT]; /* HOST:PORT that the first hop is asked for; empty: none */
    const struct tls_trust *trust;
};

struct cover;

/* The way is borrowed until it is destroyed. NULL: out of memory. */
struct cover *cover_create(const struct way *way);
/* Accepts NULL. */
void cover_destroy(struct cover *cover);
/* As tls_open, tls_seal and tls_is_ready, the tunnel included. */
int cover_open(struct cover *cover, struct slice sealed, struct builder *in);
int cover_seal(struct cover *cover, struct builder *out, struct builder *wire);
bool cover_is_ready(const struct cover *cover);
/* The socket has ended. What that means for who has not been let in yet: cover_trouble. */
void cover_end(struct cover *cover);
/* As tls_tell and tls_trouble. */
void cover_tell(const struct cover *cover, char ret[TLS_TEXT_LIMIT]);
const char *cover_trouble(const struct cover *cover);

#endif
