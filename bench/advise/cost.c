/* SPDX-License-Identifier: MIT */
#include "cost.h"

#include "../tcp_traffic.h"

#include <math.h>
#include <string.h>

/* Shapes, not costs. After so long a rest a turn of the server finds half its caches cold; so
 * long TCP waits for data that an acknowledgement could ride on. */
static const double rest_s = 0.02, acknowledge_s = 0.04;

const char *const cost_transport_names[COST_TRANSPORTS] = {
    "short_poll_close", "short_poll", "long_poll", "sse", "websocket",
};

const char *const cost_event_names[COST_EVENTS] = {
    [COST_REQUESTS_MADE] = "request",  [COST_FAR_OPENINGS_MADE] = "far_opening",
    [COST_WRITES_MADE] = "write",      [COST_MESSAGES_MADE] = "message",
    [COST_PUBLISHES_MADE] = "publish", [COST_WAKES_MADE] = "wake",
    [COST_BEATS_MADE] = "heartbeat",   [COST_ACKS_MADE] = "acknowledgement",
    [COST_CLIENTS_THERE] = "client",   [COST_RELAYS_THERE] = "relay",
    [COST_SECONDS_GONE] = "second",    [COST_PAYLOADS_BROUGHT] = "payload_byte",
};

const char *const cost_figure_names[COST_FIGURES] = {
    [COST_REQUESTS] = "requests",
    [COST_USELESS] = "useless",
    [COST_DELAY_S] = "delay_s",
    [COST_WORST_S] = "worst_delay_s",
    [COST_UP_BYTES] = "up_bytes",
    [COST_DOWN_BYTES] = "down_bytes",
    [COST_HEADER_BYTES] = "header_bytes",
    [COST_FRAMING_BYTES] = "framing_bytes",
    [COST_PAYLOAD_BYTES] = "payload_bytes",
    [COST_BYTES] = "bytes",
    [COST_SEGMENTS] = "segments",
    [COST_WIRE_BYTES] = "wire_bytes",
    [COST_CPU_S] = "cpu_s",
    [COST_USER_BYTES] = "user_memory_bytes",
    [COST_KERNEL_BYTES] = "kernel_memory_bytes",
};

enum cost_transport cost_transport_find(const char *name)
{
    enum cost_transport found = 0;
    while (found < COST_TRANSPORTS && strcmp(cost_transport_names[found], name) != 0)
        found++;
    return found;
}

static enum transport_reads reads_of(enum cost_transport transport)
{
    if (transport <= COST_SHORT_POLL)
        return READS_NOW;
    return transport == COST_LONG_POLL ? READS_WAIT : READS_ON;
}

/* ---- what happens ------------------------------------------------------------------------ */

/* Messages that one write carries: the one that opens the window, and those that come in it. */
static double gathered(const struct cost_point *point)
{
    double within = point->times.rate * point->coalesce_s;
    return 1 + (point->times.poisson ? within : floor(within));
}

/* How long these wait for it, on average. */
static double window_wait_s(const struct cost_point *point)
{
    double count = gathered(point), window_s = point->coalesce_s;
    if (window_s <= 0 || point->times.rate <= 0)
        return 0;
    if (!point->times.poisson)
        return window_s - (count - 1) / (2 * point->times.rate);
    return (window_s + (count - 1) * window_s / 2) / count;
}

/* From a long poll's answer to the next, with a window: nobody asks for a round trip; if
 * nothing came, a message is waited for, and its window. */
static double cycle_s(const struct cost_point *point)
{
    double rate = point->times.rate, gap_s = point->times.round_trip_s;
    return gap_s + exp(-rate * gap_s) * (1 / rate + point->coalesce_s);
}

static double requests_of(enum cost_transport transport, const struct cost_point *point)
{
    const struct model_point *times = &point->times;
    enum transport_reads reads = reads_of(transport);
    if (reads == READS_ON)
        return 0;
    if (reads == READS_NOW)
        return point->clients / times->interval_s;
    if (times->rate <= 0)
        return point->clients / (times->round_trip_s + times->hold_s);
    if (point->coalesce_s > 0)
        return point->clients / cycle_s(point);
    return point->clients * times->rate * model_of(reads, times).requests;
}

/* Of a kind of event that does nothing of itself when it comes often. */
static double thinned(double rate, double rest)
{
    return rate / (1 + rate * rest);
}

void cost_events_of(enum cost_transport transport, const struct cost_point *point,
                    double ret_events[COST_EVENTS])
{
    enum transport_reads reads = reads_of(transport);
    double rate = point->times.rate, clients = point->clients;
    bool far = point->times.round_trip_s > 0;
    double requests = requests_of(transport, point), windows = rate / gathered(point);
    double writes = reads == READS_ON ? clients * windows : 0;
    double turns = rate + (reads == READS_NOW ? requests : 0);
    if (point->coalesce_s > 0 && reads != READS_NOW)
        turns += windows;
    double exchanges = clients > 0 ? (requests + writes) / clients : 0;
    const double events[COST_EVENTS] = {
        [COST_REQUESTS_MADE] = requests,
        [COST_FAR_OPENINGS_MADE] = far && transport == COST_SHORT_POLL_CLOSE ? requests : 0,
        [COST_WRITES_MADE] = writes,
        [COST_MESSAGES_MADE] = rate * clients,
        [COST_PUBLISHES_MADE] = rate,
        [COST_WAKES_MADE] = thinned(turns, rest_s),
        [COST_BEATS_MADE] = reads == READS_ON ? clients / point->heartbeat_s : 0,
        [COST_ACKS_MADE] = clients * thinned(exchanges, acknowledge_s),
        [COST_CLIENTS_THERE] = clients,
        [COST_RELAYS_THERE] = far,
        [COST_SECONDS_GONE] = 1,
        [COST_PAYLOADS_BROUGHT] = rate * clients * point->payload_bytes,
    };
    memcpy(ret_events, events, sizeof(events));
}

/* ---- what it comes to -------------------------------------------------------------------- */

static double theory_delay(enum cost_transport transport, const struct cost_point *point,
                           bool worst)
{
    const struct model_point *times = &point->times;
    enum transport_reads reads = reads_of(transport);
    double gap_s = times->round_trip_s, one_way_s = gap_s / 2, window_s = point->coalesce_s;
    if (reads == READS_NOW)
        return one_way_s + (worst ? times->interval_s : times->interval_s / 2);
    if (reads == READS_ON)
        return one_way_s + (worst ? window_s : window_wait_s(point));
    if (times->rate <= 0)
        return one_way_s;
    bool meets = times->poisson || times->rate * gap_s >= 1; /* a message and a gap */
    if (worst)
        return one_way_s + fmax(window_s, meets ? gap_s : 0);
    if (window_s <= 0)
        return model_of(reads, times).delay_s;
    double in_gap = times->rate * gap_s * gap_s / 2;
    double in_window =
        exp(-times->rate * gap_s) * window_wait_s(point) * (1 + times->rate * window_s);
    return one_way_s + (in_gap + in_window) / (times->rate * cycle_s(point));
}

double cost_theory(enum cost_transport transport, const struct cost_point *point,
                   enum cost_figure figure)
{
    const struct model_point *times = &point->times;
    switch (figure) {
    case COST_REQUESTS:
        return requests_of(transport, point);
    case COST_USELESS:
        if (times->rate <= 0)
            return reads_of(transport) == READS_ON ? 0 : 1;
        return model_of(reads_of(transport), times).useless;
    case COST_DELAY_S:
    case COST_WORST_S:
        return theory_delay(transport, point, figure == COST_WORST_S);
    case COST_PAYLOAD_BYTES:
        return times->rate * point->clients * point->payload_bytes;
    default:
        return 0;
    }
}

bool cost_is_part(enum cost_transport transport, enum cost_figure figure, enum cost_event event)
{
    enum {
        ASKED = 1 << COST_REQUESTS_MADE,
        WRITTEN = 1 << COST_WRITES_MADE,
        DELIVERED = 1 << COST_MESSAGES_MADE,
        BEATS = 1 << COST_BEATS_MADE,
        SECONDS = 1 << COST_SECONDS_GONE,
        CLIENTS = 1 << COST_CLIENTS_THERE,
    };
    static const unsigned parts[COST_FIGURES] = {
        [COST_DELAY_S] = SECONDS | CLIENTS | 1 << COST_RELAYS_THERE,
        [COST_UP_BYTES] = ASKED | BEATS,
        [COST_HEADER_BYTES] = ASKED,
        [COST_FRAMING_BYTES] = ASKED | DELIVERED | BEATS,
        [COST_SEGMENTS] = ASKED | WRITTEN | BEATS | 1 << COST_ACKS_MADE,
        [COST_CPU_S] = ASKED | WRITTEN | DELIVERED | BEATS | SECONDS |
                       1 << COST_FAR_OPENINGS_MADE | 1 << COST_PUBLISHES_MADE |
                       1 << COST_WAKES_MADE | 1 << COST_PAYLOADS_BROUGHT,
        [COST_USER_BYTES] = CLIENTS,
        [COST_KERNEL_BYTES] = CLIENTS,
    };
    /* Short polls never leave a server alone, so what it does by itself cannot be told from
     * what they cost; and beside half an interval its own delay is lost. */
    bool lost = reads_of(transport) == READS_NOW &&
                (figure == COST_DELAY_S || event == COST_SECONDS_GONE);
    return !lost && (parts[figure] >> event & 1);
}

double cost_part(const struct cost_constants *constants, enum cost_transport transport,
                 const struct cost_point *point, enum cost_figure figure, enum cost_event event)
{
    double events[COST_EVENTS];
    if (!cost_is_part(transport, figure, event))
        return 0;
    cost_events_of(transport, point, events);
    return events[event] * constants->each[transport][figure][event];
}

struct cost_figures cost_predict(const struct cost_constants *constants,
                                 enum cost_transport transport, const struct cost_point *point)
{
    struct cost_figures figures;
    double *of = figures.of;
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++) {
        of[figure] = cost_theory(transport, point, figure);
        for (enum cost_event event = 0; event < COST_EVENTS; event++)
            of[figure] += cost_part(constants, transport, point, figure, event);
    }
    /* Memory is told for each client; the machine's own delay comes on top of the worst too. */
    of[COST_USER_BYTES] /= point->clients;
    of[COST_KERNEL_BYTES] /= point->clients;
    of[COST_WORST_S] += of[COST_DELAY_S] - cost_theory(transport, point, COST_DELAY_S);
    of[COST_BYTES] = of[COST_HEADER_BYTES] + of[COST_FRAMING_BYTES] + of[COST_PAYLOAD_BYTES];
    of[COST_DOWN_BYTES] = of[COST_BYTES] - of[COST_UP_BYTES];
    of[COST_WIRE_BYTES] = of[COST_BYTES] + of[COST_SEGMENTS] * TCP_SEGMENT_HEADERS;
    return figures;
}
