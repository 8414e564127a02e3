/* SPDX-License-Identifier: MIT */
#include "../../server/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct options options;
static struct listeners listeners;

static bool find(const char *text)
{
    /* What is said about it is for people. */
    int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    options_default(&options);
    options.listen = (struct option_list){.items = {text}, .count = 1};
    dup2(nowhere, STDERR_FILENO);
    bool found = listeners_find(&options, &listeners);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(nowhere);
    return found;
}

static unsigned port_of(unsigned which)
{
    return ntohs(((const struct sockaddr_in *)&listeners.addresses[which])->sin_port);
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "8765",        "localhost",   "localhost:", "localhost:http x",
        "127.0.0.1:x", "256.0.0.1:0", "",           "[::1:0"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(find(bad[i]));
}

static void test_free_port(void **state)
{
    (void)state;
    char expected[32];
    assert_true(find("127.0.0.1:0"));
    assert_int_equal(listeners.count, 1);
    assert_true(listeners.loopback);
    assert_int_not_equal(port_of(0), 0);
    snprintf(expected, sizeof(expected), "127.0.0.1:%u", port_of(0));
    assert_string_equal(listeners.shown, expected);
    assert_true(find("0.0.0.0:0"));
    assert_false(listeners.loopback);
}

static void test_localhost(void **state)
{
    (void)state;
    assert_true(find("localhost:0"));
    assert_in_range(listeners.count, 1, 2); /* a machine without IPv6 has one */
    assert_true(listeners.loopback);
    for (unsigned i = 0; i < listeners.count; i++)
        assert_int_equal(port_of(i), port_of(0));
    assert_memory_equal(listeners.shown, "localhost:", 10);
}

static void test_a_socket_for_each_worker(void **state)
{
    (void)state;
    int first[OPTION_LIST_LIMIT], second[OPTION_LIST_LIMIT];
    assert_true(find("127.0.0.1:0"));
    assert_int_equal(listeners_open(&listeners, &options, first), 0);
    assert_int_equal(listeners_open(&listeners, &options, second), 0);
    assert_true(fcntl(first[0], F_GETFD) & FD_CLOEXEC);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&listeners.addresses[0], listeners.lens[0]),
                     0);
    close(fd);
    /* Now it is held, and not to be shared with another program, willing as it may be. */
    char text[64];
    snprintf(text, sizeof(text), "%s", listeners.shown);
    assert_false(find(text));
    close(first[0]);
    assert_false(find(text));
    close(second[0]);
    assert_true(find(text));
}

static void test_open_fails_whole(void **state)
{
    (void)state;
    int fds[OPTION_LIST_LIMIT];
    assert_true(find("127.0.0.1:0"));
    listeners.addresses[1] = listeners.addresses[0];
    ((struct sockaddr_in *)&listeners.addresses[1])->sin_addr.s_addr = htonl(0xC0000201);
    listeners.lens[1] = listeners.lens[0];
    listeners.count = 2;
    int before = dup(0);
    assert_true(listeners_open(&listeners, &options, fds) < 0); /* 192.0.2.1 is not ours */
    int after = dup(0);
    assert_int_equal(after, before + 1);
    close(after);
    close(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_free_port),
        cmocka_unit_test(test_localhost),
        cmocka_unit_test(test_a_socket_for_each_worker),
        cmocka_unit_test(test_open_fails_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
