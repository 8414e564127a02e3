/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct outbox {
    unsigned first;
    unsigned count;
    unsigned capacity;
    uint32_t offset; /* of the first one, what has been sent of it */
    size_t bytes;    /* still to be sent */
    struct tap *tap; /* then there is an outbox even when nothing waits; or NULL */
    struct bytes *items[];
};

void stream_finish(struct stream *stream)
{
    struct outbox *outbox = stream->outbox;
    tap_destroy(stream_tap(stream), TAP_CLOSE);
    for (unsigned i = 0; outbox && i < outbox->count; i++)
        bytes_unref(outbox->items[outbox->first + i]);
    free(outbox);
    stream->outbox = NULL;
}

size_t stream_waiting(const struct stream *stream)
{
    return stream->outbox ? stream->outbox->bytes : 0;
}

static inline bool waits(const struct stream *stream)
{
    return stream->outbox && stream->outbox->count > 0;
}

struct tap *outbox_tap(const struct outbox *outbox)
{
    return outbox->tap;
}

static struct outbox *outbox_with_room(struct stream *stream)
{
    enum { CAPACITY_MIN = 5 };
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

void wave_add(struct wave *wave, struct bytes *frame)
{
    wave->frames[wave->count] = frame;
    wave->parts[wave->count++] = (struct iovec){frame->data, frame->len};
    wave->bytes += frame->len;
}

void wave_join(struct wave *wave)
{
    enum { FRAMES_MIN = 4, BYTES_MAX = 16 * 1024 };
    if (wave->joined || wave->count < FRAMES_MIN || wave->bytes > BYTES_MAX)
        return;
    struct builder out = {0};
    for (unsigned i = 0; i < wave->count; i++)
        builder_add(&out, wave->frames[i]->data, wave->frames[i]->len);
    wave->joined = builder_take(&out);
    if (wave->joined)
        wave->joined_part = (struct iovec){wave->joined->data, wave->joined->len};
}

void wave_finish(struct wave *wave)
{
    bytes_unref(wave->joined);
    wave->joined = NULL;
    wave->count = 0;
    wave->bytes = 0;
}

const struct iovec *wave_parts(const struct wave *wave, unsigned *ret_count)
{
    *ret_count = wave->joined ? 1 : wave->count;
    return wave->joined ? &wave->joined_part : wave->parts;
}

/* The outbox, and behind it as much of the wave as there is room for. */
static unsigned fill(const struct outbox *outbox, const struct wave *wave, struct iovec *parts)
{
    unsigned filled = 0;
    for (unsigned i = 0; i < outbox->count && filled < STREAM_FRAMES_LIMIT; i++) {
        struct bytes *bytes = outbox->items[outbox->first + i];
        uint32_t offset = i == 0 ? outbox->offset : 0;
        parts[filled++] = (struct iovec){bytes->data + offset, bytes->len - offset};
    }
    for (unsigned i = 0; i < wave->count && filled < STREAM_FRAMES_LIMIT; i++)
        parts[filled++] = wave->parts[i];
    return filled;
}

/* The bytes taken, or a negative errno. A plain send is measurably cheaper than a sendmsg of
 * one part. */
static ssize_t send_parts(int fd, const struct iovec *parts, unsigned count)
{
    const int flags = WAVE_SEND_FLAGS;
    ssize_t sent;
    do {
        if (count == 1)
            sent = send(fd, parts[0].iov_base, parts[0].iov_len, flags);
        else
            sent = sendmsg(
                fd, &(struct msghdr){.msg_iov = (struct iovec *)parts, .msg_iovlen = count},
                flags);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

ssize_t wave_send(const struct wave *wave, int fd)
{
    unsigned count;
    const struct iovec *parts = wave_parts(wave, &count);
    return send_parts(fd, parts, count);
}

static void drop_empty(struct stream *stream)
{
    struct outbox *outbox = stream->outbox;
    if (!outbox || outbox->count > 0 || outbox->tap)
        return;
    free(outbox);
    stream->outbox = NULL;
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
    drop_empty(stream);
    return sent;
}

/* The wave's share of what the kernel took, behind the outbox. */
static unsigned take(struct stream *stream, const struct wave *wave, size_t sent)
{
    unsigned done = 0;
    if (sent == wave->bytes)
        return wave->count;
    stream->blocked = true;
    while (done < wave->count && sent >= wave->frames[done]->len)
        sent -= wave->frames[done++]->len;
    if (sent > 0 && done < wave->count) /* begun: to be finished, whatever becomes of the log */
        outbox_push(stream, bytes_ref(wave->frames[done++]), (uint32_t)sent);
    return done;
}

/* What cannot be written at all, and why. */
static void refuse(struct stream *stream, ssize_t error)
{
    if (error == -EAGAIN || error == -EWOULDBLOCK)
        stream->blocked = true;
    else
        stream->broken = true;
}

unsigned stream_written(struct stream *stream, const struct wave *wave, ssize_t result)
{
    if (result >= 0)
        return take(stream, wave, (size_t)result);
    refuse(stream, result);
    return 0;
}

/* With an outbox that must go first. */
static unsigned write_behind(struct stream *stream, const struct wave *wave)
{
    struct iovec parts[STREAM_FRAMES_LIMIT];
    unsigned filled = fill(stream->outbox, wave, parts);
    size_t offered = 0;
    if (filled == 0)
        return 0;
    for (unsigned i = 0; i < filled; i++)
        offered += parts[i].iov_len;
    ssize_t sent = send_parts(stream->fd, parts, filled);
    if (sent < 0) {
        refuse(stream, sent);
        return 0;
    }
    if (stream->outbox->tap)
        tap_went(stream->outbox->tap, parts, (size_t)sent);
    size_t rest = outbox_shift(stream, (size_t)sent);
    unsigned done = waits(stream) ? 0 : take(stream, wave, rest);
    /* Not all was offered: there may be room yet. */
    stream->blocked = (size_t)sent < offered;
    return done;
}

unsigned stream_write(struct stream *stream, const struct wave *wave)
{
    if (stream->broken)
        return 0;
    if (stream->outbox)
        return write_behind(stream, wave);
    if (wave->count == 0)
        return 0;
    return stream_written(stream, wave, wave_send(wave, stream->fd));
}

void stream_flush(struct stream *stream)
{
    static const struct wave nothing;
    while (waits(stream) && !stream->blocked && !stream->broken)
        stream_write(stream, &nothing);
}

void stream_attach_tap(struct stream *stream, struct tap *take_tap)
{
    struct outbox *outbox = take_tap ? outbox_with_room(stream) : NULL;
    if (outbox)
        outbox->tap = take_tap;
    else
        tap_destroy(take_tap, TAP_LEFT);
}

struct tap *stream_take_tap(struct stream *stream)
{
    struct tap *tap = stream_tap(stream);
    if (tap) {
        stream->outbox->tap = NULL;
        drop_empty(stream);
    }
    return tap;
}
