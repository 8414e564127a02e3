/* SPDX-License-Identifier: MIT */
#include "probe_line.h"

#include "../progress.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { READ_SIZE = 16 * 1024 };

int probe_line_open(struct probe_line *line, const struct endpoint *endpoint)
{
    probe_line_close(line);
    line->begun_ns = now_ns();
    int fd = endpoint_connect(endpoint, 0, true);
    if (fd < 0)
        return fd;
    line->fd = fd;
    line->connecting = true;
    return 0;
}

void probe_line_close(struct probe_line *line)
{
    if (line->fd >= 0)
        close(line->fd);
    builder_finish(&line->out);
    builder_finish(&line->in);
    *line = (struct probe_line){.fd = -1, .connect_us = line->connect_us};
}

void probe_line_send(struct probe_line *line, struct slice bytes)
{
    builder_add_slice(&line->out, bytes);
}

short probe_line_events(const struct probe_line *line)
{
    bool sends = line->connecting || builder_len(&line->out) > 0;
    return (short)(sends ? POLLIN | POLLOUT : POLLIN);
}

void builder_drop_front(struct builder *builder, size_t len)
{
    struct builder rest = {0};
    struct slice all = builder_slice(builder);
    if (len == all.len) {
        builder_truncate(builder, 0);
        return;
    }
    builder_add(&rest, all.at + len, all.len - len);
    builder_finish(builder);
    *builder = rest;
}

void probe_line_took(struct probe_line *line, size_t len)
{
    if (len > 0)
        builder_drop_front(&line->in, len);
}

/* 1: connected; 0: not yet; a negative errno. */
static int finish_connecting(struct probe_line *line)
{
    struct pollfd waiting = {.fd = line->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof(error);
    if (poll(&waiting, 1, 0) == 0)
        return 0;
    getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error)
        return -error;
    line->connecting = false;
    line->connect_us = (now_ns() - line->begun_ns) / 1000;
    return 1;
}

static int send_queued(struct probe_line *line)
{
    struct slice bytes = builder_slice(&line->out);
    if (bytes.len == 0)
        return 0;
    ssize_t sent = send(line->fd, bytes.at, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    builder_drop_front(&line->out, (size_t)sent);
    return 0;
}

static int receive(struct probe_line *line)
{
    int came = 0;
    for (;;) {
        char *room = builder_reserve(&line->in, READ_SIZE);
        if (!room)
            return -ENOMEM;
        ssize_t got = recv(line->fd, room, READ_SIZE, MSG_DONTWAIT);
        if (got == 0)
            return -EPIPE;
        if (got < 0)
            return errno == EAGAIN || errno == EINTR ? came : -errno;
        builder_claim(&line->in, (size_t)got);
        came = 1;
    }
}

int probe_line_pump(struct probe_line *line)
{
    if (line->connecting) {
        int result = finish_connecting(line);
        if (result <= 0)
            return result;
    }
    /* What a peer has said before it left is worth reading, so an error of sending waits. */
    int sent = send_queued(line), got = receive(line);
    return got < 0 || sent == 0 ? got : sent;
}
