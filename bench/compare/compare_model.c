/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>
#include <string.h>

static struct model_point point_of(const struct compare *compare)
{
    return (struct model_point){
        .poisson = compare->poisson,
        .rate = compare->rate,
        .interval_s = (double)compare->settings.interval_ns / 1e9,
        .round_trip_s = compare->settings.round_trip_ms / 1e3,
        .hold_s = compare->settings.heartbeat_s,
    };
}

/* A message as it travels, with its payload, by the cursor of the first client. */
static double message_bytes(const struct compare *compare, const struct lane *lane)
{
    const struct client *client = &lane->subscribers.members[0].client;
    unsigned payload = compare->settings.payload;
    struct builder out = {0};
    if (lane->kind == &websocket_client)
        return payload + (payload < 126 ? 2 : 4); /* RFC 6455, 5.2 */
    if (lane->kind == &sse_client)
        builder_format(&out, "id: %s\ndata: \n\n", client->cursor);
    else
        builder_format(&out,
                       "{\"id\":\"%s\",\"seq\":%llu,\"time\":1700000000000000,"
                       "\"type\":\"text\",\"data\":\"\"}%s",
                       client->cursor, (unsigned long long)client->seq,
                       lane->kind->reads == READS_ON ? "\n" : "");
    double len = (double)(builder_len(&out) + payload);
    builder_finish(&out);
    return len;
}

/* It reckons with a round trip that is always the same, nothing lost on the way, and servers
 * that write at once. */
static bool knows(const struct compare *compare, const struct lane *lane, enum metric metric)
{
    bool polls = lane->kind->reads == READS_NOW, streams = lane->kind->reads == READS_ON;
    bool timed = metric == METRIC_DELAY_MEAN || metric == METRIC_STALE;
    if (timed && (compare->settings.jitter_ms > 0 || compare->loss_percent > 0))
        return false;
    return compare->settings.coalesce_ms == 0 || polls || (streams && !timed);
}

double compare_predict(const struct compare *compare, unsigned index, enum metric metric)
{
    const struct lane *lane = &compare->lanes[index];
    const struct model_point point = point_of(compare);
    struct model_figures figures = model_of(lane->kind->reads, &point);
    if (!knows(compare, lane, metric))
        return NAN;
    switch (metric) {
    case METRIC_DELAY_MEAN:
        return figures.delay_s * 1e3;
    case METRIC_STALE:
        return figures.stale * 100;
    case METRIC_REQUESTS:
        return figures.requests;
    case METRIC_USELESS:
        return figures.useless * 100;
    case METRIC_BYTES:
        if (lane->kind->reads == READS_ON)
            return message_bytes(compare, lane);
        return figures.requests * compare->idle_requests[index][METRIC_BYTES] +
               message_bytes(compare, lane);
    default:
        return NAN;
    }
}

double compare_crossing(const struct compare *compare, unsigned lane, unsigned other,
                        enum metric metric)
{
    double exchange = compare->idle_requests[lane][metric];
    double per_poll = compare->rate * (double)compare->settings.interval_ns / 1e9;
    double message = compare->figures[lane][metric].median - exchange / per_poll;
    return isnan(message) ? NAN
                          : model_crossing(exchange, fmax(0, message),
                                           compare->figures[other][metric].median);
}
