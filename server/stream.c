/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct outbox {
    unsigned first;
    unsigned count;
    unsigned capacity;
    uint32_t offset; /* of the first one, what has been sent of it */
    size_t bytes;    /* still to be sent */
    struct bytes *items[];
};

void stream_finish(struct stream *stream)
{
    struct outbox *outbox = stream->outbox;
    for (unsigned i = 0; outbox && i < outbox->count; i++)
        bytes_unref(outbox->items[outbox->first + i]);
    free(outbox);
    stream->outbox = NULL;
}

size_t stream_waiting(const struct stream *stream)
{
    return stream->outbox ? stream->outbox->bytes : 0;
}

static struct outbox *outbox_with_room(struct stream *stream)
{
    enum { CAPACITY_MIN = 6 };
    struct outbox *outbox = stream->outbox;
    if (outbox && outbox->first > 0 && outbox->first + outbox->count == outbox->capacity) {
        memmove(outbox->items, outbox->items + outbox->first,
                outbox->count * sizeof(struct bytes *));
        outbox->first = 0;
    }
    if (outbox && outbox->first + outbox->count < outbox->capacity)
        return outbox;
    unsigned capacity = outbox ? outbox->capacity * 2 : CAPACITY_MIN;
    struct outbox *grown = realloc(outbox, sizeof(*outbox) + capacity * sizeof(struct bytes *));
    if (!grown)
        return NULL;
    if (!outbox)
        *grown = (struct outbox){0};
    grown->capacity = capacity;
    stream->outbox = grown;
    return grown;
}

/* Takes the reference; sent: how many of its bytes are gone already (an outbox that is not
 * empty has 0). */
static void outbox_push(struct stream *stream, struct bytes *take_bytes, uint32_t sent)
{
    struct outbox *outbox = take_bytes ? outbox_with_room(stream) : NULL;
    if (!outbox) {
        bytes_unref(take_bytes);
        stream->broken = true;
        return;
    }
    if (outbox->count == 0)
        outbox->offset = sent;
    outbox->items[outbox->first + outbox->count++] = take_bytes;
    outbox->bytes += take_bytes->len - sent;
}

void stream_queue(struct stream *stream, struct bytes *take_bytes)
{
    if (take_bytes && take_bytes->len == 0)
        bytes_unref(take_bytes);
    else
        outbox_push(stream, take_bytes, 0);
}

static unsigned fill(const struct stream *stream, struct bytes *const frames[], unsigned count,
                     struct iovec *parts)
{
    const struct outbox *outbox = stream->outbox;
    unsigned filled = 0;
    for (unsigned i = 0; outbox && i < outbox->count && filled < STREAM_FRAMES_LIMIT; i++) {
        struct bytes *bytes = outbox->items[outbox->first + i];
        uint32_t offset = i == 0 ? outbox->offset : 0;
        parts[filled++] = (struct iovec){bytes->data + offset, bytes->len - offset};
    }
    for (unsigned i = 0; i < count && filled < STREAM_FRAMES_LIMIT; i++)
        parts[filled++] = (struct iovec){frames[i]->data, frames[i]->len};
    return filled;
}

/* A plain send is measurably cheaper than a sendmsg of one part. */
static ssize_t send_parts(struct stream *stream, struct iovec *parts, unsigned count)
{
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    ssize_t sent;
    do {
        if (count == 1)
            sent = send(stream->fd, parts[0].iov_base, parts[0].iov_len, flags);
        else
            sent = sendmsg(stream->fd, &(struct msghdr){.msg_iov = parts, .msg_iovlen = count},
                           flags);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        stream->blocked = true;
    else
        stream->broken = true;
    return 0;
}

/* Takes up to sent bytes off the outbox; what is left of sent belongs to frames. */
static size_t outbox_shift(struct stream *stream, size_t sent)
{
    struct outbox *outbox = stream->outbox;
    while (outbox && outbox->count > 0) {
        struct bytes *first = outbox->items[outbox->first];
        size_t left = first->len - outbox->offset;
        if (sent < left) {
            outbox->offset += (uint32_t)sent;
            outbox->bytes -= sent;
            return 0;
        }
        sent -= left;
        outbox->bytes -= left;
        outbox->offset = 0;
        outbox->first++;
        outbox->count--;
        bytes_unref(first);
    }
    free(outbox);
    stream->outbox = NULL;
    return sent;
}

unsigned stream_write(struct stream *stream, struct bytes *const frames[], unsigned count)
{
    if (stream->broken)
        return 0;
    struct iovec parts[STREAM_FRAMES_LIMIT];
    unsigned filled = fill(stream, frames, count, parts);
    size_t offered = 0;
    for (unsigned i = 0; i < filled; i++)
        offered += parts[i].iov_len;
    if (offered == 0)
        return count;

    size_t sent = (size_t)send_parts(stream, parts, filled);
    if (stream->broken)
        return 0;
    if (sent < offered)
        stream->blocked = true;
    size_t rest = outbox_shift(stream, sent);
    unsigned done = 0;
    while (done < count && rest >= frames[done]->len)
        rest -= frames[done++]->len;
    if (rest > 0 && done < count) /* begun: to be finished, whatever becomes of the log */
        outbox_push(stream, bytes_ref(frames[done++]), (uint32_t)rest);
    return done;
}

void stream_flush(struct stream *stream)
{
    while (stream->outbox && !stream->blocked && !stream->broken)
        stream_write(stream, NULL, 0);
}
