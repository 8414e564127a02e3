/* SPDX-License-Identifier: MIT
 *
 * Memory runs out once, at the first, the second, the third … allocation of everything that a
 * server does for its clients, until there is no further one. One connection may be lost by it,
 * and nothing else. The linker puts our malloc in the place of the core's.
 */
#include "one_worker.h"

#include <limits.h>
#include <stdatomic.h>

static atomic_int countdown; /* allocations left until one fails; none does below 1 */
static atomic_bool fired;
static pthread_t test_thread;
static struct house house;

static bool fails(void)
{
    if (pthread_equal(pthread_self(), test_thread) || atomic_load(&countdown) < 1)
        return false;
    if (atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    atomic_store(&fired, true);
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

/* ---- what clients do ----------------------------------------------------------------------
 */

static const char upgrade[] = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Protocol: pushlab.json\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/* The text comes, or the connection ends; it is never left hanging. */
static bool hear_or_lose(int fd, const char *text)
{
    bool heard = hear(&house, fd, text);
    assert_false(house.late);
    return heard;
}

static void ask_once(const char *text, const char *expected)
{
    int fd = dial(&house);
    say(fd, text);
    hear_or_lose(fd, expected);
    close(fd);
}

static void poll_held(unsigned coalesce_ms)
{
    char line[64];
    uint64_t before = counter_read(&stats_of(&house, "long_poll")->subscriptions);
    snprintf(line, sizeof(line), "GET /long_poll/u?since=now&coalesce=%u", coalesce_ms);
    int fd = dial(&house);
    ask(fd, line, "Connection: close\r\n");
    struct pollfd answered = {.fd = fd, .events = POLLIN};
    while (counter_read(&stats_of(&house, "long_poll")->subscriptions) == before &&
           poll(&answered, 1, 1) == 0)
        ;
    publish(&house, "u", "news");
    hear_or_lose(fd, "}]}");
    close(fd);
}

/* Masked with zeros, a frame shows what it says. */
static void say_frame(int fd, const char *text)
{
    char frame[256] = {(char)0x81, (char)(0x80 | strlen(text))};
    memcpy(frame + 6, text, strlen(text));
    send(fd, frame, 6 + strlen(text), MSG_NOSIGNAL);
}

static void converse(const char *extensions)
{
    char headers[512];
    snprintf(headers, sizeof(headers), "%s%s", upgrade, extensions);
    int fd = dial(&house);
    ask(fd, "GET /websocket/t", headers);
    if (hear_or_lose(fd, "\r\n\r\n")) {
        say_frame(fd, "{\"subscribe\":{\"topic\":\"u\",\"since\":\"first\"},\"ref\":1}");
        say_frame(fd, "{\"publish\":{\"topic\":\"u\",\"data\":\"spoken\"},\"ref\":2}");
        say_frame(fd, "{\"publish\":{\"topic\":\"u\",\"type\":\"binary\",\"data\":\"AAAA\"}}");
        say_frame(fd, "{\"unsubscribe\":\"t\"}");
        send(fd, "\x88\x80\0\0\0\0", 6, MSG_NOSIGNAL);
        hear_or_lose(fd, "never said");
    }
    close(fd);
}

#define ONCE "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"

static void do_everything(void)
{
    ask_once("POST /publish/t " ONCE "Content-Length: 3\r\n\r\nabc", "\r\n\r\n");
    ask_once("GET /short_poll/t?since=first " ONCE ""
             "Origin: http://localhost\r\n\r\n",
             "\r\n\r\n");
    ask_once("GET /short_poll?topics=t,u,w&since=first " ONCE "\r\n", "\r\n\r\n");
    poll_held(0);
    poll_held(20);
    ask_once("GET /sse/u?since=first " ONCE "\r\n", "data: ");
    ask_once("GET /sse?topics=t,u&since=-1 " ONCE "\r\n", "data: ");
    ask_once("HEAD /sse/t " ONCE "\r\n", "\r\n\r\n");
    ask_once("GET /nowhere " ONCE "\r\n", "\r\n\r\n");
    ask_once("nonsense\r\n\r\n", "\r\n\r\n");
    converse("");
    converse("Sec-WebSocket-Extensions: permessage-deflate\r\n");
}

static int dial_bystander(void)
{
    int fd = dial_and_ask(&house, "GET /sse/t");
    assert_true(hear(&house, fd, "retry: "));
    return fd;
}

static void test_every_allocation(void **state)
{
    (void)state;
    int n = 0, lost = 0;
    test_thread = pthread_self();
    house_options(&house);
    house.options.history_count = 20;
    house_open(&house);
    int bystander = dial_bystander();
    do {
        char end[32];
        atomic_store(&fired, false);
        atomic_store(&countdown, ++n);
        do_everything();
        atomic_store(&countdown, 0);
        snprintf(end, sizeof(end), "end-%d", n);
        publish(&house, "t", end);
        if (!hear_or_lose(bystander, end)) {
            /* It was the one. */
            lost++;
            close(bystander);
            bystander = dial_bystander();
        } else if (!strstr(house.received, "data: abc")) {
            /* Then the publish itself must have been the one that failed. */
            lost++;
        }
    } while (atomic_load(&fired));
    assert_true(n > 50 && lost < n / 2);
    close(bystander);
    house_close(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
