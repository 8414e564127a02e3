/* SPDX-License-Identifier: MIT
 *
 * What pushbench versus measures (versus.c) and how it is told (versus_report.c).
 */
#ifndef PUSHBENCH_VERSUS_H
#define PUSHBENCH_VERSUS_H

#include "arguments.h"
#include "side_peer.h"
#include "side_pushlab.h"

struct versus_options {
    struct common_options common;
    const char *transport, *flush, *peers;
    uint64_t count, idle, messages, payload, stretches, interval_ms;
    double rate;
    bool pin;
};

/* One transport, with both servers as they are for what is being measured. */
struct versus {
    const struct versus_options *options;
    const struct peer *peer;
    const struct client_kind *kind; /* pushlab's */
    struct report *report;
    struct side_pushlab ours;
    struct side_peer theirs;
};

/* Columns and notes. */
void versus_describe(struct report *report, const struct versus_options *options,
                     const struct peer *peer);
/* A row: what was found under a load, ours and theirs. */
void versus_report(struct versus *versus, const char *load, const char *figure, double ours,
                   double theirs);
/* Two rows: the sides' COST_CPU_US, and how many of that a second of CPU is enough for. */
void versus_report_cost(struct versus *versus, const char *load, const char *figure,
                        const char *inverse);
void versus_report_delays(struct versus *versus, const char *load);
/* Ours must be without fault, or the report is broken; the peer's faults are told. */
void versus_judge(struct versus *versus, const char *load);
/* Whether it was the peer that did not get through: that is a finding, told here, and not the
 * end. */
bool versus_peer_failed(struct versus *versus, const char *load);

#endif
