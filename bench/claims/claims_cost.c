/* SPDX-License-Identifier: MIT
 *
 * What a delivery takes of machine and line: SSE against polling (15).
 */
#include "claims_run.h"

enum { RATES = 4, KINDS = 3, LANES = RATES * KINDS, SHORT = 0, STREAM = 2, RESOURCES = 2 };

static void add_costs(struct finding *finding, const struct claims_point *point)
{
    const struct lane_counts *counts = &point->outcome.counts;
    double bytes = (double)(counts->up_bytes + counts->down_bytes);
    const struct {
        const char *key;
        struct text label;
        double value;
    } figures[] = {
        {"cpu_us", {"server CPU us/message", "服务器 CPU 微秒/消息"}, claims_cpu_us(point)},
        {"bytes",
         {"bytes/message", "字节/消息"},
         counts->delivered ? bytes / (double)counts->delivered : 0},
        {"wire_bytes", {"wire bytes/message", "线上字节/消息"}, claims_wire_bytes(point)},
    };
    for (unsigned i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        claims_at_per_poll(finding_figure(finding, figures[i].key, claims_point_name(point),
                                          figures[i].label, figures[i].value),
                           point);
}

bool claim_15_run(const struct claims *claims, struct finding *finding)
{
    static const double per_polls[RATES] = {0.5, 3, 8, 20};
    static const struct client_kind *const kinds[KINDS] = {&short_poll_client,
                                                           &long_poll_client, &sse_client};
    struct claims_point points[LANES];
    double margins[RESOURCES * RATES];
    for (unsigned i = 0; i < LANES; i++)
        points[i] = (struct claims_point){.kind = kinds[i % KINDS],
                                          .poisson = true,
                                          .rate = per_polls[i / KINDS] * 2,
                                          .clients = 40,
                                          .payload = 100,
                                          .interval_ms = 500,
                                          .hold_s = 15};
    if (!claims_run_points(claims, finding, points, LANES, claims->quick ? 4 : 12))
        return false;
    for (unsigned i = 0; i < LANES; i++)
        add_costs(finding, &points[i]);
    for (unsigned i = 0; i < KINDS; i++)
        finding_figure(finding, "user_bytes", claims_point_name(&points[i]),
                       (struct text){"server memory for each client, bytes",
                                     "每个客户端占用的服务器内存（字节）"},
                       points[i].outcome.user_bytes);
    for (unsigned i = 0; i < RATES; i++) {
        const struct claims_point *poll = &points[i * KINDS + SHORT];
        const struct claims_point *stream = &points[i * KINDS + STREAM];
        margins[i] = claims_cpu_us(poll) - claims_cpu_us(stream);
        margins[RATES + i] = claims_wire_bytes(poll) - claims_wire_bytes(stream);
    }
    finding_regime(
        finding,
        "%u clients each, Poisson messages of %u bytes, a poll each %u ms on a "
        "connection that is kept, headers of a browser, loopback. The verdict is about "
        "CPU and wire bytes, and short poll.",
        "每种方式 %u 个客户端，泊松到达，消息 %u 字节，每 %u 毫秒在保持的连接上"
        "轮询一次，浏览器的首部，本机回环。结论针对 CPU 和线上字节，与短轮询相比。",
        points[0].clients, points[0].payload, points[0].interval_ms);
    finding_verdict(finding, claim_15_verdict(per_polls, margins, RATES, RESOURCES));
    return true;
}
