/* SPDX-License-Identifier: MIT
 *
 * What `pushbench compare` knows of a run: the lanes, and for each the figures that its repeats
 * came to. compare.c plans it, compare_run.c runs the lanes, compare_figures.c makes figures of
 * counts, compare_model.c sets theory beside them, compare_report.c judges and prints. The map
 * (map.h) takes its points by the same means.
 */
#ifndef PUSHBENCH_COMPARE_H
#define PUSHBENCH_COMPARE_H

#include "../progress.h"
#include "../report.h"
#include "lane.h"
#include "model.h"
#include "verdict.h"

/* Of all of them, less is better. Per message: for each one that a client got. */
enum metric {
    METRIC_DELAY_MEAN,
    METRIC_DELAY_P50,
    METRIC_DELAY_P90,
    METRIC_DELAY_P99,
    METRIC_DELAY_P999,
    METRIC_DELAY_MAX,
    METRIC_STALE,
    METRIC_REQUESTS,
    METRIC_USELESS,
    METRIC_BYTES,
    METRIC_UP_BYTES,
    METRIC_DOWN_BYTES,
    METRIC_HEADERS,
    METRIC_FRAMING,
    METRIC_PAYLOAD,
    METRIC_WIRE_BYTES,
    METRIC_SEGMENTS,
    METRIC_OPENS,
    METRIC_CPU,
    METRIC_IDLE_CPU, /* those from here on are measured once, while nothing is published */
    METRIC_IDLE_BYTES,
    METRIC_USER_MEMORY,
    METRIC_KERNEL_MEMORY,
    METRICS,
};

/* How a metric is named and judged. */
struct metric_info {
    const char *key;
    const char *label; /* with its unit */
    /* Theory says from how many messages a poll on a short poll is the cheaper one. */
    bool crosses;
    /* Of so few messages in a repeat there is nothing to be judged: that one in a hundred was
     * late is one message's luck. */
    unsigned least_messages;
};

extern const struct metric_info metric_infos[METRICS];
/* Per message, or per second, it is a sum of what was counted. */
bool metric_adds_up(enum metric metric);

/* How exactly memory can be told: heaps grow by pages, and the kernel keeps accounts in
 * batches; in bytes, of a whole lane. */
enum { USER_RESOLUTION = 64 << 10, KERNEL_RESOLUTION = 4 << 20 };

enum { COMPARE_LANES_LIMIT = 8, REPEATS_LIMIT = 20 };

/* The delays' distribution is kept at these shares of all messages, ascending. */
enum { DELAY_SHARES = 23 };
extern const double delay_shares[DELAY_SHARES];

struct compare {
    struct lane_settings settings;
    bool poisson;
    uint64_t seed;
    double duration_s;   /* of a repeat */
    double loss_percent; /* of segments (loss.h), once all are connected */
    bool pin;            /* servers on one processor, clients and relays on another */
    double rate;         /* messages a second that were published, by the timetable */
    unsigned messages;   /* in a repeat */
    unsigned repeats;
    unsigned finished; /* of these */
    bool cut_short;    /* by Ctrl-C: repeats are those that were finished */
    struct compare_plan {
        int64_t *due_ns; /* when messages are meant to be sent, from the start on */
        int64_t warm_up_ns, repeat_ns, quiet_ns;
    } plan;
    struct lane lanes[COMPARE_LANES_LIMIT];
    unsigned lane_count;

    double values[COMPARE_LANES_LIMIT][METRICS][REPEATS_LIMIT];
    double delays_ms[COMPARE_LANES_LIMIT][DELAY_SHARES][REPEATS_LIMIT];
    struct spread figures[COMPARE_LANES_LIMIT][METRICS];
    /* What a request costs while nothing is published, of what crosses; NAN: there were none.
     */
    double idle_requests[COMPARE_LANES_LIMIT][METRICS];
    /* What adds up, then: for each client and second. */
    double idle_seconds[COMPARE_LANES_LIMIT][METRICS];
    uint64_t skipped;      /* polls that were not made in time */
    double client_percent; /* of a processor */
};

/* Lanes that run. */
struct compare_run {
    struct compare *compare;
    struct progress *progress; /* of nanoseconds */
    int64_t begun_ns;          /* where the progress began */
};

/*
 * (compare_run.c) False from any of these: one line on standard error says why, but when a
 * signal came (process_interrupted). The lanes are to be stopped in any case; false then: a
 * server did not end well.
 */
/* One more, not started, where there is room; close: as in struct lane. */
struct lane *compare_add_lane(struct compare *compare, const struct client_kind *kind,
                              bool close);
/* Those of all transports, which are started. */
bool compare_start_lanes(struct compare *compare, struct report *report);
bool compare_open_lanes(struct compare *compare);
bool compare_stop_lanes(struct compare *compare);
/* A message of each lane has the machine to itself, as far as the rate leaves room. */
void compare_space_lanes(struct compare *compare);
bool compare_run_until(struct compare_run *run, int64_t until_ns);
/* From a moment that is now, within a turn's length. Enters each into the values. */
bool compare_run_repeats(struct compare_run *run, int64_t begin_ns, int64_t repeat_ns);
/* What is still on its way, or waits for a poll. What never comes is lost, and said to be. */
bool compare_drain(struct compare_run *run);
/* Until the last message is acknowledged, too (a kernel takes a quarter of a second for that),
 * and long enough that heartbeats, which come a whole number of intervals after it, keep away
 * from both ends of what is measured next. */
bool compare_settle(struct compare_run *run);
bool compare_run_quiet(struct compare_run *run, int64_t quiet_ns);

/*
 * (compare_plan.c) A whole run: compare_plan, then lanes added and started, compare_measure,
 * and in any case compare_stop.
 */
/* Makes the timetable of seed, rate (which is then what it came to), duration_s and repeats.
 * False: out of memory. */
bool compare_plan(struct compare *compare);
/* Connects all, runs, and makes figures of it; label stands before the progress bar. On Ctrl-C
 * it is cut short, if a repeat was finished by then. False: as above. */
bool compare_measure(struct compare *compare, const char *label);
/* Whether all servers ended well. The figures stay. */
bool compare_stop(struct compare *compare);

/* (compare_figures.c) What a lane took when it was opened; the rest is not known as yet. */
void compare_enter_open(struct compare *compare, unsigned lane);
/* What happened to a lane in so many seconds. */
void compare_enter_repeat(struct compare *compare, unsigned lane, unsigned repeat,
                          const struct lane_counts *before, double seconds);
/* The same while nothing was published. */
void compare_enter_quiet(struct compare *compare, unsigned lane,
                         const struct lane_counts *before, double seconds);
/* Makes figures of all values. Where the client was the bottleneck, delays have none. */
void compare_finish_figures(struct compare *compare);
bool compare_client_was_bottleneck(const struct compare *compare);

/* (compare_model.c) What theory says; NAN: nothing. */
double compare_predict(const struct compare *compare, unsigned lane, enum metric metric);
/* From how many messages a poll on the short poll of this lane is cheaper than the other lane,
 * by what this run measured; INFINITY: never; NAN: not known. */
double compare_crossing(const struct compare *compare, unsigned lane, unsigned other,
                        enum metric metric);

/* (compare_files.c) Tells what differs, beyond noise, between two runs whose JSON was kept; the
 * exit status. Settings that must be alike may differ with force. */
int compare_files(const char *const paths[2], bool force, const char *json);
/* (compare_self_test.c) Runs lanes of which it is known what must come out; the exit status.
 * part: "faults", "ties", "cpu", or "-" for all. */
int compare_self_test(const char *part, const struct common_options *common);

/* By how much messages were sent late, on average: by a busy machine, or by publishers that
 * still waited. */
double compare_late_ms(const struct compare *compare);
/* What lies within is no difference, at so many messages a second that were so late. */
struct tolerance compare_tolerance(enum metric metric, double rate, double late_ms);
/* In this run. */
struct tolerance compare_tolerance_of(const struct compare *compare, enum metric metric);
/* A lane's figure, to be judged; borrows from the run. */
struct judged compare_judged(const struct compare *compare, enum metric metric, unsigned lane);
/* Whether two lanes cannot be told apart. */
bool compare_tie(const struct compare *compare, enum metric metric, unsigned a, unsigned b);

/*
 * The textbook's WebSocket > long connection > long poll > short poll, in its three readings:
 * the long connection is SSE, the short poll closes or keeps its connection; or the long
 * connection is keep-alive, over which the polls go.
 */
enum { COMPARE_READINGS = 3, COMPARE_CHAIN = 4 };
struct compare_reading {
    const char *key;                  /* of its verdict in a row */
    const char *heading;              /* of that in the table */
    const char *chain[COMPARE_CHAIN]; /* lanes, best first, as claimed */
};
extern const struct compare_reading compare_readings[COMPARE_READINGS];

/* (compare_report.c) As it stands in a row; a last one that flips may be told more exactly. */
const char *compare_verdict_text(enum verdict_kind kind);
/* Whether a metric's order means anything, of so few messages. */
bool compare_is_judged(const struct compare *compare, enum metric metric);
/* Adds all that came out. */
void compare_report(struct report *report, const struct compare *compare);

#endif
