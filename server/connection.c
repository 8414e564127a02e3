/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include "advance.h"
#include "exchange.h"
#include "http.h"
#include "subscriber.h"
#include "tap.h"
#include "worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGER_MS = 2000,
    JOIN_MAX = 1024, /* a body this small is copied behind its head: one part to send */
    HELD_INPUT_LIMIT = 32 * 1024, /* pipelined behind a held poll */
};

static void on_readable(struct connection *connection);

/* ---- life -------------------------------------------------------------------------------- */

static struct connection *create(struct worker *worker, int take_fd, uint16_t peer_bucket)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (!connection) {
        close(take_fd);
        front_forget(worker->front, peer_bucket);
        return NULL;
    }
    connection->worker = worker;
    connection->stream.fd = take_fd;
    connection->events = EPOLLIN;
    connection->peer_bucket = peer_bucket;
    worker->connection_count++;
    counter_add(&worker->stats->connections, 1);
    return connection;
}

/* To be called once it is set up; there may be none any more. */
static void watch_first(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    connection->watched = true;
    if (poller_add(&connection->worker->poller, connection->stream.fd, connection->events,
                   connection) < 0)
        connection_close(connection);
}

void connection_create(struct worker *worker, int take_fd, uint16_t peer_bucket, bool refused)
{
    struct connection *connection = create(worker, take_fd, peer_bucket);
    if (!connection)
        return;
    connection->refused = refused;
    connection->hurried = true;
    if (worker->server->taps)
        taps_accepted(worker->server->taps, take_fd);
    connection_set_deadline(connection, connection_options(connection)->head_timeout_ms);
    /* The first request is often there by now, and may be the last: then nothing is watched. */
    on_readable(connection);
    watch_first(connection);
}

void connection_return(struct worker *worker, int take_fd, uint16_t peer_bucket,
                       bool keep_alive)
{
    struct connection *connection = create(worker, take_fd, peer_bucket);
    if (!connection)
        return;
    connection_set_deadline(connection, connection_options(connection)->idle_timeout_ms);
    connection->close_after = connection->linger = !keep_alive;
    connection_settle(connection);
    watch_first(connection);
}

static void let_go(struct connection *connection)
{
    connection->state = CONNECTION_CLOSED;
    subscriber_destroy(connection->subscriber);
    connection->subscriber = NULL;
    stream_finish(&connection->stream);
    input_drop(connection);
    timer_cancel(&connection->timer);
    connection->worker->connection_count--;
    counter_sub(&connection->worker->stats->connections, 1);
    worker_pending(connection->worker, connection);
}

void connection_close(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    close(connection->stream.fd);
    front_forget(connection->worker->front, connection->peer_bucket);
    let_go(connection);
}

int connection_release(struct connection *connection)
{
    int fd = connection->stream.fd;
    poller_remove(&connection->worker->poller, fd);
    let_go(connection);
    return fd;
}

struct slice connection_peer(const struct connection *connection)
{
    static _Thread_local char text[INET6_ADDRSTRLEN];
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer = {0};
    socklen_t size = sizeof(peer);
    const struct server *server = connection->worker->server;
    if (!server->publish_limiter && !server->classroom)
        return (struct slice){0};
    if (getpeername(connection->stream.fd, &peer.any, &size) < 0)
        return SLICE("unknown");
    const void *address = peer.any.sa_family == AF_INET6 ? (const void *)&peer.v6.sin6_addr
                                                         : (const void *)&peer.v4.sin_addr;
    inet_ntop(peer.any.sa_family, address, text, sizeof(text));
    return slice_of(text);
}

/* ---- output ------------------------------------------------------------------------------ */

static bool wants_input(const struct connection *connection)
{
    const struct input *input = connection->input;
    size_t waiting = stream_waiting(&connection->stream);
    if (connection->ended)
        return false;
    switch ((enum connection_state)connection->state) {
    case CONNECTION_READING:
        return waiting < ANSWERS_WAITING_LIMIT;
    case CONNECTION_HELD:
        return !input || input->len < HELD_INPUT_LIMIT;
    case CONNECTION_STREAMING:
        /* Who does not read what it asked for is not listened to either. */
        return waiting < connection_options(connection)->outbox_limit;
    case CONNECTION_LINGERING:
        return true;
    case CONNECTION_CLOSED:
        break;
    }
    return false;
}

static void watch(struct connection *connection)
{
    uint32_t events = connection->stream.blocked ? EPOLLOUT : 0;
    if (wants_input(connection))
        events |= EPOLLIN; /* tells of the peer's end, too */
    else if (!connection->ended)
        events |= EPOLLRDHUP;
    if (events == connection->events)
        return;
    connection->events = events;
    if (connection->watched)
        poller_modify(&connection->worker->poller, connection->stream.fd, events, connection);
}

static void finish_answering(struct connection *connection)
{
    /* Closing with unread input would send a reset, which can destroy the answer on its way. */
    if (!connection->linger) {
        connection_close(connection);
        return;
    }
    subscriber_destroy(connection->subscriber);
    connection->subscriber = NULL;
    input_drop(connection); /* what comes now is dropped, not put behind it */
    tap_note(stream_tap(&connection->stream), TAP_SERVER_END);
    shutdown(connection->stream.fd, SHUT_WR);
    connection->state = CONNECTION_LINGERING;
    connection_set_deadline(connection, LINGER_MS);
    watch(connection);
}

void connection_settle(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED || connection->state == CONNECTION_LINGERING)
        return;
    if (connection->stream.broken)
        connection_close(connection);
    else if (connection->close_after && stream_waiting(&connection->stream) == 0)
        finish_answering(connection);
    else
        watch(connection);
}

void connection_flush(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    stream_flush(&connection->stream);
    connection_settle(connection);
}

void connection_reply(struct connection *connection, struct reply *reply,
                      const struct request *request)
{
    struct builder head = {0};
    bool keep_alive =
        request && request->keep_alive && !reply->close && !connection->worker->draining;
    bool head_only = request && request->method == METHOD_HEAD;
    reply_write_head(reply, keep_alive, request ? request->minor_version : 1, &head);
    bool join = reply->body && reply->body->len <= JOIN_MAX;
    if (join && !head_only)
        builder_add(&head, reply->body->data, reply->body->len);
    stream_queue(&connection->stream, builder_take(&head));
    if (reply->body && !head_only && !join)
        stream_queue(&connection->stream, bytes_ref(reply->body));
    if (!keep_alive)
        connection->close_after = true;
    reply_finish(reply);
}

/* ---- events ------------------------------------------------------------------------------ */

static void on_end(struct connection *connection)
{
    connection->ended = true;
    tap_note(stream_tap(&connection->stream), TAP_CLIENT_END);
    /* Half-closing after a request is allowed: what has been asked is still answered. A held
     * poll or a stream whose peer has closed has nobody to answer to. */
    bool answering = stream_waiting(&connection->stream) > 0 || connection->pending;
    if (connection->state != CONNECTION_READING || !answering) {
        connection_close(connection);
        return;
    }
    connection->close_after = !connection->input; /* more may be asked for in there */
    connection_settle(connection);
}

static void on_broken(struct connection *connection)
{
    tap_note(stream_tap(&connection->stream), TAP_RESET);
    connection_close(connection);
}

static ssize_t receive(struct connection *connection, char *room, size_t size)
{
    ssize_t got = recv(connection->stream.fd, room, size, MSG_DONTWAIT);
    if (got == 0)
        on_end(connection);
    else if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        on_broken(connection);
    return got;
}

/* Behind bytes that wait already. */
static void read_more(struct connection *connection)
{
    if (!input_make_room(connection)) {
        if (connection->state != CONNECTION_READING)
            connection_close(connection);
        else
            exchange_refuse_full(connection);
        connection_flush(connection);
        return;
    }
    struct input *input = connection->input;
    ssize_t got = receive(connection, input->data + input->len, input->capacity - input->len);
    if (got <= 0)
        return;
    input->len += (size_t)got;
    if (connection->state == CONNECTION_READING)
        exchange_serve(connection, input->data, input->len, input->gather);
    else
        watch(connection);
}

static void on_readable(struct connection *connection)
{
    if (connection->input) {
        read_more(connection);
        return;
    }
    char *scratch = connection->worker->scratch;
    ssize_t got = receive(connection, scratch, SCRATCH_SIZE);
    if (got <= 0)
        return;
    tap_came(stream_tap(&connection->stream), scratch, (size_t)got);
    switch ((enum connection_state)connection->state) {
    case CONNECTION_READING:
        exchange_serve(connection, scratch, (size_t)got, (struct gather){0});
        break;
    case CONNECTION_HELD:
        if (input_keep(connection, scratch, (size_t)got, &(struct gather){0}))
            connection_settle(connection);
        else
            connection_close(connection);
        break;
    case CONNECTION_STREAMING:
        if (!connection->close_after)
            exchange_stream(connection, scratch, (size_t)got);
        connection_flush(connection);
        break;
    case CONNECTION_LINGERING:
    case CONNECTION_CLOSED:
        break;
    }
}

static void on_writable(struct connection *connection)
{
    connection->stream.blocked = false;
    if (connection->subscriber)
        subscriber_alive(connection->subscriber);
    stream_flush(&connection->stream);
    if (connection->state == CONNECTION_STREAMING && !connection->stream.blocked &&
        !connection->close_after)
        subscriber_advance(connection->subscriber);
    if (connection->state == CONNECTION_READING) {
        /* It takes its answers, however slowly; and there may be requests that had to wait. */
        if (!connection->hurried)
            connection_set_deadline(connection,
                                    connection_options(connection)->idle_timeout_ms);
        if (connection->input)
            worker_pending(connection->worker, connection);
    }
    connection_settle(connection);
}

/* Both sides have ended. What came last nobody waits for, but who watches wants to see it. */
static void on_hangup(struct connection *connection)
{
    struct tap *tap = stream_tap(&connection->stream);
    char *scratch = connection->worker->scratch;
    ssize_t got;
    while (tap && (got = recv(connection->stream.fd, scratch, SCRATCH_SIZE, MSG_DONTWAIT)) > 0)
        tap_came(tap, scratch, (size_t)got);
    tap_note(tap, TAP_CLIENT_END);
    connection_close(connection);
}

void connection_ready(void *data, uint32_t events)
{
    struct connection *connection = data;
    if (connection->state == CONNECTION_CLOSED)
        return;
    if (events & EPOLLERR) {
        on_broken(connection);
        return;
    }
    if (events & EPOLLHUP) {
        on_hangup(connection);
        return;
    }
    if (events & EPOLLOUT)
        on_writable(connection);
    if (connection->state != CONNECTION_CLOSED && events & EPOLLIN)
        on_readable(connection);
    else if (connection->state != CONNECTION_CLOSED && events & EPOLLRDHUP)
        on_end(connection);
}

void connection_due(struct connection *connection, int64_t now_ms)
{
    switch ((enum connection_state)connection->state) {
    case CONNECTION_READING:
        if (!connection->input || connection->close_after) {
            connection_close(connection);
            return;
        }
        exchange_refuse(connection, 408,
                        "the request did not arrive whole in time; send it again");
        connection_set_deadline(connection, LINGER_MS);
        connection_flush(connection);
        break;
    case CONNECTION_HELD:
    case CONNECTION_STREAMING:
        if (connection->close_after) {
            connection_close(connection); /* had its time to take the last bytes */
            return;
        }
        subscriber_due(connection->subscriber, now_ms);
        break;
    case CONNECTION_LINGERING:
    case CONNECTION_CLOSED:
        connection_close(connection);
        break;
    }
}

void connection_answered(struct connection *connection, bool close)
{
    connection->state = CONNECTION_READING;
    connection->close_after |= close;
    if (close && connection->input)
        connection->linger = true;
    connection_set_deadline(connection, connection_options(connection)->idle_timeout_ms);
    if (connection->input)
        worker_pending(connection->worker, connection);
}

void connection_pending(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED) {
        free(connection);
        return;
    }
    struct input *input = connection->input;
    if (input && exchange_open(connection))
        exchange_serve(connection, input->data, input->len, input->gather);
}

void connection_drain(struct connection *connection)
{
    if (connection->state == CONNECTION_HELD || connection->state == CONNECTION_STREAMING) {
        subscriber_bye(connection->subscriber);
        connection_flush(connection);
    } else if (connection->state == CONNECTION_READING && !connection->input) {
        connection->close_after = true;
        connection_settle(connection);
    }
}
