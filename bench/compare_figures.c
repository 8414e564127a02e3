/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>

enum { BUSY_CLIENT_PERCENT = 70 };

/* How exactly memory can be told: heaps grow by pages, and the kernel keeps accounts in
 * batches; in bytes, of a whole lane. */
static const double idle_share = 0.25; /* a processor's time in one stretch */
enum { USER_RESOLUTION = 64 << 10, KERNEL_RESOLUTION = 4 << 20 };

const struct metric_info metric_infos[METRICS] = {
    [METRIC_DELAY_MEAN] = {"delay_mean_ms", "delay, mean ms", false, 10},
    [METRIC_DELAY_P50] = {"delay_p50_ms", "delay, p50 ms", false, 10},
    [METRIC_DELAY_P90] = {"delay_p90_ms", "delay, p90 ms", false, 10},
    [METRIC_DELAY_P99] = {"delay_p99_ms", "delay, p99 ms", false, 100},
    [METRIC_DELAY_P999] = {"delay_p999_ms", "delay, p99.9 ms", false, 1000},
    [METRIC_DELAY_MAX] = {"delay_max_ms", "delay, max ms", false, 1000},
    [METRIC_STALE] = {"stale_percent", "stale, % of the time", false, 1},
    [METRIC_REQUESTS] = {"requests", "requests/message", true, 1},
    [METRIC_USELESS] = {"useless_percent", "useless answers, %", false, 1},
    [METRIC_BYTES] = {"bytes", "bytes/message", true, 1},
    [METRIC_UP_BYTES] = {"up_bytes", "  of these, up", false, 1},
    [METRIC_DOWN_BYTES] = {"down_bytes", "  down", false, 1},
    [METRIC_HEADERS] = {"header_bytes", "  in HTTP heads", false, 1},
    [METRIC_FRAMING] = {"framing_bytes", "  framing", false, 1},
    [METRIC_PAYLOAD] = {"payload_bytes", "  payload", false, 1},
    [METRIC_WIRE_BYTES] = {"wire_bytes", "wire bytes/message", true, 1},
    [METRIC_SEGMENTS] = {"segments", "TCP segments/message", true, 1},
    [METRIC_OPENS] = {"opens_per_minute", "TCP opens/client min", false, 1},
    [METRIC_CPU] = {"cpu_us", "server CPU us/message", true, 1},
    [METRIC_IDLE_CPU] = {"idle_cpu_us", "idle, CPU us/client s", false, 1},
    [METRIC_IDLE_BYTES] = {"idle_wire_bytes", "idle, wire B/client s", false, 1},
    [METRIC_USER_MEMORY] = {"user_memory_bytes", "user memory B/client", false, 1},
    [METRIC_KERNEL_MEMORY] = {"kernel_memory_bytes", "kernel memory B/client", false, 1},
};

/* NAN where there is nothing to divide by. */
static double share(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static struct lane_counts difference(const struct lane_counts *after,
                                     const struct lane_counts *before)
{
    return (struct lane_counts){
        .published = after->published - before->published,
        .delivered = after->delivered - before->delivered,
        .asked = after->asked - before->asked,
        .answered = after->answered - before->answered,
        .useless = after->useless - before->useless,
        .skipped = after->skipped - before->skipped,
        .opened = after->opened - before->opened,
        .up_bytes = after->up_bytes - before->up_bytes,
        .request_bytes = after->request_bytes - before->request_bytes,
        .down_bytes = after->down_bytes - before->down_bytes,
        .head_bytes = after->head_bytes - before->head_bytes,
        .payload_bytes = after->payload_bytes - before->payload_bytes,
        .traffic = {.segments = after->traffic.segments - before->traffic.segments,
                    .bytes = after->traffic.bytes - before->traffic.bytes},
        .stale_ns = after->stale_ns - before->stale_ns,
        .cpu_ns = after->cpu_ns - before->cpu_ns,
    };
}

static double wire_bytes(const struct lane_counts *counts)
{
    return (double)counts->traffic.bytes +
           (double)counts->traffic.segments * TCP_SEGMENT_HEADERS;
}

static void enter(struct compare *compare, unsigned lane, unsigned repeat, enum metric metric,
                  double value)
{
    compare->values[lane][metric][repeat] = value;
}

static void enter_delays(struct compare *compare, unsigned lane, unsigned repeat)
{
    static const struct {
        enum metric metric;
        double share;
    } quantiles[] = {{METRIC_DELAY_P50, 0.5},
                     {METRIC_DELAY_P90, 0.9},
                     {METRIC_DELAY_P99, 0.99},
                     {METRIC_DELAY_P999, 0.999},
                     {METRIC_DELAY_MAX, 1}};
    const struct histogram *delays = &compare->lanes[lane].delivery.latency_ns;
    bool any = delays->count > 0;
    enter(compare, lane, repeat, METRIC_DELAY_MEAN, any ? histogram_mean(delays) / 1e6 : NAN);
    for (unsigned i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
        enter(compare, lane, repeat, quantiles[i].metric,
              any ? (double)histogram_quantile(delays, quantiles[i].share) / 1e6 : NAN);
}

void compare_enter_repeat(struct compare *compare, unsigned lane, unsigned repeat,
                          const struct lane_counts *before, double seconds)
{
    struct lane_counts after = lane_count(&compare->lanes[lane]);
    struct lane_counts counts = difference(&after, before);
    double messages = (double)counts.delivered, clients = compare->settings.clients;
    double up = (double)counts.up_bytes, down = (double)counts.down_bytes;
    double heads = (double)(counts.request_bytes + counts.head_bytes);
    double payload = (double)counts.payload_bytes;
    const struct {
        enum metric metric;
        double sum;
    } each_message[] = {
        {METRIC_REQUESTS, (double)counts.asked},
        {METRIC_BYTES, up + down},
        {METRIC_UP_BYTES, up},
        {METRIC_DOWN_BYTES, down},
        {METRIC_HEADERS, heads},
        {METRIC_FRAMING, up + down - heads - payload},
        {METRIC_PAYLOAD, payload},
        {METRIC_WIRE_BYTES, wire_bytes(&counts)},
        {METRIC_SEGMENTS, (double)counts.traffic.segments},
        {METRIC_CPU, (double)counts.cpu_ns / 1e3},
    };
    enter_delays(compare, lane, repeat);
    for (unsigned i = 0; i < sizeof(each_message) / sizeof(each_message[0]); i++)
        enter(compare, lane, repeat, each_message[i].metric,
              share(each_message[i].sum, messages));
    enter(compare, lane, repeat, METRIC_STALE,
          100 * (double)counts.stale_ns / 1e9 / seconds / clients);
    enter(compare, lane, repeat, METRIC_USELESS,
          counts.answered ? 100 * (double)counts.useless / (double)counts.answered : 0);
    enter(compare, lane, repeat, METRIC_OPENS, (double)counts.opened * 60 / seconds / clients);
    compare->skipped += counts.skipped;
}

void compare_enter_quiet(struct compare *compare, unsigned lane,
                         const struct lane_counts *before, double seconds)
{
    struct lane_counts after = lane_count(&compare->lanes[lane]);
    struct lane_counts counts = difference(&after, before);
    double client_s = compare->settings.clients * seconds, asked = (double)counts.asked;
    double cpu_us = (double)counts.cpu_ns / 1e3;
    enter(compare, lane, 0, METRIC_IDLE_CPU, cpu_us / client_s);
    enter(compare, lane, 0, METRIC_IDLE_BYTES, wire_bytes(&counts) / client_s);
    enter(compare, lane, 0, METRIC_USER_MEMORY, compare->lanes[lane].user_bytes);
    enter(compare, lane, 0, METRIC_KERNEL_MEMORY, compare->lanes[lane].kernel_bytes);
    double *request = compare->idle_requests[lane];
    request[METRIC_REQUESTS] = 1;
    request[METRIC_BYTES] = share((double)(counts.up_bytes + counts.down_bytes), asked);
    request[METRIC_WIRE_BYTES] = share(wire_bytes(&counts), asked);
    request[METRIC_SEGMENTS] = share((double)counts.traffic.segments, asked);
    request[METRIC_CPU] = share(cpu_us, asked);
}

bool compare_client_was_bottleneck(const struct compare *compare)
{
    return compare->client_percent > BUSY_CLIENT_PERCENT;
}

/* What was measured once is known within its resolution. */
static struct spread once(const struct compare *compare, enum metric metric, double value)
{
    double clients = compare->settings.clients, off = 0;
    if (metric >= METRIC_USER_MEMORY && value < 0)
        value = NAN; /* something else gave back more */
    if (metric == METRIC_IDLE_CPU)
        off = value * idle_share;
    else if (metric == METRIC_USER_MEMORY)
        off = USER_RESOLUTION / clients;
    else if (metric == METRIC_KERNEL_MEMORY)
        off = KERNEL_RESOLUTION / clients;
    return (struct spread){value - off, value, value + off};
}

void compare_finish_figures(struct compare *compare)
{
    const struct spread unknown = {NAN, NAN, NAN};
    bool busy = compare_client_was_bottleneck(compare);
    for (unsigned lane = 0; lane < compare->lane_count; lane++)
        for (enum metric metric = 0; metric < METRICS; metric++) {
            const double *values = compare->values[lane][metric];
            struct spread *figure = &compare->figures[lane][metric];
            if (busy && metric <= METRIC_STALE)
                *figure = unknown;
            else if (metric >= METRIC_IDLE_CPU)
                *figure = once(compare, metric, values[0]);
            else
                *figure = spread_of(values, compare->repeats);
        }
}
