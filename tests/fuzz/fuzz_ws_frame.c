/* SPDX-License-Identifier: MIT
 *
 * Frames from a hostile client: however the bytes are cut, the same messages, control frames
 * and failure come out, and the parser leaves no more than it says.
 *
 * Input: a byte of flags, a byte that seeds the cuts, then what the client sends.
 */
#include "../../transports/ws_frame.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What came out, as one number: pieces joined, messages that did not end left out. */
struct outcome {
    struct ws_parser parser;
    uint64_t digest;
    uint64_t message_digest;
    uint64_t message_bytes;
    bool inside;
    bool failed;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t digest_bytes(uint64_t digest, const void *data, size_t len)
{
    const unsigned char *at = data;
    for (size_t i = 0; i < len; i++)
        digest = (digest ^ at[i]) * UINT64_C(1099511628211); /* FNV-1a */
    return digest;
}

static void on_data(struct outcome *outcome, const struct ws_event *event,
                    const struct ws_limits *limits)
{
    require(event->first == !outcome->inside);
    require(event->opcode == WS_TEXT || event->opcode == WS_BINARY);
    if (event->first)
        outcome->message_digest = outcome->message_bytes = 0;
    outcome->inside = !event->last;
    outcome->message_bytes += event->data.len;
    outcome->message_digest =
        digest_bytes(outcome->message_digest, event->data.at, event->data.len);
    require(outcome->message_bytes <= limits->message_bytes);
    if (!event->last)
        return;
    uint64_t message[] = {event->opcode, event->compressed, outcome->message_bytes,
                          outcome->message_digest};
    outcome->digest = digest_bytes(outcome->digest, message, sizeof(message));
}

static void on_event(struct outcome *outcome, const struct ws_event *event,
                     const struct ws_limits *limits)
{
    if (event->kind == WS_EVENT_NONE) {
        require(outcome->parser.over);
        return;
    }
    if (event->kind == WS_EVENT_DATA) {
        on_data(outcome, event, limits);
        return;
    }
    require(event->data.len <= WS_CONTROL_LIMIT);
    require(event->kind != WS_EVENT_CLOSE || event->code == WS_NO_CODE ||
            ws_close_code_valid(event->code));
    require(event->kind != WS_EVENT_FAIL || event->reason);
    uint64_t control[] = {event->kind, event->code, event->data.len};
    outcome->digest = digest_bytes(outcome->digest, control, sizeof(control));
    outcome->digest = digest_bytes(outcome->digest, event->data.at, event->data.len);
}

/* Reads size bytes, given at most step at a time (0: all at once, below 0: at random). */
static uint64_t run(const uint8_t *data, size_t size, int step, unsigned seed, bool deflate,
                    const struct ws_limits *limits)
{
    struct outcome outcome = {0};
    ws_parser_init(&outcome.parser, deflate);
    char *bytes = malloc(size + 1);
    memcpy(bytes, data, size);
    size_t at = 0, end = 0;
    while (end < size && !outcome.failed) {
        seed = seed * 1103515245 + 12345;
        size_t more = step == 0 ? size : step > 0 ? (size_t)step : 1 + (seed >> 16) % 40;
        end = more < size - end ? end + more : size;
        struct ws_event event;
        ssize_t used;
        /* Its own memory, so that a sanitizer sees a read beyond what has come. */
        char *come = malloc(end - at);
        char *now = memcpy(come, bytes + at, end - at);
        size_t left = end - at;
        while ((used = ws_parse(&outcome.parser, now, left, limits, &event)) != 0) {
            on_event(&outcome, &event, limits);
            outcome.failed = used < 0;
            if (used < 0)
                break;
            require((size_t)used <= left);
            now += used;
            left -= (size_t)used;
        }
        require(outcome.failed || left <= WS_LEFTOVER_LIMIT);
        require(outcome.failed || memcmp(now, bytes + end - left, left) == 0);
        at = end - left;
        free(come);
    }
    free(bytes);
    return outcome.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    bool deflate = data[0] & 1;
    struct ws_limits limits = {data[0] & 2 ? 100 : 1 << 20, data[0] & 4 ? 3 : 1000};
    unsigned seed = data[1];
    data += 2;
    size -= 2;
    uint64_t whole = run(data, size, 0, 0, deflate, &limits);
    require(run(data, size, 1, 0, deflate, &limits) == whole);
    require(run(data, size, -1, seed, deflate, &limits) == whole);
    return 0;
}
