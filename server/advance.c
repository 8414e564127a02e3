/* SPDX-License-Identifier: MIT */
#include "advance.h"

#include "batch.h"
#include "collect.h"
#include "connection.h"
#include "logger.h"
#include "poll.h"
#include "subscription.h"
#include "worker.h"

#include <stddef.h>

/* ---- one write --------------------------------------------------------------------------- */

static void count_delivered(struct subscriber *subscriber, const struct collected *collected,
                            unsigned messages, unsigned frames)
{
    struct transport_stats *stats = subscriber_stats(subscriber);
    uint64_t payload = collected_payload(collected, messages), bytes = 0;
    if (frames == collected->wave.count)
        bytes = collected->wave.bytes;
    else
        for (unsigned i = 0; i < frames; i++)
            bytes += collected->wave.frames[i]->len;
    counter_add(&stats->messages, messages);
    counter_add(&stats->sends, 1);
    counter_add(&stats->payload_bytes, payload);
    /* Where compression made frames shorter than what they carry, nothing is left for framing.
     */
    counter_add(&stats->framing_bytes, bytes > payload ? bytes - payload : 0);
}

/* So many frames of what was collected are done with: the cursor moves over them. */
static void move(struct subscription *subscription, const struct collected *collected,
                 unsigned frames)
{
    struct subscriber *subscriber = subscription->subscriber;
    /* A prefix that is on its way must be followed by its message, whatever comes. */
    if (frames % collected->per_message && !subscriber->connection->stream.broken)
        stream_queue(&subscriber->connection->stream,
                     bytes_ref(collected->wave.frames[frames++]));
    unsigned messages = frames / collected->per_message;
    subscription->next += messages;
    if (messages > 0)
        count_delivered(subscriber, collected, messages, frames);
}

static void write_one(struct subscription *subscription, const struct collected *collected)
{
    struct connection *connection = subscription->subscriber->connection;
    connection->worker->walk_left -= (int64_t)collected->wave.bytes;
    move(subscription, collected, stream_write(&connection->stream, &collected->wave));
}

/* From the cursor on, as far as the kernel takes it. */
static void write_all(struct subscription *subscription)
{
    struct connection *connection = subscription->subscriber->connection;
    const struct stream *stream = &connection->stream;
    while (subscription->next < subscription->replica->log.next && !stream->blocked &&
           !stream->broken) {
        struct collected own;
        if (collect(subscription, &own))
            write_one(subscription, &own);
        else
            connection->stream.broken = true;
        collected_finish(&own);
    }
    connection_flush(connection);
}

void subscriber_tell_gap(struct subscription *subscription, const struct gap *gap)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct builder out = {0};
    counter_add(&subscriber_stats(subscriber)->gaps, 1);
    if (subscriber->transport->gap(subscriber, gap, &out) != 0)
        subscriber->connection->close_after = subscriber->connection->linger = true;
    stream_queue(&subscriber->connection->stream, builder_take(&out));
}

/* ---- one turn's writes ------------------------------------------------------------------- */

/* After the first write of a turn; for most it is the last. */
static void go_on(struct subscription *subscription)
{
    struct connection *connection = subscription->subscriber->connection;
    const struct stream *stream = &connection->stream;
    if (stream->blocked || stream->broken ||
        subscription->next < subscription->replica->log.next)
        write_all(subscription);
}

static void on_written(const struct wave *wave, void *arg, ssize_t result)
{
    struct subscription *subscription = arg;
    struct stream *stream = &subscription->subscriber->connection->stream;
    const struct collected *collected =
        (const struct collected *)((const char *)wave - offsetof(struct collected, wave));
    move(subscription, collected, stream_written(stream, wave, result));
    go_on(subscription);
}

/* What was collected and batched is written, and used no more. */
static void writes_finish(struct worker *worker)
{
    if (worker->batch && !batch_submit(worker->batch, on_written)) {
        log_line(LOG_LEVEL_WARNING, "io_uring has failed: going on with plain sends");
        batch_destroy(worker->batch);
        worker->batch = NULL;
    }
    collection_finish(&worker->collection);
}

/* What it lacks, with others or like others. False: it takes more than that. */
static bool write_shared(struct subscription *subscription)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct connection *connection = subscriber->connection;
    struct worker *worker = connection->worker;
    if (connection->stream.outbox || !collect_shares(subscriber))
        return false;
    if (collection_full(&worker->collection) || (worker->batch && batch_full(worker->batch)))
        writes_finish(worker);
    const struct collected *collected = collect_shared(&worker->collection, subscription);
    if (!collected)
        return false;
    if (worker->batch) {
        worker->walk_left -= (int64_t)collected->wave.bytes;
        batch_add(worker->batch, connection->stream.fd, &collected->wave, subscription);
    } else {
        write_one(subscription, collected);
        go_on(subscription);
    }
    return true;
}

/* READS_ON: everything from the cursor to the head. The subscriber may be gone after it: then
 * its connection has none any more. */
static void stream_on(struct subscription *subscription, bool in_walk)
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
        subscriber_tell_gap(subscription, &gap);
    if (connection->close_after)
        connection_flush(connection);
    else if (!in_walk || !write_shared(subscription))
        write_all(subscription);
}

/* Whether a coalescing window holds writing back; opens one when there is none. */
static bool held_back(struct subscriber *subscriber)
{
    struct worker *worker = subscriber_worker(subscriber);
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

static void advance(struct subscription *subscription, bool in_walk)
{
    struct subscriber *subscriber = subscription->subscriber;
    if (subscription->next >= subscription->replica->log.next)
        return;
    if (subscriber->transport->reads == READS_WAIT)
        poll_grown(subscriber);
    else if (!held_back(subscriber))
        stream_on(subscription, in_walk);
}

bool subscribers_advance(struct worker *worker, struct replica *replica)
{
    enum { SUBSCRIBER_COST = 4096 }; /* as much work as writing so many bytes */
    for (;;) {
        while (replica->walk > 0 && worker->walk_left > 0) {
            worker->walk_left -= SUBSCRIBER_COST;
            advance(replica->subscriptions[--replica->walk], true);
        }
        writes_finish(worker);
        if (replica->walk > 0)
            return false;
        if (!replica->regrown)
            return true;
        replica->regrown = false;
        replica->walk = replica->count;
    }
}

void subscriber_advance(struct subscriber *subscriber)
{
    const struct connection *connection = subscriber->connection;
    for (unsigned i = 0; connection->subscriber && i < subscriber->count; i++)
        if (subscriber->sample)
            advance(&subscriber->subscriptions[i], false);
        else
            stream_on(&subscriber->subscriptions[i], false);
}
