/* SPDX-License-Identifier: MIT */
#include "ws_encode.h"

#include "ws_deflate.h"

#include <string.h>

static enum ws_opcode opcode_of(const struct message *message)
{
    return message->type == MESSAGE_BINARY ? WS_BINARY : WS_TEXT;
}

void ws_add_frame_deflated(struct builder *builder, enum ws_opcode opcode, struct slice data,
                           unsigned window_bits)
{
    /* The header's length shows only when the payload is made: room for the longest, then the
     * payload moves down to it. */
    unsigned char header[WS_HEADER_LIMIT] = {0};
    size_t start = builder_len(builder);
    builder_add(builder, header, sizeof(header));
    int result = ws_deflate(data, window_bits, builder);
    if (builder->failed)
        return;
    size_t payload_len = builder_len(builder) - start - sizeof(header);
    if (result < 0 || payload_len >= data.len) {
        builder_truncate(builder, start);
        ws_add_frame(builder, opcode, false, data.at, data.len);
        return;
    }
    size_t header_len = ws_frame_header(opcode, true, true, payload_len, header);
    char *frame = builder->bytes->data + start;
    memcpy(frame, header, header_len);
    memmove(frame + header_len, frame + sizeof(header), payload_len);
    builder_truncate(builder, start + header_len + payload_len);
}

static void encode_raw(const struct message *message, unsigned parameter, struct builder *out)
{
    (void)parameter;
    ws_add_frame(out, opcode_of(message), false, message->data.at, message->data.len);
}

static void encode_raw_deflate(const struct message *message, unsigned parameter,
                               struct builder *out)
{
    ws_add_frame_deflated(out, opcode_of(message), message->data, parameter);
}

static void encode_base64(const struct message *message, unsigned parameter,
                          struct builder *out)
{
    (void)parameter;
    unsigned char header[WS_HEADER_LIMIT];
    uint64_t text_len = (message->data.len + 2) / 3 * 4;
    builder_add(out, header, ws_frame_header(WS_TEXT, true, false, text_len, header));
    builder_add_base64(out, message->data.at, message->data.len);
}

const struct encoding ws_raw_encoding = {.name = "ws_raw", .encode = encode_raw};
const struct encoding ws_raw_deflate_encoding = {.name = "ws_raw_deflate",
                                                 .encode = encode_raw_deflate};
const struct encoding ws_base64_encoding = {.name = "ws_base64", .encode = encode_base64};
