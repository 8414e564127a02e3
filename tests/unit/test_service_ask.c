/* SPDX-License-Identifier: MIT
 *
 * What a page asks of the bench, as arguments: each field once, nothing that is not in the
 * table.
 */
#include "../../bench/service/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_asks(const char *path, const char *json, const char *wanted)
{
    struct service_ask ask;
    char error[ASK_ERROR_SIZE], line[ASK_TEXT_SIZE] = "";
    assert_true(service_ask_read(path, json, strlen(json), &ask, error));
    for (unsigned i = 0; i < ask.count; i++) {
        size_t len = strlen(line);
        snprintf(line + len, sizeof(line) - len, "%s%s", i ? " " : "", ask.arguments[i]);
    }
    assert_string_equal(line, wanted);
    assert_null(ask.arguments[ask.count]);
}

static void assert_refused(const char *path, const char *json, const char *word)
{
    struct service_ask ask;
    char error[ASK_ERROR_SIZE];
    assert_false(service_ask_read(path, json, strlen(json), &ask, error));
    assert_non_null(strstr(error, word));
}

static void test_claims(void **state)
{
    (void)state;
    assert_asks("/claims", "{}", "claims --json");
    assert_asks("/claims", "{\"only\":[22,8],\"lang\":\"zh\",\"quick\":true}",
                "claims --only=22,8 --lang zh --quick --json");
    assert_asks("/claims", "{\"quick\":false}", "claims --json");
    assert_refused("/claims", "{\"only\":[1]}", "only");
    assert_refused("/claims", "{\"only\":[2,2]}", "only");
    assert_refused("/claims", "{\"only\":[-2]}", "only");
    assert_refused("/claims", "{\"only\":[4294967298]}", "only");
}

static void test_advise(void **state)
{
    (void)state;
    assert_asks("/advise",
                "{\"rate\":0.5,\"clients\":10000000,\"payload\":16,\"max_delay\":1,"
                "\"direction\":\"both\",\"path\":\"proxy\",\"rtt\":0,\"history\":900}",
                "advise --rate=0.5 --clients=10000000 --payload=16 --max-delay=1 --direction "
                "both --path proxy --rtt=0 --history=900 --json");
    assert_asks("/advise", "{\"once\":true}", "advise --once --json");
    assert_refused("/advise", "{\"rate\":0}", "0.001");
    assert_refused("/advise", "{\"rate\":1e999}", "rate");
    assert_refused("/advise", "{\"clients\":10000001}", "10000000");
    assert_refused("/advise", "{\"clients\":true}", "whole");
    assert_refused("/advise", "{\"path\":null}", "\"direct\"");
}

static void test_others(void **state)
{
    (void)state;
    assert_true(service_ask_is("/claims"));
    assert_false(service_ask_is("/idle"));
    assert_refused("/idle", "{}", "object");
    assert_refused("/claims", "", "object");
    assert_refused("/claims", "{\"only\":[2]", "object");
    assert_refused("/claims", "{\"\":1}", "takes no");
}

/* No number of members is more than there is room for. */
static void test_too_many(void **state)
{
    (void)state;
    char json[4096] = "{\"once\":true";
    for (unsigned i = 0; i < 100; i++)
        strcat(json, ",\"clients\":10000000");
    strcat(json, "}");
    assert_refused("/advise", json, "once");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_advise),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
