/* SPDX-License-Identifier: MIT
 *
 * The relay's HTTP faults as transcripts: what the client sends and what the server answers,
 * and what comes out either way. Each is fed whole, in two parts at every cut, and byte by
 * byte.
 */
#include "../../bench/relay/http_fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct transcript {
    const char *name, *faults;
    const char *client, *server; /* what they send; the server after the client */
    const char *up, *down;       /* what comes out */
    bool ends;                   /* the server closes in the end */
    bool client_done;
};

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"

static const struct transcript transcripts[] = {
    {.name = "nothing changes",
     .faults = "",
     .client = "GET /a?b HTTP/1.1\r\nhOST :h\r\nOdd line\r\nConnection: x,Upgrade\r\n\r\n",
     .server = "HTTP/1.1 200  \r\nX:y\r\nContent-Length: 3\r\n\r\nabc",
     .up = "GET /a?b HTTP/1.1\r\nhOST :h\r\nOdd line\r\nConnection: x,Upgrade\r\n\r\n",
     .down = "HTTP/1.1 200  \r\nX:y\r\nContent-Length: 3\r\n\r\nabc"},
    {.name = "upgrade stripped",
     .faults = "strip-upgrade",
     .client = "GET /a HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\n\r\n",
     .server = OK "Content-Length: 0\r\n\r\n",
     .up = "GET /a HTTP/1.1\r\nConnection: keep-alive\r\nSec-WebSocket-Version: 13\r\n\r\n",
     .down = OK "Content-Length: 0\r\n\r\n"},
    {.name = "upgrade alone stripped",
     .faults = "strip-upgrade",
     .client = "GET /a HTTP/1.1\r\nConnection: upgrade\r\n\r\n",
     .server = "",
     .up = "GET /a HTTP/1.1\r\n\r\n",
     .down = ""},
    {.name = "HTTP/1.0 upstream",
     .faults = "http10",
     .client = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
     .server = "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
     .up = "GET /a HTTP/1.0\r\nHost: h\r\nConnection: close\r\n\r\n",
     .down = OK "Content-Length: 1\r\n\r\nx"},
    {.name = "HTTP/1.0 upstream, to the end",
     .faults = "http10",
     .client = GET,
     .server = "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nx",
     .up = "GET /a HTTP/1.0\r\nHost: h\r\nConnection: close\r\n\r\n",
     .down = OK "Connection: close\r\n\r\nx",
     .ends = true,
     .client_done = true},
    {.name = "held to the end of a length",
     .faults = "buffer=all",
     .client = GET,
     .server = OK "Content-Length: 3\r\n\r\nab",
     .up = GET,
     .down = ""},
    {.name = "let go at the end of a length",
     .faults = "buffer=all",
     .client = GET,
     .server = OK "Content-Length: 3\r\n\r\nabc",
     .up = GET,
     .down = OK "Content-Length: 3\r\n\r\nabc"},
    {.name = "let go at the end of chunks",
     .faults = "buffer=all",
     .client = GET,
     .server = OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
     .up = GET,
     .down = OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
    {.name = "cut short while held",
     .faults = "buffer=all",
     .client = GET,
     .server = OK "Content-Length: 3\r\n\r\nab",
     .up = GET,
     .down = OK "Content-Length: 3\r\n\r\nab",
     .ends = true,
     .client_done = true},
    {.name = "accel heeded",
     .faults = "buffer=all,heed-accel",
     .client = GET,
     .server = OK "x-accel-buffering: NO\r\n\r\nab",
     .up = GET,
     .down = OK "x-accel-buffering: NO\r\n\r\nab"},
    {.name = "naive",
     .faults = "naive",
     .client = GET,
     .server = OK "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\nA: b\r\n\r\n",
     .up = GET,
     .down = OK "A: b\r\n\r\n"},
    {.name = "switching protocols",
     .faults = "http10,gzip,buffer=all",
     .client = GET "early",
     .server = "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\nframes",
     .up = "GET /a HTTP/1.0\r\nHost: h\r\nConnection: close\r\n\r\nearly",
     .down = "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\nframes"},
    {.name = "the second request waits",
     .faults = "strip-upgrade",
     .client = "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy" GET,
     .server = "",
     .up = "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy",
     .down = ""},
    {.name = "and goes on",
     .faults = "strip-upgrade",
     .client = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" GET,
     .server = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n",
     .up = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" GET,
     .down = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n"},
    {.name = "forwarded",
     .faults = "forward",
     .client = "GET http://h:1/p?q HTTP/1.1\r\nProxy-Connection: close\r\nA: b\r\n\r\n",
     .server = OK "Content-Length: 0\r\nConnection: close\r\n\r\n",
     .up = "GET /p?q HTTP/1.1\r\nA: b\r\nConnection: close\r\n\r\n",
     .down = OK "Content-Length: 0\r\n\r\n"},
    {.name = "refused",
     .faults = "forward,connect-443",
     .client = "CONNECT h:80 HTTP/1.1\r\n\r\n",
     .server = "",
     .up = "",
     .down = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
             "Connection: close\r\n\r\n403 Forbidden\n",
     .client_done = true},
    {.name = "bare line feeds",
     .faults = "http10",
     .client = "\r\nGET /a HTTP/1.1\nHost: h\n\n",
     .server = "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
     .up = "GET /a HTTP/1.0\r\nHost: h\nConnection: close\r\n\r\n",
     .down = "HTTP/1.1 200 OK\nContent-Length: 1\n\r\nx"},
    {.name = "not HTTP",
     .faults = "http10,buffer=all",
     .client = "\x16\x03 hello",
     .server = "anything",
     .up = "\x16\x03 hello",
     .down = "anything"},
    {.name = "no answer at all",
     .faults = "naive",
     .client = GET,
     .server = "",
     .up = GET,
     .down = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 16\r\n"
             "Connection: close\r\n\r\n502 Bad Gateway\n",
     .ends = true,
     .client_done = true},
    {.name = "malformed chunks pass",
     .faults = "buffer=all",
     .client = GET,
     .server = OK "Transfer-Encoding: chunked\r\n\r\nnonsense",
     .up = GET,
     .down = OK "Transfer-Encoding: chunked\r\n\r\nnonsense"},
};

static struct http_counts counts;
static struct cache *cache;

static struct http_fault *start(const char *list)
{
    struct faults faults = FAULTS_NONE;
    char error[FAULT_ERROR_LIMIT];
    assert_int_equal(faults_set_list(&faults, list, error), 0);
    counts = (struct http_counts){0};
    struct http_fault *http = http_fault_create(&faults, true, cache, &counts);
    assert_non_null(http);
    return http;
}

static void assert_out(const char *name, struct builder *out, const char *expected)
{
    struct slice got = builder_slice(out), wanted = slice_of(expected);
    if (!slice_equal(got, wanted))
        fail_msg("%s: %.*s", name, (int)got.len, got.at);
}

/* In pieces of the given size; the first of another. */
static void feed(struct http_fault *http, const char *text, size_t first, size_t size,
                 bool (*take)(struct http_fault *, struct slice, int64_t))
{
    size_t len = strlen(text);
    for (size_t at = 0, part = first; at < len; at += part, part = size) {
        if (part > len - at)
            part = len - at;
        assert_true(take(http, (struct slice){text + at, part}, 0));
    }
}

static void play(const struct transcript *transcript, size_t first, size_t size)
{
    struct http_fault *http = start(transcript->faults);
    struct http_output *output = http_fault_output(http);
    feed(http, transcript->client, first, size, http_from_client);
    feed(http, transcript->server, first, size, http_from_server);
    if (transcript->ends)
        assert_true(http_server_ended(http, 0));
    assert_out(transcript->name, &output->up, transcript->up);
    assert_out(transcript->name, &output->down, transcript->down);
    assert_int_equal(output->client_done, transcript->client_done);
    http_fault_destroy(http);
}

static void test_transcripts(void **state)
{
    (void)state;
    cache = cache_create();
    for (size_t i = 0; i < sizeof(transcripts) / sizeof(*transcripts); i++) {
        const struct transcript *transcript = &transcripts[i];
        size_t longest = strlen(transcript->client) > strlen(transcript->server)
                             ? strlen(transcript->client)
                             : strlen(transcript->server);
        for (size_t cut = 1; cut <= longest; cut++)
            play(transcript, cut, 10000);
        play(transcript, 1, 1);
    }
    cache_destroy(cache);
}

static void ask(struct http_fault *http, const char *request, int64_t now)
{
    assert_true(http_from_client(http, slice_of(request), now));
}

static void answer(struct http_fault *http, const char *text, int64_t now)
{
    assert_true(http_from_server(http, slice_of(text), now));
}

static void test_cached(void **state)
{
    (void)state;
    cache = cache_create();
    struct http_fault *http = start("cache=10");
    struct http_output *output = http_fault_output(http);
    ask(http, GET, 0);
    answer(http, OK "Content-Length: 1\r\n\r\nx", 0);
    builder_truncate(&output->up, 0);
    builder_truncate(&output->down, 0);
    ask(http, GET, 9999999);
    assert_out("kept", &output->up, "");
    assert_out("kept", &output->down, OK "Age: 9\r\nContent-Length: 1\r\n\r\nx");
    ask(http, GET, 10000000);
    assert_out("over", &output->up, GET);
    assert_int_equal(counts.cache_hits, 1);
    answer(http, OK "Cache-Control: max-age=5\r\nContent-Length: 1\r\n\r\ny", 10000000);
    builder_truncate(&output->up, 0);
    ask(http, GET, 15000000);
    assert_out("as long as it says", &output->up, GET);
    http_fault_destroy(http);
    cache_destroy(cache);
}

static void test_failing(void **state)
{
    (void)state;
    cache = cache_create();
    struct http_fault *http = start("buffer=all");
    assert_false(http_fail(http, 504)); /* nobody waits */
    ask(http, GET, 0);
    answer(http, OK "Content-Length: 9\r\n\r\nheld", 0);
    assert_true(http_fail(http, 504));
    assert_false(http_fail(http, 504));
    assert_true(http_fault_output(http)->client_done);
    assert_int_equal(http_held(http, WAY_DOWN), 0);
    http_fault_destroy(http);

    http = start("naive");
    ask(http, GET, 0);
    answer(http, OK "Content-Length: 9\r\n\r\nsome", 0);
    assert_false(http_fail(http, 504)); /* its answer has begun */
    http_fault_destroy(http);
    cache_destroy(cache);
}

static void test_tunnel(void **state)
{
    (void)state;
    cache = cache_create();
    struct http_fault *http = start("forward,connect-443");
    struct http_output *output = http_fault_output(http);
    ask(http, "CONNECT h:443 HTTP/1.1\r\n\r\nhello", 0);
    assert_true(output->connects);
    assert_string_equal(output->target, "h:443");
    assert_out("waits", &output->up, "");
    assert_true(http_connected(http));
    assert_out("goes", &output->up, "hello");
    assert_out("goes", &output->down, "HTTP/1.1 200 Connection established\r\n\r\n");
    http_fault_destroy(http);
    cache_destroy(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcripts),
        cmocka_unit_test(test_cached),
        cmocka_unit_test(test_failing),
        cmocka_unit_test(test_tunnel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
