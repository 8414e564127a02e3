/* SPDX-License-Identifier: MIT
 *
 * The answer to a probe's request as a browser reads it: whatever middleboxes have made of it,
 * chunks, compression, or a body that only the connection's end ends. No I/O: bytes in, the
 * body out, as far as it can be known by then.
 */
#ifndef PUSHBENCH_PROBE_ANSWER_H
#define PUSHBENCH_PROBE_ANSWER_H

#include "../relay/http_body.h"

#include <sys/types.h>

struct z_stream_s;

struct probe_answer {
    int status;          /* 0: the head is not complete yet */
    struct builder head; /* kept: fields may be looked up by relay/http_head.h */
    struct builder body; /* decoded; who reads it may take from it */
    bool complete;
    bool keeps;      /* the connection may be used again */
    bool compressed; /* by gzip */
    struct body framing;
    struct builder packed; /* what was taken out of the framing and is to be inflated */
    struct z_stream_s *inflater;
};

enum { PROBE_HEAD_LIMIT = 32 * 1024, PROBE_BODY_LIMIT = 16 << 20 };

/* Reads on; gives how many bytes are done with (less than len when the answer is complete).
 * -1: no HTTP, broken compression, or over a limit. A 101 is complete with its head. */
ssize_t probe_answer_read(struct probe_answer *answer, const char *bytes, size_t len);
/* The connection has ended. Whether the answer has, too: that it is complete. */
bool probe_answer_end(struct probe_answer *answer);
/* The value of a header field of the head; empty when it is absent. */
struct slice probe_answer_field(const struct probe_answer *answer, const char *name);
/* Ready for the next one. A zeroed one is. */
void probe_answer_finish(struct probe_answer *answer);

#endif
