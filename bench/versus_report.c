/* SPDX-License-Identifier: MIT */
#include "versus.h"

#include <math.h>
#include <stdio.h>

void versus_describe(struct report *report, const struct versus_options *options,
                     const struct peer *peer)
{
    report_column(report, "transport", "transport", 0);
    report_column(report, "load", "load", 0);
    report_column(report, "figure", "figure", 0);
    report_column(report, "ours", "pushlab", 2);
    report_column(report, "theirs", peer->name, 2);
    report_column(report, "ratio", "ours/theirs", 3);
    cJSON_AddStringToObject(report->document, "peer", peer->name);
    report_note(
        report,
        "%llu subscribers, messages of %llu bytes, one worker on either side. CPU: of all "
        "the server's processes, median of the stretches;",
        (unsigned long long)options->count, (unsigned long long)options->payload);
    report_note(report, "its ours/theirs is the median of each pair's. Less is better but in "
                        "rows that count by the CPU second.");
    report_note(report, "machine: the CPU of all that ran meanwhile, clients included.");
    report_note(report, "Delays count from when a message was meant to be sent. user B: growth "
                        "of anonymous memory by the number that waits.");
}

static void begin_row(struct versus *versus, const char *load, const char *figure, double ours,
                      double theirs)
{
    struct report *report = versus->report;
    report_row(report);
    report_text(report, "transport", versus->kind->name);
    report_text(report, "load", load);
    report_text(report, "figure", figure);
    report_number(report, "ours", ours);
    report_number(report, "theirs", theirs);
}

void versus_report(struct versus *versus, const char *load, const char *figure, double ours,
                   double theirs)
{
    begin_row(versus, load, figure, ours, theirs);
    report_number(versus->report, "ratio", theirs > 0 ? ours / theirs : NAN);
}

void versus_report_cost(struct versus *versus, const char *load, const char *figure,
                        const char *inverse)
{
    const struct side *ours = &versus->ours.side, *theirs = &versus->theirs.side;
    double cost = side_cost(ours, COST_CPU_US).median;
    double their_cost = side_cost(theirs, COST_CPU_US).median;
    struct spread ratio = side_cost_ratio(ours, theirs, COST_CPU_US);
    begin_row(versus, load, figure, cost, their_cost);
    report_number(versus->report, "ratio", ratio.median);
    report_number(versus->report, "ratio_min", ratio.min);
    report_number(versus->report, "ratio_max", ratio.max);
    versus_report(versus, load, inverse, 1e6 / cost, 1e6 / their_cost);
}

static double delay_us(const struct side *side, double share)
{
    if (side_client_was_bottleneck(side))
        return NAN;
    return histogram_known_quantile(&side->load.delivery.latency_ns, share) / 1e3;
}

void versus_report_delays(struct versus *versus, const char *load)
{
    const struct side *ours = &versus->ours.side, *theirs = &versus->theirs.side;
    versus_report(versus, load, "p50 us", delay_us(ours, 0.5), delay_us(theirs, 0.5));
    versus_report(versus, load, "p99 us", delay_us(ours, 0.99), delay_us(theirs, 0.99));
    if (side_client_was_bottleneck(ours) || side_client_was_bottleneck(theirs))
        report_note(versus->report,
                    "%s, %s: the client was the bottleneck; no delay can be told. Choose a "
                    "lower --rate or -n.",
                    versus->kind->name, load);
}

void versus_judge(struct versus *versus, const char *load)
{
    const struct delivery *books = &versus->theirs.side.load.delivery;
    unsigned long long lost = delivery_missing(books), repeated = books->duplicates,
                       reordered = books->reordered, strange = books->strange;
    side_judge(versus->report, &versus->ours.side);
    if (lost || repeated || reordered || strange)
        report_note(versus->report,
                    "%s, %s, %s: %llu lost, %llu repeated, %llu reordered, %llu changed.",
                    versus->peer->name, versus->kind->name, load, lost, repeated, reordered,
                    strange);
}

bool versus_peer_failed(struct versus *versus, const char *load)
{
    const char *why = versus->theirs.side.load.broken;
    if (!why || versus->ours.side.load.broken)
        return false;
    report_note(versus->report, "%s, %s, %s: given up: %s.", versus->peer->name,
                versus->kind->name, load, why);
    versus_judge(versus, load);
    return true;
}
