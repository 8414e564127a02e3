/* SPDX-License-Identifier: MIT
 *
 * Claims about who begins: can HTTP push (6), and does SSE (14)?
 */
#include "claims_run.h"

enum { LANES = 4, STREAM = 2, WEBSOCKET = 3, REQUESTS_FOR = 1000 };

/* The four, side by side, on the same messages. */
static bool run_four(const struct claims *claims, struct finding *finding,
                     struct claims_point points[LANES])
{
    const double seconds = claims->quick ? 3 : 8;
    for (unsigned i = 0; i < LANES; i++)
        points[i] = (struct claims_point){.kind = client_kinds[i],
                                          .poisson = true,
                                          .rate = 5,
                                          .clients = 10,
                                          .payload = 100,
                                          .interval_ms = 500,
                                          .hold_s = 15};
    if (!claims_run_points(claims, finding, points, LANES, seconds))
        return false;
    finding_regime(
        finding,
        "%u clients each, Poisson messages, %.3g a second for %.0f s, a poll each %u "
        "ms, loopback.",
        "每种方式 %u 个客户端，泊松到达，每秒 %.3g 条，共 %.0f 秒，每 %u "
        "毫秒轮询一次，本机回环。",
        points[0].clients, points[0].rate, seconds, points[0].interval_ms);
    return true;
}

bool claim_6_run(const struct claims *claims, struct finding *finding)
{
    struct claims_point points[LANES];
    if (!run_four(claims, finding, points))
        return false;
    for (unsigned i = 0; i < LANES; i++) {
        claims_add_delay(finding, &points[i]);
        claims_add_requests(finding, &points[i]);
    }
    finding_verdict(finding, claim_6_verdict(points[STREAM].outcome.delay_ms,
                                             claims_requests(&points[STREAM]),
                                             points[0].outcome.delay_ms));
    return true;
}

bool claim_14_run(const struct claims *claims, struct finding *finding)
{
    struct claims_point points[LANES];
    if (!run_four(claims, finding, points))
        return false;
    for (unsigned i = STREAM; i < LANES; i++)
        claims_add_delay(finding, &points[i]);
    finding_figure(finding, "requests_per_1000", points[STREAM].kind->name,
                   (struct text){"requests for 1,000 messages", "每千条消息的请求数"},
                   REQUESTS_FOR * claims_requests(&points[STREAM]));
    finding_figure(
        finding, "first_requests", points[STREAM].kind->name,
        (struct text){"requests at the start, for each client", "开始时每个客户端的请求数"},
        (double)points[STREAM].outcome.whole.asked / points[STREAM].clients);
    finding_note(finding, (struct text){"One GET opens the stream, and one each time it is "
                                        "opened again.",
                                        "打开流需要一个 GET，每次重连再需要一个。"});
    finding_verdict(finding, claim_14_verdict(claims_requests(&points[STREAM]),
                                              points[STREAM].outcome.delay_ms,
                                              points[WEBSOCKET].outcome.delay_ms));
    return true;
}
