/* SPDX-License-Identifier: MIT
 *
 * Origin policy: which pages of which sites may read, and which may publish. Browsers say where
 * a page came from (`Origin`, RFC 6454); the WebSocket handshake is outside the browser's own
 * same-origin policy, so the server judges it. This protects users of browsers; it is no login:
 * a program can send any Origin, or none.
 */
#ifndef PUSHLAB_ORIGIN_H
#define PUSHLAB_ORIGIN_H

#include "options.h"
#include "request.h"

enum origin {
    ORIGIN_NONE,    /* no Origin header: a program, or a page's own GET */
    ORIGIN_SAME,    /* host and port equal to Host; localhost, 127.0.0.1, ::1 count as one */
    ORIGIN_LISTED,  /* --origin */
    ORIGIN_FOREIGN, /* anything else, `null` included */
};

/* Reads Origin and Host only; pure. */
enum origin origin_of(const struct options *options, const struct request *request);
/* Whether topic may be read from any origin (--public; of a class, its feed, which students may
 * read through a door). */
bool origin_topic_public(const struct options *options, struct slice topic);
/*
 * Adds the CORS header lines that let the browser hand the answer to the page: exact origin and
 * Vary, or `*` for a public topic; none for a foreign origin. Exposes Pushlab-Next, ETag and
 * Retry-After. Never credentials.
 */
void origin_add_cors(enum origin origin, bool public_topic, const struct request *request,
                     struct builder *headers);
/* Whether this server answers for the name in Host (DNS rebinding): when loopback, only
 * localhost, 127.0.0.1, [::1], what --listen names, and --host names; in a class, whose pages
 * are open all lesson, numbers and names of the local network in place of the first three. */
bool origin_host_served(const struct options *options, bool loopback,
                        const struct request *request);

/* Whether text can be an --origin: scheme://host[:port] without a path, in which `*` stands for
 * one label of the host; `null`; or `*` for any origin. */
bool origin_pattern_valid(const char *text);

#endif
