/* SPDX-License-Identifier: MIT
 *
 * What sides have come to, as figures and as rows of a report.
 */
#include "side.h"

#include <math.h>

enum {
    BUSY_CLIENT_PERCENT = 70,
    MACHINE_LEAST_US = 500000, /* of less, the steps of 10 ms would be too much */
};

/* ---- what came out ----------------------------------------------------------------------- */

static double client_percent(const struct side *side)
{
    return 100 * side->totals.client_cpu_s / side->totals.wall_s;
}

bool side_client_was_bottleneck(const struct side *side)
{
    return client_percent(side) > BUSY_CLIENT_PERCENT;
}

double side_machine_us(const struct side *side)
{
    double us = side->totals.machine_us;
    return us < MACHINE_LEAST_US ? (double)NAN : us / (double)side->totals.deliveries;
}

struct spread side_cost(const struct side *side, enum cost cost)
{
    return spread_of(side->costs[cost], side->stretches);
}

struct spread side_cost_ratio(const struct side *ours, const struct side *theirs,
                              enum cost cost)
{
    unsigned count = ours->stretches < theirs->stretches ? ours->stretches : theirs->stretches;
    return spread_of_ratios(ours->costs[cost], theirs->costs[cost], count);
}

/* ---- reporting --------------------------------------------------------------------------- */

/* The keys of a cost, of its least and its largest, and of their ratios. */
static const struct cost_keys {
    const char *cost[3], *ratio[3];
} cost_keys[COSTS] = {
    [COST_CPU_US] = {{"cpu_us", "cpu_min_us", "cpu_max_us"},
                     {"ratio", "ratio_min", "ratio_max"}},
    [COST_USER_INSTRUCTIONS] = {{"user_instructions", "user_instructions_min",
                                 "user_instructions_max"},
                                {"user_instructions_ratio", "user_instructions_ratio_min",
                                 "user_instructions_ratio_max"}},
    [COST_KERNEL_INSTRUCTIONS] = {{"kernel_instructions", "kernel_instructions_min",
                                   "kernel_instructions_max"},
                                  {"kernel_instructions_ratio", "kernel_instructions_ratio_min",
                                   "kernel_instructions_ratio_max"}},
};

static void report_spread(struct report *report, const char *const keys[3],
                          struct spread spread)
{
    report_number(report, keys[0], spread.median);
    report_number(report, keys[1], spread.min);
    report_number(report, keys[2], spread.max);
}

/* A client that is itself at its end measures itself: then there is no rate and no delay to
 * tell. What the server's threads used is still true. */
static void report_pace(struct report *report, const struct side *side)
{
    static const struct {
        const char *key;
        bool of_last; /* not any subscriber's: the last one's */
        double share;
    } delays[] = {{"p50_us", false, 0.5},
                  {"p99_us", false, 0.99},
                  {"max_us", false, 1},
                  {"last_p50_us", true, 0.5},
                  {"last_p99_us", true, 0.99}};
    const struct delivery *delivery = &side->load.delivery;
    bool bottleneck = side_client_was_bottleneck(side);
    double per_s = (double)side->totals.deliveries / side->totals.wall_s;
    report_number(report, "client_cpu_percent", client_percent(side));
    report_bool(report, "client_was_bottleneck", bottleneck);
    report_number(report, "deliveries_per_s", bottleneck ? NAN : per_s);
    for (unsigned i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        const struct histogram *histogram =
            delays[i].of_last ? &delivery->last_ns : &delivery->latency_ns;
        double us = histogram_known_quantile(histogram, delays[i].share) / 1e3;
        report_number(report, delays[i].key, bottleneck ? NAN : us);
    }
}

static void report_traffic(struct report *report, const struct side *side)
{
    const struct network_traffic *traffic = &side->totals.traffic;
    double deliveries = (double)side->totals.deliveries;
    bool known = traffic->bytes > 0;
    report_number(report, "received_bytes", (double)side->totals.received_bytes / deliveries);
    report_number(report, "wire_bytes", known ? (double)traffic->bytes / deliveries : NAN);
    report_number(report, "segments", known ? (double)traffic->segments / deliveries : NAN);
    report_number(report, "retransmitted", known ? (double)traffic->retransmitted : NAN);
}

void side_report(struct report *report, const struct side *side)
{
    const struct load_options *options = &side->options;
    const struct delivery *delivery = &side->load.delivery;
    report_row(report);
    report_text(report, "transport", options->kind->name);
    report_text(report, "server", side->name);
    report_number(report, "subscribers", options->subscribers);
    report_number(report, "publishers", options->publishers);
    report_number(report, "in_flight", options->in_flight);
    report_number(report, "payload_bytes", (double)options->payload);
    report_number(report, "messages", (double)delivery->published);
    report_number(report, "deliveries", (double)side->totals.deliveries);
    for (enum cost cost = 0; cost < COSTS; cost++)
        report_spread(report, cost_keys[cost].cost, side_cost(side, cost));
    report_number(report, "machine_us", side_machine_us(side));
    report_pace(report, side);
    report_traffic(report, side);
    report_number(report, "lost", (double)delivery_missing(delivery));
    report_number(report, "duplicates", (double)delivery->duplicates);
    report_number(report, "reordered", (double)delivery->reordered);
    report_number(report, "strange", (double)delivery->strange);
}

void side_report_ratios(struct report *report, const struct side *ours,
                        const struct side *theirs)
{
    const struct spread nothing = {NAN, NAN, NAN};
    for (enum cost cost = 0; cost < COSTS; cost++)
        report_spread(report, cost_keys[cost].ratio,
                      theirs ? side_cost_ratio(ours, theirs, cost) : nothing);
    report_number(report, "machine_ratio",
                  theirs ? side_machine_us(ours) / side_machine_us(theirs) : NAN);
}

void side_judge(struct report *report, const struct side *side)
{
    const struct delivery *delivery = &side->load.delivery;
    const struct side_totals *totals = &side->totals;
    if (delivery_missing(delivery) || delivery->duplicates || delivery->reordered ||
        delivery->strange)
        report_broken(report, "%s, %s: messages were lost, repeated, reordered or changed",
                      side->name, side->options.kind->name);
    if (totals->traffic.bytes && totals->traffic.bytes < totals->received_bytes)
        report_broken(report, "%s, %s: the clients say they got more than the kernel carried",
                      side->name, side->options.kind->name);
}

static bool some_row(const struct report *report, const char *key,
                     cJSON_bool (*holds)(const cJSON *value))
{
    const cJSON *row;
    cJSON_ArrayForEach(
        row, report->rows) if (holds(cJSON_GetObjectItemCaseSensitive(row, key))) return true;
    return false;
}

void sides_note(struct report *report)
{
    if (some_row(report, "client_was_bottleneck", cJSON_IsTrue))
        report_note(report,
                    "The client was the bottleneck (above %d %% of a processor): no "
                    "rate and no delay can be told.",
                    BUSY_CLIENT_PERCENT);
    if (some_row(report, "user_instructions", cJSON_IsNull))
        report_note(report, "Instructions are not counted: this machine's kernel has no such "
                            "counter, or does not permit it (perf_event_paranoid).");
}
