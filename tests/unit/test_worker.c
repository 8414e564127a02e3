/* SPDX-License-Identifier: MIT */
#include "one_worker.h"

#include "../../server/connection.h"
#include "../../server/subscriber.h"

static struct house house;

static int set_up(void **state)
{
    (void)state;
    house_options(&house);
    return 0;
}

static const char upgrade[] = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/* ---- the way of a message -----------------------------------------------------------------
 */

static void test_every_transport(void **state)
{
    (void)state;
    house_open(&house);
    int sse = dial_and_ask(&house, "GET /sse/t");
    assert_true(hear(&house, sse, "retry: "));
    int held = dial_and_ask(&house, "GET /long_poll/t?since=now");
    int websocket = dial(&house);
    ask(websocket, "GET /websocket/t", upgrade);
    assert_true(hear(&house, websocket, "\r\n\r\n"));
    await_figure(&stats_of(&house, "long_poll")->subscribers, 1);
    publish(&house, "t", "hello");
    assert_true(hear(&house, sse, "data: hello\n\n"));
    assert_true(hear(&house, held, "\"data\":\"hello\""));
    assert_true(hear(&house, websocket, "\x81\x05hello"));
    int now = dial_and_ask(&house, "GET /short_poll/t");
    assert_true(hear(&house, now, "\"data\":\"hello\""));
    close(sse), close(held), close(websocket), close(now);
    await_figure(&stats_of(&house, "sse")->subscribers, 0);
    await_figure(&stats_of(&house, "websocket")->subscribers, 0);
    house_close(&house);
}

/* Requests behind a held poll are served at the end of a turn, when the marks of that turn have
 * been taken already. */
static void test_publish_behind_held_poll(void **state)
{
    (void)state;
    house_open(&house);
    int sse = dial_and_ask(&house, "GET /sse/b");
    assert_true(hear(&house, sse, "retry: "));
    for (int i = 0; i < 20; i++) {
        struct pollfd ready = {.fd = sse, .events = POLLIN};
        int held = dial(&house);
        say(held, "GET /long_poll/a?since=now HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  "POST /publish/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
        await_figure(&stats_of(&house, "long_poll")->subscribers, 1);
        publish(&house, "a", "go");
        assert_int_equal(poll(&ready, 1, 300), 1); /* and not when the worker next sweeps */
        assert_true(hear(&house, sse, "data: x\n\n"));
        close(held);
        await_figure(&stats_of(&house, "long_poll")->subscribers, 0);
    }
    close(sse);
    house_close(&house);
}

/* What has waited for a coalescing window waits no longer when another message comes between
 * the window's end and the worker's noticing it. */
static void test_a_window_that_is_over_stays_due(void **state)
{
    (void)state;
    static const struct transport stream = {.reads = READS_ON};
    struct worker worker = {.now_ms = 1000};
    struct connection connection = {.worker = &worker};
    struct subscriber subscriber = {
        .connection = &connection, .transport = &stream, .beat_ms = 5000};
    assert_int_equal(subscriber_due_ms(&subscriber), 5000);
    subscriber.window_ms = 990;
    assert_int_equal(subscriber_due_ms(&subscriber), 990);
    subscriber.window_ms = 6000;
    assert_int_equal(subscriber_due_ms(&subscriber), 5000);
}

static void test_limits_do_not_share(void **state)
{
    (void)state;
    house_open(&house);
    publish(&house, "t", "zero");
    static const char *const paths[] = {"GET /long_poll/t?since=now&limit=1&coalesce=50",
                                        "GET /long_poll/t?since=now&limit=2&coalesce=50",
                                        "GET /long_poll/t?since=now&coalesce=50",
                                        "GET /long_poll/t?since=now&limit=1&coalesce=50"};
    static const unsigned expected[] = {1, 2, 3, 1};
    int fds[4];
    for (unsigned i = 0; i < 4; i++)
        fds[i] = dial_and_ask(&house, paths[i]);
    await_figure(&stats_of(&house, "long_poll")->subscribers, 4);
    publish(&house, "t", "m1");
    publish(&house, "t", "m2");
    publish(&house, "t", "m3");
    for (unsigned i = 0; i < 4; i++) {
        char end[16];
        snprintf(end, sizeof(end), "\"m%u\"}]}", expected[i]);
        assert_true(hear(&house, fds[i], end));
        assert_non_null(strstr(house.received, "\"m1\""));
        close(fds[i]);
    }
    house_close(&house);
}

/* More answers wait before a stream than one system call takes. */
static void test_stream_behind_many_answers(void **state)
{
    (void)state;
    static char text[64 * 1024];
    size_t len = 0;
    house_open(&house);
    publish(&house, "t", "held");
    for (int i = 0; i < 100; i++)
        len += (size_t)sprintf(text + len, "GET /short_poll/e?since=now HTTP/1.1\r\n"
                                           "Host: localhost\r\n\r\n");
    sprintf(text + len, "GET /sse/t?since=first HTTP/1.1\r\nHost: localhost\r\n\r\n");
    int fd = dial(&house);
    say(fd, text);
    assert_true(hear(&house, fd, "data: held\n\n"));
    close(fd);
    house_close(&house);
}

/* ---- gaps ---------------------------------------------------------------------------------
 */

static void test_overtaken_in_window(void **state)
{
    (void)state;
    house.options.history_count = 2;
    house_open(&house);
    int websocket = dial(&house), sse = dial_and_ask(&house, "GET /sse/t?coalesce=100");
    ask(websocket, "GET /websocket/t?coalesce=100", upgrade);
    assert_true(hear(&house, websocket, "\r\n\r\n"));
    assert_true(hear(&house, sse, "retry: "));
    for (int i = 0; i < 9; i++)
        publish(&house, "t", "m");
    assert_true(hear(&house, sse, "event: gap\ndata: {\"topic\":\"t\",\"from\":1,\"to\":7,"));
    assert_true(hear(&house, websocket, "\x0f\xa1")); /* 4001, or this closes without it */
    assert_true(hear_end(&house, websocket));
    close(sse), close(websocket);
    house_close(&house);
}

/* ---- peers that leave ---------------------------------------------------------------------
 */

static void test_resets(void **state)
{
    (void)state;
    static char big[20000];
    memset(big, 'x', sizeof(big) - 1);
    house_open(&house);
    for (int i = 0; i < 50; i++)
        publish(&house, i % 2 ? "a" : "b", big);
    for (int i = 0; i < 300; i++) {
        int fd = dial_with(&house, 4096);
        ask(fd, i % 2 ? "GET /sse?topics=a,b&since=first" : "GET /sse?topics=b,a&coalesce=1",
            "");
        char byte;
        if (i % 3 == 0)
            assert_int_equal(recv(fd, &byte, 1, 0), 1);
        publish(&house, "a", "x");
        hang_up(fd);
    }
    await_figure(&house.stats.connections, 0);
    house_close(&house);
}

static void test_half_closed_pipeline(void **state)
{
    (void)state;
    static char text[64 * 1024], big[40000];
    size_t len = 0;
    memset(big, 'x', sizeof(big) - 1);
    house_open(&house);
    publish(&house, "t", big);
    /* Far more than the server lets wait unsent: what was asked for is answered all the same.
     */
    for (int i = 0; i < 400; i++)
        len += (size_t)sprintf(text + len, "GET /short_poll/t HTTP/1.1\r\n"
                                           "Host: localhost\r\n\r\n");
    int fd = dial_with(&house, 4096);
    say(fd, text);
    shutdown(fd, SHUT_WR);
    size_t total = 0;
    for (ssize_t got = 1; got > 0; total += (size_t)(got > 0 ? got : 0))
        got = recv(fd, house.received, sizeof(house.received), 0);
    assert_true(total > 400 * (sizeof(big) - 1));
    assert_int_equal(counter_read(&stats_of(&house, "short_poll")->answers), 400);
    close(fd);
    house_close(&house);
}

/* ---- deadlines ----------------------------------------------------------------------------
 */

static long resident_pages(void)
{
    long size, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    assert_int_equal(fscanf(statm, "%ld %ld", &size, &resident), 2);
    fclose(statm);
    return resident;
}

static void test_late_head(void **state)
{
    (void)state;
    house.options.head_timeout_ms = 200;
    house_open(&house);
    int fd = dial(&house);
    say(fd, "GET / HT");
    assert_true(hear(&house, fd, "HTTP/1.1 408 "));
    /* What still comes is dropped and not kept. */
    static char more[1 << 20];
    long before = resident_pages();
    for (int i = 0; i < 64; i++)
        if (send(fd, more, sizeof(more), MSG_NOSIGNAL) <= 0)
            break;
    assert_true((resident_pages() - before) * sysconf(_SC_PAGESIZE) < 16 << 20);
    close(fd);
    house_close(&house);
}

/* The time for a head runs from its own accept, however long the worker slept before. */
static void test_head_after_idle_time(void **state)
{
    (void)state;
    house.options.head_timeout_ms = 400;
    house_open(&house);
    for (int i = 0; i < 3; i++) {
        poll(NULL, 0, 700);
        int fd = dial(&house);
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 200), 0);
        ask(fd, "GET /short_poll/t", "");
        assert_true(hear(&house, fd, "\"messages\":[]"));
        close(fd);
    }
    house_close(&house);
}

/* ---- limits -------------------------------------------------------------------------------
 */

static void test_topic_limit(void **state)
{
    (void)state;
    house.options.topics_limit = 1;
    house_open(&house);
    publish(&house, "only", "x");
    int fd = dial_and_ask(&house, "GET /short_poll/other");
    assert_true(hear(&house, fd, "HTTP/1.1 503 "));
    close(fd);
    fd = dial_and_ask(&house, "GET /sse/other"); /* a refused EventSource never comes back */
    assert_true(hear(&house, fd, "retry: 5000\n\n"));
    assert_ptr_equal(strstr(house.received, "HTTP/1.1 200 "), house.received);
    assert_true(hear_end(&house, fd));
    close(fd);
    house_close(&house);
}

/* ---- pages, through libevhtp --------------------------------------------------------------
 */

static void test_pages(void **state)
{
    (void)state;
    house_open(&house);
    for (int i = 0; i < 100; i++) { /* enough for a page that does not fit into the buffers */
        char name[16];
        snprintf(name, sizeof(name), "topic-%d", i);
        publish(&house, name, "x");
    }
    for (int i = 0; i < 200; i++) {
        int fd = dial_with(&house, 2048);
        ask(fd, "GET /topics", "");
        if (i % 4 == 0)
            assert_true(hear(&house, fd, "HTTP/1.1 200 OK\r\n"));
        if (i % 2)
            hang_up(fd);
        else
            close(fd);
    }
    int keeps = dial(&house);
    for (int i = 0; i < 20; i++) {
        ask(keeps, "GET /topics", "");
        assert_true(hear(&house, keeps, "]\n"));
    }
    close(keeps);
    await_figure(&house.stats.connections, 0);
    int slow[8];
    for (int i = 0; i < 8; i++) { /* shutting down finds them lent */
        slow[i] = dial_with(&house, 2048);
        ask(slow[i], "GET /topics", "");
    }
    house.options.drain_ms = 200;
    assert_true(house_close(&house) < 3000);
    for (int i = 0; i < 8; i++)
        close(slow[i]);
}

/* ---- the end ------------------------------------------------------------------------------
 */

static void test_drain(void **state)
{
    (void)state;
    static char big[100000];
    memset(big, 'x', sizeof(big) - 1);
    house.options.drain_ms = 700;
    house_open(&house);
    int sse = dial_and_ask(&house, "GET /sse/t");
    assert_true(hear(&house, sse, "retry: "));
    int held = dial_and_ask(&house, "GET /long_poll/t?since=now");
    int websocket = dial(&house), idle = dial(&house), half = dial(&house);
    ask(websocket, "GET /websocket/t", upgrade);
    assert_true(hear(&house, websocket, "\r\n\r\n"));
    say(half, "GET /sse/t HT");
    int stalled = dial_with(&house, 2048);
    ask(stalled, "GET /sse/big?since=first", "");
    assert_true(hear(&house, stalled, "retry: "));
    for (int i = 0; i < 100; i++)
        publish(&house, "big", big);
    await_figure(&stats_of(&house, "sse")->subscribers, 2);
    await_figure(&stats_of(&house, "long_poll")->subscribers, 1);
    assert_in_range(house_close(&house), 500, 3000); /* held up by the stalled one only */
    assert_true(hear(&house, sse, "event: bye"));
    assert_true(hear(&house, held, "\"messages\":[]"));
    assert_true(hear(&house, websocket, "\x03\xe9"));
    close(sse), close(held), close(websocket), close(idle), close(half), close(stalled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_transport, set_up),
        cmocka_unit_test_setup(test_publish_behind_held_poll, set_up),
        cmocka_unit_test(test_a_window_that_is_over_stays_due),
        cmocka_unit_test_setup(test_limits_do_not_share, set_up),
        cmocka_unit_test_setup(test_stream_behind_many_answers, set_up),
        cmocka_unit_test_setup(test_overtaken_in_window, set_up),
        cmocka_unit_test_setup(test_resets, set_up),
        cmocka_unit_test_setup(test_half_closed_pipeline, set_up),
        cmocka_unit_test_setup(test_late_head, set_up),
        cmocka_unit_test_setup(test_head_after_idle_time, set_up),
        cmocka_unit_test_setup(test_topic_limit, set_up),
        cmocka_unit_test_setup(test_pages, set_up),
        cmocka_unit_test_setup(test_drain, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
