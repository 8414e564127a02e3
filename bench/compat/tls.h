/* SPDX-License-Identifier: MIT
 *
 * TLS as a client. No I/O: sealed bytes in, plain ones out, and back. It says that it speaks
 * HTTP/1.1 (ALPN), and to whom (SNI).
 */
#ifndef PUSHBENCH_TLS_H
#define PUSHBENCH_TLS_H

#include "../../server/bytes.h"

enum { TLS_TEXT_LIMIT = 480 };

/* Whom a client believes. */
struct tls_trust;

/* The issuers in a file (PEM), or, file NULL, those that this system believes; insecure:
 * anybody. NULL: there are none in the file, or memory is out. */
struct tls_trust *tls_trust_create(const char *file, bool insecure);
/* When all that was made with it has been destroyed. Accepts NULL. */
void tls_trust_destroy(struct tls_trust *trust);

struct tls;

/* name: the host, or the number of an address, that the certificate is to be for. Both are
 * borrowed until it is destroyed. NULL: out of memory. */
struct tls *tls_create(const struct tls_trust *trust, const char *name);
/* Accepts NULL. */
void tls_destroy(struct tls *tls);
/* Takes what came, and adds to in what it says. 0; -EPIPE: the other end has said goodbye;
 * -EPROTO: tls_trouble says why. */
int tls_open(struct tls *tls, struct slice sealed, struct builder *in);
/* Adds to wire what is to be sent: the handshake, and behind it all of out, which is empty
 * then. 0 or -EPROTO. */
int tls_seal(struct tls *tls, struct builder *out, struct builder *wire);
/* Whether the handshake is over, and the other end is who it should be. */
bool tls_is_ready(const struct tls *tls);
/* What was agreed on and with whom, as in "TLSv1.3, a certificate of 'a' issued by 'b'". */
void tls_tell(const struct tls *tls, char ret[TLS_TEXT_LIMIT]);
/* A sentence, with what to do; empty: nothing is wrong. */
const char *tls_trouble(const struct tls *tls);

#endif
