/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include "http.h"
#include "routes.h"
#include "subscribe.h"
#include "subscriber.h"
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
    READ_SIZE = 16 * 1024,           /* room made for one read behind bytes that are kept */
    HELD_INPUT_LIMIT = 32 * 1024,    /* pipelined behind a held poll */
    ANSWERS_WAITING_LIMIT = 1 << 18, /* pipelined answers not yet sent: stop taking requests */
};

/* How far the request at the front of the bytes has been read: [head][decoded body][unread]. */
struct gather {
    size_t head_len; /* 0: the head is not complete */
    size_t decoded;
    struct chunked chunked;
    bool continued; /* 100 Continue was sent */
};

/* Bytes that wait for more, or for their turn. */
struct input {
    size_t len;
    size_t capacity;
    struct gather gather;
    char data[];
};

static const struct options *options_of(const struct connection *connection)
{
    return connection->worker->server->options;
}

static void set_deadline(struct connection *connection, uint64_t in_ms)
{
    worker_set_timer(connection->worker, &connection->timer,
                     connection->worker->now_ms + (int64_t)in_ms);
}

/* ---- life -------------------------------------------------------------------------------- */

void connection_create(struct worker *worker, int take_fd, uint16_t peer_bucket, bool refused)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (!connection || poller_add(&worker->poller, take_fd, EPOLLIN, connection) < 0) {
        free(connection);
        close(take_fd);
        front_forget(worker->front, peer_bucket);
        return;
    }
    connection->worker = worker;
    connection->stream.fd = take_fd;
    connection->events = EPOLLIN;
    connection->peer_bucket = peer_bucket;
    connection->refused = refused;
    connection->hurried = true;
    worker->connection_count++;
    counter_add(&worker->stats->connections, 1);
    set_deadline(connection, options_of(connection)->head_timeout_ms);
}

static void let_go(struct connection *connection)
{
    connection->state = CONNECTION_CLOSED;
    subscriber_destroy(connection->subscriber);
    connection->subscriber = NULL;
    stream_finish(&connection->stream);
    free(connection->input);
    connection->input = NULL;
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
    } peer;
    socklen_t size = sizeof(peer);
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
        return waiting < options_of(connection)->outbox_limit;
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
    free(connection->input); /* what comes now is dropped, not put behind it */
    connection->input = NULL;
    shutdown(connection->stream.fd, SHUT_WR);
    connection->state = CONNECTION_LINGERING;
    set_deadline(connection, LINGER_MS);
    watch(connection);
}

void connection_settle(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED || connection->state == CONNECTION_LINGERING)
        return;
    if (connection->stream.broken)
        connection_close(connection);
    else if (connection->close_after && !connection->stream.outbox)
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
    stream_queue(&connection->stream, builder_take(&head));
    if (reply->body && !head_only)
        stream_queue(&connection->stream, bytes_ref(reply->body));
    if (!keep_alive)
        connection->close_after = true;
    reply_finish(reply);
}

/* The gate's refusal: after it nothing on this connection can be understood. */
static void refuse(struct connection *connection, int status, const char *reason)
{
    struct reply reply = {.close = true};
    counter_add(&connection->worker->stats->refused, 1);
    reply_error(&reply, status, "%s", reason);
    connection->linger = true;
    connection_reply(connection, &reply, NULL);
}

/* ---- input: one request after the other -------------------------------------------------- */

/* Bytes kept for later, in memory of their own. They may lie in the input already. */
static void keep(struct connection *connection, const char *bytes, size_t len,
                 const struct gather *gather)
{
    struct input *input = connection->input;
    if (len == 0) {
        free(input);
        connection->input = NULL;
        return;
    }
    if (!input) {
        input = malloc(sizeof(*input) + len + READ_SIZE);
        if (!input) {
            connection->stream.broken = true;
            return;
        }
        input->capacity = len + READ_SIZE;
        connection->input = input;
    }
    memmove(input->data, bytes, len);
    input->len = len;
    input->gather = *gather;
}

/* Reads on in the body; 1 complete, 0 more is needed, -1 refused. */
static int gather_body(struct connection *connection, struct gather *gather, char *bytes,
                       size_t *len, struct request *request)
{
    char *body = bytes + gather->head_len;
    size_t there = *len - gather->head_len;
    struct refusal refusal;
    if (request->framing == FRAMING_LENGTH) {
        gather->decoded = (size_t)request->content_length;
        return there >= request->content_length;
    }
    if (request->framing == FRAMING_NONE)
        return 1;
    char *unread = body + gather->decoded;
    size_t used, written, unread_len = there - gather->decoded;
    int result = chunked_decode(&gather->chunked, unread, unread_len,
                                options_of(connection)->publish_limit, unread, &used, &written,
                                &refusal);
    if (result < 0) {
        refuse(connection, refusal.status, refusal.reason);
        return -1;
    }
    gather->decoded += written;
    memmove(unread + written, unread + used, unread_len - used);
    *len -= used - written;
    return result;
}

static int next_request(struct connection *connection, char *bytes, size_t *len,
                        struct gather *gather, struct request *ret_request)
{
    const struct options *options = options_of(connection);
    const struct request_limits limits = {
        .head_bytes = options->head_limit,
        .target_bytes = options->target_limit,
        .headers = (unsigned)options->headers_limit,
        .body_bytes = options->publish_limit,
    };
    struct refusal refusal;
    ssize_t head_len = request_parse(bytes, *len, &limits, ret_request, &refusal);
    if (head_len < 0)
        refuse(connection, refusal.status, refusal.reason);
    if (head_len <= 0)
        return (int)head_len;
    bool first_look = gather->head_len == 0;
    gather->head_len = (size_t)head_len;
    int result = gather_body(connection, gather, bytes, len, ret_request);
    if (result == 0 && first_look)
        set_deadline(connection, options->body_timeout_ms);
    if (result == 0 && ret_request->expect_continue && !gather->continued) {
        stream_queue(&connection->stream, bytes_create("HTTP/1.1 100 Continue\r\n\r\n", 25));
        gather->continued = true;
    }
    ret_request->head_len = gather->head_len;
    ret_request->peer =
        ret_request->method == METHOD_POST ? connection_peer(connection) : (struct slice){0};
    ret_request->body = (struct slice){bytes + head_len, gather->decoded};
    return result;
}

void connection_full(struct connection *connection, const struct request *request,
                     const struct transport *transport, const char *reason)
{
    struct reply reply = {.close = connection->refused};
    if (transport && transport->never_refuses) {
        struct builder out = {0};
        transport->full(&out);
        stream_queue(&connection->stream, builder_take(&out));
        connection->close_after = true;
        return;
    }
    reply_header(&reply, "Retry-After", SLICE("5"));
    reply_error(&reply, 503, "%s", reason);
    connection_reply(connection, &reply, request);
}

static void answer_feed(struct connection *connection, const struct request *request,
                        const struct transport *transport)
{
    struct subscribe_request wanted;
    struct reply reply = {0};
    if (subscribe_read(connection->worker->server, request, transport, &wanted, &reply)) {
        subscriber_begin(connection, request, &wanted);
        return;
    }
    /* A page may read why it was refused. */
    enum origin origin = origin_of(options_of(connection), request);
    origin_add_cors(origin, false, request, &reply.headers);
    connection_reply(connection, &reply, request);
}

/* more: further requests follow already, so the socket cannot leave our hands. */
static void answer(struct connection *connection, const struct request *request, bool more)
{
    struct worker *worker = connection->worker;
    const struct transport *transport = subscribe_route(worker->server, request);
    counter_add(&worker->stats->requests, 1);
    if (connection->refused) {
        connection_full(connection, request, transport,
                        "all connections are taken; try again later (--max-connections)");
        return;
    }
    if (transport) {
        answer_feed(connection, request, transport);
        if (worker->draining) /* asked for too late: it has missed the goodbye */
            connection_drain(connection);
        return;
    }
    struct reply reply = {0};
    routes_answer(worker->server, request, &reply);
    bool page =
        request->method == METHOD_GET && request->minor_version == 1 && reply.status == 200;
    if (page && !more && !connection->stream.outbox && !worker->draining &&
        front_answer(worker->front, connection, &reply, request->keep_alive))
        return;
    connection_reply(connection, &reply, request);
}

static bool takes_requests(const struct connection *connection)
{
    return connection->state == CONNECTION_READING && !connection->close_after &&
           !connection->stream.broken &&
           stream_waiting(&connection->stream) < ANSWERS_WAITING_LIMIT;
}

static void wait_for_more(struct connection *connection, size_t len)
{
    if (connection->state != CONNECTION_READING)
        return;
    if (len == 0 && !connection->hurried)
        set_deadline(connection, options_of(connection)->idle_timeout_ms);
    if (len > 0 && !connection->hurried) {
        /* Runs from the first byte of the head; what comes after does not extend it. */
        connection->hurried = true;
        set_deadline(connection, options_of(connection)->head_timeout_ms);
    }
}

static void stream_input(struct connection *connection, char *bytes, size_t len)
{
    struct subscriber *subscriber = connection->subscriber;
    const struct transport *transport = subscriber->transport;
    if (!transport->duplex)
        return; /* one-way: whatever comes is dropped */
    struct builder out = {0};
    bool over = transport->input(subscriber, bytes, len, &out) != 0;
    if (builder_len(&out) > 0 || out.failed)
        stream_queue(&connection->stream, builder_take(&out));
    if (over) {
        connection->close_after = true;
        connection->linger = true;
    }
}

/* Serves what came, in order, as far as it goes, and keeps the rest. */
static void serve(struct connection *connection, char *bytes, size_t len, struct gather gather)
{
    while (len > 0 && takes_requests(connection)) {
        struct request request;
        if (next_request(connection, bytes, &len, &gather, &request) <= 0)
            break;
        size_t used = gather.head_len + gather.decoded;
        gather = (struct gather){0};
        connection->hurried = false;
        answer(connection, &request, len > used);
        bytes += used;
        len -= used;
    }
    if (connection->state == CONNECTION_CLOSED)
        return;
    if (connection->state == CONNECTION_STREAMING && len > 0 && !connection->close_after) {
        stream_input(connection, bytes, len);
        len = 0;
    }
    if (connection->ended && connection->state == CONNECTION_READING &&
        (len == 0 || takes_requests(connection)))
        connection->close_after = true; /* all that it asked for is answered */
    if (connection->close_after) {
        connection->linger |= len > 0;
        len = 0;
    }
    keep(connection, bytes, len, &gather);
    wait_for_more(connection, len);
    connection_flush(connection);
}

/* ---- events ------------------------------------------------------------------------------ */

static void on_end(struct connection *connection)
{
    connection->ended = true;
    /* Half-closing after a request is allowed: what has been asked is still answered. A held
     * poll or a stream whose peer has closed has nobody to answer to. */
    bool answering = connection->stream.outbox || connection->pending;
    if (connection->state != CONNECTION_READING || !answering) {
        connection_close(connection);
        return;
    }
    connection->close_after = !connection->input; /* more may be asked for in there */
    connection_settle(connection);
}

static ssize_t receive(struct connection *connection, char *room, size_t size)
{
    ssize_t got = recv(connection->stream.fd, room, size, MSG_DONTWAIT);
    if (got == 0)
        on_end(connection);
    else if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        connection_close(connection);
    return got;
}

/* Behind bytes that wait already. */
static void read_more(struct connection *connection)
{
    struct input *input = connection->input;
    if (input->capacity - input->len < READ_SIZE) {
        size_t capacity = input->capacity * 2 + READ_SIZE;
        input = realloc(input, sizeof(*input) + capacity);
        if (!input) {
            connection_close(connection);
            return;
        }
        input->capacity = capacity;
        connection->input = input;
    }
    ssize_t got = receive(connection, input->data + input->len, input->capacity - input->len);
    if (got <= 0)
        return;
    input->len += (size_t)got;
    if (connection->state == CONNECTION_READING)
        serve(connection, input->data, input->len, input->gather);
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
    switch ((enum connection_state)connection->state) {
    case CONNECTION_READING:
        serve(connection, scratch, (size_t)got, (struct gather){0});
        break;
    case CONNECTION_HELD:
        keep(connection, scratch, (size_t)got, &(struct gather){0});
        connection_settle(connection);
        break;
    case CONNECTION_STREAMING:
        if (!connection->close_after)
            stream_input(connection, scratch, (size_t)got);
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
        subscriber_resume(connection->subscriber);
    if (connection->state == CONNECTION_READING && connection->input)
        worker_pending(connection->worker, connection); /* requests that had to wait */
    connection_settle(connection);
}

void connection_ready(void *data, uint32_t events)
{
    struct connection *connection = data;
    if (connection->state == CONNECTION_CLOSED)
        return;
    if (events & (EPOLLERR | EPOLLHUP)) {
        connection_close(connection);
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
        refuse(connection, 408, "the request did not arrive whole in time; send it again");
        set_deadline(connection, LINGER_MS);
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
    set_deadline(connection, options_of(connection)->idle_timeout_ms);
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
    if (input && takes_requests(connection))
        serve(connection, input->data, input->len, input->gather);
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
