/* SPDX-License-Identifier: MIT
 *
 * What `pushbench compare` knows of a run: the lanes, and for each the figures that its repeats
 * came to. compare.c runs it, compare_figures.c makes figures of counts, compare_model.c sets
 * theory beside them, compare_report.c judges and prints.
 */
#ifndef PUSHBENCH_COMPARE_H
#define PUSHBENCH_COMPARE_H

#include "lane.h"
#include "model.h"
#include "report.h"
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

enum { COMPARE_LANES_LIMIT = 8, REPEATS_LIMIT = 20 };

struct compare {
    struct lane_settings settings;
    bool poisson;
    double rate;       /* messages a second that were published, by the timetable */
    unsigned messages; /* in a repeat */
    unsigned repeats;
    struct lane lanes[COMPARE_LANES_LIMIT];
    unsigned lane_count;

    double values[COMPARE_LANES_LIMIT][METRICS][REPEATS_LIMIT];
    struct spread figures[COMPARE_LANES_LIMIT][METRICS];
    /* What a request costs while nothing is published, of what crosses; NAN: there were none.
     */
    double idle_requests[COMPARE_LANES_LIMIT][METRICS];
    uint64_t skipped;      /* polls that were not made in time */
    double client_percent; /* of a processor */
};

/* (compare_figures.c) What happened to a lane in so many seconds. */
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

/* (compare_report.c) Adds all that came out. */
void compare_report(struct report *report, const struct compare *compare);

#endif
