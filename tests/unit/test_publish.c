/* SPDX-License-Identifier: MIT */
#include "../../server/publish.h"

#include "../../server/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a server with a real bus, and no worker -----------------------------------------------
 */

static struct options options;
static struct server server;

static int start(void **state)
{
    (void)state;
    options_default(&options);
    options.publish_limit = 1000;
    const struct bus_limits limits = {
        .history = {10, 3600000000u, 1 << 20}, .topics = 3, .held_bytes = 1 << 20};
    server = (struct server){.options = &options, .bus = bus_create(&limits)};
    return server.bus ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    bus_destroy(server.bus);
    limiter_destroy(server.publish_limiter);
    return 0;
}

/* POST path with these header lines and body. */
static struct reply post(const char *path, const char *headers, struct slice body)
{
    static char text[4096];
    static const struct request_limits limits = {
        .head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 1 << 20};
    struct request request;
    struct refusal refusal;
    struct reply reply = {0};
    int len =
        snprintf(text, sizeof(text),
                 "POST %s HTTP/1.1\r\nHost: localhost:8765\r\nContent-Length: %zu\r\n%s\r\n",
                 path, body.len, headers);
    assert_int_equal(request_parse(text, (size_t)len, &limits, &request, &refusal), len);
    request.body = body;
    request.peer = SLICE("127.0.0.1");
    publish_handle(&server, &request, &reply);
    assert_non_null(reply.body);
    return reply;
}

static bool holds(struct slice text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

/* Publishing must end like this, with part somewhere in the body. */
static void assert_post(const char *path, const char *headers, struct slice body, int status,
                        const char *part)
{
    struct reply reply = post(path, headers, body);
    struct slice answer = {reply.body->data, reply.body->len};
    if (reply.status != status || !holds(answer, part))
        fail_msg("POST %s: %d %.*s, not %d %s", path, reply.status, (int)answer.len, answer.at,
                 status, part);
    bool busy = status == 429 || status == 503;
    assert_int_equal(holds(builder_slice(&reply.headers), "Retry-After: 1\r\n"), busy);
    reply_finish(&reply);
}

/* The newest message of the topic, borrowed. */
static const struct message *newest(const char *name)
{
    struct topic *topic = bus_topic(server.bus, slice_of(name), false);
    assert_non_null(topic);
    const struct message *message = log_at(&topic->log, topic->log.next - 1);
    topic_unref(topic); /* the bus has its own reference, and nobody sweeps it */
    return message;
}

static void assert_newest(const char *topic, enum message_type type, const char *event,
                          struct slice data)
{
    const struct message *message = newest(topic);
    assert_int_equal(message->type, type);
    assert_true(slice_equal(message->event, slice_of(event)));
    assert_true(slice_equal(message->data, data));
}

/* ---- tests ------------------------------------------------------------------------------ */

static void test_answer(void **state)
{
    (void)state;
    struct reply reply = post("/publish/news", "", SLICE("hello"));
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.content_type, "application/json");
    char expected[128];
    int len =
        snprintf(expected, sizeof(expected), "{\"id\":\"%s-1\",\"seq\":1,\"subscribers\":0}\n",
                 newest("news")->label->epoch);
    assert_int_equal(reply.body->len, len);
    assert_memory_equal(reply.body->data, expected, (size_t)len);
    reply_finish(&reply);
    assert_newest("news", MESSAGE_TEXT, "", SLICE("hello"));
    assert_post("/publish/news", "", SLICE(""), 200, "\"seq\":2,");
    assert_newest("news", MESSAGE_TEXT, "", SLICE(""));
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        struct slice data;
        enum message_type type;
    } cases[] = {
        {"", {"text", 4}, MESSAGE_TEXT},
        {"", {"\xff\xfe", 2}, MESSAGE_BINARY},
        {"", {"a\0b", 3}, MESSAGE_TEXT},
        {"Content-Type: application/x-www-form-urlencoded\r\n", {"a=b", 3}, MESSAGE_TEXT},
        {"Content-Type: text/plain; charset=utf-8\r\n", {"\xc3\xa9", 2}, MESSAGE_TEXT},
        {"Content-Type: text/plain\r\n", {"\xe9", 1}, MESSAGE_BINARY},
        {"Content-Type: application/octet-stream\r\n", {"text", 4}, MESSAGE_BINARY},
        {"Content-Type: image/png\r\n", {"text", 4}, MESSAGE_BINARY},
        {"Content-Type: IMAGE/PNG; x=y\r\n", {"text", 4}, MESSAGE_BINARY},
        {"Content-Type: application/json\r\n", {" {\"a\": 1.0}\n", 12}, MESSAGE_JSON},
        {"Content-Type: Application/JSON ; charset=utf-8\r\n", {"1", 1}, MESSAGE_JSON},
        {"Content-Type: application/jsonp\r\n", {"{", 1}, MESSAGE_TEXT},
        {"Content-Type: ;\r\n", {"x", 1}, MESSAGE_TEXT},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_post("/publish/t", cases[i].header, cases[i].data, 200, "\"id\"");
        assert_newest("t", cases[i].type, "", cases[i].data);
    }
}

static void test_json(void **state)
{
    (void)state;
#define JSON "Content-Type: application/json\r\n"
    assert_post("/publish/t", JSON, SLICE("{\"a\":1,\"a\":2}"), 400, "same name twice");
    assert_post("/publish/t", JSON, SLICE("{\"a\":1}x"), 400, "at byte 7");
    assert_post("/publish/t", JSON, SLICE(""), 400, "expected a value");
    assert_post("/publish/t", JSON, SLICE("\"\xff\""), 400, "UTF-8");
    /* Byte for byte: a double would lose the last digit. */
    assert_post("/publish/t", JSON, SLICE("9007199254740993"), 200, "");
    assert_newest("t", MESSAGE_JSON, "", SLICE("9007199254740993"));
}

static void test_events(void **state)
{
    (void)state;
    static const char *const reserved[] = {"heartbeat", "gap",   "ready",  "bye",
                                           "open",      "error", "message"};
    char header[512], longest[EVENT_LIMIT * 2 + 1] = "";
    for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        snprintf(header, sizeof(header), "Pushlab-Event: %s\r\n", reserved[i]);
        assert_post("/publish/t", header, SLICE("x"), 400, "server's own");
    }
    assert_post("/publish/t", "Pushlab-Event: tick\r\n", SLICE("x"), 200, "");
    assert_newest("t", MESSAGE_TEXT, "tick", SLICE("x"));
    assert_post("/publish/t", "Pushlab-Event: Error\r\n", SLICE("x"), 200, "");
    /* Characters count, not bytes. */
    for (unsigned i = 0; i < EVENT_LIMIT; i++)
        strcat(longest, "\xc3\xa9");
    snprintf(header, sizeof(header), "Pushlab-Event: %s\r\n", longest);
    assert_post("/publish/t", header, SLICE("x"), 200, "");
    assert_newest("t", MESSAGE_TEXT, longest, SLICE("x"));
    snprintf(header, sizeof(header), "Pushlab-Event: %sx\r\n", longest);
    assert_post("/publish/t", header, SLICE("x"), 400, "1 to 64 characters");
    assert_post("/publish/t", "Pushlab-Event: a\tb\r\n", SLICE("x"), 400, "none of control");
    assert_post("/publish/t", "Pushlab-Event: a\xc2\x85\r\n", SLICE("x"), 400, "control");
    assert_post("/publish/t", "Pushlab-Event: \xff\r\n", SLICE("x"), 400, "UTF-8");
    assert_post("/publish/t", "Pushlab-Event:\r\n", SLICE("x"), 400, "empty");
}

static void test_topic_names(void **state)
{
    (void)state;
    char longest[] = "/publish/"
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy";
    static const char *const wrong[] = {
        "/publish/",       "/publish/.",    "/publish/..",  "/publish/a/b", "/publish/a%2fb",
        "/publish/%2e%2e", "/publish/a%00", "/publish/a%2", "/publish/a+b", "/publish/%c3%a9"};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_post(wrong[i], "", SLICE("x"), 400, "topic's name");
    assert_post(longest, "", SLICE("x"), 400, "topic's name");
    longest[sizeof(longest) - 2] = '\0';
    assert_post(longest, "", SLICE("x"), 200, "");
    assert_post("/publish/A.b_c~-", "", SLICE("x"), 200, "");
    /* An escape that need not be one. */
    assert_post("/publish/%41.b_c%7E-", "", SLICE("x"), 200, "\"seq\":2,");
    assert_post("/publish/~echo", "", SLICE("x"), 403, "server's own");
    assert_post("/publish/%7eecho", "", SLICE("x"), 403, "server's own");
}

static void test_limits(void **state)
{
    (void)state;
    char large[1001] = "";
    assert_post("/publish/a", "", (struct slice){large, 1000}, 200, "");
    assert_post("/publish/a", "", (struct slice){large, 1001}, 413, "--publish-limit");
    assert_post("/publish/b", "", SLICE("x"), 200, "");
    assert_post("/publish/c", "", SLICE("x"), 200, "");
    assert_post("/publish/d", "", SLICE("x"), 503, "--max-topics");
    atomic_store(&server.draining, true);
    assert_post("/publish/a", "", SLICE("x"), 503, "shutting down");
}

static void test_full(void **state)
{
    (void)state;
    bus_destroy(server.bus);
    const struct bus_limits limits = {
        .history = {10, 3600000000u, 1 << 20}, .topics = 3, .held_bytes = 1};
    server.bus = bus_create(&limits);
    assert_post("/publish/a", "", SLICE("x"), 503, "--max-memory");
}

static void test_rate(void **state)
{
    (void)state;
    options.publish_rate = 1;
    server.publish_limiter = limiter_create(1);
    assert_post("/publish/a", "", SLICE("x"), 200, "");
    /* Take what may come in meanwhile, ahead of the clock. */
    assert_int_equal(limiter_take(server.publish_limiter, SLICE("127.0.0.1"), INT64_MAX / 2),
                     0);
    assert_post("/publish/a", "", SLICE("x"), 429, "--publish-rate");
}

static void test_origin(void **state)
{
    (void)state;
    assert_post("/publish/a", "Origin: http://127.0.0.1:8765\r\n", SLICE("x"), 200, "");
    /* A form of another site, and one in a sandbox. */
    assert_post("/publish/a",
                "Origin: http://evil.example\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n",
                SLICE("x"), 403, "--origin");
    assert_post("/publish/a", "Origin: null\r\n", SLICE("x"), 403, "--origin");
    /* Public means readable. */
    assert_post("/publish/frames", "Origin: http://evil.example\r\n", SLICE("x"), 403, "");
    options.origins = (struct option_list){{"http://a.example"}, 1};
    struct reply reply = post("/publish/a", "Origin: http://a.example\r\n", SLICE("x"));
    assert_int_equal(reply.status, 200);
    assert_true(holds(builder_slice(&reply.headers),
                      "Access-Control-Allow-Origin: http://a.example\r\n"));
    reply_finish(&reply);
}

static void test_token(void **state)
{
    (void)state;
    options.publish_token = "s3cret";
    struct reply reply = post("/publish/a", "", SLICE("x"));
    assert_int_equal(reply.status, 401);
    assert_true(holds(builder_slice(&reply.headers), "WWW-Authenticate: Bearer\r\n"));
    reply_finish(&reply);
    assert_post("/publish/a", "Authorization: Bearer s3cret\r\n", SLICE("x"), 200, "");
    assert_post("/publish/a", "Authorization: bearer  s3cret\r\n", SLICE("x"), 200, "");
    static const char *const wrong[] = {"Bearer s3cre", "Bearer s3cret1", "Bearer S3CRET",
                                        "Bearer",       "Bearer ",        "Basic s3cret",
                                        "Bearers3cret", "s3cret"};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char header[64];
        snprintf(header, sizeof(header), "Authorization: %s\r\n", wrong[i]);
        assert_post("/publish/a", header, SLICE("x"), 403, "wrong token");
    }
    assert_post("/publish/a?token=s3cret", "", SLICE("x"), 401, "Authorization: Bearer");
}

/* What a WebSocket frame brings in is judged by the same rules. */
static void test_publish_message(void **state)
{
    (void)state;
    struct publish_result result;
    struct publication publication = {
        .topic = SLICE("t"), .type = MESSAGE_TEXT, .data = SLICE("\xff")};
    publish_message(&server, &publication, &result);
    assert_int_equal(result.status, 400);
    publication.type = MESSAGE_BINARY;
    publication.event = SLICE("gap");
    publish_message(&server, &publication, &result);
    assert_int_equal(result.status, 400);
    publication.event = SLICE("e");
    publish_message(&server, &publication, &result);
    assert_int_equal(result.status, 200);
    assert_int_equal(result.published.seq, 1);
    assert_int_equal(result.published.subscribers, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answer),
        TEST(test_types),
        TEST(test_json),
        TEST(test_events),
        TEST(test_topic_names),
        TEST(test_limits),
        TEST(test_full),
        TEST(test_rate),
        TEST(test_origin),
        TEST(test_token),
        TEST(test_publish_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
