/* SPDX-License-Identifier: MIT
 *
 * Stream: a socket and what it still has to be given. All writing to a connection goes through
 * here, so that another way of writing (TLS, batches) has one place to come in.
 *
 * A stream that keeps up owns nothing: frames go from the log to the kernel in one system call.
 * Only what the kernel takes in part, and bytes that are not in the log (heads, pongs, polls'
 * answers), lie in its outbox, by reference. A frame once begun is always finished, whatever
 * happens to the log meanwhile.
 */
#ifndef PUSHLAB_STREAM_H
#define PUSHLAB_STREAM_H

#include "bytes.h"

enum { STREAM_FRAMES_LIMIT = 64 }; /* in one system call */

struct outbox;

struct stream {
    int fd;
    bool blocked; /* the kernel has taken all it wants: wait until the socket is writable */
    bool broken;  /* the peer is gone, or memory ran out: close */
    struct outbox *outbox;
};

void stream_finish(struct stream *stream);
/* Puts bytes behind what waits already; sends nothing yet. Takes the reference, NULL (out of
 * memory) breaks the stream. */
void stream_queue(struct stream *stream, struct bytes *take_bytes);
/*
 * Sends what is queued and then frames (at most STREAM_FRAMES_LIMIT, borrowed), in one system
 * call as far as it can. Returns how many frames are done with: sent, or begun and kept. The
 * rest was not touched. See blocked and broken for what to do next.
 */
unsigned stream_write(struct stream *stream, struct bytes *const frames[], unsigned count);
/* Sends what is queued, until it is gone or the stream is blocked. */
void stream_flush(struct stream *stream);
/* Bytes that wait in the outbox. */
size_t stream_waiting(const struct stream *stream);

#endif
