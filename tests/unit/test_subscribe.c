/* SPDX-License-Identifier: MIT */
#include "../../server/subscribe.h"

#include "../../transports/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct options options;
static struct server server;
static struct subscribe_request wanted;
static struct reply reply;

static int start(void **state)
{
    (void)state;
    options_default(&options);
    server = (struct server){.options = &options, .loopback = true};
    for (const struct transport *const *one = transport_table; *one; one++)
        server.transports[server.transport_count++] = *one;
    return 0;
}

/* 200: wanted is filled. 0: the path is no feed. Otherwise what the refusal's status is. */
static int ask_with(const char *line, const char *headers)
{
    static char text[16384]; /* what wanted points into */
    static const struct request_limits limits = {
        .head_bytes = 16384, .target_bytes = 8192, .headers = 64, .body_bytes = 0};
    struct request request;
    struct refusal refusal;
    int len =
        snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", line, headers);
    assert_int_equal(request_parse(text, (size_t)len, &limits, &request, &refusal), len);
    const struct transport *transport = subscribe_route(&server, &request);
    if (!transport)
        return 0;
    reply = (struct reply){0};
    bool good = subscribe_read(&server, &request, transport, &wanted, &reply);
    int status = good ? 200 : reply.status;
    reply_finish(&reply);
    return status;
}

static int ask(const char *line)
{
    return ask_with(line, "");
}

static void test_routes(void **state)
{
    (void)state;
    static const char *const no_feeds[] = {
        "GET /",          "GET /short_poll", "GET /short_poll/",
        "GET /nothing/t", "POST /sse/t",     "OPTIONS /sse/t",
        "GET /sse2/t",    "GET /SSE/t",      "GET //t"};
    for (size_t i = 0; i < sizeof(no_feeds) / sizeof(no_feeds[0]); i++)
        assert_int_equal(ask(no_feeds[i]), 0);
    assert_int_equal(ask("GET /long_poll/t"), 200);
    assert_ptr_equal(wanted.transport, &long_poll_transport);
    assert_int_equal(ask("HEAD /sse/t"), 200);
    assert_int_equal(ask_with("GET /", "Upgrade: websocket\r\nConnection: Upgrade\r\n"), 200);
    assert_true(slice_equal(wanted.topics[0], SLICE("frames")));
    assert_int_equal(ask_with("GET /", "Upgrade: h2c\r\nConnection: Upgrade\r\n"), 0);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(ask("GET /long_poll/a%2Eb?client=7&unknown"), 200);
    assert_int_equal(wanted.topic_count, 1);
    assert_true(slice_equal(wanted.topics[0], SLICE("a.b")));
    assert_false(wanted.many || wanted.json || wanted.close || wanted.public_topics);
    assert_int_equal(wanted.since.len, 0);
    assert_int_equal(wanted.limit, POLL_LIMIT_DEFAULT);
    assert_int_equal(wanted.wait_ms, options.hold_ms);
    assert_int_equal(wanted.coalesce_ms, 0);
    assert_int_equal(ask("GET /long_poll/t?limit=7&wait=0.25&coalesce=30&close=1&format=json"),
                     200);
    assert_int_equal(wanted.limit, 7);
    assert_int_equal(wanted.wait_ms, 250);
    assert_int_equal(wanted.coalesce_ms, 30);
    assert_true(wanted.close && wanted.json);
    assert_int_equal(ask("GET /long_poll/t?close=0&format=xml"), 200);
    assert_false(wanted.close || wanted.json);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const good[] = {"limit=1", "limit=1000", "wait=0",       "wait=120",
                                       "wait=.5", "coalesce=0", "coalesce=1000"};
    static const char *const bad[] = {
        "limit=0",      "limit=1001",    "limit=",
        "limit=-1",     "limit=1e2",     "limit=0x10",
        "limit=+5",     "limit=1.5",     "limit=99999999999999999999",
        "limit=%31%00", "limit=nan",     "limit=5%20",
        "wait=120.01",  "wait=-1",       "wait=.",
        "wait=1.2.3",   "wait=inf",      "wait=1e1",
        "wait",         "coalesce=1001", "coalesce=0.5",
        "coalesce=x",   "coalesce=%zz"};
    char line[128];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(line, sizeof(line), "GET /long_poll/t?%s", good[i]);
        assert_int_equal(ask(line), 200);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(line, sizeof(line), "GET /long_poll/t?%s", bad[i]);
        assert_int_equal(ask(line), 400);
    }
}

static void test_since(void **state)
{
    (void)state;
    assert_int_equal(ask("GET /short_poll/t?since=%66irst"), 200);
    assert_true(slice_equal(wanted.since, SLICE("first")));
    assert_int_equal(ask("GET /sse/t?lastEventId=e-1"), 200);
    assert_true(slice_equal(wanted.since, SLICE("e-1")));
    assert_int_equal(ask("GET /sse/t?last_event_id=e-2"), 200);
    assert_int_equal(ask("GET /sse/t?lastEventID=e-3"), 200);
    assert_true(slice_equal(wanted.since, SLICE("e-3")));
    assert_int_equal(ask_with("GET /sse/t?since=e-1", "Last-Event-ID: e-9\r\n"), 200);
    assert_true(slice_equal(wanted.since, SLICE("e-9")));
    assert_int_equal(ask_with("GET /sse/t?since=e-1", "Last-Event-ID:\r\n"), 200);
    assert_true(slice_equal(wanted.since, SLICE("e-1")));
    static const char *const malformed[] = {"since=nonsense", "since=%zz", "since=-",
                                            "since=a%00"};
    char line[128];
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        snprintf(line, sizeof(line), "GET /short_poll/t?%s", malformed[i]);
        assert_int_equal(ask(line), 400);
        snprintf(line, sizeof(line), "GET /sse/t?%s", malformed[i]);
        assert_int_equal(ask(line),
                         200); /* and a gap: a refused EventSource never comes back */
        assert_int_equal(since_parse(wanted.since).kind, SINCE_MALFORMED);
    }
}

static void test_topics(void **state)
{
    (void)state;
    char list[5000] = "GET /sse?topics=t0";
    assert_int_equal(ask("GET /sse?topics=a,b%2Cc"), 200);
    assert_true(wanted.many);
    assert_int_equal(wanted.topic_count, 3);
    assert_true(slice_equal(wanted.topics[2], SLICE("c")));
    for (unsigned i = 1; i < TOPICS_PER_SUBSCRIBER_LIMIT; i++)
        sprintf(list + strlen(list), ",t%u", i);
    assert_int_equal(ask(list), 200);
    assert_int_equal(wanted.topic_count, TOPICS_PER_SUBSCRIBER_LIMIT);
    strcat(list, ",x");
    assert_int_equal(ask(list), 400);
    static const char *const bad[] = {"topics=",     "topics=a,",     "topics=,a",
                                      "topics=a,,b", "topics=a,a",    "topics=a/b",
                                      "topics=%zz",  "topics=~own,a/"};
    char line[128];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(line, sizeof(line), "GET /sse?%s", bad[i]);
        assert_int_equal(ask(line), 400);
    }
    assert_int_equal(ask("GET /sse?other=1"), 404);
    assert_int_equal(ask("GET /sse/a/b"), 400);
    assert_int_equal(ask("GET /sse/%2e"), 400);
    assert_int_equal(ask("GET /sse/a%20b"), 400);
    assert_int_equal(ask("GET /short_poll?topics=a,b&since=e-1"), 400); /* of which? */
    assert_int_equal(ask("GET /short_poll?topics=a,b&since=a:e-1"), 200);
    memset(list, 'a', sizeof(list));
    memcpy(list, "GET /sse/", 9);
    list[9 + TOPIC_NAME_LIMIT] = '\0';
    assert_int_equal(ask(list), 200);
    list[9 + TOPIC_NAME_LIMIT] = 'a';
    list[10 + TOPIC_NAME_LIMIT] = '\0';
    assert_int_equal(ask(list), 400);
    list[10 + TOPIC_NAME_LIMIT] = 'a';
    memcpy(list, "GET /sse?topics=", 16);
    list[sizeof(list) - 1] = '\0';
    assert_int_equal(ask(list), 400); /* longer than all names together */
}

static void test_own_topics(void **state)
{
    (void)state;
    assert_int_equal(ask("GET /websocket/~echo"), 404);
    options.lab = true;
    assert_int_equal(ask("GET /websocket/~echo"), 200);
    assert_int_equal(wanted.topic_count, 0);
    assert_int_equal(ask("GET /websocket/~other"), 404);
    assert_int_equal(ask("GET /sse/~echo"), 404);
}

static void test_origins(void **state)
{
    (void)state;
    static const char foreign[] = "Origin: http://elsewhere.example\r\n";
    assert_int_equal(ask_with("GET /sse/t", foreign),
                     200); /* the browser keeps it from reading */
    assert_int_equal(wanted.origin, ORIGIN_FOREIGN);
    assert_int_equal(ask_with("GET /websocket/t", foreign), 403);
    assert_int_equal(ask_with("GET /websocket/frames", foreign), 200);
    assert_true(wanted.public_topics);
    assert_int_equal(ask_with("GET /websocket?topics=frames,t", foreign), 403);
    assert_int_equal(ask_with("GET /websocket/t", "Origin: http://localhost\r\n"), 200);
    options.lab = true;
    assert_int_equal(ask_with("GET /websocket/~echo", foreign), 403);
    assert_int_equal(ask("GET http://other.example/sse/t"), 421);
}

#define subscribe_test(test) cmocka_unit_test_setup(test, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        subscribe_test(test_routes),  subscribe_test(test_defaults),
        subscribe_test(test_numbers), subscribe_test(test_since),
        subscribe_test(test_topics),  subscribe_test(test_own_topics),
        subscribe_test(test_origins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
