/* SPDX-License-Identifier: MIT */
#include "../../server/routes.h"

#include "../../server/transport.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

/* ---- a server of two transports, and no worker ----------------------------------------------
 */

static const struct transport sse = {
    .name = "sse", .title = "Server-Sent \"Events\"", .reads = READS_ON};
static const struct transport websocket = {
    .name = "websocket", .title = "WebSocket", .reads = READS_ON, .duplex = true};

static struct options options;
static struct worker_stats stats[2];
static struct server server;

static int start(void **state)
{
    (void)state;
    options_default(&options);
    const struct bus_limits limits = {
        .history = {10, 3600000000u, 1 << 20}, .topics = 100, .held_bytes = 1 << 20};
    memset(stats, 0, sizeof(stats));
    server = (struct server){.options = &options,
                             .bus = bus_create(&limits),
                             .transports = {&sse, &websocket},
                             .transport_count = 2,
                             .worker_stats = stats,
                             .worker_count = 2,
                             .loopback = true,
                             .started_us = wall_clock_us()};
    return server.bus ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    bus_destroy(server.bus);
    return 0;
}

static struct reply ask_host(const char *host, const char *line, const char *headers)
{
    static char text[4096];
    static const struct request_limits limits = {
        .head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 1 << 20};
    struct request request;
    struct refusal refusal;
    struct reply reply = {0};
    int len =
        snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: %s\r\n%s\r\n", line, host, headers);
    assert_int_equal(request_parse(text, (size_t)len, &limits, &request, &refusal), len);
    request.body = SLICE("data");
    routes_answer(&server, &request, &reply);
    assert_int_not_equal(reply.status, 0);
    return reply;
}

static struct reply ask(const char *line, const char *headers)
{
    return ask_host("localhost:8765", line, headers);
}

static bool holds(struct slice text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static bool has_header(const struct reply *reply, const char *line)
{
    char whole[256];
    snprintf(whole, sizeof(whole), "%s\r\n", line);
    return holds(builder_slice(&reply->headers), whole);
}

static bool body_holds(const struct reply *reply, const char *part)
{
    return reply->body && holds((struct slice){reply->body->data, reply->body->len}, part);
}

static void assert_status(const char *line, int status)
{
    struct reply reply = ask(line, "");
    if (reply.status != status)
        fail_msg("%s: %d, not %d", line, reply.status, status);
    reply_finish(&reply);
}

/* ---- routing ---------------------------------------------------------------------------- */

static void test_exact_paths(void **state)
{
    (void)state;
    static const char *const found[] = {"/transports", "/topics",  "/stats", "/stats?x=y",
                                        "/metrics",    "/healthz", "/time"};
    static const char *const missing[] = {"/",
                                          "/stat",
                                          "/stats/",
                                          "/statsx",
                                          "//stats",
                                          "/Stats",
                                          "/%73tats",
                                          "/publish",
                                          "/publishx/a",
                                          "/sse",
                                          "/sse/",
                                          "/ssex/a",
                                          "/transports/../stats"};
    char line[128];
    for (unsigned i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        snprintf(line, sizeof(line), "GET %s", found[i]);
        assert_status(line, 200);
        snprintf(line, sizeof(line), "HEAD %s", found[i]);
        assert_status(line, 200);
    }
    for (unsigned i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        snprintf(line, sizeof(line), "GET %s", missing[i]);
        assert_status(line, 404);
    }
    struct reply reply = ask("GET /nowhere", "");
    assert_true(body_holds(&reply, "{\"error\":\"nothing is here: see /"));
    reply_finish(&reply);
    reply = ask("GET /sse", "");
    assert_true(body_holds(&reply, "name a topic: /sse/TOPIC"));
    reply_finish(&reply);
}

static void test_methods(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int status;
        const char *allow;
    } cases[] = {
        {"POST /stats", 405, "Allow: GET, HEAD, OPTIONS"},
        {"DELETE /stats", 405, "Allow: GET, HEAD, OPTIONS"},
        {"PUT /publish/a", 405, "Allow: POST, OPTIONS"},
        {"GET /publish/a", 405, "Allow: POST, OPTIONS"},
        {"HEAD /publish/a", 405, "Allow: POST, OPTIONS"},
        {"POST /sse/a", 405, "Allow: GET, HEAD, OPTIONS"},
        {"TRACE /sse/a", 405, "Allow: GET, HEAD, OPTIONS"},
        {"PATCH /nowhere", 404, ""},
        {"POST /nowhere", 404, ""},
        {"FOO /stats", 501, ""},
        {"get /stats", 501, ""},
        {"POST /publish/a", 200, ""},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reply reply = ask(cases[i].line, "");
        if (reply.status != cases[i].status)
            fail_msg("%s: %d", cases[i].line, reply.status);
        if (*cases[i].allow)
            assert_true(has_header(&reply, cases[i].allow));
        reply_finish(&reply);
    }
}

static void test_hosts(void **state)
{
    (void)state;
    struct reply reply = ask_host("evil.example", "GET /stats", "");
    assert_int_equal(reply.status, 421);
    assert_true(body_holds(&reply, "--host NAME"));
    reply_finish(&reply);
    reply = ask_host("evil.example", "POST /publish/a", "");
    assert_int_equal(reply.status, 421);
    reply_finish(&reply);
    options.hosts = (struct option_list){{"lab.example"}, 1};
    reply = ask_host("lab.example:8765", "GET /stats", "");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

/* ---- other origins ---------------------------------------------------------------------- */

static void test_options(void **state)
{
    (void)state;
    struct reply reply = ask("OPTIONS *", "");
    assert_int_equal(reply.status, 204);
    assert_null(reply.body);
    assert_true(has_header(&reply, "Allow: GET, HEAD, POST, OPTIONS"));
    reply_finish(&reply);
    reply = ask("OPTIONS /publish/a", "");
    assert_int_equal(reply.status, 204);
    assert_true(has_header(&reply, "Allow: POST, OPTIONS"));
    assert_false(holds(builder_slice(&reply.headers), "Access-Control"));
    reply_finish(&reply);
    assert_status("OPTIONS /nowhere", 404);
}

static void test_preflight(void **state)
{
    (void)state;
    options.origins = (struct option_list){{"http://a.example"}, 1};
    struct reply reply = ask("OPTIONS /publish/a", "Origin: http://a.example\r\n"
                                                   "Access-Control-Request-Method: POST\r\n");
    assert_int_equal(reply.status, 204);
    assert_true(has_header(&reply, "Access-Control-Allow-Origin: http://a.example"));
    assert_true(has_header(&reply, "Vary: Origin"));
    assert_true(has_header(&reply, "Access-Control-Allow-Methods: POST, OPTIONS"));
    assert_true(has_header(&reply, "Access-Control-Allow-Headers: Content-Type, Authorization, "
                                   "Pushlab-Event, Last-Event-ID, If-None-Match"));
    assert_false(holds(builder_slice(&reply.headers), "Credentials"));
    reply_finish(&reply);
    reply = ask("OPTIONS /sse/a", "Origin: http://evil.example\r\n");
    assert_int_equal(reply.status, 204);
    assert_false(holds(builder_slice(&reply.headers), "Access-Control"));
    reply_finish(&reply);
}

static bool preflight_public(const char *line)
{
    struct reply reply = ask(line, "Origin: http://evil.example\r\n");
    bool any = has_header(&reply, "Access-Control-Allow-Origin: *");
    assert_int_equal(reply.status, 204);
    reply_finish(&reply);
    return any;
}

static void test_public_topics(void **state)
{
    (void)state;
    options.publics = (struct option_list){{"frames", "news"}, 2};
    assert_true(preflight_public("OPTIONS /sse/frames"));
    assert_true(preflight_public("OPTIONS /websocket/frames?since=now"));
    assert_true(preflight_public("OPTIONS /sse?topics=frames,news"));
    assert_true(preflight_public("OPTIONS /sse/?topics=frames"));
    assert_false(preflight_public("OPTIONS /sse?topics=frames,other"));
    assert_false(preflight_public("OPTIONS /sse?topics=frames,"));
    assert_false(preflight_public("OPTIONS /sse?topics="));
    assert_false(preflight_public("OPTIONS /sse"));
    assert_false(preflight_public("OPTIONS /sse/other"));
    assert_false(preflight_public("OPTIONS /publish/frames"));
}

static void test_cors(void **state)
{
    (void)state;
    struct reply reply = ask("GET /stats", "Origin: http://127.0.0.1:8765\r\n");
    assert_true(has_header(&reply, "Access-Control-Allow-Origin: http://127.0.0.1:8765"));
    assert_true(has_header(&reply, "Cache-Control: no-store"));
    reply_finish(&reply);
    reply = ask("GET /stats", "Origin: http://evil.example\r\n");
    assert_false(holds(builder_slice(&reply.headers), "Access-Control"));
    reply_finish(&reply);
}

/* ---- pages ------------------------------------------------------------------------------ */

/* The body as JSON; to be deleted. */
static cJSON *ask_json(const char *line, int status)
{
    struct reply reply = ask(line, "");
    assert_int_equal(reply.status, status);
    assert_string_equal(reply.content_type, "application/json");
    assert_int_equal(reply.body->data[reply.body->len - 1], '\n');
    cJSON *json = cJSON_ParseWithLength(reply.body->data, reply.body->len);
    assert_non_null(json);
    reply_finish(&reply);
    return json;
}

static const char *text_of(const cJSON *json, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
}

static double number_of(const cJSON *json, const char *name)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, name));
}

static void test_transports(void **state)
{
    (void)state;
    cJSON *json = ask_json("GET /transports", 200);
    assert_int_equal(cJSON_GetArraySize(json), 2);
    const cJSON *first = cJSON_GetArrayItem(json, 0), *second = cJSON_GetArrayItem(json, 1);
    assert_string_equal(text_of(first, "name"), "sse");
    assert_string_equal(text_of(first, "title"), "Server-Sent \"Events\"");
    assert_string_equal(text_of(first, "reads"), "on");
    assert_string_equal(text_of(first, "path"), "/sse/");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(first, "duplex")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(second, "duplex")));
    cJSON_Delete(json);
    server.transport_count = 0;
    json = ask_json("GET /transports", 200);
    assert_int_equal(cJSON_GetArraySize(json), 0);
    cJSON_Delete(json);
}

static void test_topics(void **state)
{
    (void)state;
    cJSON *json = ask_json("GET /topics", 200);
    assert_int_equal(cJSON_GetArraySize(json), 0);
    cJSON_Delete(json);
    for (unsigned i = 0; i < 12; i++)
        assert_status("POST /publish/a", 200);
    json = ask_json("GET /topics", 200);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    const cJSON *topic = cJSON_GetArrayItem(json, 0);
    const char *next = text_of(topic, "next");
    assert_string_equal(text_of(topic, "name"), "a");
    assert_int_equal((int)number_of(topic, "first"), 3);
    assert_int_equal((int)number_of(topic, "messages"), 10);
    assert_int_equal((int)number_of(topic, "subscribers"), 0);
    assert_true((int)number_of(topic, "bytes") > 0);
    assert_string_equal(next + strlen(next) - 3, "-12");
    cJSON_Delete(json);
}

/* The kernel may account a short program's whole time to the system: works on until it has been
 * seen at work, and gives how long that was. */
static double use_cpu(void)
{
    struct rusage usage;
    do {
        for (volatile unsigned i = 0; i < 1000000; i++)
            ;
        getrusage(RUSAGE_SELF, &usage);
    } while (usage.ru_utime.tv_sec == 0 && usage.ru_utime.tv_usec == 0);
    return (double)usage.ru_utime.tv_sec * 1e6 + (double)usage.ru_utime.tv_usec;
}

static void test_stats(void **state)
{
    (void)state;
    double used_us = use_cpu();
    counter_add(&stats[0].transports[1].messages, UINT64_C(9007199254740992));
    counter_add(&stats[1].transports[1].messages, 1);
    counter_add(&stats[1].connections, 5);
    counter_sub(&stats[1].connections, 2);
    struct reply reply = ask("GET /stats", "");
    /* No digit is lost. */
    assert_true(body_holds(&reply, "\"messages\":9007199254740993,"));
    reply_finish(&reply);
    cJSON *json = ask_json("GET /stats", 200);
    const cJSON *transports = cJSON_GetObjectItemCaseSensitive(json, "transports");
    assert_int_equal((int)number_of(json, "workers"), 2);
    assert_int_equal((int)number_of(json, "connections"), 3);
    assert_true(number_of(json, "pss_bytes") > 0);
    assert_true(number_of(json, "cpu_user_us") >= used_us);
    assert_non_null(cJSON_GetObjectItemCaseSensitive(transports, "sse"));
    cJSON_Delete(json);
}

static void test_metrics(void **state)
{
    (void)state;
    counter_add(&stats[0].transports[0].subscribers, 7);
    counter_add(&stats[1].transports[0].messages, 9);
    struct reply reply = ask("GET /metrics", "");
    assert_string_equal(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert_true(body_holds(&reply, "# TYPE pushlab_subscribers gauge\n"
                                   "pushlab_subscribers{transport=\"sse\"} 7\n"
                                   "pushlab_subscribers{transport=\"websocket\"} 0\n"));
    assert_true(body_holds(&reply, "# HELP pushlab_messages_total Messages delivered.\n"
                                   "# TYPE pushlab_messages_total counter\n"
                                   "pushlab_messages_total{transport=\"sse\"} 9\n"));
    assert_true(body_holds(&reply, "\npushlab_workers 2\n"));
    assert_int_equal(reply.body->data[reply.body->len - 1], '\n');
    reply_finish(&reply);
}

static void test_healthz(void **state)
{
    (void)state;
    cJSON *json = ask_json("GET /healthz", 200);
    assert_string_equal(text_of(json, "status"), "ok");
    cJSON_Delete(json);
    atomic_store(&server.draining, true);
    json = ask_json("GET /healthz", 503);
    assert_string_equal(text_of(json, "status"), "draining");
    cJSON_Delete(json);
}

static void test_time(void **state)
{
    (void)state;
    int64_t before_us = wall_clock_us();
    cJSON *json = ask_json("GET /time", 200);
    assert_true(number_of(json, "time_us") >= (double)before_us);
    assert_true(number_of(json, "time_us") <= (double)wall_clock_us());
    cJSON_Delete(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_exact_paths), TEST(test_methods),    TEST(test_hosts),
        TEST(test_options),     TEST(test_preflight),  TEST(test_public_topics),
        TEST(test_cors),        TEST(test_transports), TEST(test_topics),
        TEST(test_stats),       TEST(test_metrics),    TEST(test_healthz),
        TEST(test_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
