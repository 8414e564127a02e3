/* SPDX-License-Identifier: MIT */
#include "subscriber.h"

#include "advance.h"
#include "classroom.h"
#include "connection.h"
#include "date.h"
#include "poll.h"
#include "publish.h"
#include "subscribe.h"
#include "subscription.h"
#include "worker.h"

#include <stdlib.h>

/* Longer than anybody waits. */
enum { NEVER_MS = 1000 * 3600 * 24 };

struct worker *subscriber_worker(const struct subscriber *subscriber)
{
    return subscriber->connection->worker;
}

struct transport_stats *subscriber_stats(const struct subscriber *subscriber)
{
    return &subscriber_worker(subscriber)->stats->transports[subscriber->transport_index];
}

/* ---- beginning --------------------------------------------------------------------------- */

static uint8_t index_of(const struct server *server, const struct transport *transport)
{
    uint8_t index = 0;
    while (server->transports[index] != transport)
        index++;
    return index;
}

static struct subscriber *create(struct connection *connection, const struct request *request,
                                 const struct subscribe_request *wanted)
{
    struct subscriber *subscriber = calloc(1, sizeof(*subscriber));
    struct builder cors = {0};
    if (!subscriber)
        return NULL;
    subscriber->connection = connection;
    subscriber->transport = wanted->transport;
    subscriber->transport_index = index_of(connection->worker->server, wanted->transport);
    subscriber->subscriptions = &subscriber->one;
    subscriber->coalesce_ms = (uint16_t)wanted->coalesce_ms;
    subscriber->limit = (uint16_t)wanted->limit;
    subscriber->many = wanted->many;
    subscriber->json = wanted->json || wanted->many;
    subscriber->careless = wanted->careless;
    subscriber->foreign = wanted->origin == ORIGIN_FOREIGN;
    subscriber->may_publish =
        !subscriber->foreign && publish_token_right(connection->worker->server, request);
    subscriber->teacher = classroom_teacher(connection->worker->server->classroom, request);
    subscriber->old_http = request->minor_version == 0;
    /* A careless answer has no length, and HTTP/1.0 no chunks. */
    subscriber->close_after =
        wanted->close || !request->keep_alive || (subscriber->careless && subscriber->old_http);
    if (wanted->topic_count > 1)
        subscriber->subscriptions = calloc(wanted->topic_count, sizeof(struct subscription));
    origin_add_cors(wanted->origin, wanted->public_topics, request, &cors);
    if (builder_len(&cors) > 0)
        subscriber->cors = builder_take(&cors);
    builder_finish(&cors);
    if (subscriber->subscriptions)
        return subscriber;
    subscriber_destroy(subscriber);
    return NULL;
}

static struct since since_of(const struct subscribe_request *wanted, unsigned index)
{
    return wanted->many ? since_parse_list(wanted->since, wanted->topics[index])
                        : since_parse(wanted->since);
}

static bool place_all(struct subscriber *subscriber, const struct subscribe_request *wanted,
                      bool create_topics, struct opening *ret_opening)
{
    for (unsigned i = 0; i < wanted->topic_count; i++) {
        ret_opening->sinces[i] = since_of(wanted, i);
        if (!subscription_place(subscriber, &subscriber->subscriptions[i], wanted->topics[i],
                                create_topics, &ret_opening->sinces[i], &ret_opening->gaps[i]))
            return false;
        subscriber->count++;
    }
    return true;
}

/* Moves the gaps that there are to the front; gives their number. */
static unsigned compact(struct gap *gaps, unsigned count)
{
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++)
        if (gaps[i].reason)
            gaps[found++] = gaps[i];
    return found;
}

static void tell_gaps(struct subscriber *subscriber, struct opening *opening)
{
    for (unsigned i = 0; i < subscriber->count; i++) {
        struct gap gap = opening->gaps[i];
        opening->gaps[i].reason = NULL;
        if (gap.reason)
            subscriber_tell_gap(&subscriber->subscriptions[i], &gap);
    }
}

void subscriber_pass_gaps(struct subscriber *subscriber)
{
    subscriber_worker(subscriber)->opening = NULL;
}

static void stream_begin(struct subscriber *subscriber, const struct request *request,
                         struct opening *opening)
{
    struct connection *connection = subscriber->connection;
    struct worker *worker = connection->worker;
    struct builder out = {0};
    struct reply refusal = {0};
    subscriber_beat_in(subscriber,
                       subscriber->careless ? NEVER_MS : worker->server->options->heartbeat_ms);
    worker->opening = subscriber->transport->gap_has_cursor ? opening : NULL;
    if (subscriber->transport->open(subscriber, request, &out, &refusal) != 0) {
        worker->opening = NULL;
        builder_finish(&out);
        if (subscriber->cors) /* who may read feeds may read why there is none */
            builder_add(&refusal.headers, subscriber->cors->data, subscriber->cors->len);
        subscriber_destroy(subscriber);
        connection_reply(connection, &refusal, request);
        return;
    }
    counter_add(&subscriber_stats(subscriber)->header_bytes, builder_len(&out));
    stream_queue(&connection->stream, builder_take(&out));
    connection->subscriber = subscriber;
    connection->state = CONNECTION_STREAMING;
    counter_add(&subscriber_stats(subscriber)->subscriptions, 1);
    counter_add(&subscriber_stats(subscriber)->subscribers, 1);
    tell_gaps(subscriber, opening);
    worker->opening = NULL;
    if (!subscriber_attach_all(subscriber))
        connection->stream.broken = true;
    worker_set_timer(worker, &connection->timer, subscriber_due_ms(subscriber));
    if (subscriber->window_ms == 0)
        subscriber_advance(subscriber);
}

/* HEAD: what GET would say about itself, at once; no topic is made and nobody held for it. */
static void answer_head(struct subscriber *subscriber, const struct request *request,
                        const struct subscribe_request *wanted)
{
    struct connection *connection = subscriber->connection;
    const struct transport *transport = subscriber->transport;
    struct opening opening;
    bool there = place_all(subscriber, wanted, false, &opening);
    if (there && transport->reads != READS_ON) {
        poll_head(subscriber, request, opening.gaps, compact(opening.gaps, subscriber->count));
    } else {
        struct builder out = {0};
        bool close = subscriber->close_after || transport->reads == READS_ON;
        if (!there)
            subscriber->count = 0; /* no cursor to give */
        connection->worker->opening = transport->gap_has_cursor ? &opening : NULL;
        subscriber_add_head(subscriber, close, &out);
        connection->worker->opening = NULL;
        stream_queue(&connection->stream, builder_take(&out));
        connection->close_after |= close;
    }
    subscriber_destroy(subscriber);
}

void subscriber_begin(struct connection *connection, const struct request *request,
                      const struct subscribe_request *wanted)
{
    struct opening opening = {0};
    struct subscriber *subscriber = create(connection, request, wanted);
    bool head = request->method == METHOD_HEAD;
    if (subscriber && head && !wanted->transport->duplex) {
        answer_head(subscriber, request, wanted);
        return;
    }
    /* A HEAD cannot begin a conversation: open will say so, and no topic is needed for that. */
    if (!subscriber || (!head && !place_all(subscriber, wanted, true, &opening))) {
        subscriber_destroy(subscriber);
        connection_full(connection, request, wanted->transport,
                        "the server is full (topics or memory); try again later");
        return;
    }
    counter_add(&subscriber_stats(subscriber)->request_bytes, request->head_len);
    if (wanted->transport->reads == READS_ON)
        stream_begin(subscriber, request, &opening);
    else
        poll_begin(subscriber, request, wanted, opening.gaps,
                   compact(opening.gaps, subscriber->count));
}

void subscriber_destroy(struct subscriber *subscriber)
{
    if (!subscriber)
        return;
    if (subscriber->connection->subscriber == subscriber) {
        counter_sub(&subscriber_stats(subscriber)->subscribers, 1);
        if (subscriber->transport->closed)
            subscriber->transport->closed(subscriber);
        subscriber->connection->subscriber = NULL;
    }
    for (unsigned i = 0; i < subscriber->count; i++)
        replica_detach(&subscriber->subscriptions[i]);
    if (subscriber->subscriptions != &subscriber->one)
        free(subscriber->subscriptions);
    bytes_unref(subscriber->cors);
    free(subscriber);
}

/* ---- time -------------------------------------------------------------------------------- */

int64_t subscriber_due_ms(const struct subscriber *subscriber)
{
    int64_t window_ms = subscriber->window_ms;
    if (subscriber->transport->reads != READS_ON)
        return window_ms;
    return window_ms > 0 && window_ms < subscriber->beat_ms ? window_ms : subscriber->beat_ms;
}

static void heartbeat(struct subscriber *subscriber)
{
    const struct options *options = subscriber_worker(subscriber)->server->options;
    struct connection *connection = subscriber->connection;
    subscriber_beat_in(subscriber, options->heartbeat_ms);
    /* A blocked stream has more urgent bytes to take; its peer shows life by taking them. */
    if (!connection->stream.blocked) {
        struct builder out = {0};
        subscriber->transport->heartbeat(subscriber, &out);
        counter_add(&subscriber_stats(subscriber)->heartbeats, 1);
        counter_add(&subscriber_stats(subscriber)->framing_bytes, builder_len(&out));
        stream_queue(&connection->stream, builder_take(&out));
    }
    if (subscriber->transport->duplex) {
        subscriber->awaiting = true;
        subscriber_beat_in(subscriber, options->heartbeat_timeout_ms);
    }
}

/* The probe was not answered in time; unless it was the server itself that stood still. */
static bool is_dead(struct subscriber *subscriber)
{
    struct worker *worker = subscriber_worker(subscriber);
    int64_t timeout_ms = (int64_t)worker->server->options->heartbeat_timeout_ms;
    if (worker->resumed_ms + timeout_ms <= worker->now_ms)
        return true;
    subscriber->beat_ms = worker->resumed_ms + timeout_ms;
    return false;
}

void subscriber_alive(struct subscriber *subscriber)
{
    if (!subscriber->awaiting)
        return;
    const struct options *options = subscriber_worker(subscriber)->server->options;
    subscriber->awaiting = false;
    subscriber->beat_ms +=
        (int64_t)options->heartbeat_ms - (int64_t)options->heartbeat_timeout_ms;
    if (subscriber->beat_ms <= subscriber_worker(subscriber)->now_ms)
        subscriber->beat_ms = subscriber_worker(subscriber)->now_ms + 1;
    worker_set_timer(subscriber_worker(subscriber), &subscriber->connection->timer,
                     subscriber_due_ms(subscriber));
}

void subscriber_due(struct subscriber *subscriber, int64_t now_ms)
{
    struct connection *connection = subscriber->connection;
    if (subscriber->transport->reads != READS_ON) {
        poll_due(subscriber);
        return;
    }
    if (subscriber->beat_ms <= now_ms && subscriber->awaiting && is_dead(subscriber)) {
        counter_add(&subscriber_stats(subscriber)->dead, 1);
        connection_close(connection);
        return;
    }
    if (subscriber->beat_ms <= now_ms)
        heartbeat(subscriber);
    if (subscriber->window_ms && subscriber->window_ms <= now_ms) {
        subscriber->window_ms = 0;
        subscriber_advance(subscriber);
        if (!connection->subscriber)
            return;
    }
    worker_set_timer(connection->worker, &connection->timer, subscriber_due_ms(subscriber));
    connection_flush(connection);
}

void subscriber_bye(struct subscriber *subscriber)
{
    struct connection *connection = subscriber->connection;
    if (subscriber->transport->reads != READS_ON) {
        poll_bye(subscriber);
        return;
    }
    subscriber_advance(subscriber); /* windows end now */
    if (!connection->subscriber || connection->close_after)
        return;
    struct builder out = {0};
    subscriber->transport->bye(subscriber, &out);
    stream_queue(&connection->stream, builder_take(&out));
    connection->close_after = connection->linger = true;
}

/* ---- for transports ---------------------------------------------------------------------- */

struct server *subscriber_server(const struct subscriber *subscriber)
{
    return subscriber_worker(subscriber)->server;
}

void subscriber_encode(struct subscriber *subscriber, const struct encoding *encoding,
                       unsigned parameter)
{
    subscriber->encoding = encoding;
    subscriber->parameter = (uint8_t)parameter;
}

void subscriber_add_head(const struct subscriber *subscriber, bool close, struct builder *out)
{
    builder_add_text(out, "HTTP/1.1 200 OK\r\n");
    date_add(out);
    builder_add_text(out, "Content-Type: ");
    builder_add_text(out, subscriber->transport->content_type);
    builder_add_text(out, close ? "\r\nConnection: close\r\n" : "\r\n");
    subscriber_add_headers(subscriber, out);
    builder_add(out, "\r\n", 2);
}

void subscriber_add_headers(const struct subscriber *subscriber, struct builder *out)
{
    if (!subscriber->careless)
        builder_add_text(out, "Cache-Control: no-store, no-transform\r\n"
                              "X-Accel-Buffering: no\r\n");
    if (subscriber->transport->headers)
        builder_add_text(out, subscriber->transport->headers);
    if (subscriber->count > 0) {
        builder_add_text(out, "Pushlab-Next: ");
        subscriber_add_cursor(subscriber, out);
        builder_add(out, "\r\n", 2);
    }
    if (subscriber->cors)
        builder_add(out, subscriber->cors->data, subscriber->cors->len);
}

void subscriber_beat_in(struct subscriber *subscriber, uint64_t ms)
{
    subscriber->beat_ms = subscriber_worker(subscriber)->now_ms + (int64_t)ms;
}

void subscriber_wait(struct subscriber *subscriber, unsigned ms)
{
    subscriber->window_ms = subscriber_worker(subscriber)->now_ms + ms;
}

void subscriber_sample(struct subscriber *subscriber, unsigned interval_ms)
{
    subscriber->sample = true;
    subscriber->coalesce_ms = (uint16_t)interval_ms;
}

struct slice subscriber_peer(const struct subscriber *subscriber)
{
    return connection_peer(subscriber->connection);
}
