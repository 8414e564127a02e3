/* SPDX-License-Identifier: MIT
 *
 * Claims that count requests and connections: 2, 10, 11.
 */
#include "claims_run.h"

#include <math.h>

enum { LANES = 5, RATES = 5 };

static const struct client_kind *const kinds[LANES] = {
    &short_poll_client, &short_poll_client, &long_poll_client, &sse_client, &websocket_client};

/* ---- 2: handshakes ----------------------------------------------------------------------- */

bool claim_2_run(const struct claims *claims, struct finding *finding)
{
    const double seconds = claims->quick ? 2 : 8, clients = 2;
    const double rate = 1000 / (seconds + 0.21); /* that is the warm-up */
    const struct lane_counts *counts = NULL;
    struct claims_point points[LANES];
    for (unsigned i = 0; i < LANES; i++)
        points[i] = (struct claims_point){.kind = kinds[i],
                                          .close = i == 0,
                                          .rate = rate,
                                          .clients = (unsigned)clients,
                                          .payload = 100,
                                          .interval_ms = 200,
                                          .hold_s = 15};
    if (!claims_run_points(claims, finding, points, LANES, seconds))
        return false;
    for (unsigned i = 0; i < LANES; i++) {
        const char *name = claims_point_name(&points[i]);
        counts = &points[i].outcome.whole;
        finding_figure(finding, "opens", name,
                       (struct text){"TCP connections/client", "TCP 连接数/客户端"},
                       (double)counts->opened / clients);
        finding_figure(finding, "requests", name,
                       (struct text){"requests (WebSocket: handshakes)/client",
                                     "请求（WebSocket 为握手）数/客户端"},
                       (double)counts->asked / clients);
    }
    finding_regime(finding,
                   "%.0f clients each, from connecting to the last of %llu messages, %.0f a "
                   "second, a poll each %u ms.",
                   "每种方式 %.0f 个客户端，从建立连接到收到第 %llu 条（最后一条）消息，"
                   "每秒 %.0f 条，每 %u 毫秒轮询一次。",
                   clients, (unsigned long long)counts->published, rate, points[0].interval_ms);
    finding_note(finding, (struct text){"There are two handshakes: TCP's comes first, then "
                                        "WebSocket's, which is an HTTP request.",
                                        "其实有两次握手：先是 TCP 的，然后才是 WebSocket 的，"
                                        "后者是一个 HTTP 请求。"});
    finding_verdict(finding, claim_2_verdict((double)counts->opened / clients,
                                             (double)counts->asked / clients));
    return true;
}

/* ---- 10: held ---------------------------------------------------------------------------- */

bool claim_10_run(const struct claims *claims, struct finding *finding)
{
    struct claims_point points[] = {
        {.kind = &short_poll_client, .interval_ms = 500},
        {.kind = &long_poll_client, .interval_ms = 500},
    };
    for (unsigned i = 0; i < 2; i++) {
        points[i].poisson = true;
        points[i].rate = 2;
        points[i].clients = 10;
        points[i].payload = 100;
        points[i].hold_s = 1;
    }
    if (!claims_run_points(claims, finding, points, 2, claims->quick ? 6 : 14))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        const struct lane_counts *counts = &points[i].outcome.counts;
        claims_add_requests(finding, &points[i]);
        cJSON *figure = finding_figure(
            finding, "useless_percent", claims_point_name(&points[i]),
            (struct text){"answers without a message, %", "没有消息的响应（%）"},
            counts->answered ? 100 * (double)counts->useless / (double)counts->answered : NAN);
        figure_model(figure, 100 * claims_model(&points[i]).useless);
        claims_add_delay(finding, &points[i]);
    }
    finding_regime(
        finding,
        "%u clients each, Poisson messages, %.3g a second; a poll each %u ms, a long "
        "poll held up to %u s; loopback.",
        "每种方式 %u 个客户端，泊松到达，每秒 %.3g 条；每 %u 毫秒轮询一次，"
        "长轮询最多保持 %u 秒；本机回环。",
        points[0].clients, points[0].rate, points[0].interval_ms, points[0].hold_s);
    finding_verdict(finding, claim_10_verdict(
                                 claims_requests(&points[1]), claims_model(&points[1]).requests,
                                 points[1].outcome.delay_ms, points[0].outcome.delay_ms));
    return true;
}

/* ---- 11: fewer --------------------------------------------------------------------------- */

static void add_ratio(struct finding *finding, const struct claims_point pair[2], double ratio)
{
    for (unsigned i = 0; i < 2; i++) {
        cJSON *figure = finding_figure(finding, "requests", claims_point_name(&pair[i]),
                                       (struct text){"requests/message", "请求数/消息"},
                                       claims_requests(&pair[i]));
        claims_at_per_poll(figure, &pair[i]);
        figure_model(figure, claims_model(&pair[i]).requests);
    }
    cJSON *figure = finding_figure(
        finding, "ratio", NULL, (struct text){"long poll/short poll", "长轮询/短轮询"}, ratio);
    claims_at_per_poll(figure, &pair[0]);
}

bool claim_11_run(const struct claims *claims, struct finding *finding)
{
    static const double per_polls[RATES] = {0.1, 0.4, 1, 3, 10};
    const unsigned interval_ms = claims->quick ? 100 : 250;
    struct claims_point points[2 * RATES];
    double ratios[RATES];
    for (unsigned i = 0; i < 2 * RATES; i++)
        points[i] =
            (struct claims_point){.kind = i % 2 ? &long_poll_client : &short_poll_client,
                                  .poisson = true,
                                  .rate = per_polls[i / 2] * 1e3 / interval_ms,
                                  .clients = 5,
                                  .payload = 100,
                                  .interval_ms = interval_ms,
                                  .hold_s = 15};
    if (!claims_run_points(claims, finding, points, 2 * RATES, claims->quick ? 5 : 14))
        return false;
    for (unsigned i = 0; i < RATES; i++) {
        ratios[i] = claims_requests(&points[2 * i + 1]) / claims_requests(&points[2 * i]);
        add_ratio(finding, &points[2 * i], ratios[i]);
    }
    finding_regime(
        finding,
        "%u clients each, Poisson messages, a poll each %u ms, loopback. With a round "
        "trip a long poll gathers messages, too, and needs fewer.",
        "每种方式 %u 个客户端，泊松到达，每 %u 毫秒轮询一次，本机回环。"
        "往返时间长时，长轮询也会积攒消息，请求更少。",
        points[0].clients, interval_ms);
    finding_verdict(finding, claim_11_verdict(per_polls, ratios, RATES));
    return true;
}
