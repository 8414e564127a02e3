/* SPDX-License-Identifier: MIT
 *
 * WebSocket (RFC 6455): one handshake over HTTP, then frames both ways on one connection.
 *
 * Three kinds of conversation: raw (each message's data is a frame, and the client has nothing
 * to say), the subprotocol pushlab.json (ws_json.h), and the tutorial's pictures at `/`. With
 * --lab there is an echo for conformance suites.
 *
 * An idle connection holds no parser: it is at its start between two messages, so it is made
 * when bytes come and kept only while a message or a frame is incomplete.
 */
#include "table.h"
#include "ws_deflate.h"
#include "ws_encode.h"
#include "ws_handshake.h"
#include "ws_json.h"

#include "../server/server.h"
#include "../server/subscriber.h"
#include "json_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum mode { MODE_RAW, MODE_JSON, MODE_TUTORIAL, MODE_ECHO };

enum { CLOSE_GAP = 4001, TUTORIAL_INTERVAL_MS = 1000 };

/* Between two reads, while something is incomplete. */
struct conversation {
    struct ws_parser parser;
    struct builder message; /* so far; compressed if it came so */
    size_t taken;           /* of the server's intake, for the message */
    size_t leftover_len;    /* the start of a header or control frame */
    char leftover[WS_LEFTOVER_LIMIT];
};

/* ---- encodings --------------------------------------------------------------------------- */

static void encode_json(const struct message *message, unsigned window_bits,
                        struct builder *out)
{
    struct builder text = {0};
    json_add_message(&text, message, true);
    if (window_bits)
        ws_add_frame_deflated(out, WS_TEXT, builder_slice(&text), window_bits);
    else
        ws_add_frame(out, WS_TEXT, false, builder_slice(&text).at, builder_len(&text));
    out->failed |= text.failed;
    builder_finish(&text);
}

static const struct encoding ws_json_encoding = {"ws_json", encode_json};

static void choose_encoding(struct subscriber *subscriber, unsigned window_bits)
{
    switch ((enum mode)subscriber->mode) {
    case MODE_JSON:
        subscriber_encode(subscriber, &ws_json_encoding, window_bits);
        break;
    case MODE_TUTORIAL:
        subscriber_encode(subscriber, &ws_base64_encoding, 0);
        break;
    case MODE_RAW:
    case MODE_ECHO:
        subscriber_encode(subscriber, window_bits ? &ws_raw_deflate_encoding : &ws_raw_encoding,
                          window_bits);
        break;
    }
}

static bool deflates(const struct subscriber *subscriber)
{
    return subscriber->parameter != 0;
}

/* A text of the server's own, as a frame. */
static void add_text_frame(struct subscriber *subscriber, struct builder *text,
                           struct builder *out)
{
    struct slice slice = builder_slice(text);
    if (deflates(subscriber))
        ws_add_frame_deflated(out, WS_TEXT, slice, subscriber->parameter);
    else
        ws_add_frame(out, WS_TEXT, false, slice.at, slice.len);
    out->failed |= text->failed;
    builder_finish(text);
}

/* ---- opening ----------------------------------------------------------------------------- */

static enum mode mode_of(const struct subscriber *subscriber, const struct request *request,
                         const struct ws_handshake *handshake)
{
    if (subscriber->count == 0)
        return MODE_ECHO;
    if (handshake->subprotocol >= 0)
        return MODE_JSON;
    return slice_equal(request->path, SLICE("/")) ? MODE_TUTORIAL : MODE_RAW;
}

static int refuse(struct reply *reply, int status, const char *headers, const char *reason)
{
    builder_add_text(&reply->headers, headers);
    reply_error(reply, status, "%s", reason);
    return status;
}

static bool asks_plainly(const struct request *request)
{
    char text[2];
    size_t len;
    return request_query(request, "plain", text, sizeof(text), &len) == 1 && text[0] == '1';
}

/*
 * A page is not told why its handshake failed. So it asks without one (`plain=1`), and is told
 * what came of that here: HTTP/1.0 and another Host than the page's are a proxy's doing. Not by
 * 426, which must name Upgrade: that is no line of HTTP/2 (RFC 9113, 8.2.2), and where a proxy
 * passes it on, browsers drop the answer.
 */
static int tell_what_came(const struct request *request, struct reply *reply)
{
    struct builder text = {0};
    builder_format(&text,
                   "{\"websocket\":true,\"http\":\"1.%d\",\"host\":", request->minor_version);
    reply_add_json_string(&text, request->host);
    builder_add(&text, "}", 1);
    reply_header(reply, "Cache-Control", SLICE("no-store"));
    reply_body(reply, 200, "application/json", builder_take(&text));
    return reply->status;
}

static int websocket_open(struct subscriber *subscriber, const struct request *request,
                          struct builder *out, struct reply *ret_refusal)
{
    static const char *const subprotocols[] = {"pushlab.json", NULL};
    struct ws_handshake handshake;
    struct ws_refusal refusal;
    if (ws_judge(request, subprotocols, true, &handshake, &refusal) != 0)
        return asks_plainly(request)
                   ? tell_what_came(request, ret_refusal)
                   : refuse(ret_refusal, refusal.status, refusal.headers, refusal.reason);
    subscriber->mode = (uint8_t)mode_of(subscriber, request, &handshake);
    if (subscriber->many && subscriber->mode == MODE_RAW)
        return refuse(ret_refusal, 400, "",
                      "many topics need the subprotocol pushlab.json: raw frames do not say "
                      "which topic they are of");
    if (subscriber->mode == MODE_TUTORIAL)
        subscriber_sample(subscriber, TUTORIAL_INTERVAL_MS);
    if (subscriber->mode != MODE_JSON)
        subscriber_pass_gaps(subscriber);
    choose_encoding(subscriber, handshake.deflate ? handshake.window_bits : 0);

    struct builder headers = {0};
    subscriber_add_headers(subscriber, &headers);
    ws_add_handshake(&handshake, builder_slice(&headers), out);
    out->failed |= headers.failed;
    builder_finish(&headers);
    if (subscriber->mode == MODE_JSON) {
        struct builder ready = {0};
        ws_json_add_ready(subscriber, &ready);
        add_text_frame(subscriber, &ready, out);
    }
    return 0;
}

/* ---- what the server says of itself ------------------------------------------------------ */

static int websocket_gap(struct subscriber *subscriber, const struct gap *gap,
                         struct builder *out)
{
    if (subscriber->mode == MODE_TUTORIAL) /* it asked for samples */
        return 0;
    if (subscriber->mode == MODE_RAW) {
        ws_add_close(out, CLOSE_GAP, "messages are missing: the log no longer holds them");
        return -1;
    }
    struct builder text = {0};
    builder_add_text(&text, "{\"gap\":");
    gap_add_json(gap, &text);
    builder_add_text(&text, ",\"next\":\"");
    subscriber_add_cursor(subscriber, &text);
    builder_add_text(&text, "\"}");
    add_text_frame(subscriber, &text, out);
    return 0;
}

/* The ping is for programs and for the server's own verdict; scripts cannot see it. */
static void websocket_heartbeat(struct subscriber *subscriber, struct builder *out)
{
    ws_add_frame(out, WS_PING, false, "", 0);
    if (subscriber->mode != MODE_JSON)
        return;
    struct builder text = {0};
    builder_format(&text, "{\"heartbeat\":%lld}", (long long)wall_clock_us());
    add_text_frame(subscriber, &text, out);
}

static void websocket_bye(struct subscriber *subscriber, struct builder *out)
{
    (void)subscriber;
    ws_add_close(out, WS_GOING_AWAY, "the server is going");
}

/* ---- messages in pieces ------------------------------------------------------------------ */

static struct intake *intake_of(const struct subscriber *subscriber)
{
    return &subscriber_server(subscriber)->intake;
}

static void message_drop(const struct subscriber *subscriber, struct conversation *conversation)
{
    builder_finish(&conversation->message);
    intake_give(intake_of(subscriber), conversation->taken);
    conversation->taken = 0;
}

/* False: the server holds all it may, or is out of memory. */
static bool message_add(const struct subscriber *subscriber, struct conversation *conversation,
                        struct slice piece)
{
    builder_add_slice(&conversation->message, piece);
    size_t grown = conversation->message.capacity - conversation->taken;
    if (conversation->message.failed || !intake_take(intake_of(subscriber), grown))
        return false;
    conversation->taken += grown;
    return true;
}

/* ---- what the client says ---------------------------------------------------------------- */

/* A command longer than twice what may be published (escapes, base64) could not succeed: no
 * need to hold it until its end. */
static size_t message_limit(const struct subscriber *subscriber)
{
    enum { COMMAND_BYTES = 4096 };
    const struct options *options = subscriber_server(subscriber)->options;
    size_t command_limit = 2 * options->publish_limit + COMMAND_BYTES;
    bool command = subscriber->mode != MODE_ECHO;
    return command && command_limit < options->message_limit ? command_limit
                                                             : options->message_limit;
}

static int fail(struct builder *out, unsigned code, const char *reason)
{
    ws_add_close(out, code, reason);
    return -1;
}

static void echo(struct subscriber *subscriber, enum ws_opcode opcode, struct slice data,
                 struct builder *out)
{
    if (deflates(subscriber))
        ws_add_frame_deflated(out, opcode, data, subscriber->parameter);
    else
        ws_add_frame(out, opcode, false, data.at, data.len);
}

/* A whole message, inflated. */
static int on_message(struct subscriber *subscriber, enum ws_opcode opcode, struct slice data,
                      struct builder *out)
{
    if (subscriber->mode == MODE_ECHO) {
        echo(subscriber, opcode, data, out);
        return 0;
    }
    if (opcode != WS_TEXT)
        return fail(out, WS_UNSUPPORTED, "pushlab.json is spoken in text messages");
    struct builder answer = {0};
    struct gap gap = {0};
    ws_json_command(subscriber, data, &answer, &gap);
    if (gap.reason) /* before the answer, which has the cursor behind it */
        websocket_gap(subscriber, &gap, out);
    add_text_frame(subscriber, &answer, out);
    return 0;
}

static int on_compressed(struct subscriber *subscriber, enum ws_opcode opcode,
                         struct slice compressed, struct builder *out)
{
    struct builder data = {0};
    int error = ws_inflate(compressed, message_limit(subscriber), &data), result;
    if (error == -EMSGSIZE)
        result = fail(out, WS_TOO_BIG, "the message is too long once inflated");
    else if (error == -EBADMSG)
        result = fail(out, WS_BAD_DATA, "the compressed data is broken");
    else if (error)
        result = fail(out, WS_INTERNAL_ERROR, "out of memory");
    else if (opcode == WS_TEXT &&
             !utf8_valid(builder_slice(&data).at, builder_slice(&data).len))
        result = fail(out, WS_BAD_DATA, "the text is not UTF-8");
    else
        result = on_message(subscriber, opcode, builder_slice(&data), out);
    builder_finish(&data);
    return result;
}

static int on_data(struct subscriber *subscriber, struct conversation *conversation,
                   const struct ws_event *event, struct builder *out)
{
    if (subscriber->mode == MODE_RAW || subscriber->mode == MODE_TUTORIAL)
        return fail(out, WS_POLICY, "nothing is expected here; ask for pushlab.json to speak");
    struct slice data = event->data;
    if (!event->first || !event->last) {
        if (!message_add(subscriber, conversation, event->data))
            return fail(out, WS_TRY_LATER,
                        "the server holds all it may of unfinished messages");
        if (!event->last)
            return 0;
        data = builder_slice(&conversation->message);
    }
    int result = event->compressed ? on_compressed(subscriber, event->opcode, data, out)
                                   : on_message(subscriber, event->opcode, data, out);
    message_drop(subscriber, conversation);
    return result;
}

static int on_event(struct subscriber *subscriber, struct conversation *conversation,
                    const struct ws_event *event, struct builder *out)
{
    switch (event->kind) {
    case WS_EVENT_DATA:
        return on_data(subscriber, conversation, event, out);
    case WS_EVENT_PING:
        ws_add_frame(out, WS_PONG, false, event->data.at, event->data.len);
        break;
    case WS_EVENT_CLOSE: /* the same code back, then the connection ends (5.5.1) */
        return fail(out, event->code, NULL);
    case WS_EVENT_FAIL:
        return fail(out, event->code, event->reason);
    case WS_EVENT_PONG:
    case WS_EVENT_NONE:
        break;
    }
    return 0;
}

/* Reads all of bytes but what is cut, which stays in the conversation. */
static int read_frames(struct subscriber *subscriber, struct conversation *conversation,
                       char *bytes, size_t len, struct builder *out)
{
    const struct options *options = subscriber_server(subscriber)->options;
    const struct ws_limits limits = {message_limit(subscriber),
                                     (uint32_t)options->fragment_limit};
    struct ws_event event;
    ssize_t used;
    while ((used = ws_parse(&conversation->parser, bytes, len, &limits, &event)) != 0) {
        if (on_event(subscriber, conversation, &event, out) != 0 || used < 0)
            return -1;
        bytes += used;
        len -= (size_t)used;
    }
    memcpy(conversation->leftover, bytes, len);
    conversation->leftover_len = len;
    return 0;
}

/* Bytes that complete what was cut are read behind it. */
static int read_behind_leftover(struct subscriber *subscriber,
                                struct conversation *conversation, const char *bytes,
                                size_t len, struct builder *out)
{
    size_t kept = conversation->leftover_len;
    char *joined = malloc(kept + len);
    if (!joined)
        return fail(out, WS_INTERNAL_ERROR, "out of memory");
    memcpy(joined, conversation->leftover, kept);
    memcpy(joined + kept, bytes, len);
    int result = read_frames(subscriber, conversation, joined, kept + len, out);
    free(joined);
    return result;
}

static bool is_idle(const struct conversation *conversation)
{
    return conversation->leftover_len == 0 && conversation->parser.opcode == 0 &&
           !conversation->parser.in_frame && !conversation->parser.over;
}

static void conversation_destroy(struct subscriber *subscriber)
{
    struct conversation *conversation = subscriber->state;
    if (!conversation)
        return;
    message_drop(subscriber, conversation);
    free(conversation);
    subscriber->state = NULL;
}

static int websocket_input(struct subscriber *subscriber, char *bytes, size_t len,
                           struct builder *out)
{
    subscriber_alive(subscriber);
    struct conversation fresh, *conversation = subscriber->state;
    if (!conversation) {
        conversation = &fresh;
        fresh.message = (struct builder){0};
        fresh.leftover_len = fresh.taken = 0;
        ws_parser_init(&fresh.parser, deflates(subscriber));
    }
    int result = conversation->leftover_len > 0
                     ? read_behind_leftover(subscriber, conversation, bytes, len, out)
                     : read_frames(subscriber, conversation, bytes, len, out);
    if (result != 0 || is_idle(conversation)) {
        message_drop(subscriber, conversation);
        conversation_destroy(subscriber);
        return result;
    }
    if (conversation == &fresh) {
        subscriber->state = malloc(sizeof(fresh));
        if (!subscriber->state) {
            message_drop(subscriber, &fresh);
            return fail(out, WS_INTERNAL_ERROR, "out of memory");
        }
        memcpy(subscriber->state, &fresh, sizeof(fresh));
    }
    return 0;
}

const struct transport websocket_transport = {
    .abi = TRANSPORT_ABI,
    .name = "websocket",
    .title = "WebSocket",
    .reads = READS_ON,
    .duplex = true,
    .gap_has_cursor = true,
    .open = websocket_open,
    .gap = websocket_gap,
    .heartbeat = websocket_heartbeat,
    .bye = websocket_bye,
    .input = websocket_input,
    .closed = conversation_destroy,
    .thread_sweep = ws_deflate_sweep_thread,
    .thread_end = ws_deflate_finish_thread,
};
