/* SPDX-License-Identifier: MIT
 *
 * A whole server of one worker inside a test, on a free port, and a client that speaks to it
 * over sockets.
 */
#ifndef PUSHLAB_ONE_WORKER_H
#define PUSHLAB_ONE_WORKER_H

#include "../../server/listener.h"
#include "../../server/worker.h"
#include "../../transports/table.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PATIENCE_S = 10 };

struct house {
    struct options options;
    struct server server;
    struct listeners listeners;
    struct worker_stats stats;
    char received[1 << 20]; /* what the last reading call has read, ended by NUL */
    size_t received_len;
    bool late; /* the last reading call waited in vain */
};

static inline void house_options(struct house *house)
{
    memset(house, 0, sizeof(*house));
    options_default(&house->options);
    house->options.listen = (struct option_list){.items = {"127.0.0.1:0"}, .count = 1};
    house->options.workers = 1;
    house->options.lab = true;
}

/* Starts what house_options, and the test after it, have chosen. */
static inline void house_open(struct house *house)
{
    struct server *server = &house->server;
    const struct options *options = &house->options;
    const struct bus_limits limits = {
        .history = {options->history_count, options->history_age_ms * 1000,
                    options->history_bytes},
        .topics = options->topics_limit,
        .held_bytes = options->memory_limit,
    };
    *server = (struct server){.options = options, .worker_count = 1, .loopback = true};
    server->wants_uring = options->flush == FLUSH_URING;
    for (const struct transport *const *one = transport_table; *one; one++)
        server->transports[server->transport_count++] = *one;
    server->intake.limit = options->input_limit;
    memset(&house->stats, 0, sizeof(house->stats));
    server->worker_stats = &house->stats;
    server->peer_counts = calloc(PEER_BUCKETS, sizeof(atomic_uint));
    server->bus = bus_create(&limits);
    int fds[OPTION_LIST_LIMIT];
    assert_true(listeners_find(options, &house->listeners));
    assert_int_equal(listeners_open(&house->listeners, options, fds), 0);
    server->workers[0] = worker_create(server, 0, fds, house->listeners.count);
    assert_non_null(server->workers[0]);
    assert_int_equal(worker_start(server->workers[0]), 0);
}

/* Drains, and sees to it that nothing is left. How long it took, in milliseconds. */
static inline int64_t house_close(struct house *house)
{
    struct timespec from, to;
    struct server *server = &house->server;
    clock_gettime(CLOCK_MONOTONIC, &from);
    workers_drain(server, 1);
    worker_join(server->workers[0]);
    clock_gettime(CLOCK_MONOTONIC, &to);
    worker_destroy(server->workers[0]);
    assert_int_equal(server->connections, 0);
    assert_int_equal(server->intake.bytes, 0);
    for (unsigned i = 0; i < PEER_BUCKETS; i++)
        assert_int_equal(server->peer_counts[i], 0);
    assert_int_equal(counter_read(&house->stats.connections), 0);
    for (unsigned i = 0; i < TRANSPORTS_LIMIT; i++)
        assert_int_equal(counter_read(&house->stats.transports[i].subscribers), 0);
    bus_destroy(server->bus);
    free(server->peer_counts);
    return (int64_t)(to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
}

/* receive_buffer: 0 for the system's own. */
static inline int dial_with(const struct house *house, int receive_buffer)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (receive_buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    assert_int_equal(connect(fd, (const struct sockaddr *)&house->listeners.addresses[0],
                             house->listeners.lens[0]),
                     0);
    return fd;
}

static inline int dial(const struct house *house)
{
    return dial_with(house, 0);
}

static inline void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* A request with this start of its request line and further header lines. */
static inline void ask(int fd, const char *line, const char *headers)
{
    char text[8192];
    snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", line, headers);
    say(fd, text);
}

static inline int dial_and_ask(const struct house *house, const char *line)
{
    int fd = dial(house);
    ask(fd, line, "");
    return fd;
}

/* The kernel takes a closed ring (uring.h) down later, and then interrupts the thread that had
 * made it. */
static inline ssize_t receive(int fd, char *room, size_t size)
{
    ssize_t got;
    do {
        got = recv(fd, room, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Reads until the text has come (true), or the peer has closed or is too late (false). */
static inline bool hear(struct house *house, int fd, const char *text)
{
    house->received_len = 0;
    house->received[0] = '\0';
    while (!memmem(house->received, house->received_len, text, strlen(text))) {
        ssize_t got = receive(fd, house->received + house->received_len,
                              sizeof(house->received) - 1 - house->received_len);
        house->late = got < 0 && errno == EAGAIN;
        if (got <= 0)
            return false;
        house->received_len += (size_t)got;
        house->received[house->received_len] = '\0';
    }
    return true;
}

/* Reads and drops everything until the peer closes; false: it was reset, or does not close. */
static inline bool hear_end(struct house *house, int fd)
{
    ssize_t got;
    do {
        got = receive(fd, house->received, sizeof(house->received));
    } while (got > 0);
    return got == 0;
}

/* Into the log, from this thread. */
static inline void publish(struct house *house, const char *topic, const char *data)
{
    struct published published;
    struct message *message = message_create(MESSAGE_TEXT, (struct slice){0}, slice_of(data));
    assert_int_equal(bus_publish(house->server.bus, slice_of(topic), message, &published), 0);
}

static inline const struct transport_stats *stats_of(const struct house *house,
                                                     const char *transport)
{
    unsigned i = 0;
    while (strcmp(house->server.transports[i]->name, transport) != 0)
        i++;
    return &house->stats.transports[i];
}

/* Waits without sleeping for what another thread does. */
static inline void await_figure(const counter *figure, uint64_t value)
{
    for (int i = 0; i < PATIENCE_S * 1000 && counter_read(figure) != value; i++)
        poll(NULL, 0, 1);
    assert_int_equal(counter_read(figure), value);
}

/* Closes with a reset. */
static inline void hang_up(int fd)
{
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
               sizeof(struct linger));
    close(fd);
}

#endif
