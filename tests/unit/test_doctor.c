/* SPDX-License-Identifier: MIT
 *
 * Doctor: what answers give away, and what probes through one path come to.
 */
#include "../../bench/doctor/doctor_answer.h"
#include "../../bench/doctor/doctor_judge.h"
#include "../../bench/doctor/doctor_target.h"
#include "../../server/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MS = 1000 };

/* All messages came at once, over a short line. */
static struct path_seen good_path(void)
{
    struct path_seen path = {.round_us = MS, .apart_us = 60 * MS};
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
        path.transports[i] =
            (struct path_transport){.seen = {.reads = i == PATH_SHORT_POLL  ? READS_NOW
                                                      : i == PATH_LONG_POLL ? READS_WAIT
                                                                            : READS_ON,
                                             .connected = true,
                                             .answered = true,
                                             .sent = 5,
                                             .got = 5,
                                             .first_us = MS,
                                             .least_us = MS,
                                             .max_us = 2 * MS,
                                             .answer_us = MS},
                                    .outcome = PROBE_WORKS};
    return path;
}

static void make_late(struct path_seen *path, unsigned transport, int64_t late_us)
{
    struct path_transport *at = &path->transports[transport];
    at->outcome = PROBE_LATE;
    at->seen.first_us = at->seen.least_us = at->seen.max_us = at->seen.answer_us = late_us;
}

static const struct finding *only_finding(struct path_seen *path, struct diagnosis *diagnosis,
                                          enum fault fault)
{
    path_judge(path, diagnosis);
    assert_int_equal(diagnosis->count, 1);
    assert_int_equal(diagnosis->findings[0].fault, fault);
    return &diagnosis->findings[0];
}

/* ---- judging ----------------------------------------------------------------------------- */

static void test_nothing(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    path_judge(&path, &diagnosis);
    assert_int_equal(diagnosis.count, 0);
    assert_int_equal(diagnosis.best, PATH_WEBSOCKET);
    assert_int_equal(diagnosis.product, PRODUCT_UNKNOWN);
    assert_false(diagnosis.far);
}

static void test_no_upgrade(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    path.transports[PATH_WEBSOCKET].outcome = PROBE_REFUSED;
    path.transports[PATH_WEBSOCKET].seen.status = 426;
    path.plain_get = true;
    const struct finding *finding = only_finding(&path, &diagnosis, FAULT_NO_UPGRADE);
    assert_int_equal(finding->transports, 1U << PATH_WEBSOCKET);
    assert_non_null(strstr(finding->observed, "pushlab itself"));
    assert_int_equal(diagnosis.best, PATH_SSE);
    assert_int_equal(diagnosis.certainty, CERTAINTY_NONE);

    path.transports[PATH_WEBSOCKET].seen.status = 403; /* somebody's own reasons */
    assert_non_null(strstr(only_finding(&path, &diagnosis, FAULT_REFUSES)->observed, "403"));
}

static void test_far_is_not_gathered(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
        make_late(&path, i, 600 * MS);
    path.round_us = 600 * MS;
    path_judge(&path, &diagnosis); /* answers come as far apart as they were asked for */
    assert_true(diagnosis.far);
    assert_int_equal(diagnosis.count, 0);

    path.apart_us = MS; /* they come together */
    assert_int_equal(only_finding(&path, &diagnosis, FAULT_GATHERS)->transports, 15);
    assert_false(diagnosis.far);

    path.apart_us = 60 * MS; /* far, and streams are later than that */
    make_late(&path, PATH_SSE, 900 * MS);
    assert_int_equal(only_finding(&path, &diagnosis, FAULT_GATHERS)->transports,
                     1U << PATH_SSE);
    assert_true(diagnosis.far);
}

static void test_corked_streams_look_like_haproxy(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    make_late(&path, PATH_SSE, 208 * MS);
    only_finding(&path, &diagnosis, FAULT_GATHERS);
    assert_int_equal(diagnosis.product, PRODUCT_HAPROXY);
    assert_int_equal(diagnosis.certainty, CERTAINTY_LOOKS);
    path = good_path();
    make_late(&path, PATH_SSE, 450 * MS); /* nobody's known way */
    only_finding(&path, &diagnosis, FAULT_GATHERS);
    assert_int_equal(diagnosis.certainty, CERTAINTY_NONE);
}

static void test_holding(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    struct path_transport *sse = &path.transports[PATH_SSE];
    sse->outcome = PROBE_BUFFERED;
    sse->seen.let_go_bytes = 16384;
    assert_non_null(strstr(only_finding(&path, &diagnosis, FAULT_HOLDS)->observed, "16 KiB"));
    sse->seen.compressed = true;
    only_finding(&path, &diagnosis, FAULT_COMPRESSES);

    path.forward = true; /* what it can read it holds, and tunnels pass */
    sse->seen.compressed = false;
    only_finding(&path, &diagnosis, FAULT_HOLDS);
    assert_int_equal(diagnosis.product, PRODUCT_PRIVOXY);
}

static void test_resuming_late_is_told_and_passes(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    path.transports[PATH_SSE].seen.late_sent = 3;
    assert_non_null(
        strstr(only_finding(&path, &diagnosis, FAULT_HOLDS)->observed, "while away"));
    assert_true(path_passes(&path.transports[PATH_SSE]));
}

static void test_silence(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    path.transports[PATH_LONG_POLL].outcome = PROBE_SILENT;
    path.transports[PATH_LONG_POLL].seen.got = 1;
    only_finding(&path, &diagnosis, FAULT_FORGETS);
    path.transports[PATH_LONG_POLL].outcome = PROBE_CUT;
    path.transports[PATH_LONG_POLL].seen.cut_after_us = 2500 * MS;
    assert_non_null(strstr(only_finding(&path, &diagnosis, FAULT_CUTS)->observed, "2.5 s"));
    path.transports[PATH_LONG_POLL].outcome = PROBE_LOOPING;
    only_finding(&path, &diagnosis, FAULT_CACHES);
}

/* Ended, by what: the second try had its first message later. */
static void test_age_is_told_from_silence(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    struct path_transport *sse = &path.transports[PATH_SSE];
    sse->outcome = PROBE_CUT;
    sse->seen.cuts = 1;
    sse->seen.cut_after_us = 1500 * MS;
    sse->seen.cut_age_us = 2500 * MS;
    only_finding(&path, &diagnosis, FAULT_CUTS); /* one try does not tell */
    sse->second_cut_us = 1500 * MS;
    sse->second_age_us = (2500 + PATH_LATER_MS) * MS;
    only_finding(&path, &diagnosis, FAULT_CUTS);
    sse->second_cut_us = (1500 - PATH_LATER_MS) * MS;
    sse->second_age_us = 2500 * MS;
    assert_non_null(strstr(only_finding(&path, &diagnosis, FAULT_ENDS)->observed, "2.5 s"));
}

static void test_refusals_that_do_not_look_so(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    struct path_transport *socket = &path.transports[PATH_WEBSOCKET];
    socket->outcome = PROBE_BROKEN;
    only_finding(&path, &diagnosis, FAULT_CHANGES);
    socket->seen.flooded = true;
    assert_non_null(
        strstr(only_finding(&path, &diagnosis, FAULT_CHANGES)->observed, "more came than"));
    snprintf(socket->foreign, sizeof(socket->foreign), "text/html");
    assert_non_null(
        strstr(only_finding(&path, &diagnosis, FAULT_REFUSES)->observed, "text/html"));
    *socket =
        (struct path_transport){.outcome = PROBE_CUT, .seen = {.connected = true, .cuts = 9}};
    assert_non_null(
        strstr(only_finding(&path, &diagnosis, FAULT_REFUSES)->observed, "without an answer"));
}

static void test_old_answers_and_lost_places(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    path.transports[PATH_SHORT_POLL].seen.least_us = 900 * MS; /* and answers took 1 */
    only_finding(&path, &diagnosis, FAULT_CACHES);
    path = good_path();
    path.place_lost = true;
    assert_int_equal(only_finding(&path, &diagnosis, FAULT_LOSES)->transports, 1U << PATH_SSE);
}

static void test_whose_answer_it_is(void **state)
{
    (void)state;
    char text[ANSWER_TEXT_LIMIT];
    answer_title(SLICE("<html><TITLE> Sign\n\tin\x1b</Title>"), text);
    assert_string_equal(text, "Sign in ");
    const char *chinese = "<title>\u767b\u5f55\u767b\u5f55\u767b\u5f55\u767b\u5f55\u767b\u5f55"
                          "\u767b\u5f55\u767b\u5f55\u767b\u5f55\u767b\u5f55\u767b\u5f55"
                          "\u767b\u5f55\u767b\u5f55\u767b\u5f55\u767b\u5f55</title>";
    answer_title(slice_of(chinese), text);
    assert_int_equal(strlen(text), (ANSWER_TEXT_LIMIT - 1) / 3 * 3);
    assert_true(utf8_valid(text, strlen(text)));
    answer_title(SLICE("<title>\xc4\xe3\xba\xc3</title>"), text); /* GBK */
    assert_string_equal(text, "???");
    answer_title((struct slice){NULL, 0}, text);
    assert_string_equal(text, "");
    answer_type(SLICE("HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=x\r\n\r\n"), text);
    assert_string_equal(text, "text/html");
    answer_type(SLICE("HTTP/1.1 200 OK\r\n\r\n"), text);
    assert_string_equal(text, "no type");
    assert_non_null(strstr(answer_meaning(504), "proxy"));
}

/* What was not measured is neither a fault nor a way to take. */
static void test_trouble_is_no_fault(void **state)
{
    (void)state;
    struct path_seen path = good_path();
    struct diagnosis diagnosis;
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
        path.transports[i].trouble = "the server does not answer";
    path_judge(&path, &diagnosis);
    assert_int_equal(diagnosis.count, 0);
    assert_int_equal(diagnosis.best, -1);
}

/* ---- clues ------------------------------------------------------------------------------- */

#define FEED "Cache-Control: no-store, no-transform\r\nPushlab-Next: e-1\r\n"

static struct clues clues_of(const char *head, enum product product, enum certainty certainty)
{
    struct clues clues = {.count = 0};
    enum certainty found;
    clues_of_feed(slice_of(head), &clues);
    assert_int_equal(clues_product(&clues, &found), product);
    assert_int_equal(found, certainty);
    return clues;
}

static void test_names_in_heads(void **state)
{
    (void)state;
    assert_int_equal(clues_of("HTTP/1.1 200 OK\r\n" FEED "X-Accel-Buffering: no\r\n\r\n",
                              PRODUCT_UNKNOWN, CERTAINTY_NONE)
                         .count,
                     0);
    clues_of("HTTP/1.1 200 OK\r\nserver: openresty/1.21\r\n" FEED "\r\n", PRODUCT_NGINX,
             CERTAINTY_SAYS);
    clues_of("HTTP/1.1 200 OK\r\n" FEED "\r\n", PRODUCT_NGINX, CERTAINTY_LOOKS);
    clues_of("HTTP/1.1 200 OK\r\nVia: 1.1 a, 1.1 v (Varnish/7)\r\nX-Varnish: 1\r\n" FEED
             "X-Accel-Buffering: no\r\n\r\n",
             PRODUCT_VARNISH, CERTAINTY_SAYS);
}

/* Heads that were rewritten by chance name nobody. */
static void test_rewritten_heads_name_nobody(void **state)
{
    (void)state;
    struct clues clues = clues_of("HTTP/1.1 200 OK\r\nServer: Zaphod/42\r\nX-Any: 1\r\n\r\n",
                                  PRODUCT_UNKNOWN, CERTAINTY_NONE);
    assert_true(clues.count >= 2);
    clues = clues_of("HTTP/1.0 200 OK\r\n" FEED "X-Accel-Buffering: no\r\n\r\n",
                     PRODUCT_UNKNOWN, CERTAINTY_NONE);
    assert_int_equal(clues.count, 1);
}

static void test_a_line_is_told_once(void **state)
{
    (void)state;
    struct clues clues = {.count = 0};
    clues_of_names(SLICE("HTTP/1.1 200 OK\r\nX-Varnish: 1\r\n\r\n"), &clues);
    clues_of_names(SLICE("HTTP/1.1 200 OK\r\nX-Varnish: 2\r\n\r\n"), &clues);
    assert_int_equal(clues.count, 1);
}

/* A terminal would obey it, and JSON is UTF-8. */
static void test_what_strangers_write_is_tamed(void **state)
{
    (void)state;
    struct clues clues = {.count = 0};
    char text[ANSWER_TEXT_LIMIT];
    clues_of_names(SLICE("HTTP/1.1 200 OK\r\nServer: nginx \x1b[31m\xe9\r\n\r\n"), &clues);
    assert_int_equal(clues.count, 1);
    assert_string_equal(clues.list[0].text,
                        "Server: nginx ?[31m? (pushlab sends no such line)");
    answer_type(SLICE("HTTP/1.1 200 OK\r\nContent-Type: text/\x1bhtml; a=b\r\n\r\n"), text);
    assert_string_equal(text, "text/?html");
}

static void check_place(const char *body, const char *expected)
{
    char text[ANSWER_TEXT_LIMIT];
    answer_place(slice_of(body), text);
    assert_string_equal(text, expected);
}

static void test_places(void **state)
{
    (void)state;
    check_place("{\"next\":\"abc-7\",\"messages\":[]}", "abc-6");
    check_place("{\"next\":\"abc-0\"}", "");
    check_place("{\"next\":\"abc\"}", "");
    check_place("{\"next\":-5,\"messages\":[]}", "");
    check_place("{\"next\":\"abc-7\r\nHost: a-7\"}", "");
    check_place("{\"next\":\"abc-7", "");
    check_place("<html>", "");
}

static void test_error_pages(void **state)
{
    (void)state;
    struct clues clues = {.count = 0};
    enum certainty certainty;
    clues_of_error(SLICE("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"no method\"}"), &clues);
    clues_of_error((struct slice){NULL, 0}, &clues);
    assert_int_equal(clues.count, 0);
    clues_of_error(
        SLICE("HTTP/1.0 400 Bad request\r\n\r\n<html><body><h1>400 Bad request</h1>\n"
              "Your browser sent an invalid request.\n</body></html>\n"),
        &clues);
    assert_int_equal(clues_product(&clues, &certainty), PRODUCT_HAPROXY);
    clues = (struct clues){.count = 0};
    clues_of_error(SLICE("HTTP/1.1 400 Nope\r\n\r\n"), &clues);
    assert_int_equal(clues.count, 1);
    assert_int_equal(clues_product(&clues, &certainty), PRODUCT_UNKNOWN);
}

/* ---- cures and addresses ----------------------------------------------------------------- */

static void test_every_fault_has_words(void **state)
{
    (void)state;
    for (enum fault fault = 0; fault < FAULTS; fault++) {
        assert_non_null(fault_id(fault));
        assert_non_null(fault_name(fault));
        assert_non_null(fault_text(fault));
    }
    assert_string_equal(cure_line(PRODUCT_HAPROXY, FAULT_GATHERS), "option http-no-delay");
    assert_null(cure_line(PRODUCT_UNKNOWN, FAULT_GATHERS));
    assert_false(cure_is_needed_by_default(PRODUCT_CADDY, FAULT_HOLDS));
}

static void test_addresses(void **state)
{
    (void)state;
    struct target target;
    char trouble[TROUBLE_LIMIT];
    assert_true(target_parse("http://push.example/live/", &target, trouble));
    assert_string_equal(target.authority, "push.example"); /* as browsers write it */
    assert_string_equal(target.reach, "push.example:80");
    assert_string_equal(target.path, "/live/");
    assert_true(target_parse("ws://[::1]:8765/websocket/t?since=now#end", &target, trouble));
    assert_string_equal(target.authority, "[::1]:8765");
    assert_string_equal(target.path, "/websocket/t?since=now");
    assert_true(target_parse("[::1]", &target, trouble));
    assert_string_equal(target.reach, "[::1]:80");
    assert_string_equal(target.way.name, "");
    assert_true(target_parse("wss://[::1]", &target, trouble));
    assert_string_equal(target.reach, "[::1]:443");
    assert_string_equal(target.way.name, "::1");
    assert_true(target_parse("https://push.example:8443/", &target, trouble));
    assert_string_equal(target.authority, "push.example:8443");
    target_rename(&target, "other.example");
    assert_string_equal(target.way.name, "other.example");
    assert_string_equal(target.reach, "push.example:8443");
    assert_false(target_parse("ftp://push.example/", &target, trouble));
    assert_false(target_parse("http://", &target, trouble));
    assert_true(target_parse("http://push.example:65535", &target, trouble));
    assert_false(target_parse("http://push.example:65536", &target, trouble));
    assert_false(target_parse("http://push.example:0", &target, trouble));
    assert_false(target_parse("http://push.example:http", &target, trouble));
    assert_false(target_parse("http://push.example:", &target, trouble));
    assert_non_null(strstr(trouble, "nothing for the usual port, 80"));
    assert_false(target_parse("https://[::1]:/", &target, trouble));
    assert_false(target_parse("http://[::1]x:80", &target, trouble));
    assert_false(target_parse("http://[::1", &target, trouble));
    assert_false(target_parse("http://:80", &target, trouble));
    assert_false(target_parse("http://me:secret@push.example/", &target, trouble));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_no_upgrade),
        cmocka_unit_test(test_far_is_not_gathered),
        cmocka_unit_test(test_corked_streams_look_like_haproxy),
        cmocka_unit_test(test_holding),
        cmocka_unit_test(test_resuming_late_is_told_and_passes),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_age_is_told_from_silence),
        cmocka_unit_test(test_refusals_that_do_not_look_so),
        cmocka_unit_test(test_old_answers_and_lost_places),
        cmocka_unit_test(test_whose_answer_it_is),
        cmocka_unit_test(test_trouble_is_no_fault),
        cmocka_unit_test(test_names_in_heads),
        cmocka_unit_test(test_rewritten_heads_name_nobody),
        cmocka_unit_test(test_a_line_is_told_once),
        cmocka_unit_test(test_what_strangers_write_is_tamed),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_error_pages),
        cmocka_unit_test(test_every_fault_has_words),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
