/* SPDX-License-Identifier: MIT */
#include "claims_verdict.h"

#include <math.h>
#include <string.h>

const double claim_cheap_share = 0.1;

static const double much_sooner = 0.5; /* of the other's delay */
static const double about = 0.1;       /* as good as equal */
static const double near_model = 0.15;
static const double half = 0.5;
static const double much_dearer = 4; /* times */
static const double same_delay = 2;  /* times, and 1 ms */

static const struct claim_verdict unknown = {.kind = CLAIM_UNKNOWN};
static const struct claim_verdict holds = {.kind = CLAIM_HOLDS};

static struct claim_verdict only_when(enum claim_reason reason, double number)
{
    return (struct claim_verdict){CLAIM_ONLY_WHEN, reason, number, {0}};
}

static struct claim_verdict fails(enum claim_reason reason, double number)
{
    return (struct claim_verdict){CLAIM_FAILS, reason, number, {0}};
}

double claim_crossing(const double at[], const double margins[], unsigned count,
                      double ret_between[2])
{
    for (unsigned i = 0; i < count; i++) {
        if (isnan(margins[i]))
            return NAN;
        if (margins[i] > 0)
            continue;
        if (i == 0)
            return 0;
        memcpy(ret_between, at + i - 1, 2 * sizeof(*at));
        double share = margins[i - 1] / (margins[i - 1] - margins[i]);
        return exp(log(at[i - 1]) + share * (log(at[i]) - log(at[i - 1])));
    }
    return INFINITY;
}

/* Whether what holds below a crossing holds everywhere, there only, or nowhere. */
static struct claim_verdict below(double crossing, const double between[2],
                                  enum claim_reason otherwise)
{
    if (isnan(crossing))
        return unknown;
    if (crossing == 0)
        return fails(otherwise, 0);
    if (isinf(crossing))
        return holds;
    return (struct claim_verdict){
        CLAIM_ONLY_WHEN, REASON_BELOW_PER_POLL, crossing, {between[0], between[1]}};
}

struct claim_verdict claim_2_verdict(double opens, double handshakes)
{
    if (isnan(opens) || isnan(handshakes))
        return unknown;
    double most = fmax(opens, handshakes);
    return most > 1 ? fails(REASON_MORE_HANDSHAKES, most) : holds;
}

struct claim_verdict claim_6_verdict(double stream_ms, double stream_requests, double poll_ms)
{
    if (isnan(stream_ms) || isnan(stream_requests) || isnan(poll_ms))
        return unknown;
    bool pushed = stream_requests == 0 && stream_ms < much_sooner * poll_ms;
    return pushed ? fails(REASON_OPEN_ANSWER, 0) : holds;
}

struct claim_verdict claim_7_verdict(double detected_ms, double bound_ms, double spare_ms,
                                     double false_alarms)
{
    if (isnan(detected_ms) || isnan(false_alarms))
        return unknown;
    if (false_alarms > 0)
        return fails(REASON_FALSE_ALARMS, false_alarms);
    if (isinf(detected_ms))
        return fails(REASON_NO_ALARM, 0);
    if (detected_ms > bound_ms + spare_ms)
        return fails(REASON_LATE_ALARM, detected_ms);
    return holds;
}

struct claim_verdict claim_8_verdict(const double per_poll[], const double useless[],
                                     unsigned count, double lines, double other_lines)
{
    double margins[16], between[2] = {0};
    for (unsigned i = 0; i < count && i < 16; i++)
        margins[i] = useless[i] - half;
    if (lines > other_lines)
        return fails(REASON_NOT_SHORTEST, lines);
    double crossing = claim_crossing(per_poll, margins, count, between);
    return below(crossing, between, REASON_SELDOM_USELESS);
}

struct claim_verdict claim_9_verdict(double poll_us, double stream_us)
{
    if (isnan(poll_us) || isnan(stream_us) || poll_us <= 0)
        return unknown;
    if (poll_us <= stream_us * (1 + about))
        return fails(REASON_AS_CHEAP, 0);
    return only_when(REASON_ABOVE_CLIENTS, claim_cheap_share * 1e6 / poll_us);
}

struct claim_verdict claim_10_verdict(double requests, double model_requests, double delay_ms,
                                      double poll_delay_ms)
{
    if (isnan(requests) || isnan(delay_ms) || isnan(poll_delay_ms))
        return unknown;
    if (fabs(requests - model_requests) > near_model * model_requests)
        return fails(REASON_OTHER_REQUESTS, requests);
    return delay_ms < much_sooner * poll_delay_ms ? holds : fails(REASON_NO_SOONER, delay_ms);
}

struct claim_verdict claim_11_verdict(const double per_poll[], const double ratios[],
                                      unsigned count)
{
    double margins[16], between[2] = {0};
    for (unsigned i = 0; i < count && i < 16; i++)
        margins[i] = -log(ratios[i]);
    double crossing = claim_crossing(per_poll, margins, count, between);
    return below(crossing, between, REASON_MORE_REQUESTS);
}

struct claim_verdict claim_12_verdict(double loop_bytes, double thread_bytes)
{
    if (isnan(loop_bytes) || isnan(thread_bytes) || loop_bytes <= 0)
        return unknown;
    double times = thread_bytes / loop_bytes;
    return times >= much_dearer ? only_when(REASON_THREAD_EACH, times) : holds;
}

struct claim_verdict claim_13_verdict(double head_bytes, double near, double far, double drawn)
{
    if (isnan(head_bytes) || isnan(near) || isnan(far) || isnan(drawn))
        return unknown;
    if (head_bytes <= 0)
        return fails(REASON_NO_HEADERS, 0);
    bool near_good = near >= drawn * (1 - about), far_good = far >= drawn * (1 - about);
    if (near_good && far_good)
        return fails(REASON_KEPT_UP, 0);
    return near_good ? only_when(REASON_LONG_ROUND_TRIP, 0) : holds;
}

struct claim_verdict claim_14_verdict(double requests, double stream_ms, double websocket_ms)
{
    if (isnan(requests) || isnan(stream_ms) || isnan(websocket_ms))
        return unknown;
    if (requests > 0)
        return fails(REASON_OTHER_REQUESTS, requests);
    if (stream_ms > same_delay * websocket_ms + 1)
        return fails(REASON_LATER_THAN_WEBSOCKET, stream_ms);
    return holds;
}

struct claim_verdict claim_15_verdict(const double per_poll[], const double margins[],
                                      unsigned count, unsigned resources)
{
    double least = INFINITY, between[2] = {0}, least_between[2] = {0};
    for (unsigned i = 0; i < resources; i++) {
        double crossing = claim_crossing(per_poll, margins + i * count, count, between);
        if (isnan(crossing))
            return unknown;
        if (crossing >= least)
            continue;
        least = crossing;
        memcpy(least_between, between, sizeof(between));
    }
    return below(least, least_between, REASON_DEARER);
}

struct claim_verdict claim_16_verdict(double sse_connections, double websocket_connections)
{
    if (isnan(sse_connections) || isnan(websocket_connections))
        return unknown;
    return sse_connections > websocket_connections ? holds : fails(REASON_ONE_CONNECTION, 0);
}

static bool contradicts(enum verdict_kind kind)
{
    return kind == VERDICT_LAST_FLIPS || kind == VERDICT_FAILS;
}

unsigned claim_18_kept(const enum verdict_kind kinds[], unsigned count)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++)
        kept += !contradicts(kinds[i]);
    return kept;
}

struct claim_verdict claim_18_verdict(const enum verdict_kind kinds[], unsigned each)
{
    enum { SPARSE_SSE, SPARSE_KEPT, DENSE_SSE, DENSE_KEPT };
    bool good[CLAIM_18_GROUPS];
    unsigned count = CLAIM_18_GROUPS * each, known = 0, shown = 0;
    for (unsigned i = 0; i < count; i++) {
        known += kinds[i] != VERDICT_NONE;
        shown += kinds[i] == VERDICT_HOLDS || kinds[i] == VERDICT_TIES;
    }
    if (known == 0)
        return unknown;
    for (unsigned i = 0; i < CLAIM_18_GROUPS; i++)
        good[i] = claim_18_kept(kinds + i * each, each) == each;
    if (shown == 0)
        return fails(REASON_NO_FIGURE, 0);
    if (good[SPARSE_SSE] && good[SPARSE_KEPT] && good[DENSE_SSE] && good[DENSE_KEPT])
        return holds;
    if (good[SPARSE_SSE] && good[DENSE_SSE])
        return only_when(REASON_SSE, 0);
    if (good[SPARSE_SSE] && good[SPARSE_KEPT])
        return only_when(REASON_SPARSE, 0);
    if (good[SPARSE_SSE])
        return only_when(REASON_SSE_AND_SPARSE, 0);
    return only_when(REASON_SOME_FIGURES, 100.0 * shown / known);
}

struct claim_verdict claim_19_verdict(const struct claim_19_figures *figures)
{
    double sum = figures->push_ms + figures->poll_ms + figures->one_http +
                 figures->one_websocket + figures->many_http + figures->many_websocket;
    if (isnan(sum))
        return unknown;
    if (figures->push_ms >= much_sooner * figures->poll_ms)
        return fails(REASON_NO_SOONER, figures->push_ms);
    if (figures->one_http > figures->one_websocket * (1 + about))
        return fails(REASON_HTTP_DEARER, 0);
    if (figures->many_http > figures->many_websocket * (1 + about))
        return only_when(REASON_LITTLE_IS_FETCHED, 0);
    bool less = figures->one_http < figures->one_websocket * (1 - about);
    return less ? holds : (struct claim_verdict){CLAIM_HOLDS, REASON_HTTP_SUFFICES, 0, {0}};
}

struct claim_verdict claim_21_verdict(double lost_without, double lost_with)
{
    if (isnan(lost_without) || isnan(lost_with))
        return unknown;
    if (lost_with > 0)
        return fails(REASON_LOST_ANYWAY, lost_with);
    /* A run that lost nothing has shown nothing of what a cursor is for. */
    return lost_without > 0 ? only_when(REASON_CURSOR, lost_without) : holds;
}

/* No more lines than polling takes, or about as many. */
static bool simple(const struct claim_lines *lines)
{
    return fmax(lines->sse, lines->websocket) <= lines->polls * (1 + about);
}

struct claim_verdict claim_22_verdict(const struct claim_22_figures *figures)
{
    const struct claim_lines *page = &figures->page, *server = &figures->server;
    if (isnan(page->polls + page->sse + page->websocket) ||
        isnan(server->polls + server->sse + server->websocket))
        return unknown;
    if (!simple(page))
        return fails(REASON_MORE_LINES, fmax(page->sse, page->websocket));
    return simple(server) ? holds : only_when(REASON_IN_THE_PAGE, server->websocket);
}
