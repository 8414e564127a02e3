/* SPDX-License-Identifier: MIT
 *
 * Stream: a socket and what it still has to be given. What is written to a connection, and what
 * becomes of it, is decided here; how it reaches the kernel, here or in uring.h.
 *
 * A stream that keeps up owns nothing: frames go from the log to the kernel in one system call.
 * Only what the kernel takes in part, and bytes that are not in the log (heads, pongs, polls'
 * answers), lie in its outbox, by reference. A frame once begun is always finished, whatever
 * happens to the log meanwhile.
 *
 * A stream that is tapped (tap.h) is never without an outbox, be it empty. So it goes the way
 * of those that lag, whose bytes are seen here, and nobody else has to ask whether it is
 * tapped.
 */
#ifndef PUSHLAB_STREAM_H
#define PUSHLAB_STREAM_H

#include "bytes.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

enum {
    STREAM_FRAMES_LIMIT = 64, /* in one system call */
    WAVE_SEND_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT,
};

/* Frames to be written, laid out for the kernel once for all streams that get the same. */
struct wave {
    struct bytes *frames[STREAM_FRAMES_LIMIT]; /* borrowed */
    struct iovec parts[STREAM_FRAMES_LIMIT];   /* one for each frame */
    unsigned count;
    size_t bytes;
    struct bytes *joined; /* all frames in one run, cheaper to send; or NULL */
    struct iovec joined_part;
};

/* There must be room (count < STREAM_FRAMES_LIMIT). */
void wave_add(struct wave *wave, struct bytes *frame);
/* Worth the copy when several streams get the wave. Being out of memory changes nothing. */
void wave_join(struct wave *wave);
/* Leaves an empty wave. */
void wave_finish(struct wave *wave);
/* What to give to the kernel, and in how many parts. */
const struct iovec *wave_parts(const struct wave *wave, unsigned *ret_count);
/* By one system call: the bytes taken, or a negative errno. */
ssize_t wave_send(const struct wave *wave, int fd);

struct outbox;
struct tap;

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
 * Sends what is queued and then the wave, in one system call as far as it can. Returns how many
 * frames are done with: sent, or begun and kept. The rest was not touched. See blocked and
 * broken for what to do next.
 */
unsigned stream_write(struct stream *stream, const struct wave *wave);
/* The same for a wave that somebody else has given to the kernel (uring.h), when nothing was
 * queued: result is the bytes taken, or a negative errno. */
unsigned stream_written(struct stream *stream, const struct wave *wave, ssize_t result);
/* Sends what is queued, until it is gone or the stream is blocked. */
void stream_flush(struct stream *stream);
/* Bytes that wait in the outbox. */
size_t stream_waiting(const struct stream *stream);
/* For stream_tap. */
struct tap *outbox_tap(const struct outbox *outbox);
/* The tap, or NULL. */
static inline struct tap *stream_tap(const struct stream *stream)
{
    return stream->outbox ? outbox_tap(stream->outbox) : NULL;
}
/* Nothing may wait, and there must be none. When memory runs out there is none afterwards. */
void stream_attach_tap(struct stream *stream, struct tap *take_tap);
/* The tap, which is the caller's then; or NULL. */
struct tap *stream_take_tap(struct stream *stream);

#endif
