/* SPDX-License-Identifier: MIT */
#include "advance.h"

#include "connection.h"
#include "logger.h"
#include "poll.h"
#include "portion.h"
#include "subscription.h"
#include "uring.h"
#include "worker.h"

#include <stddef.h>

/* ---- one write --------------------------------------------------------------------------- */

static void count_delivered(struct subscriber *subscriber, const struct portion *portion,
                            unsigned messages, unsigned frames)
{
    struct transport_stats *stats = subscriber_stats(subscriber);
    uint64_t payload = portion_payload(portion, messages), bytes = 0;
    if (frames == portion->wave.count)
        bytes = portion->wave.bytes;
    else
        for (unsigned i = 0; i < frames; i++)
            bytes += portion->wave.frames[i]->len;
    counter_add(&stats->messages, messages);
    counter_add(&stats->sends, 1);
    counter_add(&stats->payload_bytes, payload);
    /* Where compression made frames shorter than what they carry, nothing is left for framing.
     */
    counter_add(&stats->framing_bytes, bytes > payload ? bytes - payload : 0);
}

/* So many of its frames are done with: the cursor moves over them. */
static void move(struct subscription *subscription, const struct portion *portion,
                 unsigned frames)
{
    struct subscriber *subscriber = subscription->subscriber;
    /* A prefix that is on its way must be followed by its message, whatever comes. */
    if (frames % portion->per_message && !subscriber->connection->stream.broken)
        stream_queue(&subscriber->connection->stream,
                     bytes_ref(portion->wave.frames[frames++]));
    unsigned messages = frames / portion->per_message;
    subscription->next += messages;
    if (messages > 0)
        count_delivered(subscriber, portion, messages, frames);
}

static void write_one(struct subscription *subscription, const struct portion *portion)
{
    struct connection *connection = subscription->subscriber->connection;
    connection->worker->walk_left -= (int64_t)portion->wave.bytes;
    move(subscription, portion, stream_write(&connection->stream, &portion->wave));
}

/* From the cursor on, as far as the kernel takes it. One that has much to catch up with and
 * reads as fast as we write must not keep the others waiting: it goes on in the next turn, when
 * its socket is found writable. */
static void write_all(struct subscription *subscription)
{
    enum { TURN_BYTES = 1024 * 1024 };
    struct connection *connection = subscription->subscriber->connection;
    struct stream *stream = &connection->stream;
    size_t written = 0;
    while (subscription->next < subscription->replica->log.next && !stream->blocked &&
           !stream->broken) {
        struct portion own;
        if (portion_make(subscription, &own))
            write_one(subscription, &own);
        else
            stream->broken = true;
        written += own.wave.bytes;
        portion_finish(&own);
        stream->blocked |= written >= TURN_BYTES;
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

/* After a write of the walk; for most it is the last of the turn. Who lacks more is looked at
 * again, with all others that do. */
static void go_on(struct subscription *subscription)
{
    struct connection *connection = subscription->subscriber->connection;
    if (connection->stream.blocked || connection->stream.broken)
        connection_flush(connection);
    else if (subscription->next < subscription->replica->log.next)
        subscription->replica->regrown = true;
}

static void on_answer_written(struct connection *connection, const struct wave *wave,
                              ssize_t result)
{
    struct stream *stream = &connection->stream;
    if (stream_written(stream, wave, result) == 0 && !stream->broken)
        stream_queue(stream, bytes_ref(wave->frames[0]));
    connection_settle(connection);
}

static void on_written(const struct wave *wave, void *arg, ssize_t result)
{
    const struct portion *portion =
        (const struct portion *)((const char *)wave - offsetof(struct portion, wave));
    if (!portion->replica) {
        on_answer_written(arg, wave, result);
        return;
    }
    struct subscription *subscription = arg;
    struct stream *stream = &subscription->subscriber->connection->stream;
    move(subscription, portion, stream_written(stream, wave, result));
    go_on(subscription);
}

/* What waits in the ring is written; the portions are used no more. */
static void writes_finish(struct worker *worker)
{
    if (worker->uring && !uring_submit(worker->uring, on_written)) {
        log_line(LOG_LEVEL_WARNING, "io_uring has failed: going on with plain sends");
        uring_destroy(worker->uring);
        worker->uring = NULL;
        atomic_fetch_sub(&worker->server->urings, 1);
    }
    portions_finish(&worker->portions);
}

/* Now, or with others; on_written gets arg. The stream has no outbox. */
static void write_portion(struct worker *worker, int fd, const struct portion *portion,
                          void *arg)
{
    const struct wave *wave = &portion->wave;
    worker->walk_left -= (int64_t)wave->bytes;
    if (!worker->uring) {
        on_written(wave, arg, wave_send(wave, fd));
        return;
    }
    uring_add(worker->uring, fd, wave, arg);
    if (uring_full(worker->uring))
        writes_finish(worker);
}

static const struct portion *find_portion(struct worker *worker,
                                          struct subscription *subscription)
{
    const struct portion *portion = portions_share(&worker->portions, subscription);
    if (portion || !portions_full(&worker->portions))
        return portion;
    writes_finish(worker);
    return portions_share(&worker->portions, subscription);
}

/* What it lacks, with others or like others; false when it cannot be shared. */
static bool write_shared(struct subscription *subscription)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct connection *connection = subscriber->connection;
    struct worker *worker = connection->worker;
    if (connection->stream.outbox || !portion_shareable(subscriber))
        return false;
    const struct portion *portion = find_portion(worker, subscription);
    if (!portion)
        return false;
    write_portion(worker, connection->stream.fd, portion, subscription);
    return true;
}

void advance_answer(struct connection *connection, struct bytes *answer)
{
    struct worker *worker = connection->worker;
    if (connection->stream.outbox) {
        worker->walk_left -= answer->len;
        stream_queue(&connection->stream, bytes_ref(answer));
        connection_flush(connection);
        return;
    }
    const struct portion *portion = portions_share_bytes(&worker->portions, answer);
    if (!portion) {
        writes_finish(worker);
        portion = portions_share_bytes(&worker->portions, answer);
    }
    write_portion(worker, connection->stream.fd, portion, connection);
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
    if (connection->close_after || connection->stream.broken)
        connection_flush(connection);
    else if (!in_walk || !write_shared(subscription))
        write_all(subscription);
}

/* Whether a wait or a coalescing window holds writing back; opens one when there is none. */
static bool held_back(struct subscriber *subscriber)
{
    struct worker *worker = subscriber_worker(subscriber);
    if (subscriber->coalesce_ms == 0)
        return subscriber->window_ms > 0;
    /* One that is over and not yet ended stays what it is: its timer is due, and what has
     * waited a window must not wait another. */
    bool open =
        subscriber->sample ? subscriber->window_ms > worker->now_ms : subscriber->window_ms > 0;
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
    for (unsigned i = 0; connection->subscriber && i < subscriber->count; i++) {
        struct replica *replica = subscriber->subscriptions[i].replica;
        if (subscriber->sample)
            advance(&subscriber->subscriptions[i], false);
        else
            stream_on(&subscriber->subscriptions[i], false);
        replica_trim(replica);
    }
}
