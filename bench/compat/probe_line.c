/* SPDX-License-Identifier: MIT */
#include "probe_line.h"

#include "../progress.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* A peer that never rests is left alone now and then: who reads it has a clock to look at. */
enum { READ_SIZE = 16 * 1024, PUMP_LIMIT = 256 * 1024 };

int probe_line_open(struct probe_line *line, const struct endpoint *endpoint,
                    const struct way *way)
{
    probe_line_close(line);
    line->begun_ns = now_ns();
    if (way && way->name[0]) {
        line->cover = cover_create(way);
        if (!line->cover)
            return -ENOMEM;
    }
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
    cover_destroy(line->cover);
    builder_finish(&line->sealed);
    builder_finish(&line->out);
    builder_finish(&line->in);
    *line = (struct probe_line){.fd = -1, .connect_us = line->connect_us};
}

const char *probe_line_trouble(const struct probe_line *line)
{
    return line->cover ? cover_trouble(line->cover) : "";
}

void probe_line_send(struct probe_line *line, struct slice bytes)
{
    builder_add_slice(&line->out, bytes);
}

short probe_line_events(const struct probe_line *line)
{
    bool waits = line->cover && line->connecting; /* to be let in: until then out stays */
    bool sends = !line->reached || builder_len(&line->sealed) > 0 ||
                 (!waits && builder_len(&line->out) > 0);
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
    line->reached = true;
    line->connecting = line->cover != NULL;
    line->connect_us = (now_ns() - line->begun_ns) / 1000;
    return 1;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static int send_queued(struct probe_line *line)
{
    int end = line->cover ? cover_seal(line->cover, &line->out, &line->sealed) : 0;
    struct builder *queue = line->cover ? &line->sealed : &line->out;
    struct slice bytes = builder_slice(queue);
    if (bytes.len == 0)
        return end;
    ssize_t sent = send(line->fd, bytes.at, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? end : -errno;
    builder_drop_front(queue, (size_t)sent);
    return end;
}

/* Gives what came to whom it is for. 0 or an end. */
static int open_cover(struct probe_line *line, struct slice came)
{
    if (!line->cover) {
        builder_add_slice(&line->in, came);
        return 0;
    }
    int end = cover_open(line->cover, came, &line->in);
    line->connecting = !cover_is_ready(line->cover);
    return end;
}

static int receive(struct probe_line *line)
{
    char room[READ_SIZE];
    size_t before = builder_len(&line->in), taken = 0;
    int end = 0;
    while (end == 0 && taken < PUMP_LIMIT) {
        ssize_t got = recv(line->fd, room, sizeof(room), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (got > 0) {
            end = open_cover(line, (struct slice){room, (size_t)got});
            taken += (size_t)got;
        } else {
            end = got == 0 ? -EPIPE : -errno;
        }
    }
    if (end == 0)
        return builder_len(&line->in) > before;
    if (line->cover)
        cover_end(line->cover);
    return end;
}

static bool is_overfull(const struct probe_line *line)
{
    return builder_len(&line->in) > PROBE_LINE_LIMIT ||
           builder_len(&line->out) > PROBE_LINE_LIMIT || line->in.failed || line->out.failed;
}

int probe_line_pump(struct probe_line *line)
{
    if (!line->reached) {
        int result = finish_connecting(line);
        if (result <= 0)
            return result;
    }
    /* What a peer has said before it left is worth reading, so an error of sending waits. */
    int sent = send_queued(line), got = receive(line);
    /* Coming bytes may have opened the way for those that waited. */
    if (line->cover && sent == 0 && got >= 0)
        sent = send_queued(line);
    if (is_overfull(line))
        return -EMSGSIZE;
    return got < 0 || sent == 0 ? got : sent;
}
