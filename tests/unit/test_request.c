/* SPDX-License-Identifier: MIT
 *
 * The gate's parser: every request here is one line. Each good head is also cut at every byte,
 * each bad one fed byte by byte, since a peer's packets end where they please.
 */
#include "../../server/request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct request_limits limits = {
    .head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 1000000};

#define HOST "Host: a\r\n"
#define GET(headers) "GET / HTTP/1.1\r\n" HOST headers "\r\n"
#define LINE(line) line "\r\n" HOST "\r\n"
/* Text with NULs in it. */
#define BYTES(literal) literal, sizeof(literal) - 1

static void assert_slice(struct slice slice, const char *text)
{
    if (!slice_equal(slice, slice_of(text)))
        fail_msg("'%.*s' is not '%s'", (int)slice.len, slice.at, text);
}

/* A copy that ends where its allocation does, so that a sanitizer sees one byte too far. */
static char *exact_copy(const char *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    return copy;
}

/* request_parse on exactly len bytes, checking that it leaves alone what it must. */
static ssize_t parse_exactly(const char *bytes, size_t len, const struct request_limits *with,
                             struct refusal *ret_refusal)
{
    static struct request request, untouched;
    memset(&request, 0x5a, sizeof(request));
    memset(&untouched, 0x5a, sizeof(untouched));
    struct refusal refusal = {0};
    char *copy = exact_copy(bytes, len);
    ssize_t result = request_parse(copy, len, with, &request, &refusal);
    free(copy);
    if (result <= 0)
        assert_memory_equal(&request, &untouched, sizeof(request));
    if (result >= 0)
        assert_int_equal(refusal.status, 0);
    else
        assert_non_null(refusal.reason);
    *ret_refusal = refusal;
    return result;
}

/* Parses text, which is one whole head; nothing is enough before its last byte, and bytes
 * behind it change nothing. */
static struct request accept_limited(const char *text, const struct request_limits *with)
{
    static char surplus[16384];
    size_t len = strlen(text);
    struct refusal refusal = {0};
    for (size_t cut = 0; cut < len; cut++) {
        ssize_t result = parse_exactly(text, cut, with, &refusal);
        if (result != 0)
            fail_msg("%zd, %d %s, after %zu of %s", result, refusal.status, refusal.reason, cut,
                     text);
    }
    size_t more = (size_t)snprintf(surplus, sizeof(surplus), "%s\x16\nGET /\r\n", text);
    struct request request = {0}, again = {0};
    ssize_t result = request_parse(text, len, with, &request, &refusal);
    if (result != (ssize_t)len)
        fail_msg("%zd, %d %s: %s", result, refusal.status, refusal.reason, text);
    assert_int_equal(request_parse(surplus, more, with, &again, &refusal), len);
    assert_int_equal(again.header_count, request.header_count);
    return request;
}

static struct request accept_head(const char *text)
{
    return accept_limited(text, &limits);
}

/* Bytes are refused with status at the latest when whole, with the same verdict however they
 * are cut; returns how many of them it took. */
static size_t refuse_limited(int status, const char *bytes, size_t len,
                             const struct request_limits *with)
{
    struct refusal first = {0}, refusal = {0};
    size_t needed = 0;
    for (size_t cut = 0; cut <= len; cut++) {
        ssize_t result = parse_exactly(bytes, cut, with, &refusal);
        if (result > 0 || (result == 0 && needed))
            fail_msg("%zd after %zu of %s", result, cut, bytes);
        if (result < 0 && needed && refusal.reason != first.reason)
            fail_msg("first %s, then %s: %s", first.reason, refusal.reason, bytes);
        if (result < 0 && !needed) {
            needed = cut;
            first = refusal;
        }
    }
    if (!needed || first.status != status)
        fail_msg("%d %s: %s", first.status, first.reason ? first.reason : "no verdict", bytes);
    return needed;
}

static size_t refuse_head(int status, const char *text)
{
    return refuse_limited(status, text, strlen(text), &limits);
}

/* Refused, and by the very first bytes that show it: those before '@', which is taken out. */
static void refuse_at(int status, const char *text)
{
    char head[512];
    const char *mark = strchr(text, '@');
    assert_non_null(mark);
    size_t before = (size_t)(mark - text);
    snprintf(head, sizeof(head), "%.*s%s", (int)before, text, mark + 1);
    assert_int_equal(refuse_limited(status, head, strlen(head), &limits), before);
}

/* ---- what is taken ---------------------------------------------------------------------- */

static void test_request_line(void **state)
{
    (void)state;
    struct request request = accept_head("GET /sse/news?since=first HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(request.method, METHOD_GET);
    assert_slice(request.method_name, "GET");
    assert_int_equal(request.minor_version, 1);
    assert_slice(request.target, "/sse/news?since=first");
    assert_slice(request.path, "/sse/news");
    assert_slice(request.query, "since=first");
    assert_slice(request.host, "a");
    assert_int_equal(request.framing, FRAMING_NONE);
    assert_int_equal(request.content_length, 0);
    assert_false(request.upgrade);
    assert_false(request.expect_continue);
    assert_slice(request.body, "");
    assert_slice(request.peer, "");
    assert_int_equal(request.header_count, 1);
    accept_head("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"); /* one empty line before it */
}

static void test_methods(void **state)
{
    (void)state;
    assert_int_equal(accept_head(LINE("HEAD / HTTP/1.1")).method, METHOD_HEAD);
    assert_int_equal(accept_head(LINE("POST / HTTP/1.1")).method, METHOD_POST);
    assert_int_equal(accept_head(LINE("OPTIONS / HTTP/1.1")).method, METHOD_OPTIONS);
    assert_int_equal(accept_head(LINE("DELETE / HTTP/1.1")).method, METHOD_OTHER);
    assert_int_equal(accept_head(LINE("get / HTTP/1.1")).method, METHOD_OTHER);
    assert_int_equal(accept_head(LINE("!#$%&'*+-.^_`|~09azAZ / HTTP/1.1")).method,
                     METHOD_OTHER);
    assert_int_equal(accept_head(LINE("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 / HTTP/1.1")).method,
                     METHOD_OTHER);
    refuse_at(501, LINE("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456@ / HTTP/1.1"));
}

static void check_target(const char *line, const char *path, const char *query,
                         const char *host)
{
    char head[512];
    snprintf(head, sizeof(head), "%s HTTP/1.1\r\n" HOST "\r\n", line);
    struct request request = accept_head(head);
    assert_slice(request.path, path);
    assert_slice(request.query, query);
    assert_slice(request.host, host);
}

static void test_targets(void **state)
{
    (void)state;
    check_target("GET /", "/", "", "a");
    check_target("GET /?", "/", "", "a");
    check_target("GET /a?b?c=/?", "/a", "b?c=/?", "a");
    check_target("GET //b/../%2e%00", "//b/../%2e%00", "", "a");
    check_target("GET /a?\"<>[]^`{|}\\", "/a", "\"<>[]^`{|}\\", "a");
    check_target("GET http://b.example:80/c?d", "/c", "d", "b.example:80");
    check_target("GET HTTP://b", "/", "", "b");
    check_target("GET http://b?c=/d", "/", "c=/d", "b");
    check_target("GET http://[::1]:8765/", "/", "", "[::1]:8765");
    check_target("OPTIONS *", "*", "", "a");
    check_target("OPTIONS http://b", "/", "", "b");
    check_target("CONNECT b:443", "", "", "b:443");
    check_target("CONNECT [::1]:443", "", "", "[::1]:443");
}

static void test_headers(void **state)
{
    (void)state;
    struct request request =
        accept_head("GET / HTTP/1.1\r\nhOST: \t a:1\t \r\nEmpty:\r\nBlank: \t \r\n"
                    "Inside:x \t y\r\nObs: \x80\xff\r\n!#$%&'*+-.^_`|~:1\r\nempty: 2\r\n\r\n");
    assert_slice(request.host, "a:1");
    assert_int_equal(request.header_count, 7);
    assert_slice(request.headers[0].name, "hOST");
    assert_slice(*request_header(&request, "EMPTY"), "");
    assert_slice(*request_header(&request, "blank"), "");
    assert_slice(*request_header(&request, "inside"), "x \t y");
    assert_slice(*request_header(&request, "obs"), "\x80\xff");
    assert_slice(*request_header(&request, "!#$%&'*+-.^_`|~"), "1");
    assert_null(request_header(&request, "insid"));
    assert_null(request_header(&request, ""));
}

static void test_header_lists(void **state)
{
    (void)state;
    struct request request =
        accept_head(GET("Via: one, Two\t,, three four\r\nVia:\r\nvia: five;q=1\r\n"));
    assert_true(request_header_lists(&request, "via", "ONE"));
    assert_true(request_header_lists(&request, "VIA", "two"));
    assert_true(request_header_lists(&request, "Via", "three four"));
    assert_true(request_header_lists(&request, "Via", "five;q=1"));
    assert_false(request_header_lists(&request, "Via", "three"));
    assert_false(request_header_lists(&request, "Via", "tw"));
    assert_false(request_header_lists(&request, "Vi", "one"));
}

static void test_hosts(void **state)
{
    (void)state;
#define WITH_HOST(host) "GET / HTTP/1.1\r\nHost: " host "\r\n\r\n"
    assert_slice(accept_head(WITH_HOST("localhost:8765")).host, "localhost:8765");
    assert_slice(accept_head(WITH_HOST("[::1]")).host, "[::1]");
    assert_slice(accept_head(WITH_HOST("[::ffff:127.0.0.1]:65535")).host,
                 "[::ffff:127.0.0.1]:65535");
    assert_slice(accept_head(WITH_HOST("A-b_c.~d.")).host, "A-b_c.~d.");
    assert_slice(accept_head("GET / HTTP/1.0\r\n\r\n").host, "");
    assert_slice(accept_head("GET / HTTP/1.0\r\nHost: a\r\n\r\n").host, "a");
    assert_slice(accept_head("GET http://b HTTP/1.0\r\n\r\n").host, "b");
    refuse_head(400, "GET / HTTP/1.1\r\n\r\n");
    refuse_head(400, "GET http://b/ HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n@\r\n");
    refuse_at(400, "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n@\r\n");
    static const char *const bad[] = {
        "",
        "a b",
        "a,b",
        "a, a",
        "user@a",
        "a/b",
        "a?b",
        "a:",
        ":80",
        "a:8o",
        "a:-1",
        "a:65536",
        "a:1:2",
        "a:000080",
        "[::1",
        "::1",
        "[]",
        "[:]x",
        "[::1]80",
        "[g::]",
        "[::1]:",
        "a%41",
        "\xc3\xa9",
        "a\tb",
        "http://a",
        "a#",
        "[1.2.3.4",
        "[1.2.3.4]",
        "[:::]",
        "[1:2:3:4:5:6:7:8:9]",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
        "[v1.a]",
        "[0000:0000:0000:0000:0000:0000:0000:000000001]",
        "[::1%251]",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char head[128];
        snprintf(head, sizeof(head), WITH_HOST("%s"), bad[i]);
        refuse_head(400, head);
        snprintf(head, sizeof(head), "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", bad[i]);
        refuse_head(400, head);
    }
}

static void check_keep_alive(const char *version, const char *headers, bool keep_alive)
{
    char head[256];
    snprintf(head, sizeof(head), "GET / HTTP/%s\r\n" HOST "%s\r\n", version, headers);
    assert_int_equal(accept_head(head).keep_alive, keep_alive);
}

static void test_keep_alive(void **state)
{
    (void)state;
    check_keep_alive("1.1", "", true);
    check_keep_alive("1.1", "Connection: close\r\n", false);
    check_keep_alive("1.1", "connection: TE ,CLOSE\r\n", false);
    check_keep_alive("1.1", "Connection: TE\r\nConnection: Close\r\n", false);
    check_keep_alive("1.1", "Connection: keep-alive, close\r\n", false);
    check_keep_alive("1.1", "Connection: closed, x-close\r\n", true);
    check_keep_alive("1.1", "X-Connection: close\r\n", true);
    check_keep_alive("1.0", "", false);
    check_keep_alive("1.0", "Connection: Keep-Alive\r\n", true);
    check_keep_alive("1.0", "Connection: keep-alive\r\nConnection: close\r\n", false);
}

static void test_upgrade(void **state)
{
    (void)state;
    assert_true(accept_head(GET("Connection: keep-alive, Upgrade\r\n")).upgrade);
    assert_false(accept_head(GET("Upgrade: websocket\r\n")).upgrade);
    assert_false(accept_head("GET / HTTP/1.0\r\nConnection: upgrade\r\n\r\n").upgrade);
}

static void test_expect(void **state)
{
    (void)state;
    assert_true(accept_head(GET("Expect: 100-Continue\r\n")).expect_continue);
    assert_false(accept_head("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expect_continue);
    refuse_at(417, GET("Expect: 200-ok\r\n@"));
    refuse_head(417, GET("Expect: 100-continue, 100-continue\r\n"));
    refuse_head(417, GET("Expect:\r\n"));
}

/* ---- bodies ----------------------------------------------------------------------------- */

static void test_content_length(void **state)
{
    (void)state;
    struct request request = accept_head(GET("Content-Length: 5\r\n"));
    assert_int_equal(request.framing, FRAMING_LENGTH);
    assert_int_equal(request.content_length, 5);
    assert_int_equal(accept_head(GET("content-length:0\r\n")).framing, FRAMING_LENGTH);
    assert_int_equal(
        accept_head(GET("CONTENT-LENGTH:0000000000000000000000009 \r\n")).content_length, 9);
    assert_int_equal(accept_head(GET("Content-Length: 1000000\r\n")).content_length, 1000000);
    refuse_at(413, GET("Content-Length: 1000001\r\n@"));
    refuse_head(413, GET("Content-Length: 18446744073709551615\r\n"));
    refuse_head(413, GET("Content-Length: 18446744073709551616\r\n"));
    refuse_head(413, GET("Content-Length: 184467440737095516160000000000000000000000005\r\n"));
    static const char *const bad[] = {
        "",     "+4",    "-1",  "-123456789123456789123456789",
        "4, 4", "4,",    "0x4", "4 4",
        "4.0",  "abc",   "1e3", "\xd9\xa4",
        "4\t4", "\"4\"",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char head[128];
        snprintf(head, sizeof(head), GET("Content-Length: %s\r\n"), bad[i]);
        refuse_head(400, head);
    }
    refuse_at(400, GET("Content-Length: 4\r\nContent-Length: 4\r\n@"));
    refuse_head(400, GET("Content-Length: 4\r\ncontent-length: 5\r\n"));
}

static void test_content_length_largest(void **state)
{
    (void)state;
    struct request_limits wide = limits;
    wide.body_bytes = UINT64_MAX;
    const char *head = GET("Content-Length: 18446744073709551615\r\n");
    assert_true(accept_limited(head, &wide).content_length == UINT64_MAX);
    head = GET("Content-Length: 18446744073709551616\r\n");
    refuse_limited(413, head, strlen(head), &wide);
    head = GET("Content-Length: 99999999999999999999\r\n");
    refuse_limited(413, head, strlen(head), &wide);
}

static void test_transfer_encoding(void **state)
{
    (void)state;
    assert_int_equal(accept_head(GET("Transfer-Encoding: chunked\r\n")).framing,
                     FRAMING_CHUNKED);
    assert_int_equal(accept_head(GET("tRANSFER-eNCODING:CHUNKED\t\r\n")).framing,
                     FRAMING_CHUNKED);
    static const struct {
        int status;
        const char *value;
    } bad[] = {
        {501, "gzip, chunked"},
        {501, "gzip"},
        {501, "identity"},
        {501, "xchunked"},
        {501, "chunked-x"},
        {501, "gzip;level=9, chunked"},
        {501, "a, b, chunked"},
        {400, "chunked, gzip"},
        {400, "chunked, chunked"},
        {400, "chunked,"},
        {400, ",chunked"},
        {400, ""},
        {400, "chunked;q=1"},
        {400, "chunked ;"},
        {400, "chun ked"},
        {400, "\"chunked\""},
        {400, "chunked chunked"},
        {400, "gzip, chunked, chunked"},
        {400, "chunked, identity"},
        {400, "chunked\xff"},
        {400, "gzip/1"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char head[128];
        snprintf(head, sizeof(head), GET("Transfer-Encoding: %s\r\n"), bad[i].value);
        refuse_head(bad[i].status, head);
    }
    refuse_at(400, GET("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n@"));
    refuse_head(400, GET("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"));
    refuse_head(400, GET("Transfer-Encoding: \x0b"
                         "chunked\r\n"));
    refuse_head(400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
    refuse_head(400, "GET / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n");
    refuse_at(400, GET("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n@"));
    refuse_at(400, GET("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n@"));
    refuse_head(400, GET("content-LengtH: 5\r\nTransFer-Encoding: gzip, chunked\r\n"));
}

/* ---- what is refused -------------------------------------------------------------------- */

static void test_bad_request_lines(void **state)
{
    (void)state;
    refuse_at(400, "\n@GET / HTTP/1.1\r\n\r\n");
    refuse_at(400, "\rG@ET / HTTP/1.1\r\n\r\n");
    refuse_at(400, "\r\n\r@\nGET / HTTP/1.1\r\n\r\n");
    refuse_at(400, " @GET / HTTP/1.1\r\n\r\n");
    refuse_at(400, "\x16@\x03\x01"); /* the start of TLS */
    refuse_at(400, "G\x80@ET / HTTP/1.1\r\n\r\n");
    refuse_at(400, "G(@ET / HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET\t@/ HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET\r@\n\r\n");
    refuse_at(400, "GET  @/ HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET / \r@\n\r\n");
    refuse_at(400, "GET /\t@HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET /\x7f@ HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET /\xc3@\xa9 HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET /\x01@ HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET /#@x HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET /a?b#@ HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET /\r@\n\r\n"); /* HTTP/0.9 */
    refuse_at(400, "GET /\n@\n");
    refuse_limited(400, BYTES("GET /\0 HTTP/1.1\r\n" HOST "\r\n"), &limits);
    refuse_limited(400, BYTES("G\0T / HTTP/1.1\r\n" HOST "\r\n"), &limits);
    refuse_limited(400, BYTES("\0"), &limits);
}

static void test_bad_versions(void **state)
{
    (void)state;
    refuse_at(505, "GET / HTTP/9.9@\r\n\r\n");
    refuse_at(505, "GET / HTTP/2.0@\r\n\r\n");
    refuse_at(505, "GET / HTTP/1.2@\r\n\r\n");
    refuse_at(505, "GET / HTTP/0.9@\r\n\r\n");
    refuse_at(505, "PRI / HTTP/2.0@\r\n\r\nSM\r\n\r\n");
    refuse_at(400, "GET / h@ttp/1.1\r\n\r\n");
    refuse_at(400, "GET / HTTP/1.1 @\r\n\r\n");
    refuse_at(400, "GET / HTTP/1.11@\r\n\r\n");
    refuse_at(400, "GET / HTTP/25@7.257\r\n\r\n");
    refuse_at(400, "GET / HTTP/1,@1\r\n\r\n");
    refuse_at(400, "GET / HTTP/2\r@\n\r\n");
    refuse_at(400, "GET / HTTP/.@1\r\n\r\n");
    refuse_at(400, "GET / HTTP @1.1\r\n\r\n");
    refuse_at(400, "GET / HTTPS@/1.1\r\n\r\n");
    refuse_at(400, "GET / HTTP/1.1\n@Host: a\n\n");
    refuse_at(400, "GET / HTTP/1.1\rH@ost: a\r\r");
    refuse_at(400, "GET / x@ HTTP/1.1\r\n\r\n");
}

static void test_bad_targets(void **state)
{
    (void)state;
    refuse_at(400, "GET * @HTTP/1.1\r\n\r\n");
    refuse_at(400, "OPTIONS ** @HTTP/1.1\r\n\r\n");
    refuse_at(400, "OPTIONS *?a @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET a @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET a:80 @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET ?a @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET https://a/ @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http:/a/ @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http:// @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http:///a @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http://?a @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http://a:b/ @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http://a:/ @HTTP/1.1\r\n\r\n");
    refuse_at(400, "GET http://[::1/ @HTTP/1.1\r\n\r\n");
    refuse_head(400, "GET http://user@a/ HTTP/1.1\r\n" HOST "\r\n");
    refuse_at(400, "CONNECT a @HTTP/1.1\r\n\r\n");
    refuse_at(400, "CONNECT / @HTTP/1.1\r\n\r\n");
    refuse_at(400, "CONNECT a:80/ @HTTP/1.1\r\n\r\n");
    refuse_at(400, "CONNECT http://a:80 @HTTP/1.1\r\n\r\n");
}

static void test_bad_header_lines(void **state)
{
    (void)state;
    refuse_at(400, GET("X: a\r\n @b\r\n"));
    refuse_at(400, GET("X: a\r\n\t@b\r\n"));
    refuse_at(400, "GET / HTTP/1.1\r\n @Host: a\r\n\r\n");
    refuse_at(400, GET("X @: a\r\n"));
    refuse_at(400, GET("X\t@: a\r\n"));
    refuse_at(400, GET("X @Y: a\r\n"));
    refuse_at(400, GET(":@ a\r\n"));
    refuse_at(400, GET("X\r@\n"));
    refuse_at(400, GET("X\x80@: a\r\n"));
    refuse_at(400, GET("X[@]: a\r\n"));
    refuse_at(400, GET("X\"@: a\r\n"));
    refuse_at(400, GET("X: a\n@Y: b\r\n"));
    refuse_at(400, GET("X: a\rY@: b\r\n"));
    refuse_at(400, GET("X: a\r\r@\n"));
    refuse_at(400, GET("X: a\x07@\r\n"));
    refuse_at(400, GET("X: a\x7f@\r\n"));
    refuse_at(400, GET("X: 1234567\x1f@12345678\r\n"));
    refuse_at(400, GET("X: 12345678\x7f@2345678\r\n"));
    refuse_at(400, GET("X: \tlong enough\x0b@ for words of eight\r\n"));
    refuse_at(400, "GET / HTTP/1.1\r\nHost: a\r\n\n@");
    refuse_at(400, "GET / HTTP/1.1\r\nHost: a\r\n\rS@ome: b\r\n\r\n");
    refuse_at(400, "GET / HTTP/1.1\r\nHost: a\n@\n");
    refuse_limited(400, BYTES(GET("X\0: a\r\n")), &limits);
    refuse_limited(400, BYTES(GET("X: a\0b\r\n")), &limits);
    refuse_limited(400, BYTES(GET("X: 12345678\0\r\n")), &limits);
}

static void check_reason(const char *text, const char *about)
{
    struct refusal refusal = {0};
    assert_int_equal(parse_exactly(text, strlen(text), &limits, &refusal), -1);
    if (!strstr(refusal.reason, about))
        fail_msg("'%s' does not speak of '%s'", refusal.reason, about);
}

/* One status has many causes: the sentence tells people which. */
static void test_reasons(void **state)
{
    (void)state;
    check_reason("GET / HTTP/1.1\nHost: a\n\n", "LF alone");
    check_reason("GET / HTTP/1.1\rHost: a\r\r", "CR alone");
    check_reason(LINE("GET /#a HTTP/1.1"), "fragment");
    check_reason(GET("X: a\r\n b\r\n"), "folded");
    check_reason(GET("X : a\r\n"), "space");
    check_reason(GET("X(: a\r\n"), "token");
    check_reason(GET("Host: b\r\n"), "More than one Host");
}

/* Each byte at every place of a word of eight, against the definition. */
static void test_value_bytes(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        bool good = octet == '\t' || (octet >= ' ' && octet != 0x7f);
        for (size_t place = 0; place < 10; place++) {
            char head[] = GET("X: 0123456789\r\n");
            strchr(head, '0')[place] = (char)octet;
            struct refusal refusal;
            ssize_t result = parse_exactly(head, sizeof(head) - 1, &limits, &refusal);
            assert_int_equal(result, good ? (ssize_t)sizeof(head) - 1 : -1);
        }
    }
}

/* ---- limits ----------------------------------------------------------------------------- */

static void test_limit_head(void **state)
{
    (void)state;
    const char *head = GET("X: 0123456789\r\n");
    struct request_limits exact = limits;
    exact.head_bytes = strlen(head);
    accept_limited(head, &exact);
    exact.head_bytes--;
    assert_int_equal(refuse_limited(431, head, strlen(head), &exact), exact.head_bytes);
    for (size_t bytes = strlen("GET / "); bytes < strlen(head); bytes++) {
        exact.head_bytes = bytes;
        refuse_limited(431, head, strlen(head), &exact);
    }
    exact.head_bytes = strlen("GET /"); /* still in the target */
    refuse_limited(414, head, strlen(head), &exact);
    exact.head_bytes = strlen("GET ");
    refuse_limited(414, head, strlen(head), &exact);
    exact.head_bytes = strlen("GET");
    refuse_limited(431, head, strlen(head), &exact);
}

static void test_limit_target(void **state)
{
    (void)state;
    struct request_limits exact = limits;
    exact.target_bytes = 10;
    accept_limited(LINE("GET /123456789 HTTP/1.1"), &exact);
    const char *head = LINE("GET /123456789a HTTP/1.1");
    assert_int_equal(refuse_limited(414, head, strlen(head), &exact),
                     strlen("GET /123456789a"));
    exact.target_bytes = SIZE_MAX;
    accept_limited(head, &exact);
}

static void test_limit_headers(void **state)
{
    (void)state;
    struct request_limits exact = limits;
    exact.headers = 3;
    accept_limited(GET("a:\r\nb:\r\n"), &exact);
    const char *head = GET("a:\r\nb:\r\nc:\r\n");
    assert_int_equal(refuse_limited(431, head, strlen(head), &exact),
                     strlen(head) - strlen("c:\r\n\r\n") + 1);
    exact.headers = 1000; /* never more than there is room for */
    char many[1024];
    size_t len = (size_t)snprintf(many, sizeof(many), "GET / HTTP/1.1\r\n" HOST);
    for (int i = 1; i < REQUEST_HEADERS_LIMIT; i++)
        len += (size_t)snprintf(many + len, sizeof(many) - len, "x:y\r\n");
    snprintf(many + len, sizeof(many) - len, "\r\n");
    assert_int_equal(accept_limited(many, &exact).header_count, REQUEST_HEADERS_LIMIT);
    snprintf(many + len, sizeof(many) - len, "x:y\r\n\r\n");
    refuse_limited(431, many, strlen(many), &exact);
}

/* ---- queries and escapes ---------------------------------------------------------------- */

static int query(const char *text, const char *name, char *ret, size_t room, size_t *ret_len)
{
    struct request request = {0};
    char *copy = exact_copy(text, strlen(text));
    request.query = (struct slice){copy, strlen(text)};
    int result = request_query(&request, name, ret, room, ret_len);
    free(copy);
    return result;
}

static void check_query(const char *text, const char *name, const char *value)
{
    char got[64];
    size_t len = 0;
    assert_int_equal(query(text, name, got, sizeof(got), &len), 1);
    assert_string_equal(got, value);
    assert_int_equal(len, strlen(value));
}

static void check_no_query(int result, const char *text, const char *name, size_t room)
{
    char got[64] = "before";
    size_t len = 77;
    assert_int_equal(query(text, name, got, room, &len), result);
    assert_string_equal(got, "before");
    assert_int_equal(len, 77);
}

static void test_query(void **state)
{
    (void)state;
    check_query("since=a-1", "since", "a-1");
    check_query("x=1&since=a%2D1&y=2", "since", "a-1");
    check_query("since=a+b%2b=c?", "since", "a+b+=c?");
    check_query("since", "since", "");
    check_query("x&since&y", "since", "");
    check_query("since=", "since", "");
    check_query("&&since=1", "since", "1");
    check_query("since=1&since=2", "since", "1");
    check_query("%73inc%65=1", "since", "1");
    check_query("xsince=1&sinc=2&since2=3&since=4", "since", "4");
    check_query("a=%zz&b=%e2%82%AC", "b", "\xe2\x82\xac");
    check_query("since=a%20b", "since", "a b");
    check_query("=1", "", "1");
    check_no_query(0, "", "since", 64);
    check_no_query(0, "sinc", "since", 64);
    check_no_query(0, "sinces", "since", 64);
    check_no_query(0, "x=since&Since=1", "since", 64);
    check_no_query(0, "since%=1&since%0=1&sinc%00e=1", "since", 64);
    check_no_query(-EINVAL, "since=%", "since", 64);
    check_no_query(-EINVAL, "since=%4", "since", 64);
    check_no_query(-EINVAL, "since=%4&x=1", "since", 64);
    check_no_query(-EINVAL, "since=%4g", "since", 64);
    check_no_query(-EINVAL, "since=%-1", "since", 64);
    check_no_query(-EINVAL, "since=a%00", "since", 64);
    check_no_query(-ENOSPC, "since=12345", "since", 5);
    check_no_query(-ENOSPC, "since=", "since", 0);
    char got[6];
    size_t len = 0;
    assert_int_equal(query("since=1%3245", "since", got, 5, &len), 1);
    assert_string_equal(got, "1245");
}

static void test_percent_decode(void **state)
{
    (void)state;
    char got[8];
    size_t len = 77;
    assert_int_equal(percent_decode((struct slice){NULL, 0}, got, sizeof(got), &len), 0);
    assert_int_equal(len, 0);
    assert_string_equal(got, "");
    assert_int_equal(percent_decode(SLICE("%252e/"), got, sizeof(got), &len), 0);
    assert_string_equal(got, "%2e/");
    assert_int_equal(percent_decode(SLICE("%ff%0A"), got, sizeof(got), &len), 0);
    assert_memory_equal(got, "\xff\n", 3);
    assert_int_equal(len, 2);
    assert_int_equal(percent_decode(SLICE("a\0b"), got, sizeof(got), &len), -EINVAL);
    assert_int_equal(percent_decode(SLICE("1234567"), got, sizeof(got), &len), 0);
    assert_int_equal(percent_decode(SLICE("12345678"), got, sizeof(got), &len), -ENOSPC);
}

/* ---- chunked bodies --------------------------------------------------------------------- */

static const uint64_t body_limit = 1000;

/* Decodes in place, in pieces that end at first, at second and at the end; the status, 0 when
 * more is needed, or 1. */
static int decode(const char *bytes, size_t len, size_t first, size_t second, uint64_t limit,
                  char *ret, size_t *ret_len, size_t *ret_used)
{
    struct chunked chunked = {0};
    struct refusal refusal = {0};
    size_t ends[] = {first, second, len}, at = 0, total = 0;
    int result = 0;
    for (int i = 0; i < 3 && result == 0; i++) {
        size_t used = SIZE_MAX, written = SIZE_MAX;
        char *piece = exact_copy(bytes + at, ends[i] - at);
        result = chunked_decode(&chunked, piece, ends[i] - at, limit, piece, &used, &written,
                                &refusal);
        if (result >= 0) {
            assert_true(written <= used && used <= ends[i] - at);
            assert_true(result == 1 || used == ends[i] - at);
            memcpy(ret + total, piece, written);
            total += written;
            at += used;
            assert_int_equal(chunked.decoded, total);
        }
        free(piece);
    }
    *ret_len = total;
    *ret_used = at;
    return result < 0 ? refusal.status : result;
}

static void check_chunked_limited(int expected, const char *bytes, size_t len, uint64_t limit,
                                  const char *body, size_t surplus)
{
    char got[1024];
    size_t got_len, used;
    for (size_t first = 0; first <= len; first++) {
        for (size_t second = first; second <= len; second++) {
            int result = decode(bytes, len, first, second, limit, got, &got_len, &used);
            if (result != expected)
                fail_msg("%d, not %d, cut at %zu and %zu: %s", result, expected, first, second,
                         bytes);
            if (result != 1)
                continue;
            assert_int_equal(used, len - surplus);
            assert_slice((struct slice){got, got_len}, body);
        }
    }
}

static void check_chunked(const char *text, const char *body)
{
    size_t surplus = 0;
    const char *mark = strstr(text, "GET ");
    if (mark)
        surplus = strlen(mark);
    check_chunked_limited(1, text, strlen(text), body_limit, body, surplus);
    /* Whatever it lacks, it is not complete. */
    size_t len = strlen(text) - surplus;
    for (size_t cut = 0; cut < len; cut++) {
        char got[1024];
        size_t got_len, used;
        assert_int_equal(decode(text, cut, 0, cut, body_limit, got, &got_len, &used), 0);
    }
}

static void test_chunked(void **state)
{
    (void)state;
    check_chunked("0\r\n\r\n", "");
    check_chunked("c\r\nHellO world1\r\n0\r\n\r\n", "HellO world1");
    check_chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\nGET / HTTP/1.1", "abc");
    check_chunked("A\r\n0\r\n\r\n56789\r\n0\r\n\r\n", "0\r\n\r\n56789");
    check_chunked("000000000000000a\r\n0123456789\r\n0000000000000000\r\n\r\n", "0123456789");
    check_chunked("1;a\r\nx\r\n1 ;b=c\r\ny\r\n1\t; d = \"e; f\xff\"\r\nz\r\n0;\r\n\r\n", "xyz");
    check_chunked("1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\nGET ", "x");
    check_chunked("0\r\nContent-Length: 5\r\nHost: \x80\t\r\n\r\n", "");
}

static void refuse_chunked(int status, const char *text)
{
    check_chunked_limited(status, text, strlen(text), body_limit, NULL, 0);
}

static void test_chunked_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\r\n",
        "-1\r\n",
        "+1\r\n",
        " 1\r\n",
        "0x1\r\n",
        "g\r\n",
        "\x80\r\n",
        ";a\r\n",
        "1g\r\n",
        /* one digit too many */
        "00000000000000001\r\n",
        "00000000000000000\r\n\r\n",
        /* lines that end otherwise */
        "1\nx\r\n",
        "1\rx",
        "1;a\nx\r\n",
        "1;a\rx",
        "1 \r\nx\r\n",
        "1 a\r\nx\r\n",
        "1;a\x7f\r\n",
        "1;\x01\r\n",
        "1\r\nx\n0\r\n\r\n",
        "1\r\nx\rx",
        "0\r\n\n",
        "0\r\n\rx",
        /* data longer or shorter than said */
        "1\r\nxy\r\n0\r\n\r\n",
        "2\r\nx\r\n0\r\n\r\n",
        "1\r\nx0\r\n\r\n",
        /* trailers */
        "0\r\n: a\r\n\r\n",
        "0\r\n a: b\r\n\r\n",
        "0\r\na : b\r\n\r\n",
        "0\r\na\r\n\r\n",
        "0\r\na: b\n\r\n",
        "0\r\na: b\rx",
        "0\r\na: b\x07\r\n\r\n",
        "0\r\na: b\r\n c\r\n\r\n",
        "0\r\nGET / HTTP/1.1\r\n",
        "0\r\n\xc3: b\r\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        refuse_chunked(400, bad[i]);
    refuse_chunked(413, "ffffffffffffffff\r\n");
    refuse_chunked(413, "10000000000000005\r\nhello");
    check_chunked_limited(400, BYTES("1\0\r\nx\r\n"), body_limit, NULL, 0);
    check_chunked_limited(400, BYTES("0\r\na: \0\r\n"), body_limit, NULL, 0);
}

static void test_chunked_limit_body(void **state)
{
    (void)state;
    check_chunked_limited(1, BYTES("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), 10, "0123456789",
                          0);
    check_chunked_limited(413, BYTES("5\r\n01234\r\n6\r\n"), 10, NULL, 0);
    check_chunked_limited(413, BYTES("b\r\n"), 10, NULL, 0);
    check_chunked_limited(1, BYTES("0\r\n\r\n"), 0, "", 0);
    check_chunked_limited(413, BYTES("1\r\n"), 0, NULL, 0);
    /* The largest chunk there can be is one that we wait for. */
    check_chunked_limited(0, BYTES("ffffffffffffffff\r\nab"), UINT64_MAX, NULL, 0);
}

static void test_chunked_after_end(void **state)
{
    (void)state;
    struct chunked chunked = {0};
    struct refusal refusal;
    char out[8];
    size_t used, len;
    assert_int_equal(
        chunked_decode(&chunked, BYTES("0\r\n\r\nGET "), 9, out, &used, &len, &refusal), 1);
    assert_int_equal(chunked_decode(&chunked, "GET ", 4, 9, out, &used, &len, &refusal), 1);
    assert_int_equal(used + len, 0);
}

/* As many bytes as the allowance and then one more, all at once. */
static void check_allowance(const char *before, const char *after, size_t fixed)
{
    static char body[3 * CHUNKED_SPENT_LIMIT], out[sizeof(body)];
    for (size_t over = 0; over < 2; over++) {
        size_t fill = CHUNKED_SPENT_LIMIT - fixed + over, used, len;
        int size = snprintf(body, sizeof(body), "%s%*s%s", before, (int)fill, "", after);
        struct chunked chunked = {0};
        struct refusal refusal = {0};
        int result = chunked_decode(&chunked, body, (size_t)size, body_limit, out, &used, &len,
                                    &refusal);
        assert_int_equal(result, over ? -1 : 1);
        assert_int_equal(refusal.status, over ? 413 : 0);
    }
}

static void test_chunked_limit_spent(void **state)
{
    (void)state;
    check_allowance("1;", "\r\nx\r\n0\r\n\r\n", 0);
    check_allowance("0\r\na:", "\r\n\r\n", strlen("a:\r"));
    check_allowance("1;123\r\nx\r\n0;", "\r\n\r\n", strlen("123")); /* all chunks together */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_line),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_header_lists),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_upgrade),
        cmocka_unit_test(test_expect),
        cmocka_unit_test(test_content_length),
        cmocka_unit_test(test_content_length_largest),
        cmocka_unit_test(test_transfer_encoding),
        cmocka_unit_test(test_bad_request_lines),
        cmocka_unit_test(test_bad_versions),
        cmocka_unit_test(test_bad_targets),
        cmocka_unit_test(test_bad_header_lines),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_value_bytes),
        cmocka_unit_test(test_limit_head),
        cmocka_unit_test(test_limit_target),
        cmocka_unit_test(test_limit_headers),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_percent_decode),
        cmocka_unit_test(test_chunked),
        cmocka_unit_test(test_chunked_refused),
        cmocka_unit_test(test_chunked_after_end),
        cmocka_unit_test(test_chunked_limit_body),
        cmocka_unit_test(test_chunked_limit_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
