/* SPDX-License-Identifier: MIT */
#include "../../server/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A request with these two headers; either may be NULL. Lives until the next call. */
static const struct request *request_with(const char *host, const char *origin)
{
    static char text[1024];
    static struct request request;
    static const struct request_limits limits = {
        .head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 0};
    struct refusal refusal;
    int len = snprintf(text, sizeof(text), "GET / HTTP/1.%d\r\n%s%s%s%s%s%s\r\n", host != NULL,
                       host ? "Host: " : "", host ? host : "", host ? "\r\n" : "",
                       origin ? "Origin: " : "", origin ? origin : "", origin ? "\r\n" : "");
    assert_int_equal(request_parse(text, (size_t)len, &limits, &request, &refusal), len);
    return &request;
}

static void assert_origin(const struct options *options, const char *host, const char *origin,
                          enum origin expected)
{
    enum origin found = origin_of(options, request_with(host, origin));
    if (found != expected)
        fail_msg("origin %s at host %s: %d, not %d", origin ? origin : "absent",
                 host ? host : "absent", found, expected);
}

static void test_same_origin(void **state)
{
    (void)state;
    static const struct options none = {0};
    assert_origin(&none, "localhost:8765", NULL, ORIGIN_NONE);
    assert_origin(&none, "localhost:8765", "http://localhost:8765", ORIGIN_SAME);
    assert_origin(&none, "localhost:8765", "http://127.0.0.1:8765", ORIGIN_SAME);
    assert_origin(&none, "127.0.0.1:8765", "http://[::1]:8765", ORIGIN_SAME);
    assert_origin(&none, "[::1]:8765", "http://localhost:8765", ORIGIN_SAME);
    assert_origin(&none, "LOCALHOST:8765", "http://localhost:8765", ORIGIN_SAME);
    assert_origin(&none, "a.example", "http://a.example", ORIGIN_SAME);
    assert_origin(&none, "a.example:80", "http://a.example", ORIGIN_SAME);
    /* Behind a proxy that ends TLS. */
    assert_origin(&none, "a.example", "https://a.example", ORIGIN_SAME);
    assert_origin(&none, "a.example:443", "https://a.example", ORIGIN_SAME);
    assert_origin(&none, "a.example:8443", "https://a.example:8443", ORIGIN_SAME);
}

static void test_foreign_origin(void **state)
{
    (void)state;
    static const struct options none = {0};
    static const char *const foreign[] = {
        "http://localhost:8766",
        "http://localhost",
        "https://localhost",
        "http://evil.example:8765",
        "http://localhost.evil:8765",
        "http://localhost.evil.example:8765",
        "http://evil-localhost:8765",
        "http://127.0.0.1.evil.example:8765",
        "http://127.0.0.2:8765",
        "http://localhost@evil.example:8765",
        "http://evil.example@localhost:8765",
        "http://evil.example/localhost:8765",
        "http://localhost:8765/",
        "http://localhost:8765 http://evil.example",
        "http://localhost:8765.evil.example",
        "http://localhost:",
        "http://:8765",
        "http://",
        "ftp://localhost:8765",
        "localhost:8765",
        "null",
        "",
        "*",
    };
    for (unsigned i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        assert_origin(&none, "localhost:8765", foreign[i], ORIGIN_FOREIGN);
    assert_origin(&none, "a.example", "http://a.example:8080", ORIGIN_FOREIGN);
    assert_origin(&none, "a.example:80", "https://a.example", ORIGIN_FOREIGN);
    assert_origin(&none, "[::1]:80", "http://[::2]:80", ORIGIN_FOREIGN);
    assert_origin(&none, NULL, "http://localhost", ORIGIN_FOREIGN);
}

static void test_two_origins(void **state)
{
    (void)state;
    static const struct options none = {0};
    assert_origin(&none, "localhost:8765",
                  "http://localhost:8765\r\nOrigin: http://localhost:8765", ORIGIN_FOREIGN);
}

static void test_patterns(void **state)
{
    (void)state;
    const struct options options = {
        .origins = {{"https://a.example", "https://*.b.example", "http://c.example:8080"}, 3}};
    const struct options all = {.origins = {{"*"}, 1}}, null = {.origins = {{"null"}, 1}};
    assert_origin(&options, "h", "https://a.example", ORIGIN_LISTED);
    assert_origin(&options, "h", "https://A.example", ORIGIN_LISTED);
    assert_origin(&options, "h", "http://a.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://a.example:8443", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://a.example.evil", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://x.b.example", ORIGIN_LISTED);
    assert_origin(&options, "h", "https://x-1.b.example", ORIGIN_LISTED);
    assert_origin(&options, "h", "https://b.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://.b.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://x.y.b.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://x.b.example.evil", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://evil/x.b.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "https://u@x.b.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "http://c.example:8080", ORIGIN_LISTED);
    assert_origin(&options, "h", "http://c.example", ORIGIN_FOREIGN);
    assert_origin(&options, "h", "null", ORIGIN_FOREIGN);
    assert_origin(&null, "h", "null", ORIGIN_LISTED);
    assert_origin(&null, "h", "http://a.example", ORIGIN_FOREIGN);
    assert_origin(&all, "h", "http://a.example", ORIGIN_LISTED);
    assert_origin(&all, "h", "null", ORIGIN_LISTED);
    assert_origin(&all, "h", NULL, ORIGIN_NONE);
}

static void test_pattern_validity(void **state)
{
    (void)state;
    static const char *const valid[] = {"*",
                                        "null",
                                        "https://a.example",
                                        "https://*.a.example",
                                        "http://a:1",
                                        "http://[::1]:8765",
                                        "https://x.*.example",
                                        "chrome-extension://abcdef"};
    static const char *const invalid[] = {"",
                                          "a.example",
                                          "https://",
                                          "://a",
                                          "https://a/",
                                          "https://a:",
                                          "https://a:x",
                                          "https://u@a",
                                          "https://a*.example",
                                          "https://*a.example",
                                          "NULL",
                                          "HTTPS://a",
                                          "https://a b"};
    for (unsigned i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
        if (!origin_pattern_valid(valid[i]))
            fail_msg("%s was refused", valid[i]);
    for (unsigned i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
        if (origin_pattern_valid(invalid[i]))
            fail_msg("%s was accepted", invalid[i]);
}

static bool served(const struct options *options, bool loopback, const char *host)
{
    return origin_host_served(options, loopback, request_with(host, NULL));
}

static void test_hosts(void **state)
{
    (void)state;
    const struct options none = {0}, named = {.hosts = {{"lab.example"}, 1}},
                         any = {.hosts = {{"*"}, 1}},
                         elsewhere = {.listen = {{"127.0.0.2:8765", "[::2]:1", "Box:0"}, 3}};
    assert_true(served(&none, true, "localhost:8765"));
    assert_true(served(&none, true, "LocalHost"));
    assert_true(served(&none, true, "127.0.0.1:8765"));
    assert_true(served(&none, true, "[::1]:8765"));
    assert_true(served(&none, true, NULL));
    assert_false(served(&none, true, "lab.example:8765"));
    assert_false(served(&none, true, "localhost.evil:8765"));
    assert_false(served(&none, true, "127.0.0.1.evil"));
    assert_false(served(&none, true, "127.0.0.2"));
    assert_true(served(&none, false, "lab.example"));
    assert_true(served(&named, true, "LAB.example:1"));
    assert_false(served(&named, true, "x.lab.example"));
    assert_true(served(&any, true, "evil.example"));
    assert_true(served(&elsewhere, true, "127.0.0.2:8765"));
    assert_true(served(&elsewhere, true, "127.0.0.2:9")); /* a relay's port */
    assert_true(served(&elsewhere, true, "[::2]"));
    assert_true(served(&elsewhere, true, "box"));
    assert_true(served(&elsewhere, true, "localhost"));
    assert_false(served(&elsewhere, true, "127.0.0.3:8765"));
    assert_false(served(&elsewhere, true, "127.0.0.2.evil.example"));
}

static void test_hosts_of_a_class(void **state)
{
    (void)state;
    static const char *const local[] = {
        "192.168.1.20:8765", "[fe80::1]:8765",   "localhost",  "laptop:8765",
        "Laptop.LOCAL:8765", "laptop.home.arpa", "laptop.lan", "class.example"};
    static const char *const foreign[] = {"evil.example:8765",
                                          "192.168.1.20.evil.example",
                                          "local.evil.example",
                                          "laptop.local.",
                                          ".local",
                                          "1.2.3.4x.example",
                                          "evil.xlocal"};
    const struct options class = {.classroom = true, .hosts = {{"class.example"}, 1}},
                         any = {.classroom = true, .hosts = {{"*"}, 1}};
    for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++)
        if (!served(&class, false, local[i]))
            fail_msg("%s is not served", local[i]);
    for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
        if (served(&class, false, foreign[i]))
            fail_msg("%s is served", foreign[i]);
    assert_false(served(&class, true, "laptop.local"));
    assert_true(served(&class, false, NULL));
    assert_true(served(&any, false, "evil.example"));
}

static void assert_cors(enum origin origin, bool public_topic, const char *expected)
{
    struct builder headers = {0};
    origin_add_cors(origin, public_topic, request_with("h", "http://a.example"), &headers);
    builder_add(&headers, "", 1);
    assert_string_equal(builder_slice(&headers).at, expected);
    builder_finish(&headers);
}

static void test_cors(void **state)
{
    (void)state;
#define EXPOSED "Access-Control-Expose-Headers: Pushlab-Next, ETag, Retry-After\r\n"
    static const char exact[] =
        "Access-Control-Allow-Origin: http://a.example\r\nVary: Origin\r\n" EXPOSED;
    static const char any[] = "Access-Control-Allow-Origin: *\r\n" EXPOSED;
    assert_cors(ORIGIN_SAME, false, exact);
    assert_cors(ORIGIN_LISTED, false, exact);
    assert_cors(ORIGIN_FOREIGN, false, "");
    assert_cors(ORIGIN_NONE, false, "");
    assert_cors(ORIGIN_FOREIGN, true, any);
    assert_cors(ORIGIN_NONE, true, any);
}

static void test_publics(void **state)
{
    (void)state;
    const struct options options = {.publics = {{"frames", "news"}, 2}};
    assert_true(origin_topic_public(&options, SLICE("frames")));
    assert_true(origin_topic_public(&options, SLICE("news")));
    assert_false(origin_topic_public(&options, SLICE("Frames")));
    assert_false(origin_topic_public(&options, SLICE("frame")));
    assert_false(origin_topic_public(&options, SLICE("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_origin),      cmocka_unit_test(test_foreign_origin),
        cmocka_unit_test(test_two_origins),      cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_pattern_validity), cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_hosts_of_a_class), cmocka_unit_test(test_cors),
        cmocka_unit_test(test_publics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
