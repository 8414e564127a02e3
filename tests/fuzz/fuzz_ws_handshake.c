/* SPDX-License-Identifier: MIT
 *
 * Handshakes: the lists in Sec-WebSocket-Extensions and Sec-WebSocket-Protocol, and the key.
 *
 * Input: lines, each one header's value; the first character chooses the header (e, p or k).
 */
#include "../../transports/ws_handshake.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const protocols[] = {"pushlab.json", "b", NULL};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_deflate(struct slice offers)
{
    struct ws_handshake alone = {0}, after = {0}, before = {0};
    bool good = ws_negotiate_deflate(offers, &alone);
    require(good == alone.deflate);
    require(good ? alone.window_bits >= 9 && alone.window_bits <= 15
                 : alone.window_bits == 0 && !alone.names_window);

    /* An acceptable offer in front is accepted whatever follows; what was accepted alone stays
     * so behind an offer that is not ours. */
    struct builder line = {0};
    builder_add_text(&line, "permessage-deflate; server_max_window_bits=10,");
    builder_add_slice(&line, offers);
    require(ws_negotiate_deflate(builder_slice(&line), &before));
    require(before.window_bits == 10 && before.names_window);
    builder_truncate(&line, 0);
    builder_add_text(&line, "other; a=\"\\\",\",");
    builder_add_slice(&line, offers);
    require(ws_negotiate_deflate(builder_slice(&line), &after) == good);
    require(after.deflate == alone.deflate && after.names_window == alone.names_window &&
            after.window_bits == alone.window_bits);
    builder_finish(&line);
}

static void check_answer(const struct request *request)
{
    struct ws_handshake handshake;
    struct ws_refusal refusal;
    struct builder out = {0};
    if (ws_judge(request, protocols, true, &handshake, &refusal) != 0) {
        require(refusal.status == 400 && refusal.reason && refusal.headers);
        return;
    }
    require(strlen(handshake.accept) == WS_ACCEPT_LEN);
    ws_add_handshake(&handshake, SLICE("Pushlab-Next: e-1\r\n"), &out);
    struct slice head = builder_slice(&out);
    require(memcmp(head.at + head.len - 4, "\r\n\r\n", 4) == 0);
    builder_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request request = {
        .method = METHOD_GET,
        .minor_version = 1,
        .upgrade = true,
        .header_count = 2,
        .headers = {{SLICE("Upgrade"), SLICE("websocket")},
                    {SLICE("Sec-WebSocket-Version"), SLICE("13")}},
    };
    char *text = malloc(size + 1), *at = text, *end = text + size;
    memcpy(text, data, size);
    while (at < end && request.header_count < REQUEST_HEADERS_LIMIT) {
        char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end ? line_end : end;
        if (line_end > at) {
            struct slice value = {at + 1, (size_t)(line_end - at - 1)};
            struct slice name = *at == 'e'   ? SLICE("Sec-WebSocket-Extensions")
                                : *at == 'p' ? SLICE("Sec-WebSocket-Protocol")
                                             : SLICE("Sec-WebSocket-Key");
            request.headers[request.header_count++] = (struct header){name, value};
            if (*at == 'e')
                check_deflate(value);
        }
        at = line_end + 1;
    }
    check_answer(&request);
    free(text);
    return 0;
}
