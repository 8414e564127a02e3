/* SPDX-License-Identifier: MIT */
#include "collect.h"

#include "replica.h"

/* One write takes at most so much: a picture must not hold up the others. */
enum { WRITE_BYTES_LIMIT = 1 << 20 };

bool collect_shares(const struct subscriber *subscriber)
{
    return !subscriber->many || !subscriber->transport->prefix;
}

/* The cursor is a list, and thus the subscriber's own. It is written as it will be behind the
 * message. */
static bool add_prefix(struct subscription *subscription, uint64_t seq, struct wave *wave)
{
    struct subscriber *subscriber = subscription->subscriber;
    struct builder out = {0};
    uint64_t next = subscription->next;
    subscription->next = seq + 1;
    subscriber->transport->prefix(subscriber, &out);
    subscription->next = next;
    struct bytes *prefix = builder_take(&out);
    if (prefix)
        wave_add(wave, prefix);
    return prefix;
}

bool collect(struct subscription *subscription, struct collected *ret_collected)
{
    struct subscriber *subscriber = subscription->subscriber;
    const struct log *log = &subscription->replica->log;
    struct collected *collected = ret_collected;
    struct wave *wave = &collected->wave;
    collected->replica = subscription->replica;
    collected->encoding = subscriber->encoding;
    collected->parameter = subscriber->parameter;
    collected->per_message = collect_shares(subscriber) ? 1 : 2;
    collected->from = subscription->next;
    collected->payload = 0;
    wave->count = 0;
    wave->bytes = 0;
    wave->joined = NULL;
    for (uint64_t seq = subscription->next;
         seq < log->next && wave->bytes < WRITE_BYTES_LIMIT &&
         wave->count + collected->per_message <= STREAM_FRAMES_LIMIT;
         seq++) {
        struct message *message = log_at(log, seq);
        struct bytes *frame =
            message_encoded(message, subscriber->encoding, subscriber->parameter);
        if (!frame || (collected->per_message == 2 && !add_prefix(subscription, seq, wave)))
            return false;
        wave_add(wave, frame);
        collected->payload += message->data.len;
    }
    return true;
}

void collected_finish(struct collected *collected)
{
    if (collected->per_message == 2)
        for (unsigned i = 0; i < collected->wave.count; i += 2)
            bytes_unref(collected->wave.frames[i]);
    wave_finish(&collected->wave);
}

void collection_finish(struct collection *collection)
{
    while (collection->count > 0)
        collected_finish(&collection->items[--collection->count]);
}

uint64_t collected_payload(const struct collected *collected, unsigned messages)
{
    if (messages * collected->per_message == collected->wave.count)
        return collected->payload;
    uint64_t payload = 0;
    for (unsigned i = 0; i < messages; i++)
        payload += log_at(&collected->replica->log, collected->from + i)->data.len;
    return payload;
}

bool collection_full(const struct collection *collection)
{
    return collection->count == sizeof(collection->items) / sizeof(collection->items[0]);
}

const struct collected *collect_shared(struct collection *collection,
                                       struct subscription *subscription)
{
    const struct subscriber *subscriber = subscription->subscriber;
    for (unsigned i = 0; i < collection->count; i++) {
        struct collected *item = &collection->items[i];
        if (item->from == subscription->next && item->replica == subscription->replica &&
            item->encoding == subscriber->encoding &&
            item->parameter == subscriber->parameter) {
            wave_join(&item->wave);
            return item;
        }
    }
    if (collection_full(collection))
        return NULL;
    struct collected *item = &collection->items[collection->count];
    if (!collect(subscription, item)) {
        collected_finish(item);
        return NULL;
    }
    collection->count++;
    return item;
}
