/* SPDX-License-Identifier: MIT
 *
 * The parts of reading a head, for request.c alone: what its target and its headers mean once
 * they are known to be made of bytes that may stand there.
 */
#ifndef PUSHLAB_REQUEST_PARTS_H
#define PUSHLAB_REQUEST_PARTS_H

#include "request.h"

static inline struct slice slice_between(const char *at, const char *end)
{
    return (struct slice){at, (size_t)(end - at)};
}

/* Without white space at its ends (RFC 9110, 5.6.3). */
struct slice slice_trim(struct slice text);

/* RFC 9110, 7.2: a host name or address, and a port unless it may be left out. Never empty:
 * 4.2.1. No userinfo: 4.2.4 has it treated as an error. */
bool authority_valid(struct slice authority, bool port_needed);

/* Reads request->target, for request->method_name, into path, query and, when the target has an
 * authority, host. NULL, or the reason to answer 400 with (static text). */
const char *target_read(struct request *request);

/* What has been read of one head's headers so far. Zeroed = nothing. */
struct judge {
    bool has_host;
    bool has_framing; /* a Content-Length or a Transfer-Encoding */
    bool close;       /* Connection lists it */
    bool keep_alive;
    bool upgrade;
};

/* Takes what one header says into request, whose request line has been read. 0, or -1 and the
 * refusal. */
int judge_header(struct judge *judge, struct request *request, const struct header *header,
                 uint64_t body_limit, struct refusal *ret_refusal);
/* After the last header: what only the whole head can tell. 0, or -1 and the refusal. */
int judge_finish(const struct judge *judge, struct request *request,
                 struct refusal *ret_refusal);

#endif
