/* SPDX-License-Identifier: MIT
 *
 * The WebSocket handshake: requests are written down as lists of headers, as the gate gives
 * them.
 */
#include "../../transports/ws_handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* RFC 6455, 1.3 */
#define KEY "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define UPGRADE "Upgrade", "websocket"
#define CONNECTION "Connection", "Upgrade"
#define VERSION "Sec-WebSocket-Version", "13"
#define PROTOCOL "Sec-WebSocket-Protocol"
#define EXTENSIONS "Sec-WebSocket-Extensions"

static const char *const protocols[] = {"pushlab.json", "pushlab.other", NULL};
static const char *const no_protocols[] = {NULL};

/* headers: names and values in turn, ended by NULL. */
static struct request make_request(const char *const *headers)
{
    struct request request = {.method = METHOD_GET, .minor_version = 1};
    for (; headers[0]; headers += 2) {
        struct header *header = &request.headers[request.header_count++];
        *header = (struct header){slice_of(headers[0]), slice_of(headers[1])};
        if (slice_equal(header->name, SLICE("Connection")))
            request.upgrade = strcmp(headers[1], "Upgrade") == 0;
    }
    return request;
}

/* ---- what is a handshake --------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *headers[16];
    int status; /* 101: accepted */
} requests[] = {
    {"good", {UPGRADE, CONNECTION, VERSION, KEY}, 101},
    {"any case", {"upgrade", "WebSocket", CONNECTION, "SEC-WEBSOCKET-VERSION", "13", KEY}, 101},
    {"upgrade in a list", {"Upgrade", "h2c, websocket", CONNECTION, VERSION, KEY}, 101},
    {"plain GET", {"Accept", "*/*"}, 426},
    {"upgrade to another", {"Upgrade", "h2c", CONNECTION, VERSION, KEY}, 426},
    {"Upgrade without Connection", {UPGRADE, VERSION, KEY}, 400},
    {"Connection: close", {UPGRADE, "Connection", "close", VERSION, KEY}, 400},
    {"version 12", {UPGRADE, CONNECTION, "Sec-WebSocket-Version", "12", KEY}, 426},
    {"version 013", {UPGRADE, CONNECTION, "Sec-WebSocket-Version", "013", KEY}, 426},
    {"no version", {UPGRADE, CONNECTION, KEY}, 426},
    {"two versions", {UPGRADE, CONNECTION, VERSION, VERSION, KEY}, 426},
    {"no key", {UPGRADE, CONNECTION, VERSION}, 400},
    {"two keys", {UPGRADE, CONNECTION, VERSION, KEY, KEY}, 400},
    {"empty key", {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", ""}, 400},
    {"15 bytes",
     {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0O"},
     400},
    {"17 bytes",
     {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0ODxA="},
     400},
    {"18 bytes",
     {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0ODxAR"},
     400},
    {"key not base64",
     {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j_Q=="},
     400},
    {"key with half its padding",
     {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=A"},
     400},
    {"key with a gap",
     {UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key", "dGhlIHNhb BsZSBub25jZQ=="},
     400},
};

static void test_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct request request = make_request(requests[i].headers);
        struct ws_handshake handshake;
        struct ws_refusal refusal = {.status = 101};
        int result = ws_judge(&request, protocols, true, &handshake, &refusal);
        if (refusal.status != requests[i].status || result != (refusal.status != 101))
            fail_msg("%s: %d, status %d", requests[i].name, result, refusal.status);
        if (refusal.status == 101) {
            assert_string_equal(handshake.accept, ACCEPT);
            assert_false(handshake.deflate);
            assert_int_equal(handshake.subprotocol, -1);
            assert_null(handshake.subprotocol_name);
        } else {
            assert_non_null(refusal.reason);
            const char *upgrade = strstr(refusal.headers, "Sec-WebSocket-Version: 13\r\n");
            assert_int_equal(upgrade != NULL, refusal.status == 426);
        }
    }
}

static int refused(const struct request *request, struct ws_refusal *ret)
{
    struct ws_handshake handshake;
    assert_int_equal(ws_judge(request, protocols, true, &handshake, ret), 1);
    return ret->status;
}

/* POST, HTTP/1.0, a body. */
static void test_request_line(void **state)
{
    (void)state;
    const char *const headers[] = {UPGRADE, CONNECTION, VERSION, KEY, NULL};
    const struct request good = make_request(headers);
    struct ws_refusal refusal;
    struct request request = good;
    request.method = METHOD_POST;
    assert_int_equal(refused(&request, &refusal), 405);
    assert_string_equal(refusal.headers, "Allow: GET, HEAD\r\n");

    request = good;
    request.method = METHOD_HEAD;
    assert_int_equal(refused(&request, &refusal), 426);

    request = good;
    request.minor_version = 0;
    assert_int_equal(refused(&request, &refusal), 426);
    assert_non_null(strstr(refusal.reason, "proxy"));

    request = good;
    request.framing = FRAMING_CHUNKED;
    assert_int_equal(refused(&request, &refusal), 400);
    request.framing = FRAMING_LENGTH;
    request.content_length = 1;
    assert_int_equal(refused(&request, &refusal), 400);
    request.content_length = 0;
    struct ws_handshake handshake;
    assert_int_equal(ws_judge(&request, protocols, true, &handshake, &refusal), 0);

    const char *const plain[] = {"Accept", "*/*", NULL};
    request = make_request(plain);
    assert_int_equal(refused(&request, &refusal), 426);
    assert_non_null(strstr(refusal.reason, "proxy"));
    assert_non_null(strstr(refusal.reason, "Upgrade"));
}

/* ---- subprotocols ---------------------------------------------------------------------- */

static const struct {
    const char *headers[8];
    int chosen;
} offers[] = {
    {{NULL}, -1},
    {{PROTOCOL, "pushlab.json"}, 0},
    {{PROTOCOL, "mqtt,pushlab.other , pushlab.json"}, 1},
    {{PROTOCOL, "mqtt", PROTOCOL, "stomp, \tpushlab.json"}, 0},
    {{PROTOCOL, "pushlab.json", PROTOCOL, "pushlab.other"}, 0},
    {{PROTOCOL, "mqtt"}, -1},
    {{PROTOCOL, "PUSHLAB.JSON, pushlab.jso, pushlab.json2"}, -1},
    {{PROTOCOL, ""}, -1},
    {{PROTOCOL, ",,, ,"}, -1},
    {{PROTOCOL, "\"pushlab.json"}, -1},
};

static void check_subprotocol(struct request *request, int chosen)
{
    const char *const headers[] = {UPGRADE, CONNECTION, VERSION, KEY, NULL};
    struct request handshake_request = make_request(headers);
    for (unsigned i = 0; i < request->header_count; i++)
        handshake_request.headers[handshake_request.header_count++] = request->headers[i];
    struct ws_handshake handshake;
    struct ws_refusal refusal;
    assert_int_equal(ws_judge(&handshake_request, protocols, true, &handshake, &refusal), 0);
    assert_int_equal(handshake.subprotocol, chosen);
    assert_ptr_equal(handshake.subprotocol_name, chosen < 0 ? NULL : protocols[chosen]);
    assert_int_equal(ws_judge(&handshake_request, no_protocols, true, &handshake, &refusal), 0);
    assert_int_equal(handshake.subprotocol, -1);
}

static void test_subprotocols(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(offers); i++) {
        struct request request = make_request(offers[i].headers);
        check_subprotocol(&request, offers[i].chosen);
    }
}

/* A thousand, on one line and on many. */
static void test_many_subprotocols(void **state)
{
    (void)state;
    struct builder line = {0};
    for (unsigned i = 0; i < 1000; i++)
        builder_format(&line, "token%u,", i);
    struct request request = {.header_count = REQUEST_HEADERS_LIMIT - 8};
    for (unsigned i = 0; i < request.header_count; i++)
        request.headers[i] = (struct header){SLICE(PROTOCOL), builder_slice(&line)};
    check_subprotocol(&request, -1);
    builder_add_text(&line, "pushlab.json");
    request.headers[request.header_count - 1].value = builder_slice(&line);
    check_subprotocol(&request, 0);
    builder_finish(&line);
}

/* ---- permessage-deflate ---------------------------------------------------------------- */

#define PMD "permessage-deflate"

static const struct {
    const char *offers;
    int window; /* 0: declined; below 0: accepted, and the window is to be named */
} extensions[] = {
    {PMD, 15}, /* RFC 7692, 7.1.3 and on: the examples of offers */
    {PMD "; client_max_window_bits; server_max_window_bits=10", -10},
    {PMD "; client_max_window_bits; server_max_window_bits=10, " PMD "; client_max_window_bits",
     -10},
    {PMD "; client_max_window_bits", 15}, /* what browsers send */
    {PMD "; server_no_context_takeover", 15},
    {PMD "; client_no_context_takeover; server_no_context_takeover", 15},
    {PMD ";client_max_window_bits=8", 15},
    {PMD ";client_max_window_bits=15", 15},
    {PMD ";server_max_window_bits=9", -9},
    {PMD ";server_max_window_bits=15", -15},
    {PMD ";server_max_window_bits=\"12\"", -12},
    {PMD ";server_max_window_bits=\"1\\2\"", -12},
    {PMD " ;\tserver_max_window_bits = 12 ; client_no_context_takeover", -12},
    {"x-webkit-deflate-frame, " PMD, 15},
    {"foo; a=\"x, " PMD "\"; b, " PMD, 15},
    {", ,," PMD ",", 15},

    {"", 0},
    {",", 0},
    {";", 0},
    {"foo", 0},
    {PMD "2", 0},
    {"x" PMD, 0},
    {"foo; a=\"" PMD, 0},
    {"foo; a=\"x, " PMD ", y\"", 0},
    {"foo; a=\"\\\", " PMD ", y\"", 0},
    {PMD ";", 0},
    {PMD "; ;", 0},
    {PMD "; unknown", 0},
    {PMD "; unknown=1", 0},
    {PMD "; Server_no_context_takeover", 0},
    {PMD "; server_no_context_takeover=1", 0},
    {PMD "; client_no_context_takeover=", 0},
    {PMD "; client_no_context_takeover; client_no_context_takeover", 0},
    {PMD "; server_max_window_bits", 0},
    {PMD "; server_max_window_bits=", 0},
    {PMD "; server_max_window_bits=8", 0},
    {PMD "; server_max_window_bits=7", 0},
    {PMD "; server_max_window_bits=16", 0},
    {PMD "; server_max_window_bits=20", 0},
    {PMD "; server_max_window_bits=010", 0},
    {PMD "; server_max_window_bits=09", 0},
    {PMD "; server_max_window_bits=100", 0},
    {PMD "; server_max_window_bits=-9", 0},
    {PMD "; server_max_window_bits=10=10", 0},
    {PMD "; server_max_window_bits=1 0", 0},
    {PMD "; server_max_window_bits=\"10", 0},
    {PMD "; server_max_window_bits=10\"", 0},
    {PMD "; server_max_window_bits=\"\"", 0},
    {PMD "; server_max_window_bits=\"", 0},
    {PMD "; server_max_window_bits='10'", 0},
    {PMD "; server_max_window_bits=10; server_max_window_bits=10", 0},
    {PMD "; client_max_window_bits=7", 0},
    {PMD "; client_max_window_bits=16", 0},
    {PMD "; client_max_window_bits=abc", 0},
    {PMD "; client_max_window_bits=\"abc\"", 0},
    {PMD "; client_max_window_bits; client_max_window_bits=10", 0},
    {PMD " server_no_context_takeover", 0},

    /* Declined, and the next one tried. */
    {PMD "; server_max_window_bits=8, " PMD, 15},
    {PMD "; server_max_window_bits=8; a=\",\", " PMD "; server_max_window_bits=11", -11},
    {PMD "; unknown, " PMD "; client_max_window_bits=7, " PMD ";server_max_window_bits=9", -9},
};

static void test_extensions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(extensions); i++) {
        /* As long as its text, so that a sanitizer sees a read beyond. */
        size_t len = strlen(extensions[i].offers);
        char *text = memcpy(malloc(len + 1), extensions[i].offers, len);
        text = realloc(text, len ? len : 1);
        struct ws_handshake handshake = {0};
        bool good = ws_negotiate_deflate((struct slice){text, len}, &handshake);
        int window = handshake.names_window ? -handshake.window_bits : handshake.window_bits;
        if (window != extensions[i].window)
            fail_msg("%s: window %d", extensions[i].offers, window);
        assert_int_equal(good, extensions[i].window != 0);
        assert_int_equal(good, handshake.deflate);
        free(text);
    }
}

/* ---- the answer ------------------------------------------------------------------------ */

#define HEAD                                                                                   \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"        \
    "Sec-WebSocket-Accept: " ACCEPT "\r\n"
#define TAKEOVER EXTENSIONS ": " PMD "; server_no_context_takeover; client_no_context_takeover"

static const struct {
    const char *headers[16];
    bool allow_deflate;
    const char *extra;
    const char *head;
} answers[] = {
    {{UPGRADE, CONNECTION, VERSION, KEY}, true, "", HEAD "\r\n"},
    {{UPGRADE, CONNECTION, VERSION, KEY},
     true,
     "Pushlab-Next: e-7\r\nCache-Control: no-store\r\n",
     HEAD "Pushlab-Next: e-7\r\nCache-Control: no-store\r\n\r\n"},
    {{UPGRADE, CONNECTION, VERSION, KEY, PROTOCOL, "pushlab.json", EXTENSIONS,
      PMD "; client_max_window_bits"},
     true,
     "",
     HEAD PROTOCOL ": pushlab.json\r\n" TAKEOVER "\r\n\r\n"},
    {{UPGRADE, CONNECTION, VERSION, KEY, EXTENSIONS, PMD "; client_max_window_bits"},
     false,
     "",
     HEAD "\r\n"},
    {{UPGRADE, CONNECTION, VERSION, KEY, EXTENSIONS, PMD "; server_max_window_bits=8",
      EXTENSIONS, "foo, " PMD "; server_max_window_bits=15", EXTENSIONS, PMD},
     true,
     "",
     HEAD TAKEOVER "; server_max_window_bits=15\r\n\r\n"},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct request request = make_request(answers[i].headers);
        struct ws_handshake handshake;
        struct ws_refusal refusal;
        struct builder out = {0};
        assert_int_equal(
            ws_judge(&request, protocols, answers[i].allow_deflate, &handshake, &refusal), 0);
        ws_add_handshake(&handshake, slice_of(answers[i].extra), &out);
        builder_add(&out, "", 1);
        assert_string_equal(builder_slice(&out).at, answers[i].head);
        builder_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),     cmocka_unit_test(test_request_line),
        cmocka_unit_test(test_subprotocols), cmocka_unit_test(test_many_subprotocols),
        cmocka_unit_test(test_extensions),   cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
