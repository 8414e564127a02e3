/* SPDX-License-Identifier: MIT
 *
 * A probe's connection: bytes that wait to be sent, bytes that came and were not taken yet,
 * whatever covers them on the socket. Never blocks; who polls it is probe.c.
 */
#ifndef PUSHBENCH_PROBE_LINE_H
#define PUSHBENCH_PROBE_LINE_H

#include "../endpoint.h"
#include "cover.h"

/* What is kept of bytes that nobody takes, in each direction. */
enum { PROBE_LINE_LIMIT = 16 << 20 };

struct probe_line {
    int fd;          /* -1: closed */
    bool connecting; /* by TCP, and by what covers it */
    bool used;       /* an answer has come over it: the other end may have closed it by now */
    int64_t begun_ns;
    int64_t connect_us; /* once connected by TCP: about a round trip to the first hop */
    struct builder out, in;
    /* ---- inside ---- */
    bool reached;          /* by TCP */
    struct cover *cover;   /* NULL: none */
    struct builder sealed; /* what goes to the socket in place of out, if there is a cover */
};

/* Begins to connect. way: borrowed until it is closed; NULL, or one without a name: plainly.
 * 0 or a negative errno. */
int probe_line_open(struct probe_line *line, const struct endpoint *endpoint,
                    const struct way *way);
void probe_line_close(struct probe_line *line);
/* Queues; what can be sent is sent by the next probe_line_pump. */
void probe_line_send(struct probe_line *line, struct slice bytes);
/* What to poll for. */
short probe_line_events(const struct probe_line *line);
/* Sends and receives what there is, so much at once that a flood does not keep its reader from
 * the clock. 1: bytes came; 0: none; a negative errno: the connection has ended or never was
 * (-EPIPE: ended properly), and what came before lies in `in`. -EMSGSIZE: it goes on, but more
 * lies here than is kept: close it. */
int probe_line_pump(struct probe_line *line);
/* Why the cover did not come about, and what to do; empty: nothing is known of it. Ends with
 * the line. */
const char *probe_line_trouble(const struct probe_line *line);
/* Forgets the first bytes of what came. */
void probe_line_took(struct probe_line *line, size_t len);
/* The same for any builder. */
void builder_drop_front(struct builder *builder, size_t len);

#endif
