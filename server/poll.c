/* SPDX-License-Identifier: MIT */
#include "poll.h"

#include "advance.h"
#include "connection.h"
#include "subscription.h"
#include "worker.h"

#include <string.h>

/* The messages of one answer, in order of time when there are many topics. */
struct picked {
    struct message *messages[POLL_LIMIT];
    unsigned count;
    uint64_t payload;
};

/* The topic whose coming message is the oldest; NULL when every cursor is at its head. */
static struct subscription *oldest(struct subscriber *subscriber)
{
    struct subscription *found = NULL;
    uint64_t found_us = UINT64_MAX;
    for (unsigned i = 0; i < subscriber->count; i++) {
        struct subscription *subscription = &subscriber->subscriptions[i];
        const struct log *log = &subscription->replica->log;
        if (subscription->next < log->first) /* overtaken while it waited for a turn */
            continue;
        if (subscription->next < log->next &&
            log_at(log, subscription->next)->time_us < found_us) {
            found = subscription;
            found_us = log_at(log, subscription->next)->time_us;
        }
    }
    return found;
}

/* Moves the cursors over what fits into one answer. */
static void pick(struct subscriber *subscriber, struct picked *picked)
{
    picked->count = 0;
    picked->payload = 0;
    while (picked->count < subscriber->limit) {
        struct subscription *from = oldest(subscriber);
        if (!from)
            break;
        struct message *message = log_at(&from->replica->log, from->next);
        if (picked->count > 0 && picked->payload + message->data.len > BATCH_BYTES_LIMIT)
            break;
        replica_reads(from->replica, from->next);
        picked->messages[picked->count++] = message;
        picked->payload += message->data.len;
        from->next++;
    }
}

static struct bytes *make_body(const struct subscriber *subscriber, const struct picked *picked,
                               const struct gap *gaps, unsigned gap_count)
{
    struct builder next = {0}, body = {0};
    subscriber_add_cursor(subscriber, &next);
    const struct batch batch = {
        .topic = subscriber->many ? (struct slice){0}
                                  : slice_of(subscriber->one.replica->topic->label->name),
        .next = builder_slice(&next),
        .messages = picked->messages,
        .count = picked->count,
        .gaps = gaps,
        .gap_count = gap_count,
    };
    subscriber->transport->answer(&batch, &body);
    for (unsigned i = 0; i < subscriber->count; i++)
        replica_trim(subscriber->subscriptions[i].replica);
    body.failed |= next.failed;
    builder_finish(&next);
    return builder_take(&body);
}

/* As servers answer that do not count first: in chunks, or for HTTP/1.0 until the connection
 * ends. Takes the body's reference. */
static struct bytes *make_careless_answer(const struct subscriber *subscriber,
                                          struct bytes *take_body, bool close, bool head_only)
{
    struct builder out = {.failed = !take_body};
    bool chunked = !subscriber->old_http, body = take_body && !head_only;
    subscriber_add_head(subscriber, close, &out);
    if (chunked) {
        builder_truncate(&out, builder_len(&out) - strlen("\r\n"));
        builder_add_text(&out, "Transfer-Encoding: chunked\r\n\r\n");
    }
    if (chunked && body)
        builder_format(&out, "%x\r\n", (unsigned)take_body->len);
    if (body)
        builder_add(&out, take_body->data, take_body->len);
    if (chunked && body)
        builder_add_text(&out, "\r\n0\r\n\r\n");
    bytes_unref(take_body);
    return builder_take(&out);
}

/* The head, and the body behind it: one run of bytes is cheaper to send than two. Takes the
 * body's reference; NULL goes with a status that has none. */
static struct bytes *make_answer(const struct subscriber *subscriber, int status,
                                 struct bytes *take_body, bool close, bool head_only)
{
    struct reply reply = {.status = status};
    struct builder out = {0};
    if (subscriber->careless && status == 200)
        return make_careless_answer(subscriber, take_body, close, head_only);
    subscriber_add_headers(subscriber, &reply.headers);
    builder_add_text(&reply.headers, "ETag: \"");
    subscriber_add_cursor(subscriber, &reply.headers);
    builder_add_text(&reply.headers, "\"\r\n");
    if (status == 200) {
        reply.content_type = subscriber->transport->content_type;
        reply.body = take_body;
        out.failed = !take_body;
    }
    reply_write_head(&reply, !close, subscriber->old_http ? 0 : 1, &out);
    if (reply.body && !head_only)
        builder_add(&out, reply.body->data, reply.body->len);
    reply_finish(&reply);
    return builder_take(&out);
}

/* Those who read the same stretch of one topic in the same way get the very same bytes. */
static bool shareable(const struct subscriber *subscriber, bool close, unsigned gap_count)
{
    return !subscriber->many && !subscriber->cors && !subscriber->old_http &&
           !subscriber->careless && !close && gap_count == 0;
}

/* Whether the last answer made here is the one to give: from and to the same places, and no
 * older than its Date may be. */
static bool is_shared(const struct shared_answer *shared, const struct subscriber *subscriber,
                      uint64_t from)
{
    enum { DATE_MS = 1000 };
    return shared->bytes && shared->transport == subscriber->transport &&
           shared->from == from && shared->to == subscriber->one.next &&
           subscriber_worker(subscriber)->now_ms - shared->made_ms < DATE_MS;
}

/* A reference; NULL: out of memory. */
static struct bytes *find_answer(struct subscriber *subscriber, uint64_t from,
                                 const struct picked *picked, const struct gap *gaps,
                                 unsigned gap_count, bool close)
{
    bool share = shareable(subscriber, close, gap_count);
    struct shared_answer own = {0}, *shared = &own;
    if (share)
        shared = &subscriber->one.replica->answer;
    if (!share || !is_shared(shared, subscriber, from)) {
        struct bytes *body = make_body(subscriber, picked, gaps, gap_count);
        uint32_t body_len = body ? body->len : 0;
        bytes_unref(shared->bytes);
        *shared = (struct shared_answer){
            .transport = subscriber->transport,
            .from = from,
            .to = subscriber->one.next,
            .made_ms = subscriber_worker(subscriber)->now_ms,
            .bytes = make_answer(subscriber, 200, body, close, false),
            .body_len = body_len,
        };
    }
    struct transport_stats *stats = subscriber_stats(subscriber);
    if (shared->bytes) {
        counter_add(&stats->header_bytes, shared->bytes->len - shared->body_len);
        counter_add(&stats->payload_bytes, picked->payload);
        counter_add(&stats->framing_bytes, shared->body_len - picked->payload);
    }
    return share ? bytes_ref(shared->bytes) : own.bytes;
}

static void count_answer(struct subscriber *subscriber, unsigned messages, unsigned gap_count)
{
    struct transport_stats *stats = subscriber_stats(subscriber);
    counter_add(&stats->answers, 1);
    counter_add(&stats->empty_answers, messages == 0);
    counter_add(&stats->messages, messages);
    counter_add(&stats->gaps, gap_count);
    counter_add(&stats->sends, 1);
}

/* If-None-Match has the very cursor that the answer would end with: nothing is new. */
static bool not_modified(const struct subscriber *subscriber, const struct request *request)
{
    if (!request || !request_header(request, "If-None-Match"))
        return false;
    struct builder own = {0};
    builder_add(&own, "\"", 1);
    subscriber_add_cursor(subscriber, &own);
    builder_add(&own, "\"", 1);
    bool equal = !own.failed && request_none_match(request, builder_slice(&own));
    builder_finish(&own);
    return equal;
}

/* Lets the subscriber go; what it is to be given is the caller's. request: NULL when it was
 * held. NULL: out of memory. */
static struct bytes *take_answer(struct subscriber *subscriber, const struct request *request,
                                 const struct gap *gaps, unsigned gap_count)
{
    struct connection *connection = subscriber->connection;
    bool close = subscriber->close_after || connection->worker->draining;
    uint64_t from = subscriber->one.next;
    struct picked picked;
    pick(subscriber, &picked);
    struct bytes *answer;
    if (gap_count == 0 && not_modified(subscriber, request)) {
        answer = make_answer(subscriber, 304, NULL, close, false);
        counter_add(&subscriber_stats(subscriber)->header_bytes, answer ? answer->len : 0);
        picked.count = 0;
    } else {
        answer = find_answer(subscriber, from, &picked, gaps, gap_count, close);
    }
    count_answer(subscriber, picked.count, gap_count);
    subscriber_destroy(subscriber);
    connection_answered(connection, close);
    return answer;
}

void poll_head(struct subscriber *subscriber, const struct request *request,
               const struct gap *gaps, unsigned gap_count)
{
    struct connection *connection = subscriber->connection;
    bool close = subscriber->close_after || connection->worker->draining;
    struct picked picked;
    pick(subscriber, &picked);
    bool old = gap_count == 0 && not_modified(subscriber, request);
    struct bytes *body = old ? NULL : make_body(subscriber, &picked, gaps, gap_count);
    stream_queue(&connection->stream,
                 make_answer(subscriber, old ? 304 : 200, body, close, true));
    connection->close_after |= close;
}

/* A held one: nobody else will flush for it. */
static void answer_held(struct subscriber *subscriber, bool in_walk)
{
    struct connection *connection = subscriber->connection;
    struct gap gaps[TOPICS_PER_SUBSCRIBER_LIMIT];
    unsigned gap_count = 0;
    for (unsigned i = 0; i < subscriber->count; i++)
        gap_count += subscription_overtaken(&subscriber->subscriptions[i], &gaps[gap_count]);
    struct bytes *answer = take_answer(subscriber, NULL, gaps, gap_count);
    connection->worker->answered++;
    if (in_walk && answer && !connection->close_after) {
        advance_answer(connection, answer);
        bytes_unref(answer);
    } else {
        stream_queue(&connection->stream, answer);
        connection_flush(connection);
    }
}

void poll_begin(struct subscriber *subscriber, const struct request *request,
                const struct subscribe_request *wanted, const struct gap *gaps,
                unsigned gap_count)
{
    struct connection *connection = subscriber->connection;
    struct worker *worker = connection->worker;
    counter_add(&subscriber_stats(subscriber)->subscriptions, 1);
    bool holds = subscriber->transport->reads == READS_WAIT && wanted->wait_ms > 0 &&
                 wanted->since.len > 0 && gap_count == 0 && !oldest(subscriber) &&
                 !worker->draining;
    if (!holds) {
        stream_queue(&connection->stream, take_answer(subscriber, request, gaps, gap_count));
        return;
    }
    connection->subscriber = subscriber;
    connection->state = CONNECTION_HELD;
    worker->returned++;
    counter_add(&subscriber_stats(subscriber)->subscribers, 1);
    subscriber->window_ms = worker->now_ms + wanted->wait_ms;
    worker_set_timer(worker, &connection->timer, subscriber->window_ms);
    if (!subscriber_attach_all(subscriber))
        connection->stream.broken = true;
}

void poll_grown(struct subscriber *subscriber)
{
    struct worker *worker = subscriber->connection->worker;
    if (subscriber->coalesce_ms == 0) {
        answer_held(subscriber, true);
        return;
    }
    if (subscriber->awaiting) /* the window is open already */
        return;
    subscriber->awaiting = true;
    int64_t end_ms = worker->now_ms + subscriber->coalesce_ms;
    if (end_ms < subscriber->window_ms)
        subscriber->window_ms = end_ms;
    worker_set_timer(worker, &subscriber->connection->timer, subscriber->window_ms);
}

void poll_due(struct subscriber *subscriber)
{
    answer_held(subscriber, false);
}

void poll_bye(struct subscriber *subscriber)
{
    answer_held(subscriber, false);
}
