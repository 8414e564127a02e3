/* SPDX-License-Identifier: MIT */
#include "link_parts.h"

#include <errno.h>
#include <sys/socket.h>

enum {
    READ_SIZE = 16 * 1024,
    RESUME_BYTES = 64 * 1024, /* fewer wait for the client: pipelined requests go on */
};

/* ---- bytes ------------------------------------------------------------------------------- */

static size_t held(const struct link *link, unsigned way)
{
    return link->pipes[way].held + (link->http ? http_held(link->http, way) : 0);
}

size_t link_held(const struct link *link)
{
    return held(link, WAY_UP) + held(link, WAY_DOWN);
}

static size_t room(const struct link *link, unsigned way)
{
    uint64_t limit = link->door->faults.limit;
    size_t used = held(link, way);
    return used < limit ? (size_t)limit - used : 0;
}

static void await_bytes(struct link *link)
{
    if (link->state != LINK_OPEN)
        return;
    end_await_bytes(&link->client, !link->ended[WAY_UP] && room(link, WAY_UP));
    end_await_bytes(&link->server,
                    link->server.connected && !link->ended[WAY_DOWN] && room(link, WAY_DOWN));
}

static void flush(struct link *link, unsigned way)
{
    struct pipe *pipe = &link->pipes[way];
    uint64_t before = pipe->passed;
    if (link->state != LINK_OPEN)
        return;
    enum pipe_outcome outcome = pipe_flush(pipe);
    if (pipe->passed != before) {
        link->last_us = now_us();
        link->door->counts.bytes[way] += pipe->passed - before;
    }
    if (outcome == PIPE_BROKEN)
        link_die(link, true);
    else if (outcome == PIPE_RESETS)
        link_act(link, ACT_RESET);
    else if (outcome == PIPE_FREEZES)
        link_act(link, ACT_FREEZE);
}

static void push(struct link *link, unsigned way, struct builder *bytes)
{
    uint64_t random = relay_random(link->door->relay);
    if (bytes->failed || !pipe_push(&link->pipes[way], builder_slice(bytes), random))
        link_die(link, true);
    builder_truncate(bytes, 0);
}

static void end(struct link *link, unsigned way)
{
    if (!pipe_end(&link->pipes[way], relay_random(link->door->relay)))
        link_die(link, true);
}

/* Moves what came out of HTTP into the pipes. */
static void take_output(struct link *link)
{
    struct http_output *output = http_fault_output(link->http);
    if (output->server_done) {
        output->server_done = false;
        end_close(&link->server, false);
        pipe_clear(&link->pipes[WAY_UP]);
    }
    if (link->server.fd < 0 && (builder_len(&output->up) || output->connects))
        link_connect(link);
    if (link->state != LINK_OPEN)
        return;
    push(link, WAY_UP, &output->up);
    push(link, WAY_DOWN, &output->down);
    if (link->ended[WAY_UP] && !http_held(link->http, WAY_UP)) {
        end(link, WAY_UP);
        output->client_done |= link->server.fd < 0; /* nothing is under way */
    }
    if (output->client_done)
        end(link, WAY_UP);
    if (output->client_done || output->down_done)
        end(link, WAY_DOWN);
}

/* Everything that can go on now does. */
void link_run(struct link *link)
{
    bool again = true;
    while (again && link->state == LINK_OPEN) {
        again = false;
        if (link->http)
            take_output(link);
        flush(link, WAY_UP);
        flush(link, WAY_DOWN);
        if (link->state == LINK_OPEN && link->http && http_held(link->http, WAY_UP) &&
            link->pipes[WAY_DOWN].held < RESUME_BYTES) {
            struct http_output *output = http_fault_output(link->http);
            if (!http_from_client(link->http, (struct slice){"", 0}, now_us()))
                link_die(link, true);
            again = builder_len(&output->up) || builder_len(&output->down);
        }
    }
    if (link->pipes[WAY_UP].finished && link->pipes[WAY_DOWN].finished) {
        if (link->ended[WAY_UP])
            link_die(link, false);
        else
            link_close(link); /* what the client still sends must not reset what it got */
    }
    await_bytes(link);
}

static void take_bytes(struct link *link, unsigned way, struct slice bytes)
{
    bool good;
    if (!link->http)
        good = pipe_push(&link->pipes[way], bytes, relay_random(link->door->relay));
    else if (way == WAY_UP)
        good = http_from_client(link->http, bytes, link->last_us);
    else
        good = http_from_server(link->http, bytes, link->last_us);
    if (!good)
        link_die(link, true);
}

static void take_end(struct link *link, unsigned way)
{
    link->ended[way] = true;
    if (!link->http)
        end(link, way);
    else if (way == WAY_DOWN && !http_server_ended(link->http, link->last_us))
        link_die(link, true);
}

static void on_bytes(struct link *link, struct end *from, unsigned way)
{
    char bytes[READ_SIZE];
    size_t wanted = room(link, way) < sizeof(bytes) ? room(link, way) : sizeof(bytes);
    if (link->state == LINK_FORGOTTEN) {
        end_close(from, true);
        link_lost_end(link);
        return;
    }
    if (link->state == LINK_CLOSING)
        wanted = sizeof(bytes);
    ssize_t got = recv(from->fd, bytes, wanted, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (link->state == LINK_CLOSING) {
        if (got <= 0)
            end_close(from, false);
        link_lost_end(link);
        return;
    }
    if (got < 0) { /* a reset of one side is one of the other */
        link_die(link, true);
        return;
    }
    link->last_us = now_us();
    if (got == 0)
        take_end(link, way);
    else
        take_bytes(link, way, (struct slice){bytes, (size_t)got});
    link_run(link);
}

/* ---- what the loop calls ----------------------------------------------------------------- */

static void on_client_in(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct link *link = arg;
    on_bytes(link, &link->client, WAY_UP);
}

static void on_server_in(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct link *link = arg;
    on_bytes(link, &link->server, WAY_DOWN);
}

static void on_client_out(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    link_run(arg);
}

static void on_server_out(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct link *link = arg;
    if (!link->server.connected) {
        int error = 0;
        socklen_t size = sizeof(error);
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        link->server.connected = error == 0;
        if (error)
            link_connect_failed(link);
        else if (link->http && http_fault_output(link->http)->connects &&
                 !http_connected(link->http))
            link_die(link, true);
    }
    link_run(link);
}

static void on_client_closed(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct link *link = arg;
    link->client.gone = true;
    link_lost_end(link);
}

static void on_server_closed(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct link *link = arg;
    link->server.gone = true;
    link_lost_end(link);
}

static const struct end_calls client_calls = {on_client_in, on_client_out, on_client_closed};
const struct end_calls link_server_calls = {on_server_in, on_server_out, on_server_closed};

static void on_pipe_due(void *arg)
{
    link_run(arg);
}

void link_open_client(struct link *link, int fd)
{
    struct relay *relay = link->door->relay;
    struct end *const ends[WAYS] = {[WAY_UP] = &link->server, [WAY_DOWN] = &link->client};
    link->server.fd = -1;
    end_open(&link->client, relay->base, fd, true, &client_calls, link);
    for (unsigned way = 0; way < WAYS; way++)
        pipe_init(&link->pipes[way], ends[way], &link->door->faults.ways[way], &relay->alarms,
                  on_pipe_due, link);
}
