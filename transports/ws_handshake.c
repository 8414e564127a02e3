/* SPDX-License-Identifier: MIT */
#include "ws_handshake.h"

#include "ws_deflate.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

enum { KEY_LEN = 24 }; /* 16 bytes in base64 */

/* RFC 9110, 15.5.22 and 7.8: a 426 names what to upgrade to, and Connection names Upgrade. */
static const char upgrade_headers[] = "Upgrade: websocket\r\n"
                                      "Connection: Upgrade\r\n"
                                      "Sec-WebSocket-Version: 13\r\n";

/* ---- lists ----------------------------------------------------------------------------- */

static struct slice trim(struct slice text)
{
    while (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Takes the next part off *rest, which ends at a separator outside quotes (RFC 9110, 5.6.4).
 * false when there is none left, which is only so after the part without a separator. */
static bool next_part(struct slice *rest, char separator, struct slice *ret)
{
    if (!rest->at)
        return false;
    bool quoted = false;
    size_t i = 0;
    for (; i < rest->len && (quoted || rest->at[i] != separator); i++) {
        if (rest->at[i] == '"')
            quoted = !quoted;
        else if (rest->at[i] == '\\' && quoted && i + 1 < rest->len)
            i++;
    }
    *ret = trim((struct slice){rest->at, i});
    if (i < rest->len)
        *rest = (struct slice){rest->at + i + 1, rest->len - i - 1};
    else
        rest->at = NULL;
    return true;
}

/* ---- permessage-deflate, RFC 7692, 7.1 ------------------------------------------------- */

enum { BARE = 1, VALUED = 2 };

/* What an offer may hold, each at most once. */
static const struct parameter {
    const char *name;
    unsigned forms;
} parameters[] = {
    {"server_no_context_takeover", BARE},      /* 7.1.1.1 */
    {"client_no_context_takeover", BARE},      /* 7.1.1.2 */
    {"server_max_window_bits", VALUED},        /* 7.1.2.1 */
    {"client_max_window_bits", BARE | VALUED}, /* 7.1.2.2 */
};

enum { SERVER_MAX_WINDOW_BITS = 2 };

/* 8 to 15 without leading zeros, in quotes or not (RFC 6455, 9.1); else 0. */
static unsigned window_bits(struct slice value)
{
    char digits[2];
    size_t count = 0;
    bool quoted = value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';
    if (quoted)
        value = (struct slice){value.at + 1, value.len - 2};
    for (size_t i = 0; i < value.len; i++) {
        if (quoted && value.at[i] == '\\' && i + 1 < value.len)
            i++;
        if (count == sizeof(digits) || value.at[i] < '0' || value.at[i] > '9')
            return 0;
        digits[count++] = value.at[i];
    }
    if (count == 1)
        return digits[0] >= '8' ? (unsigned)(digits[0] - '0') : 0;
    if (count == 2 && digits[0] == '1' && digits[1] <= '5')
        return 10 + (unsigned)(digits[1] - '0');
    return 0;
}

static bool read_parameter(struct slice text, unsigned *seen, struct ws_handshake *handshake)
{
    const char *equals = text.len > 0 ? memchr(text.at, '=', text.len) : NULL;
    size_t name_len = equals ? (size_t)(equals - text.at) : text.len;
    struct slice name = trim((struct slice){text.at, name_len});
    for (unsigned i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
        if (!slice_equal(name, slice_of(parameters[i].name)))
            continue;
        if (*seen & 1U << i || !(parameters[i].forms & (equals ? VALUED : BARE)))
            return false;
        *seen |= 1U << i;
        if (!equals)
            return true;
        struct slice value = {equals + 1, text.len - name_len - 1};
        unsigned bits = window_bits(trim(value));
        if (i != SERVER_MAX_WINDOW_BITS)
            return bits > 0;
        handshake->names_window = true;
        handshake->window_bits = (unsigned char)bits;
        return bits >= WS_WINDOW_BITS_LEAST;
    }
    return false;
}

bool ws_negotiate_deflate(struct slice offers, struct ws_handshake *handshake)
{
    struct slice offer, part;
    while (next_part(&offers, ',', &offer)) {
        struct ws_handshake agreed = *handshake;
        agreed.deflate = true;
        agreed.names_window = false;
        agreed.window_bits = WS_WINDOW_BITS_MOST;
        unsigned seen = 0;
        bool good =
            next_part(&offer, ';', &part) && slice_equal(part, SLICE("permessage-deflate"));
        while (good && next_part(&offer, ';', &part))
            good = read_parameter(part, &seen, &agreed);
        if (good) {
            *handshake = agreed;
            return true;
        }
    }
    return false;
}

/* ---- the rest of the handshake, RFC 6455, 4.2 ------------------------------------------ */

int ws_accept(struct slice key, char ret[WS_ACCEPT_LEN + 1])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[KEY_LEN + sizeof(guid) - 1];
    unsigned char digest[SHA_DIGEST_LENGTH];
    if (key.len != KEY_LEN)
        return -EINVAL;
    memcpy(text, key.at, KEY_LEN);
    memcpy(text + KEY_LEN, guid, sizeof(guid) - 1);
    if (!SHA1((const unsigned char *)text, sizeof(text), digest))
        return -ENOMEM;
    EVP_EncodeBlock((unsigned char *)ret, digest, sizeof(digest));
    return 0;
}

/* 22 characters of the alphabet and two of padding are 16 bytes. */
static bool key_valid(struct slice key)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (key.len != KEY_LEN || memcmp(key.at + KEY_LEN - 2, "==", 2) != 0)
        return false;
    for (size_t i = 0; i < KEY_LEN - 2; i++)
        if (!memchr(alphabet, key.at[i], sizeof(alphabet) - 1))
            return false;
    return true;
}

/* The value of a header that must come exactly once, or NULL. */
static const struct slice *only_header(const struct request *request, struct slice name)
{
    const struct slice *found = NULL;
    for (unsigned i = 0; i < request->header_count; i++) {
        if (!slice_equal_nocase(request->headers[i].name, name))
            continue;
        if (found)
            return NULL;
        found = &request->headers[i].value;
    }
    return found;
}

/* One walk over what the client sent, however many tokens it is. */
static void choose_subprotocol(struct slice wanted, const char *const *subprotocols,
                               struct ws_handshake *handshake)
{
    struct slice token;
    while (handshake->subprotocol < 0 && next_part(&wanted, ',', &token)) {
        for (int i = 0; subprotocols[i]; i++) {
            if (!slice_equal(token, slice_of(subprotocols[i])))
                continue;
            handshake->subprotocol = i;
            handshake->subprotocol_name = subprotocols[i];
            break;
        }
    }
}

static int refuse(int status, const char *reason, const char *headers, struct ws_refusal *ret)
{
    *ret = (struct ws_refusal){status, reason, headers};
    return 1;
}

/* What makes a request a handshake; 0, or 1 with *ret_refusal. */
static int judge_head(const struct request *request, struct ws_refusal *ret)
{
    if (request->method != METHOD_GET && request->method != METHOD_HEAD)
        return refuse(405, "A WebSocket begins with GET.", "Allow: GET, HEAD\r\n", ret);
    /* RFC 9110, 7.8: Upgrade in HTTP/1.0 is to be ignored. */
    if (request->minor_version < 1)
        return refuse(426,
                      "A WebSocket needs HTTP/1.1. If your client asked for it, a proxy on the "
                      "way spoke HTTP/1.0 and removed Upgrade: have it use HTTP/1.1.",
                      upgrade_headers, ret);
    if (request->method == METHOD_HEAD ||
        !request_header_lists(request, "Upgrade", "websocket"))
        return refuse(
            426,
            "This is a WebSocket, but the request has no 'Upgrade: websocket'. If your "
            "client sent it, a proxy on the way removed Upgrade: have it passed on.",
            upgrade_headers, ret);
    if (!request->upgrade)
        return refuse(400, "Upgrade without 'Connection: Upgrade'.", "", ret);
    if (request->framing == FRAMING_CHUNKED || request->content_length > 0)
        return refuse(400, "A WebSocket handshake has no body.", "", ret);
    return 0;
}

int ws_judge(const struct request *request, const char *const *subprotocols, bool allow_deflate,
             struct ws_handshake *ret_handshake, struct ws_refusal *ret_refusal)
{
    if (judge_head(request, ret_refusal))
        return 1;
    const struct slice *version = only_header(request, SLICE("Sec-WebSocket-Version"));
    if (!version || !slice_equal(*version, SLICE("13")))
        return refuse(426, "Sec-WebSocket-Version must be 13.", upgrade_headers, ret_refusal);
    const struct slice *key = only_header(request, SLICE("Sec-WebSocket-Key"));
    if (!key || !key_valid(*key))
        return refuse(400, "There must be one Sec-WebSocket-Key: 16 bytes in base64.", "",
                      ret_refusal);

    struct ws_handshake handshake = {.subprotocol = -1};
    if (ws_accept(*key, handshake.accept) < 0)
        return refuse(500, "Out of memory.", "", ret_refusal);
    /* Both lists may be spread over several lines (RFC 6455, 9.1 and 11.3.4). */
    for (unsigned i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        if (slice_equal_nocase(header->name, SLICE("Sec-WebSocket-Protocol")))
            choose_subprotocol(header->value, subprotocols, &handshake);
        else if (allow_deflate && !handshake.deflate &&
                 slice_equal_nocase(header->name, SLICE("Sec-WebSocket-Extensions")))
            ws_negotiate_deflate(header->value, &handshake);
    }
    *ret_handshake = handshake;
    return 0;
}

void ws_add_handshake(const struct ws_handshake *handshake, struct slice extra,
                      struct builder *out)
{
    builder_add_text(out, "HTTP/1.1 101 Switching Protocols\r\n"
                          "Upgrade: websocket\r\n"
                          "Connection: Upgrade\r\n");
    builder_format(out, "Sec-WebSocket-Accept: %s\r\n", handshake->accept);
    if (handshake->subprotocol_name)
        builder_format(out, "Sec-WebSocket-Protocol: %s\r\n", handshake->subprotocol_name);
    if (handshake->deflate) {
        /* RFC 7692, 7.1.1: the server may ask for both, whatever was offered. A window is only
         * named when the client named it (7.1.2.1). */
        builder_add_text(out, "Sec-WebSocket-Extensions: permessage-deflate; "
                              "server_no_context_takeover; client_no_context_takeover");
        if (handshake->names_window)
            builder_format(out, "; server_max_window_bits=%u", handshake->window_bits);
        builder_add_text(out, "\r\n");
    }
    builder_add_slice(out, extra);
    builder_add_text(out, "\r\n");
}
