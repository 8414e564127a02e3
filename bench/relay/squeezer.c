/* SPDX-License-Identifier: MIT */
#include "squeezer.h"

#include <stdlib.h>
#include <zlib.h>

enum { OUT_SIZE = 16 * 1024, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

struct squeezer {
    z_stream stream;
    bool chunked;
};

struct squeezer *squeezer_create(bool chunked)
{
    struct squeezer *squeezer = calloc(1, sizeof(*squeezer));
    if (!squeezer)
        return NULL;
    squeezer->chunked = chunked;
    if (deflateInit2(&squeezer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(squeezer);
        return NULL;
    }
    return squeezer;
}

void squeezer_destroy(struct squeezer *squeezer)
{
    if (!squeezer)
        return;
    deflateEnd(&squeezer->stream);
    free(squeezer);
}

static void give(const struct squeezer *squeezer, const char *bytes, size_t len,
                 struct builder *out)
{
    if (len == 0)
        return;
    if (squeezer->chunked)
        builder_format(out, "%zx\r\n", len);
    builder_add(out, bytes, len);
    if (squeezer->chunked)
        builder_add_text(out, "\r\n");
}

bool squeezer_add(struct squeezer *squeezer, struct slice data, bool ends, struct builder *out)
{
    char bytes[OUT_SIZE];
    z_stream *stream = &squeezer->stream;
    int status;
    /* zlib does not write to what it reads. */
    stream->next_in = (Bytef *)(uintptr_t)data.at;
    stream->avail_in = (uInt)data.len;
    do {
        stream->next_out = (Bytef *)bytes;
        stream->avail_out = sizeof(bytes);
        status = deflate(stream, ends ? Z_FINISH : Z_NO_FLUSH);
        if (status == Z_STREAM_ERROR)
            return false;
        give(squeezer, bytes, sizeof(bytes) - stream->avail_out, out);
    } while (stream->avail_out == 0);
    if (ends && squeezer->chunked)
        builder_add_text(out, "0\r\n\r\n");
    return !out->failed;
}
