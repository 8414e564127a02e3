/* SPDX-License-Identifier: MIT
 *
 * Side: one of the servers that are given the same load and are measured in turns. Short
 * stretches alternate, in another order each round, so that whatever disturbs the machine
 * disturbs all sides; the ratios of neighbouring stretches are what counts.
 *
 * A command names the side, its server's processes and its load, opens it (side_open) once the
 * server runs, runs all sides together (sides_run), and tells what came out (side_report and
 * the functions below it). side_pushlab.h and side_bare.h start the servers of our own.
 */
#ifndef PUSHBENCH_SIDE_H
#define PUSHBENCH_SIDE_H

#include "instructions.h"
#include "load.h"
#include "proc_stat.h"
#include "report.h"
#include "spread.h"

enum {
    SIDES_LIMIT = 8,
    SIDE_PROCESSES_LIMIT = 64,
    STRETCHES_LIMIT = SPREAD_LIMIT,
};

/* What a delivery costs; NAN in a stretch for which the kernel does not say. */
enum cost {
    COST_CPU_US,            /* time that the server's threads were on a processor */
    COST_USER_INSTRUCTIONS, /* of the server's threads */
    COST_KERNEL_INSTRUCTIONS,
    COSTS,
};

/* Of all stretches. */
struct side_totals {
    double machine_us; /* processors' time that was used by anything; NAN: not known */
    double wall_s;
    double client_cpu_s;
    uint64_t deliveries;
    uint64_t received_bytes;        /* as the clients count */
    struct network_traffic traffic; /* as the kernel counts, whoever else's included */
};

struct side {
    const char *name;                 /* in the table; borrowed */
    pid_t pids[SIDE_PROCESSES_LIMIT]; /* of the server: what they use is summed up */
    unsigned pid_count;               /* 0: not known, and so no cost */
    struct load_options options;      /* messages is seen to by side_open */
    struct load load;
    struct instructions instructions;

    double costs[COSTS][STRETCHES_LIMIT]; /* for each delivery, stretch by stretch */
    unsigned stretches;                   /* run so far, the warm-up aside */
    struct side_totals totals;
};

/* In how many pieces how much is published to each side. */
struct side_plan {
    unsigned stretches;
    uint64_t messages; /* in a stretch; one more stretch warms up and is not measured */
    const char *label; /* of the progress bar, borrowed; NULL: the command has one of its own */
};

/*
 * Connects the side's subscribers and publishers to a server that is ready. All zero before,
 * but for name, pids and options; to be finished in any case. endpoint, topic and the side
 * itself stay where they are until then. False: one line on standard error says why.
 */
bool side_open(struct side *side, const struct side_plan *plan, const struct endpoint *endpoint,
               const char *topic);
/* May be called when it was never opened. The server is not touched; what came out stays. */
void side_finish(struct side *side);
/* Whether the clients of so many sides fit into this process's open files together. */
bool sides_fit(unsigned sides, unsigned clients);
/* Keeps the sides' servers on the first processor and this process on the second. What of it
 * fails is said on standard error, and left as it was. */
void sides_pin(struct side *const sides[], unsigned count);
/* Runs the plan over all sides. False: one line on standard error says which one failed. */
bool sides_run(struct side *const sides[], unsigned count, const struct side_plan *plan);

/* ---- what came out ----------------------------------------------------------------------- */

/* (side_report.c) Above 70 % of a processor the client measures itself: rates and delays are
 * not to be told. */
bool side_client_was_bottleneck(const struct side *side);
/* All that ran on the machine, client included, for each delivery; NAN: not known, or too
 * little for a clock of such steps. */
double side_machine_us(const struct side *side);
struct spread side_cost(const struct side *side, enum cost cost);
/* The ratios of neighbouring stretches of two sides that ran together. */
struct spread side_cost_ratio(const struct side *ours, const struct side *theirs,
                              enum cost cost);
/* A row: the load, what a delivery costs, pace and delays, what was lost. */
void side_report(struct report *report, const struct side *side);
/* In the same row: cost by the other's cost, and of the whole machine. NULL: there is none. */
void side_report_ratios(struct report *report, const struct side *ours,
                        const struct side *theirs);
/* Messages were lost, repeated, reordered or changed, or less travelled than the clients say
 * they got: the report is broken. */
void side_judge(struct report *report, const struct side *side);
/* One note for the whole report on each thing that some row of side_report could not tell. */
void sides_note(struct report *report);

#endif
