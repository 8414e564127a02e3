/* SPDX-License-Identifier: MIT */
#include "cost_measure.h"

#include "../compare/compare.h"
#include "../compare/timetable.h"
#include "../proc_stat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What is unsettled at a phase's beginning: a poll's interval, and some more. */
static const double settling_s = 0.5;
/* Five servers are started and their memory is awaited to stand still, twice. */
static const double starting_s = 2.5;
static const double busy_client = 0.7; /* of a processor */
/* By so much messages may be sent too late on average; more, and something else has held up the
 * machine: delays would tell of that. */
static const double late_s = 0.0005;

/* ---- the plan ---------------------------------------------------------------------------- */

static double warm_up_s(const struct cost_run *run)
{
    return settling_s + run->point.times.interval_s;
}

int64_t cost_run_ns(const struct cost_run *run)
{
    double all_s = starting_s;
    for (unsigned i = 0; i < run->count; i++)
        all_s += warm_up_s(run) + run->phases[i].span_s;
    return (int64_t)(all_s * 1e9);
}

/* At least one where there is a rate at all. */
static unsigned messages_in(double rate, double span_s)
{
    return rate > 0 ? (unsigned)fmax(1, round(rate * span_s)) : 0;
}

/* Warm-ups and spans have timetables of their own, so that each span has as many messages as it
 * should. How many there are; due_ns may be NULL. */
static unsigned plan(const struct cost_run *run, int64_t *due_ns)
{
    unsigned messages = 0;
    int64_t begin_ns = 0;
    for (unsigned part = 0; part < 2 * run->count; part++) {
        const struct cost_phase *phase = &run->phases[part / 2];
        double span_s = part % 2 ? phase->span_s : warm_up_s(run);
        unsigned count = messages_in(phase->rate, span_s);
        if (due_ns && count > 0) {
            timetable_fill(run->point.times.poisson, run->seed + part, count,
                           (int64_t)(span_s * 1e9), due_ns + messages);
            for (unsigned i = 0; i < count; i++)
                due_ns[messages + i] += begin_ns;
        }
        messages += count;
        begin_ns += (int64_t)(span_s * 1e9);
    }
    return messages;
}

/* ---- samples ----------------------------------------------------------------------------- */

/* Adds counts to sums, or takes them off. */
static void add_counts(const struct lane_counts *counts, double sign, double of[COST_FIGURES])
{
    double up = (double)counts->up_bytes, down = (double)counts->down_bytes;
    double heads = (double)(counts->request_bytes + counts->head_bytes);
    double payload = (double)counts->payload_bytes;
    double segments = (double)counts->traffic.segments;
    of[COST_REQUESTS] += sign * (double)counts->asked;
    of[COST_UP_BYTES] += sign * up;
    of[COST_DOWN_BYTES] += sign * down;
    of[COST_HEADER_BYTES] += sign * heads;
    of[COST_PAYLOAD_BYTES] += sign * payload;
    of[COST_FRAMING_BYTES] += sign * (up + down - heads - payload);
    of[COST_BYTES] += sign * (up + down);
    of[COST_SEGMENTS] += sign * segments;
    of[COST_WIRE_BYTES] +=
        sign * ((double)counts->traffic.bytes + segments * TCP_SEGMENT_HEADERS);
    of[COST_CPU_S] += sign * (double)counts->cpu_ns / 1e9;
}

static double known_bytes(double bytes)
{
    return bytes > 0 ? bytes : NAN; /* something else gave back more */
}

static void enter_sample(const struct lane *lane, const struct lane_counts *before,
                         double seconds, bool busy, struct cost_sample *ret_sample)
{
    struct lane_counts after = lane_count(lane);
    const struct histogram *delays = &lane->delivery.latency_ns;
    double answers = (double)(after.answered - before->answered);
    double published = (double)(after.published - before->published);
    double *of = ret_sample->measured.of;
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++)
        of[figure] = 0;
    add_counts(&after, 1, of);
    add_counts(before, -1, of);
    for (enum cost_figure figure = 0; figure < COST_FIGURES; figure++)
        of[figure] /= seconds;
    of[COST_USELESS] = answers > 0 ? (double)(after.useless - before->useless) / answers : 0;
    bool late = (double)(after.late_ns - before->late_ns) / 1e9 > late_s * published;
    of[COST_DELAY_S] = delays->count > 0 && !busy && !late ? histogram_mean(delays) / 1e9 : NAN;
    of[COST_WORST_S] = NAN; /* the largest of few is luck */
    of[COST_USER_BYTES] = known_bytes(lane->user_bytes);
    of[COST_KERNEL_BYTES] = known_bytes(lane->kernel_bytes);
    ret_sample->point.times.rate = published / seconds;
}

static bool sample_phase(struct compare_run *running, int64_t end_ns,
                         struct cost_sample ret_samples[COST_TRANSPORTS])
{
    struct compare *compare = running->compare;
    struct lane_counts before[COST_TRANSPORTS];
    uint64_t client_before = 0, client_after = 0;
    process_cpu_ns(getpid(), &client_before);
    for (unsigned i = 0; i < COST_TRANSPORTS; i++) {
        before[i] = lane_count(&compare->lanes[i]);
        delivery_restart(&compare->lanes[i].delivery);
    }
    int64_t begin_ns = now_ns();
    if (!compare_run_until(running, end_ns))
        return false;
    double seconds = (double)(now_ns() - begin_ns) / 1e9;
    process_cpu_ns(getpid(), &client_after);
    bool busy = (double)(client_after - client_before) / 1e9 > busy_client * seconds;
    for (unsigned i = 0; i < COST_TRANSPORTS; i++)
        enter_sample(&compare->lanes[i], &before[i], seconds, busy, &ret_samples[i]);
    return true;
}

/* ---- running ----------------------------------------------------------------------------- */

static void settle_settings(const struct common_options *common, const struct cost_point *point,
                            struct lane_settings *ret_settings)
{
    *ret_settings = (struct lane_settings){
        .common = *common,
        .flush = "send",
        .clients = (unsigned)point->clients,
        .payload = (unsigned)point->payload_bytes,
        .heartbeat_s = (unsigned)point->heartbeat_s,
        .coalesce_ms = (unsigned)(point->coalesce_s * 1e3),
        .round_trip_ms = point->times.round_trip_s * 1e3,
        .interval_ns = (int64_t)(point->times.interval_s * 1e9),
        .browser = true,
    };
}

static double highest_rate(const struct cost_run *run)
{
    double rate = 0.1;
    for (unsigned i = 0; i < run->count; i++)
        rate = fmax(rate, run->phases[i].rate);
    return rate;
}

static bool run_phases(struct compare_run *running, const struct cost_run *run,
                       struct cost_sample (*ret_samples)[COST_TRANSPORTS])
{
    int64_t end_ns = now_ns();
    for (unsigned i = 0; i < running->compare->lane_count; i++)
        lane_begin(&running->compare->lanes[i], end_ns);
    for (unsigned phase = 0; phase < run->count; phase++) {
        for (unsigned i = 0; i < COST_TRANSPORTS; i++)
            ret_samples[phase][i].point = run->point;
        end_ns += (int64_t)(warm_up_s(run) * 1e9);
        if (!compare_run_until(running, end_ns))
            return false;
        end_ns += run->phases[phase].span_s * INT64_C(1000000000);
        if (!sample_phase(running, end_ns, ret_samples[phase]))
            return false;
    }
    return compare_drain(running);
}

/* What a figure is worth where messages did not arrive. */
static bool is_sound(const struct compare *compare)
{
    for (unsigned i = 0; i < compare->lane_count; i++) {
        const struct delivery *delivery = &compare->lanes[i].delivery;
        if (delivery_missing(delivery) || delivery->duplicates || delivery->reordered) {
            fprintf(stderr, "pushbench: %s: messages were lost, repeated or reordered\n",
                    compare->lanes[i].name);
            return false;
        }
    }
    return true;
}

bool cost_measure(const struct common_options *common, const struct cost_run *run,
                  struct progress *progress, int64_t begun_ns,
                  struct cost_sample (*ret_samples)[COST_TRANSPORTS])
{
    struct compare *compare = calloc(1, sizeof(*compare));
    struct compare_run running = {compare, progress, begun_ns};
    unsigned messages = plan(run, NULL);
    int64_t *due_ns = calloc(messages + 1, sizeof(*due_ns));
    bool good = compare && due_ns;
    if (!good)
        fprintf(stderr, "pushbench: no memory for so many messages\n");
    if (good) {
        plan(run, due_ns);
        settle_settings(common, &run->point, &compare->settings);
        compare->settings.due_ns = due_ns;
        compare->settings.messages = messages;
        compare->poisson = run->point.times.poisson;
        compare->rate = highest_rate(run);
        good = compare_start_lanes(compare, NULL);
        if (good)
            compare_space_lanes(compare);
        good = good && compare_open_lanes(compare) && run_phases(&running, run, ret_samples) &&
               is_sound(compare);
        good = compare_stop_lanes(compare) && good;
    }
    free(due_ns);
    free(compare);
    return good;
}
