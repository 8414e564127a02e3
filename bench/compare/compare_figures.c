/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>

enum { BUSY_CLIENT_PERCENT = 70 };

/* How well a processor's time in the one quiet stretch is known. */
static const double idle_share = 0.25, idle_us = 1000;

/* Equal servers beside each other may differ by so much in a run, as a share and in time. */
static const double cpu_share = 0.05, wake_up_ms = 0.2;

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

const double delay_shares[DELAY_SHARES] = {
    0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4,  0.45,  0.5, 0.55,
    0.6,  0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999, 1,
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
    for (unsigned i = 0; i < DELAY_SHARES; i++)
        compare->delays_ms[lane][i][repeat] =
            any ? (double)histogram_quantile(delays, delay_shares[i]) / 1e6 : NAN;
}

/* What adds up; the other metrics are left as they are. */
static void sum_up(const struct lane_counts *counts, double ret_sums[METRICS])
{
    double up = (double)counts->up_bytes, down = (double)counts->down_bytes;
    double heads = (double)(counts->request_bytes + counts->head_bytes);
    double payload = (double)counts->payload_bytes;
    ret_sums[METRIC_REQUESTS] = (double)counts->asked;
    ret_sums[METRIC_BYTES] = up + down;
    ret_sums[METRIC_UP_BYTES] = up;
    ret_sums[METRIC_DOWN_BYTES] = down;
    ret_sums[METRIC_HEADERS] = heads;
    ret_sums[METRIC_FRAMING] = up + down - heads - payload;
    ret_sums[METRIC_PAYLOAD] = payload;
    ret_sums[METRIC_WIRE_BYTES] = wire_bytes(counts);
    ret_sums[METRIC_SEGMENTS] = (double)counts->traffic.segments;
    ret_sums[METRIC_CPU] = (double)counts->cpu_ns / 1e3;
}

bool metric_adds_up(enum metric metric)
{
    return metric == METRIC_REQUESTS || metric == METRIC_CPU ||
           (metric >= METRIC_BYTES && metric <= METRIC_SEGMENTS);
}

void compare_enter_repeat(struct compare *compare, unsigned lane, unsigned repeat,
                          const struct lane_counts *before, double seconds)
{
    struct lane_counts after = lane_count(&compare->lanes[lane]);
    struct lane_counts counts = difference(&after, before);
    double clients = compare->settings.clients, sums[METRICS];
    enter_delays(compare, lane, repeat);
    sum_up(&counts, sums);
    for (enum metric metric = 0; metric < METRICS; metric++)
        if (metric_adds_up(metric))
            enter(compare, lane, repeat, metric, share(sums[metric], (double)counts.delivered));
    enter(compare, lane, repeat, METRIC_STALE,
          100 * (double)counts.stale_ns / 1e9 / seconds / clients);
    enter(compare, lane, repeat, METRIC_USELESS,
          counts.answered ? 100 * (double)counts.useless / (double)counts.answered : 0);
    enter(compare, lane, repeat, METRIC_OPENS, (double)counts.opened * 60 / seconds / clients);
    compare->skipped += counts.skipped;
}

void compare_enter_open(struct compare *compare, unsigned lane)
{
    for (enum metric metric = 0; metric < METRICS; metric++) {
        enter(compare, lane, 0, metric, NAN);
        compare->idle_requests[lane][metric] = NAN;
    }
    enter(compare, lane, 0, METRIC_USER_MEMORY, compare->lanes[lane].user_bytes);
    enter(compare, lane, 0, METRIC_KERNEL_MEMORY, compare->lanes[lane].kernel_bytes);
}

void compare_enter_quiet(struct compare *compare, unsigned lane,
                         const struct lane_counts *before, double seconds)
{
    struct lane_counts after = lane_count(&compare->lanes[lane]);
    struct lane_counts counts = difference(&after, before);
    double client_s = compare->settings.clients * seconds, sums[METRICS];
    double *second = compare->idle_seconds[lane], *request = compare->idle_requests[lane];
    sum_up(&counts, sums);
    for (enum metric metric = 0; metric < METRICS; metric++)
        if (metric_adds_up(metric)) {
            second[metric] = sums[metric] / client_s;
            request[metric] = share(sums[metric], (double)counts.asked);
        }
    request[METRIC_REQUESTS] = 1;
    enter(compare, lane, 0, METRIC_IDLE_CPU, second[METRIC_CPU]);
    enter(compare, lane, 0, METRIC_IDLE_BYTES, second[METRIC_WIRE_BYTES]);
}

bool compare_client_was_bottleneck(const struct compare *compare)
{
    return compare->client_percent > BUSY_CLIENT_PERCENT;
}

/* What was measured once is known within its resolution. */
static struct spread once(const struct compare *compare, enum metric metric, double value)
{
    double clients = compare->settings.clients, off = 0;
    if (metric == METRIC_IDLE_CPU)
        off = value * idle_share + idle_us / clients / compare->settings.heartbeat_s;
    else if (metric == METRIC_USER_MEMORY)
        off = USER_RESOLUTION / clients;
    else if (metric == METRIC_KERNEL_MEMORY)
        off = KERNEL_RESOLUTION / clients;
    if (metric >= METRIC_USER_MEMORY && value < 0) /* something else gave back more */
        value = value < -off ? (double)NAN : 0;
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

double compare_late_ms(const struct compare *compare)
{
    double late_ns = 0, messages = 0;
    for (unsigned lane = 0; lane < compare->lane_count; lane++) {
        late_ns += (double)compare->lanes[lane].late_ns;
        messages += (double)compare->lanes[lane].delivery.published;
    }
    return messages > 0 ? late_ns / messages / 1e6 : 0;
}

/* What lies within is no difference to anybody, or more than can be known. */
struct tolerance compare_tolerance(enum metric metric, double rate, double late_ms)
{
    /* Who sends late by so much may well be late by more with one lane than with another. */
    double time_ms = fmax(wake_up_ms, 2 * late_ms);
    struct tolerance tolerance = {.share = metric == METRIC_CPU ? cpu_share : 0.03};
    if (metric < METRIC_STALE)
        tolerance.absolute = time_ms;
    else if (metric == METRIC_STALE)
        tolerance.absolute = 100 * fmin(1, rate * time_ms / 1e3);
    return tolerance;
}

struct judged compare_judged(const struct compare *compare, enum metric metric, unsigned lane)
{
    bool once = metric >= METRIC_IDLE_CPU;
    return (struct judged){.spread = compare->figures[lane][metric],
                           .repeats = compare->values[lane][metric],
                           .count = once ? 0 : compare->repeats};
}

struct tolerance compare_tolerance_of(const struct compare *compare, enum metric metric)
{
    return compare_tolerance(metric, compare->rate, compare_late_ms(compare));
}

bool compare_tie(const struct compare *compare, enum metric metric, unsigned a, unsigned b)
{
    const struct judged one = compare_judged(compare, metric, a);
    const struct judged other = compare_judged(compare, metric, b);
    return verdict_tie(&one, &other, compare_tolerance_of(compare, metric));
}
