/* SPDX-License-Identifier: MIT */
#include "ws_frame.h"

#include <string.h>

/* What a frame's header says (RFC 6455, 5.2). */
struct header {
    unsigned char opcode;
    bool fin;
    bool rsv1;
    uint64_t payload_len;
    uint32_t mask;
};

static bool is_control(unsigned opcode)
{
    return opcode & 0x8;
}

void ws_parser_init(struct ws_parser *parser, bool deflate)
{
    *parser = (struct ws_parser){.deflate = deflate};
}

static ssize_t fail(struct ws_parser *parser, enum ws_close_code code, const char *reason,
                    struct ws_event *ret_event)
{
    parser->over = true;
    *ret_event = (struct ws_event){.kind = WS_EVENT_FAIL, .code = code, .reason = reason};
    return -1;
}

uint32_t ws_mask(char *bytes, size_t len, uint32_t mask)
{
    /* The same four bytes twice, so byte order does not matter. */
    uint64_t mask_twice = (uint64_t)mask << 32 | mask;
    size_t i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t eight;
        memcpy(&eight, bytes + i, sizeof(eight));
        eight ^= mask_twice;
        memcpy(bytes + i, &eight, sizeof(eight));
    }
    unsigned char key[4], rotated[4];
    memcpy(key, &mask, sizeof(key));
    for (; i < len; i++)
        bytes[i] = (char)(bytes[i] ^ key[i % 4]);
    for (i = 0; i < 4; i++)
        rotated[i] = key[(len + i) % 4];
    memcpy(&mask, rotated, sizeof(mask));
    return mask;
}

/* What is wrong with a header's first byte, or NULL. */
static const char *first_byte_fault(const struct ws_parser *parser, const struct header *header,
                                    unsigned char byte)
{
    /* RFC 6455, 5.2: reserved bits are 0 unless an extension gave them a meaning; RFC 7692, 6:
     * it gave one to RSV1, on a message's first frame only. */
    if (byte & 0x30)
        return "RSV2 or RSV3 is set";
    bool starts = header->opcode == WS_TEXT || header->opcode == WS_BINARY;
    if (header->rsv1 && !parser->deflate)
        return "RSV1 is set but permessage-deflate was not negotiated";
    if (header->rsv1 && !starts)
        return "RSV1 is set on a frame that does not start a message";
    if (is_control(header->opcode)) {
        if (header->opcode > WS_PONG)
            return "reserved opcode";
        return header->fin ? NULL : "fragmented control frame"; /* 5.5 */
    }
    if (header->opcode > WS_BINARY)
        return "reserved opcode";
    /* 5.4: fragments of different messages are never mixed. */
    if (starts && parser->opcode)
        return "new message inside a fragmented one";
    if (!starts && !parser->opcode)
        return "continuation of no message";
    return NULL;
}

static uint64_t big_endian(const char *bytes, size_t len)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++)
        number = number << 8 | (unsigned char)bytes[i];
    return number;
}

/*
 * Reads mask bit and payload length, from a header's second byte on. What they take together
 * with the first byte, or 0 for more; a fault is left in *ret_fault.
 */
static size_t read_length(const char *bytes, size_t len, struct header *header,
                          const char **ret_fault)
{
    unsigned char second = (unsigned char)bytes[1];
    header->payload_len = second & 0x7F;
    if (!(second & 0x80))
        *ret_fault = "frame is not masked"; /* 5.1 */
    else if (is_control(header->opcode) && header->payload_len > WS_CONTROL_LIMIT)
        *ret_fault = "control frame longer than 125 bytes"; /* 5.5 */
    if (*ret_fault || header->payload_len < 126)
        return 2;

    size_t wide = header->payload_len == 126 ? 2 : 8;
    if (len < 2 + wide)
        return 0;
    header->payload_len = big_endian(bytes + 2, wide);
    if (header->payload_len >> 63)
        *ret_fault = "payload length has its top bit set"; /* 5.2 */
    else if (header->payload_len < (wide == 2 ? 126 : 65536))
        *ret_fault = "payload length is not in its shortest form"; /* 5.2 */
    return 2 + wide;
}

/* What a data frame would make grow too much, or NULL. */
static const char *limit_fault(const struct ws_parser *parser, const struct header *header,
                               const struct ws_limits *limits)
{
    if (header->payload_len > limits->message_bytes ||
        parser->message_bytes > limits->message_bytes - header->payload_len)
        return "message too long";
    if (parser->fragments >= limits->fragments)
        return "message in too many fragments";
    return NULL;
}

/*
 * Reads a header as far as it has come, and fails at the first byte that shows it to be bad.
 * Its length once it is whole, 0 for more, -1 with *ret_event.
 */
static ssize_t read_header(struct ws_parser *parser, const char *bytes, size_t len,
                           const struct ws_limits *limits, struct header *ret,
                           struct ws_event *ret_event)
{
    unsigned char first = (unsigned char)bytes[0];
    ret->opcode = first & 0x0F;
    ret->fin = first & 0x80;
    ret->rsv1 = first & 0x40;
    const char *fault = first_byte_fault(parser, ret, first);
    size_t used = fault || len < 2 ? 0 : read_length(bytes, len, ret, &fault);
    if (fault)
        return fail(parser, WS_PROTOCOL_ERROR, fault, ret_event);
    if (used == 0)
        return 0;
    if (!is_control(ret->opcode))
        fault = limit_fault(parser, ret, limits);
    if (fault)
        return fail(parser, WS_TOO_BIG, fault, ret_event);
    if (len < used + 4)
        return 0;
    memcpy(&ret->mask, bytes + used, 4);
    return (ssize_t)used + 4;
}

bool ws_close_code_valid(unsigned code)
{
    /* 1004 has no meaning; 1005, 1006 and 1015 only report what never came as a frame. */
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

/* A close frame's body (RFC 6455, 5.5.1): nothing, or a code and a reason. */
static ssize_t read_close(struct ws_parser *parser, struct slice body, ssize_t used,
                          struct ws_event *ret_event)
{
    struct ws_event event = {.kind = WS_EVENT_CLOSE, .data = body, .code = WS_NO_CODE};
    if (body.len == 1)
        return fail(parser, WS_PROTOCOL_ERROR, "close frame with half a code", ret_event);
    if (body.len >= 2) {
        event.code = (unsigned)big_endian(body.at, 2);
        event.data = (struct slice){body.at + 2, body.len - 2};
        if (!ws_close_code_valid(event.code))
            return fail(parser, WS_PROTOCOL_ERROR, "invalid close code", ret_event);
        if (!utf8_valid(event.data.at, event.data.len))
            return fail(parser, WS_BAD_DATA, "close reason is not UTF-8", ret_event);
    }
    parser->over = true;
    *ret_event = event;
    return used;
}

static ssize_t read_control(struct ws_parser *parser, char *bytes, size_t len, size_t used,
                            const struct header *header, struct ws_event *ret_event)
{
    struct slice payload = {bytes + used, (size_t)header->payload_len};
    if (len - used < payload.len)
        return 0;
    ws_mask(bytes + used, payload.len, header->mask);
    used += payload.len;
    if (header->opcode == WS_CLOSE)
        return read_close(parser, payload, (ssize_t)used, ret_event);
    *ret_event = (struct ws_event){
        .kind = header->opcode == WS_PING ? WS_EVENT_PING : WS_EVENT_PONG, .data = payload};
    return (ssize_t)used;
}

static void begin_frame(struct ws_parser *parser, const struct header *header)
{
    if (header->opcode != WS_CONTINUATION) {
        parser->opcode = header->opcode;
        parser->compressed = header->rsv1;
    }
    parser->in_frame = true;
    parser->final = header->fin;
    parser->left = header->payload_len;
    parser->mask = header->mask;
    parser->message_bytes += header->payload_len;
    parser->fragments++;
}

/* What has come of the current data frame's payload. */
static ssize_t read_piece(struct ws_parser *parser, char *bytes, size_t len, size_t used,
                          struct ws_event *ret_event)
{
    size_t piece_len = len - used < parser->left ? len - used : (size_t)parser->left;
    struct ws_event event = {
        .kind = WS_EVENT_DATA,
        .data = {bytes + used, piece_len},
        .first = !parser->begun,
        .last = parser->final && piece_len == parser->left,
        .compressed = parser->compressed,
        .opcode = parser->opcode,
    };
    parser->mask = ws_mask(bytes + used, piece_len, parser->mask);
    if (parser->opcode == WS_TEXT && !parser->compressed) {
        /* RFC 6455, 8.1; a character may be cut by fragments, but not by the message's end. */
        if (!utf8_feed(&parser->utf8, event.data.at, piece_len))
            return fail(parser, WS_BAD_DATA, "text is not UTF-8", ret_event);
        if (event.last && !utf8_complete(&parser->utf8))
            return fail(parser, WS_BAD_DATA, "text ends inside a character", ret_event);
    }
    parser->left -= piece_len;
    parser->in_frame = parser->left > 0;
    parser->begun = true;
    if (event.last) {
        parser->opcode = 0;
        parser->begun = false;
        parser->message_bytes = 0;
        parser->fragments = 0;
    }
    *ret_event = event;
    return (ssize_t)(used + piece_len);
}

ssize_t ws_parse(struct ws_parser *parser, char *bytes, size_t len,
                 const struct ws_limits *limits, struct ws_event *ret_event)
{
    if (len == 0)
        return 0;
    if (parser->over) {
        /* RFC 6455, 1.4 and 7.1.7: nothing counts any more. */
        *ret_event = (struct ws_event){.kind = WS_EVENT_NONE};
        return (ssize_t)len;
    }
    if (parser->in_frame)
        return read_piece(parser, bytes, len, 0, ret_event);

    struct header header;
    ssize_t used = read_header(parser, bytes, len, limits, &header, ret_event);
    if (used <= 0)
        return used;
    if (is_control(header.opcode))
        return read_control(parser, bytes, len, (size_t)used, &header, ret_event);
    begin_frame(parser, &header);
    return read_piece(parser, bytes, len, (size_t)used, ret_event);
}

/* ---- writing --------------------------------------------------------------------------- */

size_t ws_frame_header(enum ws_opcode opcode, bool fin, bool rsv1, uint64_t payload_len,
                       unsigned char ret[WS_HEADER_LIMIT])
{
    ret[0] = (unsigned char)((fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode);
    if (payload_len < 126) {
        ret[1] = (unsigned char)payload_len;
        return 2;
    }
    size_t wide = payload_len < 65536 ? 2 : 8;
    ret[1] = wide == 2 ? 126 : 127;
    for (size_t i = wide; i > 0; i--) {
        ret[1 + i] = (unsigned char)payload_len;
        payload_len >>= 8;
    }
    return 2 + wide;
}

void ws_add_frame(struct builder *builder, enum ws_opcode opcode, bool rsv1, const void *data,
                  size_t len)
{
    unsigned char header[WS_HEADER_LIMIT];
    builder_add(builder, header, ws_frame_header(opcode, true, rsv1, len, header));
    builder_add(builder, data, len);
}

void ws_add_close(struct builder *builder, unsigned code, const char *reason)
{
    char body[WS_CONTROL_LIMIT];
    size_t len = 0;
    if (code != WS_NO_CODE) {
        size_t reason_len = reason ? strlen(reason) : 0;
        if (reason_len > WS_REASON_LIMIT) {
            /* The reason must stay UTF-8: not in front of a continuation byte. */
            reason_len = WS_REASON_LIMIT;
            while (reason_len > 0 && (reason[reason_len] & 0xC0) == 0x80)
                reason_len--;
        }
        body[0] = (char)(code >> 8);
        body[1] = (char)code;
        memcpy(body + 2, reason ? reason : "", reason_len);
        len = 2 + reason_len;
    }
    ws_add_frame(builder, WS_CLOSE, false, body, len);
}
