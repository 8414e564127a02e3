/* SPDX-License-Identifier: MIT */
#include "delivery.h"

#include <stdlib.h>

static const uint64_t bits_limit = UINT64_C(1) << 34; /* 2 GiB of books */

bool delivery_init(struct delivery *delivery, unsigned subscribers, unsigned publishers,
                   uint64_t limit)
{
    *delivery =
        (struct delivery){.subscribers = subscribers, .publishers = publishers, .limit = limit};
    if (limit * subscribers > bits_limit)
        return false;
    delivery->messages = calloc(limit, sizeof(*delivery->messages));
    delivery->seen = calloc(limit * subscribers / 64 + 1, sizeof(uint64_t));
    delivery->got_ns = calloc(subscribers, sizeof(*delivery->got_ns));
    delivery->latest = calloc((size_t)subscribers * publishers, sizeof(uint32_t));
    if (delivery->messages && delivery->seen && delivery->got_ns && delivery->latest)
        return true;
    delivery_finish(delivery);
    return false;
}

void delivery_finish(struct delivery *delivery)
{
    free(delivery->messages);
    free(delivery->seen);
    free(delivery->got_ns);
    free(delivery->latest);
    delivery->messages = NULL;
    delivery->seen = NULL;
    delivery->got_ns = NULL;
    delivery->latest = NULL;
}

void delivery_publish(struct delivery *delivery, unsigned publisher, int64_t intended_ns,
                      size_t len, struct builder *out)
{
    uint64_t number = delivery->published++;
    delivery->messages[number] = (struct message_book){
        .intended_ns = intended_ns, .publisher = publisher, .missing = delivery->subscribers};
    size_t begin = builder_len(out);
    builder_add_u64(out, number);
    builder_add(out, " ", 1);
    while (builder_len(out) - begin < len)
        builder_add(out, "x", 1);
}

/* The number a text begins with, or -1. */
static int64_t number_of(struct slice text)
{
    int64_t number = 0;
    size_t i = 0;
    for (; i < text.len && text.at[i] >= '0' && text.at[i] <= '9' && i < 12; i++)
        number = number * 10 + (text.at[i] - '0');
    return i > 0 && i < text.len && text.at[i] == ' ' ? number : -1;
}

/* From when a message was meant to be sent until it came; what messages lack together counts
 * once, since they come in order. */
static void add_stale(struct delivery *delivery, unsigned subscriber, int64_t since_ns,
                      int64_t now_ns)
{
    int64_t *got_ns = &delivery->got_ns[subscriber];
    if (since_ns < *got_ns)
        since_ns = *got_ns;
    if (now_ns > since_ns)
        delivery->stale_ns += now_ns - since_ns;
    *got_ns = now_ns;
}

int64_t delivery_take(struct delivery *delivery, unsigned subscriber, struct slice text,
                      int64_t now_ns)
{
    int64_t number = number_of(text);
    if (number < 0 || (uint64_t)number >= delivery->published) {
        delivery->strange++;
        return -1;
    }
    struct message_book *message = &delivery->messages[number];
    uint64_t bit = (uint64_t)subscriber * delivery->limit + (uint64_t)number;
    if (delivery->seen[bit / 64] >> bit % 64 & 1) {
        delivery->duplicates++;
        return -1;
    }
    delivery->seen[bit / 64] |= UINT64_C(1) << bit % 64;
    uint32_t *latest =
        &delivery->latest[(size_t)subscriber * delivery->publishers + message->publisher];
    if (*latest > (uint32_t)number)
        delivery->reordered++;
    else
        *latest = (uint32_t)number + 1;
    delivery->delivered++;
    int64_t passed_ns = now_ns - message->intended_ns;
    uint64_t latency_ns = passed_ns > 0 ? (uint64_t)passed_ns : 0;
    histogram_add(&delivery->latency_ns, latency_ns);
    add_stale(delivery, subscriber, message->intended_ns, now_ns);
    if (--message->missing > 0)
        return -1;
    histogram_add(&delivery->last_ns, latency_ns);
    return (int64_t)message->publisher;
}

uint64_t delivery_missing(const struct delivery *delivery)
{
    return delivery->published * delivery->subscribers - delivery->delivered;
}

void delivery_restart(struct delivery *delivery)
{
    delivery->latency_ns = delivery->last_ns = (struct histogram){0};
}
