/* SPDX-License-Identifier: MIT
 *
 * Measuring what cost.h speaks of: all transports at once on the lanes of compare.h, at one or
 * several rates after each other.
 */
#ifndef PUSHBENCH_COST_MEASURE_H
#define PUSHBENCH_COST_MEASURE_H

#include "../arguments.h"
#include "../progress.h"
#include "cost.h"

#include <stdint.h>

struct cost_phase {
    double rate;     /* 0: nothing is published */
    unsigned span_s; /* several heartbeats long, no part of one: they come all at once */
};

/* Lanes that are started once, for all phases. */
struct cost_run {
    struct cost_point point; /* its rate is the phases' */
    const struct cost_phase *phases;
    unsigned count;
    uint64_t seed; /* of the chance */
};

/* How long a run takes, nearly; for the progress. */
int64_t cost_run_ns(const struct cost_run *run);

/*
 * Fills in samples[phase][transport], at the rates that came about. Where the client was the
 * bottleneck, or messages were sent late by more than half a millisecond on average, delays are
 * NAN. progress is of nanoseconds since begun_ns. False: one line on standard error says why.
 */
bool cost_measure(const struct common_options *common, const struct cost_run *run,
                  struct progress *progress, int64_t begun_ns,
                  struct cost_sample (*ret_samples)[COST_TRANSPORTS]);

#endif
