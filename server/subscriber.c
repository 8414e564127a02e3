/* SPDX-License-Identifier: MIT */
#include "subscriber.h"

#include "connection.h"
#include "poll.h"
#include "publish.h"
#include "subscribe.h"
#include "worker.h"

#include <stdlib.h>

/* One subscriber gets at most so much in one turn: a picture must not hold up the others. */
enum { TURN_BYTES_LIMIT = 1 << 20 };

static struct worker *worker_of(const struct subscriber *subscriber)
{
    return subscriber->connection->worker;
}

struct transport_stats *subscriber_stats(const struct subscriber *subscriber)
{
    const struct server *server = worker_of(subscriber)->server;
    unsigned index = 0;
    while (server->transports[index] != subscriber->transport)
        index++;
    return &worker_of(subscriber)->stats->transports[index];
}

static const struct label *label_of(const struct subscription *subscription)
{
    return subscription->replica->topic->label;
}

/* ---- the loop that moves cursors --------------------------------------------------------- */

/* What one write can take: a gap's notice is bytes of its own, everything else is shared. */
struct frames {
    struct bytes *items[STREAM_FRAMES_LIMIT];
    struct bytes *prefixes[STREAM_FRAMES_LIMIT]; /* items that are ours to drop */
    unsigned count;
    unsigned prefix_count;
    unsigned per_message; /* items for each message: 1, or 2 with a prefix */
    size_t payload;
};

static bool add_prefix(struct subscriber *subscriber, struct frames *frames)
{
    struct builder out = {0};
    subscriber->transport->prefix(subscriber, &out);
    struct bytes *prefix = builder_take(&out);
    if (!prefix)
        return false;
    frames->prefixes[frames->prefix_count++] = prefix;
    frames->items[frames->count++] = prefix;
    return true;
}

/* Collects from the cursor on. The cursor itself stays; only prefixes need it moved along. */
static bool collect(struct subscription *subscription, struct frames *frames)
{
    struct subscriber *subscriber = subscription->subscriber;
    const struct log *log = &subscription->replica->log;
    bool prefixed = subscriber->many && subscriber->transport->prefix;
    uint64_t next = subscription->next;
    size_t bytes = 0;
    bool good = true;
    frames->per_message = prefixed ? 2 : 1;
    for (; good && next < log->next && bytes < TURN_BYTES_LIMIT &&
           frames->count + frames->per_message <= STREAM_FRAMES_LIMIT;
         next++) {
        struct message *message = log_at(log, next);
        struct bytes *frame =
            message_encoded(message, subscriber->encoding, subscriber->parameter);
        if (prefixed) {
            uint64_t at = subscription->next;
            subscription->next = next + 1;
            good = add_prefix(subscriber, frames);
            subscription->next = at;
        }
        good = good && frame;
        if (good)
            frames->items[frames->count++] = frame;
        bytes += frame ? frame->len : 0;
    }
    return good;
}

static void count_delivered(struct subscription *subscription, uint64_t from)
{
    struct transport_stats *stats = subscriber_stats(subscription->subscriber);
    const struct log *log = &subscription->replica->log;
    struct subscriber *subscriber = subscription->subscriber;
    uint64_t payload = 0, total = 0;
    for (uint64_t seq = from; seq < subscription->next; seq++) {
        struct message *message = log_at(log, seq);
        payload += message->data.len;
        total += message_encoded(message, subscriber->encoding, subscriber->parameter)->len;
    }
    counter_add(&stats->messages, subscription->next - from);
    counter_add(&stats->sends, 1);
    counter_add(&stats->payload_bytes, payload);
    counter_add(&stats->framing_bytes, total > payload ? total - payload : 0);
}

/* One write from the cursor on; whether another one makes sense. */
static bool write_once(struct subscription *subscription)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct stream *stream = &subscriber->connection->stream;
    struct frames frames = {.count = 0};
    unsigned done = 0;
    if (collect(subscription, &frames))
        done = stream_write(stream, frames.items, frames.count);
    else
        stream->broken = true;
    /* A prefix that is on its way must be followed by its message, whatever comes. */
    if (done % frames.per_message && !stream->broken)
        stream_queue(stream, bytes_ref(frames.items[done++]));
    for (unsigned i = 0; i < frames.prefix_count; i++)
        bytes_unref(frames.prefixes[i]);
    uint64_t from = subscription->next;
    subscription->next += done / frames.per_message;
    if (subscription->next > from)
        count_delivered(subscription, from);
    /* Even without a frame done: what had waited before them has gone. */
    return !stream->blocked && !stream->broken;
}

/* Tells what the log has dropped under a reader that was too slow. */
static void tell_gap(struct subscription *subscription, const struct gap *gap)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct builder out = {0};
    counter_add(&subscriber_stats(subscriber)->gaps, 1);
    if (subscriber->transport->gap(subscriber, gap, &out) != 0)
        subscriber->connection->close_after = subscriber->connection->linger = true;
    stream_queue(&subscriber->connection->stream, builder_take(&out));
}

bool subscription_overtaken(struct subscription *subscription, struct gap *ret_gap)
{
    uint64_t from = subscription->next, first = subscription->replica->log.first;
    if (from >= first)
        return false;
    *ret_gap = (struct gap){
        .topic = label_of(subscription)->name,
        .known = true,
        .from = from,
        .to = first - 1,
        .count = first - from,
        .reason = "reader too slow for the history",
    };
    subscription->next = first;
    return true;
}

/* READS_ON: everything from the cursor to the head, as far as the kernel takes it. The
 * subscriber may be gone after it: then its connection has none any more. */
static void stream_on(struct subscription *subscription)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct connection *connection = subscriber->connection;
    const struct log *log = &subscription->replica->log;
    if (connection->stream.blocked || connection->close_after)
        return;
    if (subscriber->sample && subscription->next + 1 < log->next)
        subscription->next = log->next - 1;
    struct gap gap;
    if (subscription_overtaken(subscription, &gap))
        tell_gap(subscription, &gap);
    while (subscription->next < log->next && !connection->close_after)
        if (!write_once(subscription))
            break;
    connection_flush(connection);
}

/* Whether a coalescing window holds writing back; opens one when there is none. */
static bool held_back(struct subscriber *subscriber)
{
    struct worker *worker = worker_of(subscriber);
    if (subscriber->coalesce_ms == 0)
        return false;
    bool open = subscriber->window_ms > worker->now_ms;
    if (!open && subscriber->sample) {
        /* The first at once; the next no sooner than the interval after. */
        subscriber->window_ms = worker->now_ms + subscriber->coalesce_ms;
        return false;
    }
    if (!open)
        subscriber->window_ms = worker->now_ms + subscriber->coalesce_ms;
    worker_set_timer(worker, &subscriber->connection->timer, subscriber_due_ms(subscriber));
    return true;
}

static void advance(struct subscription *subscription)
{
    struct subscriber *subscriber = subscription->subscriber;
    if (subscription->next >= subscription->replica->log.next)
        return;
    if (subscriber->transport->reads == READS_WAIT)
        poll_grown(subscriber);
    else if (!held_back(subscriber))
        stream_on(subscription);
}

bool subscribers_advance(struct replica *replica, unsigned *budget)
{
    for (;;) {
        while (replica->walk > 0 && *budget > 0) {
            --*budget;
            advance(replica->subscriptions[--replica->walk]);
        }
        if (replica->walk > 0)
            return false;
        if (!replica->regrown)
            return true;
        replica->regrown = false;
        replica->walk = replica->count;
    }
}

/* Everything in every topic; a sampler waits for its interval even so. The subscriber may be
 * gone after it. */
static void advance_all(struct subscriber *subscriber)
{
    const struct connection *connection = subscriber->connection;
    for (unsigned i = 0; connection->subscriber && i < subscriber->count; i++)
        if (subscriber->sample)
            advance(&subscriber->subscriptions[i]);
        else
            stream_on(&subscriber->subscriptions[i]);
}

void subscriber_resume(struct subscriber *subscriber)
{
    advance_all(subscriber);
}

/* ---- beginning --------------------------------------------------------------------------- */

/* Finds the topic's replica and the place in its log. False: a limit, or there is no such topic
 * and none is to be made. */
static bool place(struct subscriber *subscriber, struct subscription *subscription,
                  struct slice topic, bool create_topic, const struct since *since,
                  struct gap *ret_gap)
{
    struct replica *replica = worker_replica(worker_of(subscriber), topic, create_topic);
    if (!replica)
        return false;
    enum since_kind absent = subscriber->transport->reads == READS_ON ? SINCE_NOW : SINCE_LAST;
    *subscription = (struct subscription){
        .replica = replica,
        .subscriber = subscriber,
        .index = NOT_ATTACHED,
        .next = since_resolve(since, absent, &replica->log, replica->topic->label,
                              replica->topic->next, ret_gap),
    };
    return true;
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
    subscriber->subscriptions = &subscriber->one;
    subscriber->coalesce_ms = (uint16_t)wanted->coalesce_ms;
    subscriber->limit = (uint16_t)wanted->limit;
    subscriber->many = wanted->many;
    subscriber->json = wanted->json || wanted->many;
    subscriber->close_after = wanted->close || !request->keep_alive;
    subscriber->foreign = wanted->origin == ORIGIN_FOREIGN;
    subscriber->may_publish = !subscriber->foreign &&
                              publish_token_valid(connection->worker->server->options, request);
    subscriber->old_http = request->minor_version == 0;
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
                      bool create_topics, struct gap *ret_gaps)
{
    for (unsigned i = 0; i < wanted->topic_count; i++) {
        struct since since = since_of(wanted, i);
        if (!place(subscriber, &subscriber->subscriptions[i], wanted->topics[i], create_topics,
                   &since, &ret_gaps[i]))
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

bool subscriber_attach_all(struct subscriber *subscriber)
{
    for (unsigned i = 0; i < subscriber->count; i++) {
        struct subscription *subscription = &subscriber->subscriptions[i];
        if (replica_attach(subscription->replica, subscription) < 0)
            return false;
    }
    return true;
}

static void stream_begin(struct subscriber *subscriber, const struct request *request,
                         const struct gap *gaps)
{
    struct connection *connection = subscriber->connection;
    struct worker *worker = connection->worker;
    struct builder out = {0};
    struct reply refusal = {0};
    if (subscriber->transport->open(subscriber, request, &out, &refusal) != 0) {
        builder_finish(&out);
        subscriber_destroy(subscriber);
        connection_reply(connection, &refusal, request);
        return;
    }
    stream_queue(&connection->stream, builder_take(&out));
    connection->subscriber = subscriber;
    connection->state = CONNECTION_STREAMING;
    counter_add(&subscriber_stats(subscriber)->subscriptions, 1);
    counter_add(&subscriber_stats(subscriber)->subscribers, 1);
    for (unsigned i = 0; i < subscriber->count; i++)
        if (gaps[i].reason)
            tell_gap(&subscriber->subscriptions[i], &gaps[i]);
    if (!subscriber_attach_all(subscriber))
        connection->stream.broken = true;
    subscriber->beat_ms = worker->now_ms + (int64_t)worker->server->options->heartbeat_ms;
    worker_set_timer(worker, &connection->timer, subscriber_due_ms(subscriber));
    advance_all(subscriber);
}

/* HEAD: what GET would say about itself, at once; no topic is made and nobody held for it. */
static void answer_head(struct subscriber *subscriber, const struct subscribe_request *wanted)
{
    struct connection *connection = subscriber->connection;
    const struct transport *transport = subscriber->transport;
    struct gap gaps[TOPICS_PER_SUBSCRIBER_LIMIT];
    bool there = place_all(subscriber, wanted, false, gaps);
    if (there && transport->reads != READS_ON) {
        poll_head(subscriber, gaps, compact(gaps, subscriber->count));
    } else {
        struct builder out = {0};
        bool close = subscriber->close_after || transport->reads == READS_ON;
        if (!there)
            subscriber->count = 0; /* no cursor to give */
        builder_format(&out, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s",
                       transport->content_type, close ? "Connection: close\r\n" : "");
        subscriber_add_headers(subscriber, &out);
        builder_add(&out, "\r\n", 2);
        stream_queue(&connection->stream, builder_take(&out));
        connection->close_after |= close;
    }
    subscriber_destroy(subscriber);
}

void subscriber_begin(struct connection *connection, const struct request *request,
                      const struct subscribe_request *wanted)
{
    struct gap gaps[TOPICS_PER_SUBSCRIBER_LIMIT] = {0};
    struct subscriber *subscriber = create(connection, request, wanted);
    bool head = request->method == METHOD_HEAD;
    if (subscriber && head && !wanted->transport->duplex) {
        answer_head(subscriber, wanted);
        return;
    }
    /* A HEAD cannot begin a conversation: open will say so, and no topic is needed for that. */
    if (!subscriber || (!head && !place_all(subscriber, wanted, true, gaps))) {
        subscriber_destroy(subscriber);
        connection_full(connection, request, wanted->transport,
                        "the server is full (topics or memory); try again later");
        return;
    }
    counter_add(&subscriber_stats(subscriber)->request_bytes, request->head_len);
    if (wanted->transport->reads == READS_ON)
        stream_begin(subscriber, request, gaps);
    else
        poll_begin(subscriber, request, wanted, gaps, compact(gaps, subscriber->count));
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
    bool sooner = window_ms > worker_of(subscriber)->now_ms && window_ms < subscriber->beat_ms;
    return sooner ? window_ms : subscriber->beat_ms;
}

static void heartbeat(struct subscriber *subscriber)
{
    const struct options *options = worker_of(subscriber)->server->options;
    struct connection *connection = subscriber->connection;
    subscriber->beat_ms = worker_of(subscriber)->now_ms + (int64_t)options->heartbeat_ms;
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
        subscriber->beat_ms =
            worker_of(subscriber)->now_ms + (int64_t)options->heartbeat_timeout_ms;
    }
}

/* The probe was not answered in time; unless it was the server itself that stood still. */
static bool is_dead(struct subscriber *subscriber)
{
    struct worker *worker = worker_of(subscriber);
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
    const struct options *options = worker_of(subscriber)->server->options;
    subscriber->awaiting = false;
    subscriber->beat_ms +=
        (int64_t)options->heartbeat_ms - (int64_t)options->heartbeat_timeout_ms;
    if (subscriber->beat_ms <= worker_of(subscriber)->now_ms)
        subscriber->beat_ms = worker_of(subscriber)->now_ms + 1;
    worker_set_timer(worker_of(subscriber), &subscriber->connection->timer,
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
        advance_all(subscriber);
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
    advance_all(subscriber); /* windows end now */
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
    return worker_of(subscriber)->server;
}

void subscriber_encode(struct subscriber *subscriber, const struct encoding *encoding,
                       unsigned parameter)
{
    subscriber->encoding = encoding;
    subscriber->parameter = (uint8_t)parameter;
}

void subscriber_add_cursor(const struct subscriber *subscriber, struct builder *out)
{
    for (unsigned i = 0; i < subscriber->count; i++) {
        const struct subscription *subscription = &subscriber->subscriptions[i];
        const struct label *label = label_of(subscription);
        if (i > 0)
            builder_add(out, ",", 1);
        if (subscriber->many) {
            builder_add_text(out, label->name);
            builder_add(out, ":", 1);
        }
        cursor_add(label, subscription->next, out);
    }
}

void subscriber_add_headers(const struct subscriber *subscriber, struct builder *out)
{
    builder_add_text(out, "Cache-Control: no-store, no-transform\r\n"
                          "X-Accel-Buffering: no\r\n");
    if (subscriber->count > 0) {
        builder_add_text(out, "Pushlab-Next: ");
        subscriber_add_cursor(subscriber, out);
        builder_add(out, "\r\n", 2);
    }
    if (subscriber->cors)
        builder_add(out, subscriber->cors->data, subscriber->cors->len);
}

struct slice subscriber_topic(const struct subscriber *subscriber, unsigned index)
{
    return slice_of(label_of(&subscriber->subscriptions[index])->name);
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

static struct subscription *find(struct subscriber *subscriber, struct slice topic)
{
    for (unsigned i = 0; i < subscriber->count; i++)
        if (slice_equal(slice_of(label_of(&subscriber->subscriptions[i])->name), topic))
            return &subscriber->subscriptions[i];
    return NULL;
}

/* Moves the subscriptions to memory with room for one more; their replicas follow. */
static struct subscription *make_room(struct subscriber *subscriber)
{
    unsigned count = subscriber->count;
    struct subscription *moved = calloc(count + 1u, sizeof(*moved));
    if (!moved)
        return NULL;
    for (unsigned i = 0; i < count; i++) {
        moved[i] = subscriber->subscriptions[i];
        moved[i].replica->subscriptions[moved[i].index] = &moved[i];
    }
    if (subscriber->subscriptions != &subscriber->one)
        free(subscriber->subscriptions);
    subscriber->subscriptions = moved;
    return &moved[count];
}

int subscriber_follow(struct subscriber *subscriber, struct slice topic, struct slice text,
                      struct gap *ret_gap)
{
    struct since since = since_parse(text);
    struct subscription *old = find(subscriber, topic), placed;
    if (!topic_name_valid(topic) || topic.at[0] == '~' || since.kind == SINCE_MALFORMED)
        return 400;
    if (!old && subscriber->count == TOPICS_PER_SUBSCRIBER_LIMIT)
        return 503;
    if (!place(subscriber, &placed, topic, true, &since, ret_gap))
        return 503;
    if (old) {
        old->next = placed.next;
    } else {
        struct subscription *room = make_room(subscriber);
        if (!room || replica_attach(placed.replica, &placed) < 0)
            return 503;
        *room = placed;
        room->replica->subscriptions[room->index] = room;
        subscriber->count++;
        subscriber->many = subscriber->many || subscriber->count > 1;
    }
    if (ret_gap->reason)
        counter_add(&subscriber_stats(subscriber)->gaps, 1);
    /* What it lacks is given at the end of the turn, behind the answer to this. */
    worker_grown(worker_of(subscriber), placed.replica);
    return 0;
}

int subscriber_unfollow(struct subscriber *subscriber, struct slice topic)
{
    struct subscription *subscription = find(subscriber, topic);
    if (!subscription)
        return 404;
    replica_detach(subscription);
    struct subscription *last = &subscriber->subscriptions[--subscriber->count];
    if (subscription != last) {
        *subscription = *last;
        subscription->replica->subscriptions[subscription->index] = subscription;
    }
    return 0;
}
