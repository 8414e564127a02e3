/* SPDX-License-Identifier: MIT
 *
 * The bench's clients. What a server may send is presented whole, cut in two at every point and
 * byte by byte; what comes out is written down as text and must be the same. And the bench's
 * books, which say whether a message was lost, repeated or out of order.
 */
#include "../../bench/clients/browser_headers.h"
#include "../../bench/clients/client.h"
#include "../../bench/delivery.h"
#include "../../transports/ws_deflate.h"
#include "../../transports/ws_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct client_options plain = {.authority = "h:1", .topic = "t", .wait_s = 9};
static const struct client_options json = {
    .authority = "h:1", .topic = "t", .json = true, .deflate = true};

/* ---- the harness ------------------------------------------------------------------------- */

static void log_event(struct client *client, const struct client_event *event, void *arg)
{
    struct builder *log = arg;
    switch (event->kind) {
    case CLIENT_OPEN:
        builder_format(log, "open %s;", client->cursor);
        break;
    case CLIENT_MESSAGE:
        builder_format(log, "message %llu %lld ", (unsigned long long)event->seq,
                       (long long)event->time_us);
        if (event->data.len > 100)
            builder_format(log, "%zu bytes;", event->data.len);
        else
            builder_format(log, "%.*s;", (int)event->data.len, event->data.at);
        break;
    case CLIENT_HEARTBEAT:
        builder_add_text(log, "heartbeat;");
        break;
    case CLIENT_GAP:
        builder_add_text(log, "gap;");
        break;
    case CLIENT_ANSWERED:
        builder_format(log, "answered %s;", client->cursor);
        break;
    case CLIENT_PUBLISHED:
        builder_format(log, "published %llu to %llu;", (unsigned long long)event->seq,
                       (unsigned long long)event->subscribers);
        break;
    case CLIENT_CLOSED:
        builder_format(log, "closed %d;", event->status);
        break;
    }
}

/* The bytes in pieces of `first`, then of `step` bytes. */
static void feed(const struct client_kind *kind, const struct client_options *options,
                 struct slice bytes, size_t first, size_t step, struct builder *log)
{
    struct client client;
    struct builder reply = {0};
    const struct client_sink sink = {log_event, log, &reply};
    char *kept = malloc(bytes.len + 1);
    size_t len = 0, at = 0;
    assert_non_null(kept);
    client_init(&client, kind, options);
    while (at < bytes.len) {
        size_t piece = at == 0 && first ? first : step;
        if (piece > bytes.len - at)
            piece = bytes.len - at;
        memcpy(kept + len, bytes.at + at, piece);
        at += piece;
        len += piece;
        ssize_t used = kind->read(&client, kept, len, &sink);
        if (used < 0)
            break;
        assert_true((size_t)used <= len);
        len -= (size_t)used;
        memmove(kept, kept + used, len);
    }
    if (builder_len(&reply) > 0)
        builder_format(log, "sent %zu;", builder_len(&reply));
    builder_finish(&reply);
    free(kept);
}

static void expect(const struct client_kind *kind, const struct client_options *options,
                   struct slice bytes, const char *wanted)
{
    for (size_t first = 0; first <= bytes.len; first += 1 + bytes.len / 2000) {
        struct builder log = {0};
        size_t step = first == 0 && bytes.len < 5000 ? 1 : bytes.len;
        feed(kind, options, bytes, first, step, &log);
        builder_add(&log, "", 1);
        assert_string_equal(builder_slice(&log).at, wanted);
        builder_finish(&log);
    }
}

static void assert_asks(const struct client_kind *kind, const struct client_options *options,
                        const char *wanted)
{
    struct client client;
    struct builder out = {0};
    client_init(&client, kind, options);
    kind->ask(&client, &out);
    builder_add(&out, "", 1);
    assert_non_null(strstr(builder_slice(&out).at, wanted));
    builder_finish(&out);
}

/* ---- polls ------------------------------------------------------------------------------- */

#define ANSWER(len, body)                                                                      \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " len "\r\n\r"       \
    "\n" body

static const char empty_batch[] =
    ANSWER("40", "{\"topic\":\"t\",\"next\":\"e-7\",\"messages\":[]}");

static void test_empty_poll(void **state)
{
    (void)state;
    expect(&short_poll_client, &plain, slice_of(empty_batch), "open e-7;answered e-7;");
}

static void test_polls_one_after_the_other(void **state)
{
    struct builder bytes = {0};
    (void)state;
    builder_add_text(&bytes, empty_batch);
    builder_add_text(&bytes,
                     ANSWER("189", "{\"topic\":\"t\",\"next\":\"e-9\",\"messages\":["
                                   "{\"id\":\"e-8\",\"seq\":8,\"time\":1700000000000001,"
                                   "\"type\":\"text\",\"data\":\"a ] } \\\" { b\"},"
                                   "{\"id\":\"e-9\",\"seq\":9,\"time\":5,\"type\":\"json\","
                                   "\"data\":{\"seq\":1,\"x\":[2]}}]}"));
    expect(&long_poll_client, &plain, builder_slice(&bytes),
           "open e-7;answered e-7;message 8 1700000000000001 a ] } \\\" { b;"
           "message 9 5 {\"seq\":1,\"x\":[2]};answered e-9;");
    builder_finish(&bytes);
}

static void test_poll_with_gap(void **state)
{
    (void)state;
    expect(&long_poll_client, &plain,
           slice_of(ANSWER("98", "{\"topic\":\"t\",\"next\":\"e-3\",\"messages\":[],\"gap\":"
                                 "{\"topic\":\"t\",\"from\":1,\"to\":3,\"count\":3,\"reason\":"
                                 "\"\"}}")),
           "open e-3;gap;answered e-3;");
}

static void test_poll_refused(void **state)
{
    (void)state;
    expect(&short_poll_client, &plain,
           SLICE("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
           "closed 503;");
    expect(&short_poll_client, &plain, SLICE("SSH-2.0-OpenSSH_9.2\r\n"), "closed 0;");
    expect(&short_poll_client, &plain, slice_of(ANSWER("2", "{}")), "closed 0;");
}

static void test_polls_ask_from_the_cursor(void **state)
{
    (void)state;
    assert_asks(&short_poll_client, &plain, "GET /short_poll/t?since=now&limit=1000 HTTP/1.1");
    assert_asks(&long_poll_client, &plain, "/long_poll/t?since=now&limit=1000&wait=9 ");
}

/* ---- SSE --------------------------------------------------------------------------------- */

#define SSE_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

static void test_sse(void **state)
{
    (void)state;
    expect(&sse_client, &plain,
           SLICE(SSE_HEAD "retry: 3000\nid: e-4\n\n"
                          "id: e-5\ndata: one\n\n"
                          "event: heartbeat\ndata:\n\n"
                          "id: e-6\nevent: price\ndata: two: lines\ndata: of it\n\n"
                          "id: e-8\nevent: gap\ndata: {}\n\n"
                          "id: e-9\ndata:\n\n"
                          "id: e-9\nevent: bye\ndata: e-9\n\n"),
           "open e-4;message 5 0 one;heartbeat;message 6 0 two: lines;gap;message 9 0 ;"
           "closed 0;");
}

static void test_sse_refused(void **state)
{
    (void)state;
    expect(&sse_client, &plain, SLICE("HTTP/1.1 404 Not Found\r\n\r\n"), "closed 404;");
}

/* ---- NDJSON ------------------------------------------------------------------------------ */

#define NDJSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"

static void test_ndjson(void **state)
{
    (void)state;
    expect(&ndjson_client, &plain,
           SLICE(NDJSON_HEAD "{\"next\":\"e-4\"}\n"
                             "{\"id\":\"e-5\",\"seq\":5,\"time\":17,\"type\":\"text\","
                             "\"data\":\"one\"}\n"
                             "{\"heartbeat\":18}\n{\"gap\":{}}\n{\"bye\":\"e-5\"}\n"),
           "open e-4;message 5 17 one;heartbeat;gap;closed 0;");
    expect(&ndjson_client, &plain, SLICE("HTTP/1.1 404 Not Found\r\n\r\n"), "closed 404;");
}

/* ---- heads ------------------------------------------------------------------------------- */

static void test_further_headers(void **state)
{
    static const struct client_options further = {
        .authority = "h:1", .topic = "t", .headers = "Cookie: a\r\n"};
    (void)state;
    for (unsigned i = 0; client_kinds[i]; i++)
        assert_asks(client_kinds[i], &further, " HTTP/1.1\r\nHost: h:1\r\nCookie: a\r\n");
}

/* What a browser was seen to send was 509, 549 and 508 bytes long, with paths of 23, 6 and 12
 * bytes, WebSocket's offer to compress (70) and a name that says it has no window (8). */
static void test_headers_of_a_browser(void **state)
{
    static const struct {
        const struct client_kind *kind;
        size_t len;
    } seen[] = {{&short_poll_client, 509 - 23 - 8},
                {&long_poll_client, 509 - 23 - 8},
                {&sse_client, 549 - 6 - 8},
                {&websocket_client, 508 - 12 - 8 - 70}};
    (void)state;
    for (unsigned i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        static const char authority[] = "127.0.0.1:53019";
        struct client_options options = {.authority = authority, .topic = "t"};
        struct builder headers = {0}, request = {0};
        struct client client;
        browser_headers_add(seen[i].kind, authority, &headers);
        builder_add(&headers, "", 1);
        options.headers = builder_slice(&headers).at;
        client_init(&client, seen[i].kind, &options);
        seen[i].kind->ask(&client, &request);
        struct slice line = builder_slice(&request);
        size_t path = (size_t)bytes_find(line.at, line.len, 4, SLICE(" ")) - 4;
        assert_int_equal(line.len - path, seen[i].len);
        builder_finish(&headers);
        builder_finish(&request);
    }
}

static void count_head(struct client *client, const struct client_event *event, void *arg)
{
    (void)event;
    *(uint64_t *)arg = client->head_bytes;
}

static void test_heads_are_counted(void **state)
{
    char answer[sizeof(empty_batch)];
    struct client client;
    uint64_t counted = 0;
    const struct client_sink sink = {count_head, &counted, NULL};
    (void)state;
    memcpy(answer, empty_batch, sizeof(answer));
    client_init(&client, &long_poll_client, &plain);
    for (unsigned i = 1; i <= 2; i++) {
        assert_int_equal(long_poll_client.read(&client, answer, sizeof(answer) - 1, &sink),
                         sizeof(answer) - 1);
        assert_int_equal(counted, i * (sizeof(answer) - 1 - 40));
    }
}

/* ---- WebSocket --------------------------------------------------------------------------- */

#define WS_HEAD                                                                                \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"        \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nPushlab-Next: e-41\r\n"

static void add_text(struct builder *out, size_t len)
{
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    ws_add_frame(out, WS_TEXT, false, text, len);
    free(text);
}

static void test_websocket_raw(void **state)
{
    struct builder bytes = {0};
    (void)state;
    builder_add_text(&bytes, WS_HEAD "\r\n");
    ws_add_frame(&bytes, WS_TEXT, false, "hello", 5);
    ws_add_frame(&bytes, WS_PING, false, "beat", 4);
    add_text(&bytes, 125);
    add_text(&bytes, 126);
    ws_add_frame(&bytes, WS_BINARY, false, "", 0);
    ws_add_close(&bytes, 4001, "gap");
    expect(&websocket_client, &plain, builder_slice(&bytes),
           "open e-41;message 42 0 hello;heartbeat;message 43 0 125 bytes;"
           "message 44 0 126 bytes;message 45 0 ;closed 4001;sent 10;");
    builder_finish(&bytes);
}

static void test_websocket_long_frame(void **state)
{
    struct builder bytes = {0};
    (void)state;
    builder_add_text(&bytes, WS_HEAD "\r\n");
    add_text(&bytes, 65536);
    add_text(&bytes, 1);
    expect(&websocket_client, &plain, builder_slice(&bytes),
           "open e-41;message 42 0 65536 bytes;message 43 0 x;");
    builder_finish(&bytes);
}

static void test_websocket_json_deflated(void **state)
{
    static const char message[] = "{\"topic\":\"t\",\"id\":\"e-42\",\"seq\":42,\"time\":17,"
                                  "\"type\":\"text\",\"data\":\"aaaaaaaaaaaaaaaaaaaa\"}";
    struct builder bytes = {0}, compressed = {0};
    (void)state;
    builder_add_text(&bytes, WS_HEAD "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    ws_add_frame(&bytes, WS_TEXT, false, "{\"ready\":[\"t\"],\"next\":\"e-41\"}", 30);
    assert_int_equal(ws_deflate(slice_of(message), 15, &compressed), 0);
    ws_add_frame(&bytes, WS_TEXT, true, builder_slice(&compressed).at,
                 builder_len(&compressed));
    ws_add_frame(&bytes, WS_TEXT, false, "{\"heartbeat\":5}", 15);
    ws_add_frame(&bytes, WS_TEXT, false, "{\"gap\":{}}", 10);
    expect(&websocket_client, &json, builder_slice(&bytes),
           "open e-41;message 42 17 aaaaaaaaaaaaaaaaaaaa;heartbeat;gap;");
    builder_finish(&compressed);
    builder_finish(&bytes);
    ws_deflate_finish_thread();
}

static void test_websocket_nonsense(void **state)
{
    (void)state;
    expect(&websocket_client, &plain, SLICE("HTTP/1.1 403 Forbidden\r\n\r\n"), "closed 403;");
    expect(&websocket_client, &plain,
           SLICE("HTTP/1.1 101 Ok\r\nSec-WebSocket-Accept: other\r\n\r\n"), "closed 101;");
    expect(&websocket_client, &plain, SLICE(WS_HEAD "\r\n\x81\x81xxxxx"),
           "open e-41;closed 0;"); /* masked */
    expect(&websocket_client, &plain, SLICE(WS_HEAD "\r\n\x01\x01x"),
           "open e-41;closed 0;"); /* a fragment */
    expect(&websocket_client, &plain, SLICE(WS_HEAD "\r\n\x83\x01x"),
           "open e-41;closed 0;"); /* an unknown kind */
    expect(&websocket_client, &plain, SLICE(WS_HEAD "\r\n\xc1\x01x"),
           "open e-41;closed 0;"); /* compressed, which was not agreed on */
}

/* ---- other servers ----------------------------------------------------------------------- */

#define NCHAN_DATE "Sun, 22 Nov 2026 14:47:13 GMT"
#define NCHAN_ANSWER(etag, len, body)                                                          \
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: " len                                 \
    "\r\nLast-Modified: " NCHAN_DATE "\r\nEtag: " etag "\r\n\r\n" body
#define NCHAN_NOTHING(etag)                                                                    \
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\nLast-Modified: " NCHAN_DATE             \
    "\r\nEtag: " etag "\r\n\r\n"

static void test_nchan_long_poll(void **state)
{
    (void)state;
    expect(&nchan_long_poll_client, &plain,
           SLICE(NCHAN_ANSWER("2", "12", "0 xxx\n1 yyy\n") NCHAN_ANSWER("3", "5", "2 zzz")),
           "open 2 " NCHAN_DATE ";message 1 0 0 xxx;message 2 0 1 yyy;answered 2 " NCHAN_DATE
           ";message 1 0 2 zzz;answered 3 " NCHAN_DATE ";");
    expect(&nchan_long_poll_client, &plain, SLICE("HTTP/1.1 403 Forbidden\r\n\r\n"),
           "closed 403;");
}

/* A channel that does not exist yet gives no cursor; then each message is followed by another
 * request, until there is nothing. */
static void test_nchan_short_poll(void **state)
{
    (void)state;
    expect(&nchan_short_poll_client, &plain,
           SLICE("HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n"),
           "open now;answered now;");
    expect(&nchan_short_poll_client, &plain,
           SLICE(NCHAN_ANSWER("0", "5", "0 xxx") NCHAN_NOTHING("0")),
           "open 0 " NCHAN_DATE ";message 1 0 0 xxx;answered 0 " NCHAN_DATE ";sent 109;");
}

static void test_nchan_polls_ask_from_the_cursor(void **state)
{
    static const struct client_options later = {
        .authority = "h:1", .topic = "t", .since = "7 " NCHAN_DATE};
    static const struct client_options closing = {
        .authority = "h:1", .topic = "t", .close = true};
    (void)state;
    assert_asks(&nchan_long_poll_client, &plain,
                "GET /long_poll/t HTTP/1.1\r\nHost: h:1\r\n\r\n");
    assert_asks(&nchan_short_poll_client, &later,
                "\r\nIf-None-Match: 7\r\nIf-Modified-Since: " NCHAN_DATE "\r\n\r\n");
    assert_asks(&nchan_short_poll_client, &closing, "GET /short_poll_close/t HTTP/1.1\r\n");
    assert_asks(&short_poll_client, &closing, "&close=1 HTTP/1.1\r\n");
}

static void test_nchan_streams(void **state)
{
    struct builder bytes = {0};
    (void)state;
    expect(&sse_client, &plain,
           SLICE(SSE_HEAD ": hi\n\nid: 1795358833:0\ndata: 0 xxx\n\n: \n\n"
                          "id: 1795358833:1\ndata: 1 xxx\n\n"),
           "open now;message 0 0 0 xxx;message 0 0 1 xxx;");
    builder_add_text(&bytes, "HTTP/1.1 101 Switching Protocols\r\nContent-Length: 0\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    ws_add_frame(&bytes, WS_TEXT, false, "0 xxx", 5);
    expect(&websocket_client, &plain, builder_slice(&bytes), "open now;message 1 0 0 xxx;");
    builder_finish(&bytes);
}

static void add_packet(struct builder *out, const char *packet)
{
    ws_add_frame(out, WS_TEXT, false, packet, strlen(packet));
}

static void test_socket_io(void **state)
{
    struct builder bytes = {0};
    (void)state;
    builder_add_text(&bytes, WS_HEAD "\r\n");
    add_packet(&bytes, "0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":25000}");
    add_packet(&bytes, "40{\"sid\":\"b\"}");
    add_packet(&bytes, "42[\"message\",\"0 xxx\"]");
    add_packet(&bytes, "2");
    add_packet(&bytes, "42[\"message\",\"\"]");
    ws_add_close(&bytes, 1001, "");
    expect(&socket_io_client, &plain, builder_slice(&bytes),
           "open e-41;message 0 0 0 xxx;heartbeat;message 0 0 ;closed 1001;sent 15;");
    builder_finish(&bytes);
    assert_asks(&socket_io_client, &plain,
                "GET /socket.io/?EIO=4&transport=websocket&topic=t HTTP");
}

/* ---- the publisher, and frames for the yardstick ----------------------------------------- */

static void test_publisher(void **state)
{
    (void)state;
    expect(&publisher_client, &plain,
           slice_of(ANSWER("38", "{\"id\":\"e-12\",\"seq\":12,\"subscribers\":3}")
                        ANSWER("38", "{\"id\":\"e-13\",\"seq\":13,\"subscribers\":4}")),
           "published 12 to 3;published 13 to 4;");
    expect(&publisher_client, &plain,
           SLICE("HTTP/1.1 202 Accepted\r\nContent-Length: 18\r\n\r\nqueued messages: 1"),
           "published 0 to 0;");
    expect(&publisher_client, &plain, SLICE("HTTP/1.1 413 Too\r\nContent-Length: 0\r\n\r\n"),
           "closed 413;");
}

static void test_a_length_that_cannot_be(void **state)
{
    (void)state;
    const struct slice answer =
        SLICE("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n{}");
    expect(&publisher_client, &plain, answer, "closed 0;");
    expect(&long_poll_client, &plain, answer, "closed 0;");
}

/* What the yardstick sends, the client of that kind must read as the message it stands for. */
static void test_yardstick_frames(void **state)
{
    (void)state;
    for (unsigned i = 0; client_kinds[i]; i++) {
        const struct client_kind *kind = client_kinds[i];
        struct builder bytes = {0}, log = {0};
        if (!kind->frame)
            continue;
        if (kind->welcome)
            kind->welcome(&plain, &bytes);
        for (uint64_t seq = 1; seq <= 2; seq++)
            kind->frame("e", seq, SLICE("3 xyz"), &bytes);
        feed(kind, &plain, builder_slice(&bytes), 0, 1, &log);
        builder_add(&log, "", 1);
        const char *text = builder_slice(&log).at, *first = strstr(text, "message 1 ");
        assert_non_null(first);
        assert_non_null(strstr(first, " 3 xyz;"));
        assert_non_null(strstr(first, "message 2 "));
        assert_null(strstr(text, "closed"));
        builder_finish(&bytes);
        builder_finish(&log);
    }
}

static void test_kinds_by_name(void **state)
{
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT];
    unsigned count;
    (void)state;
    assert_ptr_equal(client_find("sse"), &sse_client);
    assert_null(client_find("publish"));
    assert_true(client_choose("all", kinds, &count));
    assert_int_equal(count, 4);
}

/* ---- the books --------------------------------------------------------------------------- */

static void publish(struct delivery *delivery, unsigned publisher, struct builder *text)
{
    builder_truncate(text, 0);
    delivery_publish(delivery, publisher, 0, 16, text);
    assert_int_equal(builder_len(text), 16);
}

static void test_books_tell_what_went_wrong(void **state)
{
    struct delivery *delivery = malloc(sizeof(*delivery));
    struct builder first = {0}, second = {0};
    (void)state;
    assert_non_null(delivery);
    assert_true(delivery_init(delivery, 2, 1, 10));
    publish(delivery, 0, &first);
    publish(delivery, 0, &second);
    struct slice zero = builder_slice(&first), one = builder_slice(&second);

    assert_int_equal(delivery_take(delivery, 0, zero, 1000), -1);
    assert_int_equal(delivery_missing(delivery), 3);
    assert_int_equal(delivery_take(delivery, 1, one, 1000), -1);
    assert_int_equal(delivery_take(delivery, 1, zero, 1000), 0); /* late, and now all have it */
    assert_int_equal(delivery->reordered, 1);
    assert_int_equal(delivery_take(delivery, 1, zero, 1000), -1);
    assert_int_equal(delivery->duplicates, 1);
    assert_int_equal(delivery_take(delivery, 0, SLICE("7 never published"), 1000), -1);
    assert_int_equal(delivery_take(delivery, 0, SLICE("hello"), 1000), -1);
    assert_int_equal(delivery->strange, 2);
    assert_int_equal(delivery_missing(delivery), 1);
    assert_int_equal(delivery_take(delivery, 0, one, 5000), 0);
    assert_int_equal(delivery_missing(delivery), 0);
    assert_int_equal(delivery->latency_ns.count, 4);
    assert_int_equal(delivery->latency_ns.max, 5000);

    builder_finish(&first);
    builder_finish(&second);
    delivery_finish(delivery);
    free(delivery);
}

/* A subscriber is stale from when it lacks the oldest message until it has the newest; what it
 * lacks at the same time counts once. */
static void test_books_of_staleness(void **state)
{
    struct delivery *delivery = malloc(sizeof(*delivery));
    struct builder text = {0};
    (void)state;
    assert_non_null(delivery);
    assert_true(delivery_init(delivery, 1, 1, 3));
    static const int64_t meant_ns[] = {1000, 1400, 5000}, got_ns[] = {2000, 2000, 5100};
    static const int64_t stale_ns[] = {1000, 1000, 1100};
    for (unsigned i = 0; i < 3; i++) {
        builder_truncate(&text, 0);
        delivery_publish(delivery, 0, meant_ns[i], 20, &text);
        delivery_take(delivery, 0, builder_slice(&text), got_ns[i]);
        assert_int_equal(delivery->stale_ns, stale_ns[i]);
    }
    builder_finish(&text);
    delivery_finish(delivery);
    free(delivery);
}

/* Of two publishers, only each one's own order is sacred. */
static void test_books_of_two_publishers(void **state)
{
    struct delivery *delivery = malloc(sizeof(*delivery));
    struct builder first = {0}, second = {0};
    (void)state;
    assert_non_null(delivery);
    assert_true(delivery_init(delivery, 1, 2, 10));
    publish(delivery, 0, &first);
    publish(delivery, 1, &second);
    assert_int_equal(delivery_take(delivery, 0, builder_slice(&second), 0), 1);
    assert_int_equal(delivery_take(delivery, 0, builder_slice(&first), 0), 0);
    assert_int_equal(delivery->reordered, 0);
    builder_finish(&first);
    builder_finish(&second);
    delivery_finish(delivery);
    free(delivery);
}

static void test_books_refuse_what_cannot_fit(void **state)
{
    struct delivery *delivery = malloc(sizeof(*delivery));
    (void)state;
    assert_non_null(delivery);
    assert_false(delivery_init(delivery, 1000000, 1, 10000000));
    free(delivery);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_poll),
        cmocka_unit_test(test_polls_one_after_the_other),
        cmocka_unit_test(test_poll_with_gap),
        cmocka_unit_test(test_poll_refused),
        cmocka_unit_test(test_polls_ask_from_the_cursor),
        cmocka_unit_test(test_sse),
        cmocka_unit_test(test_sse_refused),
        cmocka_unit_test(test_ndjson),
        cmocka_unit_test(test_further_headers),
        cmocka_unit_test(test_headers_of_a_browser),
        cmocka_unit_test(test_heads_are_counted),
        cmocka_unit_test(test_websocket_raw),
        cmocka_unit_test(test_websocket_long_frame),
        cmocka_unit_test(test_websocket_json_deflated),
        cmocka_unit_test(test_websocket_nonsense),
        cmocka_unit_test(test_nchan_long_poll),
        cmocka_unit_test(test_nchan_short_poll),
        cmocka_unit_test(test_nchan_polls_ask_from_the_cursor),
        cmocka_unit_test(test_nchan_streams),
        cmocka_unit_test(test_socket_io),
        cmocka_unit_test(test_publisher),
        cmocka_unit_test(test_a_length_that_cannot_be),
        cmocka_unit_test(test_yardstick_frames),
        cmocka_unit_test(test_kinds_by_name),
        cmocka_unit_test(test_books_tell_what_went_wrong),
        cmocka_unit_test(test_books_of_staleness),
        cmocka_unit_test(test_books_of_two_publishers),
        cmocka_unit_test(test_books_refuse_what_cannot_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
