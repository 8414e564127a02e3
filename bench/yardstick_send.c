/* SPDX-License-Identifier: MIT */
#include "yardstick_send.h"

#include "server_process.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BACKLOG = 4096, BATCH = 256, CONTROL_SIZE = 1 << 20, REQUEST_SIZE = 16 * 1024 };

/* ---- the process ------------------------------------------------------------------------- */

struct peer {
    int fd;
    bool greeted;
    bool waits;     /* polls: a request has not been answered yet */
    uint64_t given; /* polls: frames */
};

struct bare {
    int epoll_fd, listen_fd, control_fd;
    bool polls;
    struct slice welcome;
    struct peer *peers; /* by descriptor */
    int *fds;           /* of those greeted, for the loop */
    unsigned count, capacity;
    struct bytes **frames; /* polls: all that were published, since each is asked for in turn */
    uint64_t published, frames_capacity;
    char *pending; /* of the control socket */
    size_t pending_len;
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

static void on_request(struct bare *bare, int fd)
{
    char request[REQUEST_SIZE];
    ssize_t got = recv(fd, request, sizeof(request), MSG_DONTWAIT);
    if (got <= 0 || !bare->peers) {
        forget(bare, fd);
        return;
    }
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

/* Frames come as a length and the bytes. */
static void on_control(struct bare *bare)
{
    ssize_t got = recv(bare->control_fd, bare->pending + bare->pending_len,
                       CONTROL_SIZE - bare->pending_len, 0);
    if (got <= 0)
        _exit(EXIT_SUCCESS);
    bare->pending_len += (size_t)got;
    size_t at = 0;
    uint32_t len;
    while (bare->pending_len - at >= sizeof(len)) {
        memcpy(&len, bare->pending + at, sizeof(len));
        if (bare->pending_len - at - sizeof(len) < len)
            break;
        publish(bare, (struct slice){bare->pending + at + sizeof(len), len});
        at += sizeof(len) + len;
    }
    memmove(bare->pending, bare->pending + at, bare->pending_len - at);
    bare->pending_len -= at;
}

static void run(struct bare *bare)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGTERM, SIG_DFL);
    bare->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bare->pending = grow(NULL, CONTROL_SIZE);
    watch(bare, bare->listen_fd);
    watch(bare, bare->control_fd);
    for (;;) {
        struct epoll_event events[BATCH];
        int count = epoll_wait(bare->epoll_fd, events, BATCH, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == bare->listen_fd)
                accept_one(bare);
            else if (fd == bare->control_fd)
                on_control(bare);
            else
                on_request(bare, fd);
        }
    }
}

/* ---- its owner --------------------------------------------------------------------------- */

static int open_listener(struct endpoint *ret_endpoint)
{
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* inherited, as in pushlab */
    if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        close(fd);
        return -1;
    }
    endpoint_local(ntohs(address.sin_port), ret_endpoint);
    return fd;
}

bool yardstick_start(struct slice welcome, bool polls, struct yardstick *ret_yardstick)
{
    struct yardstick yardstick = {.control_fd = -1};
    int ends[2], listen_fd = open_listener(&yardstick.endpoint);
    if (listen_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        perror("pushbench: cannot open the yardstick's sockets");
        return false;
    }
    yardstick.control_fd = ends[0];
    yardstick.pid = fork();
    if (yardstick.pid == 0) {
        struct bare bare = {
            .listen_fd = listen_fd, .control_fd = ends[1], .welcome = welcome, .polls = polls};
        close(ends[0]);
        run(&bare);
    }
    close(listen_fd);
    close(ends[1]);
    if (yardstick.pid > 0)
        process_guard(yardstick.pid);
    *ret_yardstick = yardstick;
    return yardstick.pid > 0;
}

bool yardstick_publish(struct yardstick *yardstick, struct slice frame)
{
    uint32_t len = (uint32_t)frame.len;
    struct iovec parts[] = {{&len, sizeof(len)}, {(void *)frame.at, frame.len}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    return sendmsg(yardstick->control_fd, &message, MSG_NOSIGNAL) ==
           (ssize_t)(sizeof(len) + frame.len);
}

void yardstick_stop(struct yardstick *yardstick)
{
    if (yardstick->pid <= 0)
        return;
    close(yardstick->control_fd);
    kill(yardstick->pid, SIGTERM);
    waitpid(yardstick->pid, NULL, 0);
    process_unguard(yardstick->pid);
    yardstick->pid = 0;
}
