/* SPDX-License-Identifier: MIT
 *
 * What becomes of a claim, from the figures that were measured for it. Pure: one function a
 * claim, and no figure of any machine in them. NAN among the figures: not known.
 */
#ifndef PUSHBENCH_CLAIMS_VERDICT_H
#define PUSHBENCH_CLAIMS_VERDICT_H

#include "../compare/verdict.h"

#include <stdbool.h>

enum claim_verdict_kind {
    CLAIM_UNKNOWN, /* a figure is missing */
    CLAIM_HOLDS,
    CLAIM_ONLY_WHEN, /* the reason is the condition */
    CLAIM_FAILS,     /* the reason says what was seen instead */
};

enum claim_reason {
    REASON_NONE,
    REASON_MORE_HANDSHAKES, /* so many a client */
    REASON_OPEN_ANSWER,
    REASON_FALSE_ALARMS, /* so many */
    REASON_LATE_ALARM,   /* ms */
    REASON_NO_ALARM,
    REASON_BELOW_PER_POLL,
    REASON_ABOVE_CLIENTS,
    REASON_NOT_SHORTEST,
    REASON_SELDOM_USELESS,
    REASON_AS_CHEAP,
    REASON_OTHER_REQUESTS, /* so many a message */
    REASON_NO_SOONER,
    REASON_MORE_REQUESTS,
    REASON_THREAD_EACH, /* so many times the memory */
    REASON_LONG_ROUND_TRIP,
    REASON_KEPT_UP,
    REASON_NO_HEADERS,
    REASON_LATER_THAN_WEBSOCKET,
    REASON_DEARER,
    REASON_ONE_CONNECTION,
    REASON_SSE_AND_SPARSE,
    REASON_SSE,
    REASON_SPARSE,
    REASON_SOME_FIGURES, /* so many percent */
    REASON_NO_FIGURE,
    REASON_LITTLE_IS_FETCHED,
    REASON_HTTP_DEARER,
    REASON_HTTP_SUFFICES,
    REASON_CURSOR,
    REASON_LOST_ANYWAY, /* so many */
    REASON_IN_THE_PAGE, /* lines of the server */
    REASON_MORE_LINES,
    CLAIM_REASONS,
};

struct claim_verdict {
    enum claim_verdict_kind kind;
    enum claim_reason reason;
    double number;     /* where the reason has one */
    double between[2]; /* the places that were measured on both sides of the number, or 0 */
};

/*
 * Where a margin that is above 0 at first falls below it: interpolated over the logarithm of
 * the axis, whose places are ascending and above 0. 0: it is never above; INFINITY: it always
 * is. ret_between: the places on both sides, when it does.
 */
double claim_crossing(const double at[], const double margins[], unsigned count,
                      double ret_between[2]);

/* 2: one handshake, then the connection stays. For each client of the run. */
struct claim_verdict claim_2_verdict(double opens, double handshakes);
/* 6: HTTP cannot push. The stream is SSE's, requests those after the first. */
struct claim_verdict claim_6_verdict(double stream_ms, double stream_requests, double poll_ms);
/* 7: whoever does not answer within interval and timeout (together bound_ms) is dead, and
 * nobody else. spare_ms: what a busy machine may add. detected_ms INFINITY: one never was. */
struct claim_verdict claim_7_verdict(double detected_ms, double bound_ms, double spare_ms,
                                     double false_alarms);
/* 8: short poll is easy, and most of its requests are useless. Shares at so many messages a
 * poll, ascending; lines of the server's code, and the fewest of any other transport. */
struct claim_verdict claim_8_verdict(const double per_poll[], const double useless[],
                                     unsigned count, double lines, double other_lines);
/* 9: short poll is not for many. CPU in microseconds a second for each client. */
struct claim_verdict claim_9_verdict(double poll_us, double stream_us);
/* A server is cheap as long as it takes no more than this share of a processor. */
extern const double claim_cheap_share;
/* 10: a long poll is held until there is a message. */
struct claim_verdict claim_10_verdict(double requests, double model_requests, double delay_ms,
                                      double poll_delay_ms);
/* 11: it takes fewer requests than short poll: ratios at so many messages a poll. */
struct claim_verdict claim_11_verdict(const double per_poll[], const double ratios[],
                                      unsigned count);
/* 12: holding costs. Bytes for each connection: in an event loop, and with a thread each. */
struct claim_verdict claim_12_verdict(double loop_bytes, double thread_bytes);
/* 13: keep-alive sends headers every time, and is unfit for pictures. Bytes of heads for each
 * message; pictures a second near and far from the server, of so many that were drawn. */
struct claim_verdict claim_13_verdict(double head_bytes, double near, double far, double drawn);
/* 14: SSE sends at once, without a request. */
struct claim_verdict claim_14_verdict(double requests, double stream_ms, double websocket_ms);
/* 15: SSE saves resources: how much more polling takes, for each of several resources at so
 * many messages a poll: margins[resource * count + point], in any unit. */
struct claim_verdict claim_15_verdict(const double per_poll[], const double margins[],
                                      unsigned count, unsigned resources);
/* 16: SSE needs another connection for speaking. For each person. */
struct claim_verdict claim_16_verdict(double sse_connections, double websocket_connections);
/* 18: the order of performance, figure by figure: so many each, the first where messages are
 * sparse and SSE is meant, then sparse with keep-alive, dense with SSE, dense with keep-alive.
 */
enum { CLAIM_18_GROUPS = 4 };
struct claim_verdict claim_18_verdict(const enum verdict_kind kinds[], unsigned each);
/* How many of the figures do not contradict. */
unsigned claim_18_kept(const enum verdict_kind kinds[], unsigned count);
/* 19: real-time by WebSocket, old data by plain HTTP. Delays, and bytes for one message and for
 * many, the same data by either. */
struct claim_19_figures {
    double push_ms, poll_ms;
    double one_http, one_websocket;
    double many_http, many_websocket;
};
struct claim_verdict claim_19_verdict(const struct claim_19_figures *figures);
/* 21: reliable. Messages lost by cuts, without a cursor and with one. */
struct claim_verdict claim_21_verdict(double lost_without, double lost_with);
/* 22: WebSocket is simple, SSE very simple. Lines of code of the shorter poll, of SSE and of
 * WebSocket. */
struct claim_22_figures {
    struct claim_lines {
        double polls, sse, websocket;
    } page, server;
};
struct claim_verdict claim_22_verdict(const struct claim_22_figures *figures);

#endif
