/* SPDX-License-Identifier: MIT */
#include "ws_deflate.h"

#include <errno.h>
#include <zlib.h>

enum { WINDOWS = WS_WINDOW_BITS_MOST - WS_WINDOW_BITS_LEAST + 1, STEP_LEAST = 512 };

/* The end of a sync flush, which messages leave out (RFC 7692, 7.2.1 and 7.2.2). */
static const unsigned char tail[] = {0x00, 0x00, 0xFF, 0xFF};

/* This thread's zlib state; a stream is ready when its `state` is set. */
static _Thread_local struct {
    z_stream deflaters[WINDOWS];
    z_stream inflater;
    unsigned used; /* since the last sweep: a bit for each deflater, then the inflater's */
} zlib;

static z_stream *ready_deflater(unsigned window_bits)
{
    unsigned window = window_bits - WS_WINDOW_BITS_LEAST;
    z_stream *stream = &zlib.deflaters[window];
    zlib.used |= 1u << window;
    int result = stream->state
                     ? deflateReset(stream)
                     : deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                    -(int)window_bits, MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY);
    return result == Z_OK ? stream : NULL;
}

static z_stream *ready_inflater(void)
{
    z_stream *stream = &zlib.inflater;
    zlib.used |= 1u << WINDOWS;
    int result = stream->state ? inflateReset(stream) : inflateInit2(stream, -MAX_WBITS);
    return result == Z_OK ? stream : NULL;
}

void ws_deflate_sweep_thread(void)
{
    /* Ending a stream clears its `state`. */
    for (unsigned i = 0; i < WINDOWS; i++)
        if (zlib.deflaters[i].state && !(zlib.used & 1u << i))
            deflateEnd(&zlib.deflaters[i]);
    if (zlib.inflater.state && !(zlib.used & 1u << WINDOWS))
        inflateEnd(&zlib.inflater);
    zlib.used = 0;
}

void ws_deflate_finish_thread(void)
{
    zlib.used = 0;
    ws_deflate_sweep_thread();
}

int ws_deflate(struct slice payload, unsigned window_bits, struct builder *out)
{
    if (window_bits < WS_WINDOW_BITS_LEAST || window_bits > WS_WINDOW_BITS_MOST ||
        payload.len > BYTES_LIMIT)
        return -EINVAL;
    size_t start = builder_len(out);
    z_stream *stream = ready_deflater(window_bits);
    if (!stream)
        return -ENOMEM;
    stream->next_in = (unsigned char *)payload.at;
    stream->avail_in = (uInt)payload.len;
    /* Room for all of it, so that this is one step; the marker of a flush is not in the bound.
     */
    size_t room = deflateBound(stream, (uLong)payload.len) + 16;
    do {
        char *at = builder_reserve(out, room);
        if (!at) {
            builder_truncate(out, start);
            return -ENOMEM;
        }
        stream->next_out = (unsigned char *)at;
        stream->avail_out = (uInt)room;
        deflate(stream,
                Z_SYNC_FLUSH); /* cannot fail but for no progress, which ends the loop */
        builder_claim(out, room - stream->avail_out);
    } while (stream->avail_out == 0);
    builder_truncate(out, builder_len(out) - sizeof(tail));
    return 0;
}

/* Where a decompressor stands when all it was given is used. */
enum { INSIDE_BLOCK = 0, BETWEEN_BLOCKS = 1 };

/*
 * Inflates what the stream has been given, up to a final block's end, into out: at most limit
 * bytes behind the first `start`. INSIDE_BLOCK, BETWEEN_BLOCKS, or a negative errno.
 */
static int inflate_block(z_stream *stream, size_t start, size_t limit, struct builder *out)
{
    int place = INSIDE_BLOCK;
    do {
        size_t made = builder_len(out) - start;
        size_t room = made < STEP_LEAST ? STEP_LEAST : made; /* doubles, as the builder does */
        char probe, *at = &probe;
        if (room > limit - made)
            room = limit - made;
        if (room > 0 && !(at = builder_reserve(out, room)))
            return -ENOMEM;
        /* At the limit, one byte that is thrown away tells whether the message ends here. */
        uInt given = room > 0 ? (uInt)room : 1;
        stream->next_out = (unsigned char *)at;
        stream->avail_out = given;
        int result = inflate(stream, Z_SYNC_FLUSH);
        size_t got = given - stream->avail_out;
        if (room == 0 && got > 0)
            return -EMSGSIZE;
        if (got > 0)
            builder_claim(out, got);
        if (result == Z_STREAM_END)
            /* Keeps the window: what follows may refer to what came before. */
            return inflateResetKeep(stream) == Z_OK ? BETWEEN_BLOCKS : -EBADMSG;
        if (result == Z_MEM_ERROR)
            return -ENOMEM;
        /* data_type: 128 just behind a block, plus the bits of the last byte not yet used. A
         * call without progress (Z_BUF_ERROR) spoils it. */
        if (result == Z_OK)
            place = stream->data_type == 128 ? BETWEEN_BLOCKS : INSIDE_BLOCK;
        else if (result != Z_BUF_ERROR)
            return -EBADMSG;
    } while (stream->avail_out == 0);
    return place;
}

/* The same for all of an input that is not empty: a message may go on behind a block that is
 * marked final (RFC 7692, 7.2.3.4). */
static int inflate_all(z_stream *stream, const void *data, size_t len, size_t start,
                       size_t limit, struct builder *out)
{
    int place;
    stream->next_in = (unsigned char *)data;
    stream->avail_in = (uInt)len;
    do {
        place = inflate_block(stream, start, limit, out);
    } while (place >= 0 && stream->avail_in > 0);
    return place;
}

int ws_inflate(struct slice compressed, size_t limit, struct builder *out)
{
    if (limit > BYTES_LIMIT)
        limit = BYTES_LIMIT;
    if (compressed.len > BYTES_LIMIT)
        return -EMSGSIZE;
    /* A compressor that was flushed before has no byte to write for an empty message. */
    if (compressed.len == 0)
        return 0;
    size_t start = builder_len(out);
    z_stream *stream = ready_inflater();
    if (!stream)
        return -ENOMEM;
    int place = inflate_all(stream, compressed.at, compressed.len, start, limit, out);
    /* Between two blocks already, the message is whole without its tail, if against the RFC:
     * its sender left the tail on, or left out the zero byte behind a final block (7.2.3.4). */
    if (place == INSIDE_BLOCK)
        place = inflate_all(stream, tail, sizeof(tail), start, limit, out);
    if (place == BETWEEN_BLOCKS)
        return 0;
    builder_truncate(out, start);
    return place < 0 ? place : -EBADMSG;
}
