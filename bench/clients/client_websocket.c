/* SPDX-License-Identifier: MIT
 *
 * WebSocket: one handshake, then frames. Reads what pushlab writes: unmasked, each message one
 * frame. The mask of what is sent is zero, and the key always the same: this is no browser that
 * has a proxy to protect, and every cycle saved here keeps the client out of the figures.
 */
#include "client.h"

#include "../../server/json_scan.h"
#include "../../transports/ws_deflate.h"
#include "../../transports/ws_frame.h"

/* The example of RFC 6455, 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum { MESSAGE_LIMIT = 16 << 20, MASK_LEN = 4 };

void client_add_upgrade(struct builder *out)
{
    builder_add_text(out, "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n");
}

static void ask(struct client *client, struct builder *out)
{
    client_add_get(client, "", out);
    client_add_upgrade(out);
    if (client->options->json)
        builder_add_text(out, "Sec-WebSocket-Protocol: pushlab.json\r\n");
    if (client->options->deflate)
        builder_add_text(out, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    builder_add(out, "\r\n", 2);
}

static ssize_t read_head(struct client *client, const char *bytes, size_t len,
                         const struct client_sink *sink)
{
    struct answer_head head;
    ssize_t used = answer_head_read(client, bytes, len, &head);
    if (used < 0)
        return client_fail(client, sink, "the answer is no HTTP", 0);
    if (used == 0)
        return 0;
    if (head.status != 101)
        return client_fail(client, sink, "refused", head.status);
    if (!slice_equal(head.accept, SLICE(ACCEPT)))
        return client_fail(client, sink, "the handshake's answer is for another key", 101);
    client->deflated = head.extensions.len > 0;
    client->in_body = true;
    client_set_cursor(client, head.next);
    client_tell(client, sink, CLIENT_OPEN);
    return used;
}

/* A frame whose bytes are all there. */
struct frame {
    unsigned char first; /* FIN, RSV1, opcode */
    struct slice payload;
    size_t len; /* of the whole frame */
};

/* 1, 0 when it is cut, -1 when a server must not send it. */
static int read_frame(const char *bytes, size_t len, struct frame *ret_frame)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t header = 2, payload;
    if (len < header)
        return 0;
    payload = at[1] & 0x7f;
    header += payload == 126 ? 2 : payload == 127 ? 8 : 0;
    if (len < header)
        return 0;
    if (header > 2) {
        payload = 0;
        for (size_t i = 2; i < header; i++)
            payload = payload << 8 | at[i];
    }
    if (at[1] & 0x80 || !(at[0] & 0x80) || at[0] & 0x30 || payload > MESSAGE_LIMIT)
        return -1; /* masked, fragmented, unknown bits, or absurd */
    if (len - header < payload)
        return 0;
    *ret_frame = (struct frame){at[0], {bytes + header, payload}, header + payload};
    return 1;
}

static void tell_text(struct client *client, const struct client_sink *sink, struct slice text)
{
    struct slice value;
    if (!client->options->json) {
        struct client_event event = {
            .kind = CLIENT_MESSAGE, .seq = ++client->seq, .data = text};
        sink->on_event(client, &event, sink->arg);
    } else if (json_member(text, "heartbeat", &value)) {
        client_tell(client, sink, CLIENT_HEARTBEAT);
    } else if (json_member(text, "gap", &value)) {
        client_tell_json_gap(client, sink, text);
    } else if (json_member(text, "id", &value)) {
        client_tell_json(client, sink, text);
    }
}

static bool tell_data(struct client *client, const struct client_sink *sink,
                      const struct frame *frame)
{
    struct builder inflated = {0};
    if (!(frame->first & 0x40)) {
        tell_text(client, sink, frame->payload);
        return true;
    }
    bool good = client->deflated && ws_inflate(frame->payload, MESSAGE_LIMIT, &inflated) == 0;
    if (good)
        tell_text(client, sink, builder_slice(&inflated));
    builder_finish(&inflated);
    return good;
}

static void add_masked(struct builder *out, enum ws_opcode opcode, struct slice payload)
{
    const unsigned char header[] = {0x80 | opcode, (unsigned char)(0x80 | payload.len)};
    builder_add(out, header, sizeof(header));
    builder_add(out, "\0\0\0\0", MASK_LEN);
    builder_add_slice(out, payload);
}

void client_add_text_frame(struct builder *out, struct slice text)
{
    add_masked(out, WS_TEXT, text);
}

static ssize_t on_frame(struct client *client, const struct client_sink *sink,
                        const struct frame *frame)
{
    const unsigned char *code = (const unsigned char *)frame->payload.at;
    switch (frame->first & 0x0f) {
    case WS_TEXT:
    case WS_BINARY:
        if (!tell_data(client, sink, frame))
            return client_fail(client, sink, "a message cannot be inflated", 0);
        return 0;
    case WS_PING:
        add_masked(sink->reply, WS_PONG, frame->payload);
        client_tell(client, sink, CLIENT_HEARTBEAT);
        return 0;
    case WS_PONG:
        return 0;
    case WS_CLOSE:
        return client_fail(client, sink, "the server closed",
                           frame->payload.len >= 2 ? code[0] << 8 | code[1] : WS_NO_CODE);
    default:
        return client_fail(client, sink, "a frame of an unknown kind", 0);
    }
}

static ssize_t websocket_read(struct client *client, char *bytes, size_t len,
                              const struct client_sink *sink)
{
    ssize_t done = 0;
    if (!client->in_body) {
        done = read_head(client, bytes, len, sink);
        if (done <= 0)
            return done;
    }
    struct frame frame;
    int found;
    while ((found = read_frame(bytes + done, len - (size_t)done, &frame)) > 0) {
        if (on_frame(client, sink, &frame) < 0)
            return -1;
        done += (ssize_t)frame.len;
    }
    return found < 0 ? client_fail(client, sink, "a malformed frame", 0) : done;
}

static void welcome(const struct client_options *options, struct builder *out)
{
    (void)options;
    builder_add_text(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n"
                          "Pushlab-Next: bench-0\r\n\r\n");
}

static void frame_of(const char *epoch, uint64_t seq, struct slice data, struct builder *out)
{
    (void)epoch, (void)seq;
    ws_add_frame(out, WS_TEXT, false, data.at, data.len);
}

const struct client_kind websocket_client = {
    .name = "websocket",
    .reads = READS_ON,
    .ask = ask,
    .read = websocket_read,
    .welcome = welcome,
    .frame = frame_of,
};
