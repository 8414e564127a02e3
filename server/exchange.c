/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include "http.h"
#include "routes.h"
#include "subscribe.h"
#include "subscriber.h"
#include "tap.h"
#include "worker.h"

#include <stdlib.h>
#include <string.h>

/* The gate's refusal: after it nothing on this connection can be understood. */
void exchange_refuse(struct connection *connection, int status, const char *reason)
{
    struct reply reply = {.close = true};
    counter_add(&connection->worker->stats->refused, 1);
    reply_error(&reply, status, "%s", reason);
    connection->linger = true;
    connection_reply(connection, &reply, NULL);
}

static struct intake *intake_of(const struct connection *connection)
{
    return &connection->worker->server->intake;
}

void input_drop(struct connection *connection)
{
    if (!connection->input)
        return;
    intake_give(intake_of(connection), connection->input->capacity);
    free(connection->input);
    connection->input = NULL;
}

/* Makes the input's capacity this large. */
static bool input_resize(struct connection *connection, size_t capacity)
{
    struct input *input = connection->input;
    size_t grows = capacity - (input ? input->capacity : 0);
    if (!intake_take(intake_of(connection), grows))
        return false;
    input = realloc(input, sizeof(*input) + capacity);
    if (!input) {
        intake_give(intake_of(connection), grows);
        return false;
    }
    if (!connection->input)
        *input = (struct input){0};
    input->capacity = capacity;
    connection->input = input;
    return true;
}

bool input_make_room(struct connection *connection)
{
    const struct input *input = connection->input;
    return input->capacity - input->len >= READ_SIZE ||
           input_resize(connection, input->capacity * 2 + READ_SIZE);
}

bool input_keep(struct connection *connection, const char *bytes, size_t len,
                const struct gather *gather)
{
    if (len == 0) {
        input_drop(connection);
        return true;
    }
    if (!connection->input && !input_resize(connection, len + READ_SIZE))
        return false;
    memmove(connection->input->data, bytes, len);
    connection->input->len = len;
    connection->input->gather = *gather;
    return true;
}

void exchange_refuse_full(struct connection *connection)
{
    input_drop(connection);
    exchange_refuse(connection, 503,
                    "the server holds all the unfinished requests it may (--max-input): try "
                    "again later");
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
                                connection_options(connection)->publish_limit, unread, &used,
                                &written, &refusal);
    if (result < 0) {
        exchange_refuse(connection, refusal.status, refusal.reason);
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
    const struct options *options = connection_options(connection);
    const struct request_limits limits = {
        .head_bytes = options->head_limit,
        .target_bytes = options->target_limit,
        .headers = (unsigned)options->headers_limit,
        .body_bytes = options->publish_limit,
    };
    struct refusal refusal;
    ssize_t head_len = request_parse(bytes, *len, &limits, ret_request, &refusal);
    if (head_len < 0)
        exchange_refuse(connection, refusal.status, refusal.reason);
    if (head_len <= 0)
        return (int)head_len;
    bool first_look = gather->head_len == 0;
    gather->head_len = (size_t)head_len;
    int result = gather_body(connection, gather, bytes, len, ret_request);
    if (result == 0 && first_look) {
        connection->hurried = true; /* by this deadline, not the head's */
        connection_set_deadline(connection, options->body_timeout_ms);
    }
    if (result == 0 && ret_request->expect_continue && !gather->continued) {
        stream_queue(&connection->stream, bytes_create("HTTP/1.1 100 Continue\r\n\r\n", 25));
        gather->continued = true;
    }
    ret_request->head_len = gather->head_len;
    if (ret_request->method == METHOD_POST || connection->worker->server->classroom)
        ret_request->peer = connection_peer(connection);
    ret_request->body = (struct slice){bytes + head_len, gather->decoded};
    return result;
}

void connection_full(struct connection *connection, const struct request *request,
                     const struct transport *transport, const char *reason)
{
    struct reply reply = {.close = connection->refused};
    /* That answer has a body, which must not follow a HEAD. */
    if (transport && transport->never_refuses && request->method != METHOD_HEAD) {
        struct builder out = {0};
        transport->full(&out);
        stream_queue(&connection->stream, builder_take(&out));
        connection->close_after = true;
        return;
    }
    reply_header(&reply, "Retry-After", SLICE("5"));
    reply_error(&reply, 503, "%s", reason);
    origin_add_cors(origin_of(connection_options(connection), request), false, request,
                    &reply.headers); /* a page may read it, too */
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
    enum origin origin = origin_of(connection_options(connection), request);
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

bool exchange_open(const struct connection *connection)
{
    return connection->state == CONNECTION_READING && !connection->close_after &&
           !connection->stream.broken &&
           stream_waiting(&connection->stream) < ANSWERS_WAITING_LIMIT;
}

/* waits: what is there waits for room for its answer, not for more of it. */
static void wait_for_more(struct connection *connection, size_t len, bool waits)
{
    if (connection->state != CONNECTION_READING || connection->hurried)
        return;
    if (len == 0 || waits) {
        connection_set_deadline(connection, connection_options(connection)->idle_timeout_ms);
    } else {
        /* Runs from the first byte of the head; what comes after does not extend it. */
        connection->hurried = true;
        connection_set_deadline(connection, connection_options(connection)->head_timeout_ms);
    }
}

void exchange_stream(struct connection *connection, char *bytes, size_t len)
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

/* With --lab. Only what belongs to a request with the key may be seen by who knows it: what
 * waits for those before goes first. */
static void tap_if_asked(struct connection *connection, const struct request *request,
                         const char *bytes, size_t len)
{
    struct stream *stream = &connection->stream;
    struct taps *taps = connection->worker->server->taps;
    char text[TAP_KEY_LIMIT + 1];
    struct slice key = {text, 0};
    bool asked = request_query(request, "wire", text, sizeof(text), &key.len) == 1;
    if (!asked || !tap_has_key(stream_tap(stream), key)) {
        if (stream_waiting(stream) > 0)
            stream_flush(stream);
        tap_destroy(stream_take_tap(stream), TAP_LEFT);
        if (asked && stream_waiting(stream) == 0)
            stream_attach_tap(stream, tap_create(taps, key, stream->fd));
    }
    tap_request(stream_tap(stream), bytes, len, request->framing == FRAMING_CHUNKED);
    taps_spoken(taps, stream->fd);
}

/* Serves what came, in order, as far as it goes, and keeps the rest. */
void exchange_serve(struct connection *connection, char *bytes, size_t len,
                    struct gather gather)
{
    while (len > 0 && exchange_open(connection)) {
        struct request request;
        if (next_request(connection, bytes, &len, &gather, &request) <= 0)
            break;
        size_t used = gather.head_len + gather.decoded;
        gather = (struct gather){0};
        connection->hurried = false;
        if (connection->worker->server->taps)
            tap_if_asked(connection, &request, bytes, used);
        answer(connection, &request, len > used);
        bytes += used;
        len -= used;
    }
    if (connection->state == CONNECTION_CLOSED)
        return;
    if (connection->state == CONNECTION_STREAMING) {
        tap_own(stream_tap(&connection->stream));
        tap_came(stream_tap(&connection->stream), bytes, len);
    }
    if (connection->state == CONNECTION_STREAMING && len > 0 && !connection->close_after) {
        exchange_stream(connection, bytes, len);
        len = 0;
    }
    if (connection->ended && connection->state == CONNECTION_READING &&
        (len == 0 || exchange_open(connection)))
        connection->close_after = true; /* all that it asked for is answered */
    if (connection->close_after) {
        connection->linger |= len > 0;
        len = 0;
    }
    bool waits =
        len > 0 && connection->state == CONNECTION_READING && !exchange_open(connection);
    if (!input_keep(connection, bytes, len, &gather))
        exchange_refuse_full(connection);
    wait_for_more(connection, len, waits);
    connection_flush(connection);
    /* Taken at once: no event will tell that there is room now. */
    if (waits && exchange_open(connection))
        worker_pending(connection->worker, connection);
}
