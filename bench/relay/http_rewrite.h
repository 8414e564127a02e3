/* SPDX-License-Identifier: MIT
 *
 * HTTP rewriting: heads as they go on. What a change does not concern stays byte for byte.
 * Pure.
 */
#ifndef PUSHRELAY_HTTP_REWRITE_H
#define PUSHRELAY_HTTP_REWRITE_H

#include "http_head.h"

struct request_change {
    bool http10;
    bool close;         /* Connection: close, whatever it was */
    bool strip_upgrade; /* no Upgrade, and no word of it in Connection */
    bool forwarded;     /* what was for the proxy alone goes; the target becomes a path */
};

void rewrite_request(struct slice head, const struct request_change *change,
                     struct builder *out);

struct answer_change {
    bool naive;      /* no Cache-Control, no X-Accel-Buffering */
    bool gzip;       /* the body will be compressed, so what is said of its length goes */
    bool chunked;    /* and chunked */
    bool stays_open; /* no Connection: it was about the server's connection */
    bool http11;     /* whatever version the server speaks */
};

void rewrite_answer(struct slice head, const struct answer_change *change, struct builder *out);

/* Takes apart http://AUTHORITY/PATH; ret_path may be empty or begin with '?'. False for any
 * other target. */
bool target_split(struct slice target, struct slice *ret_authority, struct slice *ret_path);

#endif
