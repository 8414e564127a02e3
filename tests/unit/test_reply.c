/* SPDX-License-Identifier: MIT */
#include "../../server/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Takes the Date line out, which must stand behind the status line of every final answer and be
 * a date of today's form (RFC 9110, 5.6.7). */
static void cut_date(char *head, bool expected)
{
    char *date = strstr(head, "Date: ");
    assert_int_equal(date != NULL, expected);
    if (!date)
        return;
    assert_ptr_equal(date, strstr(head, "\r\n") + 2);
    struct tm parts;
    char *end = strptime(date, "Date: %a, %d %b %Y %H:%M:%S GMT", &parts);
    assert_non_null(end);
    assert_memory_equal(end, "\r\n", 2); /* strptime would take any white space for it */
    end += 2;
    assert_true(labs((long)(timegm(&parts) - time(NULL))) < 60);
    memmove(date, end, strlen(end) + 1);
}

static void assert_head(const struct reply *reply, bool keep_alive, int minor,
                        const char *expected)
{
    struct builder out = {0};
    reply_write_head(reply, keep_alive, minor, &out);
    builder_add(&out, "", 1);
    assert_false(out.failed);
    cut_date(out.bytes->data, reply->status >= 200);
    assert_string_equal(builder_slice(&out).at, expected);
    builder_finish(&out);
}

static void assert_body(const struct reply *reply, const char *expected)
{
    assert_non_null(reply->body);
    assert_int_equal(reply->body->len, strlen(expected));
    assert_memory_equal(reply->body->data, expected, reply->body->len);
}

static void test_ok(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_body(&reply, 200, "text/plain", bytes_create("hello", 5));
    assert_head(&reply, true, 1,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
    assert_head(&reply, false, 1,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                "Connection: close\r\n\r\n");
    /* Also to a client of HTTP/1.0 the version is the server's own. */
    assert_head(&reply, true, 0,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                "Connection: keep-alive\r\n\r\n");
    reply.close = true;
    assert_head(&reply, true, 1,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                "Connection: close\r\n\r\n");
    reply_finish(&reply);
}

static void test_without_length(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_body(&reply, 204, NULL, NULL);
    assert_head(&reply, true, 1, "HTTP/1.1 204 No Content\r\n\r\n");
    reply_header(&reply, "ETag", SLICE("\"a\""));
    reply_body(&reply, 304, NULL, NULL);
    assert_head(&reply, true, 1, "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    reply_body(&reply, 101, NULL, NULL);
    assert_head(&reply, false, 1, "HTTP/1.1 101 Switching Protocols\r\nETag: \"a\"\r\n\r\n");
    reply_body(&reply, 200, NULL, NULL);
    assert_head(&reply, true, 1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"a\"\r\n\r\n");
    reply_finish(&reply);
}

static void test_header_injection(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_header(&reply, "X", SLICE("a\r\nSet-Cookie: b"));
    reply_header(&reply, "Y", SLICE("a\0b"));
    reply_header(&reply, "Z", SLICE("a\tb\x7f"));
    reply_header(&reply, "E", SLICE(""));
    reply_body(&reply, 204, NULL, NULL);
    assert_head(&reply, true, 1,
                "HTTP/1.1 204 No Content\r\nX: a\r\nY: a\r\nZ: a\tb\r\nE: \r\n\r\n");
    reply_finish(&reply);
}

static void test_error(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_error(&reply, 404, "no \"%s\" \\ here\n\xc3\xa9", "x");
    assert_int_equal(reply.status, 404);
    assert_string_equal(reply.content_type, "application/json");
    assert_body(&reply, "{\"error\":\"no \\\"x\\\" \\\\ here???\"}\n");
    /* A second error replaces the first. */
    reply_error(&reply, 400, "%s", "second");
    assert_int_equal(reply.status, 400);
    assert_body(&reply, "{\"error\":\"second\"}\n");
    reply_finish(&reply);
    assert_int_equal(reply.status, 0);
    assert_null(reply.body);
    reply_finish(&reply);
    reply_finish(NULL);
}

static void test_long_error(void **state)
{
    (void)state;
    char text[4000];
    memset(text, '"', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    struct reply reply = {0};
    reply_error(&reply, 400, "%s", text);
    assert_non_null(reply.body);
    assert_true(reply.body->len < 1100);
    assert_memory_equal(reply.body->data + reply.body->len - 3, "\"}\n", 3);
    reply_finish(&reply);
}

static void test_method_not_allowed(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_method_not_allowed(&reply, "GET, HEAD");
    assert_int_equal(reply.status, 405);
    assert_body(&reply,
                "{\"error\":\"this method is not for this path; allowed: GET, HEAD\"}\n");
    struct slice headers = builder_slice(&reply.headers);
    assert_int_equal(headers.len, strlen("Allow: GET, HEAD\r\n"));
    assert_memory_equal(headers.at, "Allow: GET, HEAD\r\n", headers.len);
    reply_finish(&reply);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_body(&reply, 200, "text/plain", NULL);
    assert_head(&reply, true, 1,
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    /* Without its headers no head goes out. */
    struct builder out = {0};
    reply.headers.failed = true;
    reply_write_head(&reply, true, 1, &out);
    assert_true(out.failed);
    builder_finish(&out);
    reply_finish(&reply);
}

static void test_status_texts(void **state)
{
    (void)state;
    static const int statuses[] = {100, 101, 200, 204, 304, 400, 401, 403, 404, 405, 408, 413,
                                   414, 415, 417, 421, 426, 429, 431, 500, 501, 503, 505};
    for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        assert_string_not_equal(status_text(statuses[i]), "Other");
    assert_string_equal(status_text(299), "Other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ok),
        cmocka_unit_test(test_without_length),
        cmocka_unit_test(test_header_injection),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_long_error),
        cmocka_unit_test(test_method_not_allowed),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_status_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
