/* SPDX-License-Identifier: MIT
 *
 * Why flips lie where they do, by what this map has measured: the figures that decide there.
 */
#include "map.h"

#include <math.h>

/* Pushed messages that cost as much as a poll, rounded. */
static const double expected_most = 4.5;

enum { POLLS = 1U << COST_SHORT_POLL_CLOSE | 1U << COST_SHORT_POLL };

/* Where a flip was found. */
struct found_flip {
    const struct map_series *series;
    struct map_flip flip;
    struct map_zone zone;
    double rate;
};

/* In an aspect, from some of these transports to some of those: the one at the highest rate. */
static bool find_flip(const struct map *map, enum map_aspect aspect, unsigned from, unsigned to,
                      struct found_flip *ret_found)
{
    *ret_found = (struct found_flip){.rate = 0};
    for (unsigned i = 0; i < map->count; i++) {
        const struct map_series *series = &map->series[i];
        struct map_flip flips[MAP_RATES_LIMIT];
        unsigned count = map_flips(series, aspect, flips);
        for (unsigned j = 0; j < count; j++) {
            if (flips[j].from & ~from || flips[j].to & ~to || !flips[j].from || !flips[j].to)
                continue;
            double rate = map_flip_rate(series, aspect, &flips[j]);
            if (rate > ret_found->rate)
                *ret_found = (struct found_flip){
                    series, flips[j], map_flip_zone(series, aspect, &flips[j]), rate};
        }
    }
    return ret_found->series;
}

static enum cost_transport first_of(unsigned set)
{
    enum cost_transport transport = 0;
    while (transport + 1 < COST_TRANSPORTS && !(set >> transport & 1))
        transport++;
    return transport;
}

/* The measured point next to a flip. */
static const struct map_point *nearest(const struct found_flip *found)
{
    const struct map_point *best = NULL;
    double least = INFINITY;
    for (unsigned i = found->zone.before; i <= found->zone.after; i++) {
        const struct map_point *point = &found->series->points[i];
        double off = fabs(log(point->rate / found->rate));
        if (point->composed || off >= least)
            continue;
        best = point;
        least = off;
    }
    return best;
}

/* ---- push to polls ----------------------------------------------------------------------- */

static void explain_cpu(struct report *report, const struct map *map)
{
    struct found_flip found;
    const unsigned push = ((1U << COST_TRANSPORTS) - 1) & ~(unsigned)POLLS;
    if (!find_flip(map, MAP_CPU, push, POLLS, &found))
        return;
    const struct map_point *point = nearest(&found);
    if (!point)
        return;
    enum cost_transport pushed = first_of(found.flip.from);
    double per_poll = point->rate * (double)map->settings.interval_ms / 1e3;
    double poll_us = point->figures[COST_SHORT_POLL][METRIC_CPU].median * per_poll;
    double message_us = point->figures[pushed][METRIC_CPU].median;
    report_note(report,
                "CPU: at %.3g/s to %u clients a poll takes %.3g us of the server, with the "
                "%.3g messages that it brings; one by %s takes %.3g: a poll costs as much as "
                "%.2g of these. %s",
                point->rate, found.series->clients, poll_us, per_poll,
                cost_transport_names[pushed], message_us, poll_us / message_us,
                poll_us / message_us > expected_most
                    ? "3 to 4 are expected where each delivery wakes the server up; here one "
                      "turn writes a message to all clients. And taking it in is the same for "
                      "all transports: the fewer clients, the less they differ."
                    : "3 to 4 are expected.");
}

/* Why bytes do not cross where a batch of bare payloads would. */
static void explain_framing(struct report *report, const struct map *map)
{
    const struct map_series *dense = NULL;
    for (unsigned i = 0; i < map->count; i++) {
        const struct map_series *series = &map->series[i];
        if (series->count > 0 && (!dense || series->points[series->count - 1].rate >
                                                dense->points[dense->count - 1].rate))
            dense = series;
    }
    if (!dense || map->settings.coalesce_ms > 0)
        return;
    const struct map_point *point = &dense->points[dense->count - 1];
    double framing = point->figures[COST_SHORT_POLL][METRIC_FRAMING].median;
    if (framing > 0)
        report_note(
            report,
            "Wire bytes: a polled message brings %.0f bytes of framing with it (JSON: id, "
            "number, time), so short poll needs more than the 8 messages a poll at which a "
            "batch of bare payloads would take fewer bytes than push.",
            framing);
}

/* ---- others ------------------------------------------------------------------------------ */

static void explain_acknowledgements(struct report *report, const struct map *map)
{
    struct found_flip found;
    const unsigned streams = 1U << COST_SSE | 1U << COST_WEBSOCKET;
    if (!find_flip(map, MAP_WIRE, POLLS, streams, &found))
        return;
    enum cost_transport stream = first_of(found.flip.to);
    const struct map_point *before = &found.series->points[found.zone.before];
    const struct map_point *after = &found.series->points[found.zone.after];
    double sparse = before->figures[stream][METRIC_SEGMENTS].median;
    double dense = after->figures[stream][METRIC_SEGMENTS].median;
    if (dense < sparse)
        report_note(report,
                    "Wire bytes: at %.3g/s %s is level with polls again: TCP acknowledges "
                    "several of its messages at once (%.3g segments a message, %.3g at "
                    "%.3g/s), while a polled message keeps its framing.",
                    found.rate, cost_transport_names[stream], dense, sparse, before->rate);
}

static void explain_heartbeats(struct report *report, const struct map *map)
{
    struct found_flip found;
    if (!find_flip(map, MAP_WIRE, 1U << COST_SSE, 1U << COST_WEBSOCKET, &found) ||
        !found.series->idle_known)
        return;
    double beat_s = (double)map->settings.heartbeat_s;
    report_note(report,
                "Wire bytes: among rare messages heartbeats decide between streams. One takes "
                "%.0f bytes of SSE and %.0f of WebSocket, whose ping is answered; a message "
                "takes fewer of WebSocket.",
                found.series->idle[COST_SSE][METRIC_WIRE_BYTES] * beat_s,
                found.series->idle[COST_WEBSOCKET][METRIC_WIRE_BYTES] * beat_s);
}

void map_explain(struct report *report, const struct map *map)
{
    explain_cpu(report, map);
    explain_framing(report, map);
    explain_acknowledgements(report, map);
    explain_heartbeats(report, map);
}
