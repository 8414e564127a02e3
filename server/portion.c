/* SPDX-License-Identifier: MIT */
#include "portion.h"

#include "replica.h"

/* One write takes at most so much: a picture must not hold up the others. */
enum { WRITE_BYTES_LIMIT = 1 << 20 };

bool portion_shareable(const struct subscriber *subscriber)
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

bool portion_make(struct subscription *subscription, struct portion *ret_portion)
{
    struct subscriber *subscriber = subscription->subscriber;
    const struct log *log = &subscription->replica->log;
    struct portion *portion = ret_portion;
    struct wave *wave = &portion->wave;
    portion->replica = subscription->replica;
    portion->encoding = subscriber->encoding;
    portion->parameter = subscriber->parameter;
    portion->per_message = portion_shareable(subscriber) ? 1 : 2;
    portion->from = subscription->next;
    portion->payload = 0;
    wave->count = 0;
    wave->bytes = 0;
    wave->joined = NULL;
    for (uint64_t seq = subscription->next;
         seq < log->next && wave->bytes < WRITE_BYTES_LIMIT &&
         wave->count + portion->per_message <= STREAM_FRAMES_LIMIT;
         seq++) {
        struct message *message = log_at(log, seq);
        replica_reads(subscription->replica, seq);
        struct bytes *frame =
            message_encoded(message, subscriber->encoding, subscriber->parameter);
        if (!frame || (portion->per_message == 2 && !add_prefix(subscription, seq, wave))) {
            bytes_unref(frame);
            return false;
        }
        wave_add(wave, frame);
        portion->payload += message->data.len;
    }
    return true;
}

void portion_finish(struct portion *portion)
{
    for (unsigned i = 0; i < portion->wave.count; i++)
        bytes_unref(portion->wave.frames[i]);
    wave_finish(&portion->wave);
}

void portions_finish(struct portions *portions)
{
    while (portions->count > 0)
        portion_finish(&portions->items[--portions->count]);
}

uint64_t portion_payload(const struct portion *portion, unsigned messages)
{
    if (messages * portion->per_message == portion->wave.count)
        return portion->payload;
    uint64_t payload = 0;
    for (unsigned i = 0; i < messages; i++)
        payload += log_at(&portion->replica->log, portion->from + i)->data.len;
    return payload;
}

bool portions_full(const struct portions *portions)
{
    return portions->count == sizeof(portions->items) / sizeof(portions->items[0]);
}

const struct portion *portions_share(struct portions *portions,
                                     struct subscription *subscription)
{
    const struct subscriber *subscriber = subscription->subscriber;
    for (unsigned i = 0; i < portions->count; i++) {
        struct portion *item = &portions->items[i];
        if (item->from == subscription->next && item->replica == subscription->replica &&
            item->encoding == subscriber->encoding &&
            item->parameter == subscriber->parameter) {
            wave_join(&item->wave);
            return item;
        }
    }
    if (portions_full(portions))
        return NULL;
    struct portion *item = &portions->items[portions->count];
    if (!portion_make(subscription, item)) {
        portion_finish(item);
        return NULL;
    }
    portions->count++;
    return item;
}

const struct portion *portions_share_bytes(struct portions *portions, struct bytes *bytes)
{
    for (unsigned i = 0; i < portions->count; i++)
        if (!portions->items[i].replica && portions->items[i].wave.frames[0] == bytes)
            return &portions->items[i];
    if (portions_full(portions))
        return NULL;
    struct portion *item = &portions->items[portions->count++];
    *item = (struct portion){0};
    wave_add(&item->wave, bytes_ref(bytes));
    return item;
}
