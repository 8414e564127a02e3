/* SPDX-License-Identifier: MIT
 *
 * Many requests on one connection: what their headers take, and how many pictures a second they
 * bring (13).
 */
#include "claims_pictures.h"
#include "claims_run.h"

#include <math.h>

enum { POLL, LANES = 3, RATE = 10, PAYLOAD = 100 };

static double heads(const struct claims_point *point)
{
    const struct lane_counts *counts = &point->outcome.counts;
    return counts->delivered ? (double)(counts->request_bytes + counts->head_bytes) /
                                   (double)counts->delivered
                             : NAN;
}

static void add_bytes(struct finding *finding, const struct claims_point *point)
{
    const char *name = claims_point_name(point);
    const struct lane_counts *counts = &point->outcome.counts;
    double all = (double)(counts->up_bytes + counts->down_bytes) / (double)counts->delivered;
    finding_figure(finding, "head_bytes", name,
                   (struct text){"bytes of HTTP heads/message", "HTTP 首部字节/消息"},
                   heads(point));
    finding_figure(finding, "framing_bytes", name,
                   (struct text){"bytes of framing/message", "帧格式字节/消息"},
                   all - heads(point) - point->payload);
    finding_figure(finding, "payload_bytes", name,
                   (struct text){"bytes of payload/message", "载荷字节/消息"}, point->payload);
}

bool claim_13_run(const struct claims *claims, struct finding *finding)
{
    static const struct client_kind *const kinds[LANES] = {&short_poll_client, &sse_client,
                                                           &websocket_client};
    const double seconds = claims->quick ? 3 : 8;
    struct claims_point points[LANES];
    struct pictures pictures;
    for (unsigned i = 0; i < LANES; i++)
        points[i] = (struct claims_point){.kind = kinds[i],
                                          .rate = RATE,
                                          .clients = 10,
                                          .payload = PAYLOAD,
                                          .interval_ms = 1000 / RATE,
                                          .hold_s = 15};
    if (!claims_run_points(claims, finding, points, LANES, seconds))
        return false;
    for (unsigned i = 0; i < LANES; i++)
        add_bytes(finding, &points[i]);
    if (!claims_show_pictures(claims, finding, seconds, &pictures))
        return false;
    finding_regime(
        finding,
        "Messages of %d bytes, %d a second, a poll for each on one connection, with "
        "headers of a browser; then the feed frames, %d pictures a second, polled each 10 "
        "ms or, when that takes longer, as soon as an answer is there, with minimal headers; a "
        "relay makes the round trip.",
        "先是 %d 字节的消息，每秒 %d 条，在同一连接上各轮询一次，带浏览器的首部；"
        "然后是 frames 图片，每秒 %d 张，每 10 "
        "毫秒轮询一次（响应更慢则收到后立即再问），首部最少；"
        "往返时间由中继产生。",
        PAYLOAD, RATE, PICTURES_PER_S);
    finding_verdict(finding, claim_13_verdict(heads(&points[POLL]), pictures.near, pictures.far,
                                              pictures.drawn));
    return true;
}
