/* SPDX-License-Identifier: MIT
 *
 * What short poll is said to be good and bad at: easy, useless requests (8), many users (9).
 */
#include "claims_lines.h"
#include "claims_run.h"

#include <math.h>

/* ---- 8: useless -------------------------------------------------------------------------- */

enum { RATIOS = 4 };

static const double per_polls[RATIOS] = {0.3, 0.7, 1, 3};

static double add_useless(struct finding *finding, const struct claims_point *point)
{
    const struct lane_counts *counts = &point->outcome.counts;
    double share = counts->answered ? (double)counts->useless / (double)counts->answered : NAN;
    cJSON *figure =
        finding_figure(finding, "useless_percent", point->poisson ? "poisson" : "periodic",
                       (struct text){"useless answers, %", "无用的响应（%）"}, 100 * share);
    claims_at_per_poll(figure, point);
    figure_model(figure, 100 * claims_model(point).useless);
    return share;
}

/* The server's lines of short poll, and the fewest of any other. */
static bool count_lines(struct finding *finding, double *ret_lines, double *ret_others)
{
    struct transport_lines lines[LINES_TRANSPORTS];
    if (!claims_count_lines(finding, lines))
        return false;
    *ret_lines = lines[0].server;
    *ret_others = INFINITY;
    for (unsigned i = 1; i < LINES_TRANSPORTS; i++)
        *ret_others = fmin(*ret_others, lines[i].server);
    return true;
}

bool claim_8_run(const struct claims *claims, struct finding *finding)
{
    const unsigned interval_ms = claims->quick ? 200 : 400;
    struct claims_point points[2 * RATIOS];
    double useless[RATIOS], lines = 0, others = 0;
    for (unsigned i = 0; i < 2 * RATIOS; i++)
        points[i] = (struct claims_point){.kind = &short_poll_client,
                                          .poisson = i < RATIOS,
                                          .rate = per_polls[i % RATIOS] * 1e3 / interval_ms,
                                          .clients = 20,
                                          .payload = 100,
                                          .interval_ms = interval_ms,
                                          .hold_s = 15};
    if (!claims_run_points(claims, finding, points, 2 * RATIOS, claims->quick ? 5 : 20))
        return false;
    for (unsigned i = 0; i < 2 * RATIOS; i++) {
        double share = add_useless(finding, &points[i]);
        if (i < RATIOS)
            useless[i] = share;
    }
    count_lines(finding, &lines, &others);
    finding_regime(
        finding,
        "%u clients, a poll each %u ms, messages by chance (Poisson, which the verdict "
        "is about) and evenly spaced. Lines: what a transport needs beyond what all "
        "have.",
        "%u 个客户端，每 %u 毫秒轮询一次，消息随机到达（泊松，结论以此为准）或均匀到达。"
        "行数：某种方式在公共部分之外所需的代码。",
        points[0].clients, interval_ms);
    finding_verdict(finding, claim_8_verdict(per_polls, useless, RATIOS, lines, others));
    return true;
}

/* ---- 9: many ----------------------------------------------------------------------------- */

enum { SIZES = 3, SIDES = 3, CLOSING = 0, STREAM = 2, POLL_MS = 1000 };

/* Of the server's time on a processor, microseconds a second for each client. */
static double cpu_us_each(const struct claims_point *point)
{
    const struct claims_outcome *outcome = &point->outcome;
    return (double)outcome->counts.cpu_ns / 1e3 / outcome->seconds / point->clients;
}

static void add_size(struct finding *finding, const struct claims_point *point)
{
    const struct claims_outcome *outcome = &point->outcome;
    const struct {
        const char *key;
        struct text label;
        double value;
    } figures[] = {
        {"cpu_percent",
         {"server CPU, % of a processor", "服务器 CPU（单处理器 %）"},
         cpu_us_each(point) * point->clients / 1e4},
        {"requests_per_s",
         {"requests/s", "请求数/秒"},
         (double)outcome->counts.asked / outcome->seconds},
        {"connections_per_s",
         {"connections/s", "新建连接数/秒"},
         (double)outcome->counts.opened / outcome->seconds},
        {"time_wait", {"in TIME_WAIT", "TIME_WAIT 数"}, outcome->time_waits},
    };
    for (unsigned i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        cJSON *figure = finding_figure(finding, figures[i].key, claims_point_name(point),
                                       figures[i].label, figures[i].value);
        figure_at(figure, "clients", (struct text){"clients", "个客户端"}, point->clients);
    }
}

bool claim_9_run(const struct claims *claims, struct finding *finding)
{
    static const struct client_kind *const kinds[SIDES] = {&short_poll_client,
                                                           &short_poll_client, &sse_client};
    const unsigned sizes[SIZES] = {50, claims->quick ? 100 : 200, claims->quick ? 200 : 800};
    const double seconds = claims->quick ? 2 : 6;
    struct claims_point points[SIDES];
    for (unsigned size = 0; size < SIZES; size++) {
        for (unsigned i = 0; i < SIDES; i++)
            points[i] = (struct claims_point){.kind = kinds[i],
                                              .close = i == CLOSING,
                                              .rate = 0.5,
                                              .clients = sizes[size],
                                              .payload = 100,
                                              .interval_ms = POLL_MS,
                                              .hold_s = 15};
        if (!claims_run_points(claims, finding, points, SIDES, seconds))
            return false;
        for (unsigned i = 0; i < SIDES; i++)
            add_size(finding, &points[i]);
    }
    /* The largest run tells best what one more costs. */
    double poll_us = cpu_us_each(&points[CLOSING]), stream_us = cpu_us_each(&points[STREAM]);
    finding_figure(finding, "cheap_clients", claims_point_name(&points[CLOSING]),
                   (struct text){"clients that take a tenth of a processor",
                                 "占用处理器十分之一的客户端数"},
                   claim_cheap_share * 1e6 / poll_us);
    finding_regime(
        finding,
        "A poll each %u ms, a message each 2 s; TIME_WAIT as the kernel counts it for "
        "the server's port after %.0f s (it keeps each for 60 s).",
        "每 %u 毫秒轮询一次，每 2 秒一条消息；TIME_WAIT 由内核在 %.0f "
        "秒后按服务器端口统计（每个保留 60 秒）。",
        POLL_MS, seconds);
    finding_verdict(finding, claim_9_verdict(poll_us, stream_us));
    return true;
}
