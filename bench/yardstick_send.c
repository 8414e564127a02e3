/* SPDX-License-Identifier: MIT */
#include "yardstick_send.h"

#include "server_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH = 256, REQUEST_SIZE = 128 * 1024 };

/* ---- the process ------------------------------------------------------------------------- */

struct peer {
    int fd;
    bool greeted;
    bool waits;     /* polls: a request has not been answered yet */
    uint64_t given; /* polls: frames */
};

struct bare {
    int epoll_fd, listen_fd;
    bool polls;
    struct slice welcome;
    struct peer *peers; /* by descriptor */
    int *fds;           /* of those greeted, for the loop */
    unsigned count, capacity;
    struct bytes **frames; /* polls: all that were published, since each is asked for in turn */
    uint64_t published, frames_capacity;
    char request[REQUEST_SIZE];
};

static void *grow(void *memory, size_t size)
{
    void *grown = realloc(memory, size);
    if (!grown)
        _exit(EXIT_FAILURE);
    return grown;
}

static void give(int fd, const void *bytes, size_t len)
{
    /* A short write would mean that a client has stopped reading: no yardstick then. */
    if (send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len && errno != EPIPE &&
        errno != ECONNRESET)
        _exit(EXIT_FAILURE);
}

static void watch(struct bare *bare, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(bare->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void accept_one(struct bare *bare)
{
    int fd = accept4(bare->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if ((unsigned)fd >= bare->capacity) {
        bare->capacity = (unsigned)fd * 2 + 64;
        bare->peers = grow(bare->peers, bare->capacity * sizeof(struct peer));
        bare->fds = grow(bare->fds, bare->capacity * sizeof(int));
    }
    bare->peers[fd] = (struct peer){.fd = fd};
    watch(bare, fd);
}

static void answer_poll(struct bare *bare, struct peer *peer)
{
    struct bytes *frame = bare->frames[peer->given++];
    peer->waits = false;
    give(peer->fd, frame->data, frame->len);
}

static void forget(struct bare *bare, int fd)
{
    for (unsigned i = 0; i < bare->count; i++)
        if (bare->fds[i] == fd)
            bare->fds[i] = bare->fds[--bare->count];
    close(fd);
}

static void on_subscriber(struct bare *bare, int fd)
{
    struct peer *peer = &bare->peers[fd];
    if (!peer->greeted) {
        peer->greeted = true;
        peer->given = bare->published;
        bare->fds[bare->count++] = fd;
        if (bare->welcome.len)
            give(fd, bare->welcome.at, bare->welcome.len);
    }
    peer->waits = true;
    if (bare->polls && peer->given < bare->published)
        answer_poll(bare, peer);
}

static void keep_frame(struct bare *bare, struct slice frame)
{
    if (bare->published == bare->frames_capacity) {
        bare->frames_capacity = bare->frames_capacity * 2 + 64;
        bare->frames = grow(bare->frames, bare->frames_capacity * sizeof(*bare->frames));
    }
    bare->frames[bare->published] = bytes_create(frame.at, frame.len);
}

static void publish(struct bare *bare, struct slice frame)
{
    if (bare->polls)
        keep_frame(bare, frame);
    bare->published++;
    if (!bare->polls) {
        for (unsigned i = 0; i < bare->count; i++)
            give(bare->fds[i], frame.at, frame.len);
        return;
    }
    for (unsigned i = 0; i < bare->count; i++)
        if (bare->peers[bare->fds[i]].waits)
            answer_poll(bare, &bare->peers[bare->fds[i]]);
}

/*
 * One frame: its length, then the bytes. It is acknowledged before it is sent on, as pushlab
 * answers a publisher before it delivers: so the publishers of both find the server at the same
 * work, and wake their own process as often.
 */
static void on_publisher(struct bare *bare, int fd, size_t got)
{
    uint32_t len = 0;
    if (got >= sizeof(len))
        memcpy(&len, bare->request, sizeof(len));
    if (got < sizeof(len) || len > REQUEST_SIZE - sizeof(len))
        _exit(EXIT_FAILURE);
    size_t missing = sizeof(len) + len - got;
    if (missing && recv(fd, bare->request + got, missing, MSG_WAITALL) != (ssize_t)missing)
        _exit(EXIT_FAILURE);
    give(fd, "", 1);
    publish(bare, (struct slice){bare->request + sizeof(len), len});
}

/* Subscribers begin with a GET, publishers with a length that is less than those four bytes. */
static void on_readable(struct bare *bare, int fd)
{
    ssize_t got = recv(fd, bare->request, sizeof(bare->request), MSG_DONTWAIT);
    if (got <= 0)
        forget(bare, fd);
    else if (memcmp(bare->request, "GET ", 4) == 0)
        on_subscriber(bare, fd);
    else
        on_publisher(bare, fd, (size_t)got);
}

static void run(struct bare *bare)
{
    bare->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    watch(bare, bare->listen_fd);
    for (;;) {
        struct epoll_event events[BATCH];
        int count = epoll_wait(bare->epoll_fd, events, BATCH, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == bare->listen_fd)
                accept_one(bare);
            else
                on_readable(bare, fd);
        }
    }
}

/* ---- its owner --------------------------------------------------------------------------- */

bool yardstick_start(struct slice welcome, bool polls, struct yardstick *ret_yardstick)
{
    struct yardstick yardstick = {.pid = 0};
    int listen_fd = endpoint_listen(&yardstick.endpoint);
    if (listen_fd < 0) {
        fprintf(stderr, "pushbench: cannot open the yardstick's socket: %s\n",
                strerror(-listen_fd));
        return false;
    }
    yardstick.pid = process_fork();
    if (yardstick.pid == 0) {
        struct bare bare = {.listen_fd = listen_fd, .welcome = welcome, .polls = polls};
        run(&bare);
    }
    close(listen_fd);
    if (yardstick.pid > 0)
        process_guard(yardstick.pid);
    *ret_yardstick = yardstick;
    return yardstick.pid > 0;
}

void yardstick_stop(struct yardstick *yardstick)
{
    if (yardstick->pid <= 0)
        return;
    kill(yardstick->pid, SIGTERM);
    waitpid(yardstick->pid, NULL, 0);
    process_unguard(yardstick->pid);
    yardstick->pid = 0;
}

/* ---- its publishers ---------------------------------------------------------------------- */

static void ask(struct client *client, struct builder *out)
{
    const uint32_t len = (uint32_t)client->body.len;
    builder_add(out, (const char *)&len, sizeof(len));
    builder_add_slice(out, client->body);
}

/* Each byte acknowledges one frame. */
static ssize_t read_acknowledgements(struct client *client, char *bytes, size_t len,
                                     const struct client_sink *sink)
{
    (void)bytes;
    for (size_t i = 0; i < len; i++)
        client_tell(client, sink, CLIENT_PUBLISHED);
    return (ssize_t)len;
}

const struct client_kind yardstick_publisher = {
    .name = "yardstick_publisher",
    .reads = READS_NOW,
    .ask = ask,
    .read = read_acknowledgements,
};
