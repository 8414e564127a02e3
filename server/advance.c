/* SPDX-License-Identifier: MIT */
#include "advance.h"

#include "connection.h"
#include "poll.h"
#include "subscription.h"
#include "worker.h"

/* One write takes at most so much: a picture must not hold up the others. */
enum { WRITE_BYTES_LIMIT = 1 << 20 };

/* What one write can take: a gap's notice is bytes of its own, everything else is shared. */
struct frames {
    struct bytes *items[STREAM_FRAMES_LIMIT];
    struct bytes *prefixes[STREAM_FRAMES_LIMIT]; /* items that are ours to drop */
    unsigned count;
    unsigned prefix_count;
    unsigned per_message; /* items for each message: 1, or 2 with a prefix */
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
    for (; good && next < log->next && bytes < WRITE_BYTES_LIMIT &&
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

/* bytes: of the frames that carried them. */
static void count_delivered(struct subscription *subscription, uint64_t from, uint64_t bytes)
{
    struct transport_stats *stats = subscriber_stats(subscription->subscriber);
    uint64_t payload = 0;
    for (uint64_t seq = from; seq < subscription->next; seq++)
        payload += log_at(&subscription->replica->log, seq)->data.len;
    counter_add(&stats->messages, subscription->next - from);
    counter_add(&stats->sends, 1);
    counter_add(&stats->payload_bytes, payload);
    /* Where compression made frames shorter than what they carry, nothing is left for framing.
     */
    counter_add(&stats->framing_bytes, bytes > payload ? bytes - payload : 0);
}

/* One write from the cursor on; whether another one makes sense. */
static bool write_once(struct subscription *subscription)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct stream *stream = &subscriber->connection->stream;
    struct frames frames;
    unsigned done = 0;
    uint64_t bytes = 0;
    frames.count = frames.prefix_count = 0;
    if (collect(subscription, &frames))
        done = stream_write(stream, frames.items, frames.count);
    else
        stream->broken = true;
    /* A prefix that is on its way must be followed by its message, whatever comes. */
    if (done % frames.per_message && !stream->broken)
        stream_queue(stream, bytes_ref(frames.items[done++]));
    for (unsigned i = 0; i < done; i++)
        bytes += frames.items[i]->len;
    for (unsigned i = 0; i < frames.prefix_count; i++)
        bytes_unref(frames.prefixes[i]);
    uint64_t from = subscription->next;
    subscription->next += done / frames.per_message;
    if (subscription->next > from)
        count_delivered(subscription, from, bytes);
    /* Even without a frame done: what had waited before them has gone. */
    return !stream->blocked && !stream->broken;
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
        subscriber_tell_gap(subscription, &gap);
    while (subscription->next < log->next && !connection->close_after)
        if (!write_once(subscription))
            break;
    connection_flush(connection);
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

void subscriber_advance(struct subscriber *subscriber)
{
    const struct connection *connection = subscriber->connection;
    for (unsigned i = 0; connection->subscriber && i < subscriber->count; i++)
        if (subscriber->sample)
            advance(&subscriber->subscriptions[i]);
        else
            stream_on(&subscriber->subscriptions[i]);
}
