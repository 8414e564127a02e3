/* SPDX-License-Identifier: MIT */
#include "../../server/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "0123456789abcdef0123456789abcdef"

/* What a request with this Cookie header leads to; "" when nowhere. */
static const char *topic_of(const char *cookie)
{
    static char topic[ACCOUNT_TOPIC_LIMIT];
    static char head[1024];
    const struct request_limits limits = {
        .head_bytes = 4096, .target_bytes = 1024, .headers = 16};
    struct request request;
    struct refusal refusal;
    snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\n%s%s%s\r\n",
             cookie ? "Cookie: " : "", cookie ? cookie : "", cookie ? "\r\n" : "");
    assert_true(request_parse(head, strlen(head), &limits, &request, &refusal) > 0);
    topic[0] = '\0';
    size_t len = account_topic(&request, topic);
    assert_int_equal(len, strlen(topic));
    return topic;
}

static void test_found(void **state)
{
    static const char *const cookies[] = {
        "pushlab-account=" TOKEN,
        "a=b; pushlab-account=" TOKEN "; c=d",
        "pushlab-account=; pushlab-account=" TOKEN,
        "xpushlab-account=f; pushlab-account=" TOKEN,
        ";;  ;pushlab-account=" TOKEN ";",
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++)
        assert_string_equal(topic_of(cookies[i]), "account." TOKEN);
}

static void test_not_found(void **state)
{
    static const char *const cookies[] = {
        NULL,
        "a=b",
        "pushlab-account",
        "pushlab-account=",
        "pushlab-account=" TOKEN "0",
        "pushlab-account=0123456789abcdef",
        "pushlab-account=0123456789ABCDEF0123456789ABCDEF",
        "pushlab-account=../../../../../../../../../../..",
        "xpushlab-account=" TOKEN,
        "pushlab_account=" TOKEN,
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++)
        assert_string_equal(topic_of(cookies[i]), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
