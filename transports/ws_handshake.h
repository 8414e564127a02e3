/* SPDX-License-Identifier: MIT
 *
 * The WebSocket handshake (RFC 6455, section 4.2) and the negotiation of permessage-deflate
 * (RFC 7692, section 7.1), with no I/O: a request is judged, and the answer's head is written.
 *
 * Whether the request's Origin may subscribe is not judged here.
 */
#ifndef PUSHLAB_WS_HANDSHAKE_H
#define PUSHLAB_WS_HANDSHAKE_H

#include "../server/request.h"

enum { WS_ACCEPT_LEN = 28 };

/* What both ends agreed on. Nothing in it points into the request. */
struct ws_handshake {
    char accept[WS_ACCEPT_LEN + 1]; /* Sec-WebSocket-Accept */
    int subprotocol;                /* index in the list that was given, or -1: none */
    const char *subprotocol_name;   /* borrowed from that list; NULL: none */
    bool deflate;                   /* permessage-deflate, without context takeover */
    bool names_window;         /* the client asked for a server window, so the answer says it */
    unsigned char window_bits; /* of what the server compresses: 9 to 15. What the client
                                  compresses inflates whatever its window */
};

/* A refusal: never a reason to close the connection. */
struct ws_refusal {
    int status;          /* 400, 405, 426, or 500 when out of memory */
    const char *reason;  /* a sentence for whoever reads the answer's body (static text) */
    const char *headers; /* header lines the answer must carry, each with its CRLF, or "" */
};

/*
 * Judges a request whose head, and body if any, is complete.
 * subprotocols: names this server speaks, ended by NULL; the first one in the client's order of
 * preference is chosen. allow_deflate: whether compression may be agreed on.
 *   0  welcome: *ret_handshake is filled; answer with ws_add_handshake
 *   1  refused: *ret_refusal is filled
 */
int ws_judge(const struct request *request, const char *const *subprotocols, bool allow_deflate,
             struct ws_handshake *ret_handshake, struct ws_refusal *ret_refusal);

/* Writes the whole head of the 101. extra: more header lines, each with its CRLF; may be empty.
 */
void ws_add_handshake(const struct ws_handshake *handshake, struct slice extra,
                      struct builder *out);

/* Sec-WebSocket-Accept of a key (RFC 6455, 4.2.2, 5.4): 0, or -ENOMEM. */
int ws_accept(struct slice key, char ret[WS_ACCEPT_LEN + 1]);

/*
 * Negotiates permessage-deflate from one line of Sec-WebSocket-Extensions: true when one of its
 * offers was accepted; then deflate, names_window and window_bits are set. The offers are tried
 * in the client's order; one that is malformed, asks for what is unknown, asks twice, or for a
 * window of 8 bits (which zlib can't make) is declined (RFC 7692, 7.1).
 */
bool ws_negotiate_deflate(struct slice offers, struct ws_handshake *handshake);

#endif
