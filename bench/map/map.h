/* SPDX-License-Identifier: MIT
 *
 * What `pushbench map` knows: for each number of clients a series of points along the rate of
 * messages, and at each point the figures of all transports. map.c is the command;
 * map_measure.c takes points, map_compose.c makes those that would take too long, map_theory.c
 * sets the model beside them, map_judge.c says which transport is the cheapest, map_document.c
 * keeps all in JSON, map_report.c tells it, map_svg.c draws it.
 */
#ifndef PUSHBENCH_MAP_H
#define PUSHBENCH_MAP_H

#include "../advise/cost.h"
#include "../compare/compare.h"
#include "map_grid.h"

/* What transports are compared for. Of all, less is better. */
enum map_aspect {
    MAP_CPU,    /* the server's, for each message and client */
    MAP_WIRE,   /* bytes */
    MAP_BUDGET, /* CPU, of those whose mean delay is within the budget */
    MAP_MEMORY, /* user and kernel, for each client */
    MAP_ASPECTS,
};

/* The textbook's order is asked of these. */
enum map_order { MAP_ORDER_CPU, MAP_ORDER_WIRE, MAP_ORDER_DELAY, MAP_ORDERS };

/* By what is judged; each repeat's figure is kept. */
enum { MAP_JUDGED = 3 };
extern const enum metric map_judged[MAP_JUDGED];

extern const char *const map_aspect_keys[MAP_ASPECTS];
extern const char *const map_order_keys[MAP_ORDERS];

struct map_settings {
    struct common_options common;
    const char *feed, *headers, *flush;
    double rate_least, rate_most; /* messages a second */
    struct count_list clients;
    uint64_t payload, interval_ms, duration_s, repeats, heartbeat_s, coalesce_ms, jitter_ms;
    uint64_t per_decade, refine, seed;
    double round_trip_ms, max_delay_ms;
};

/* All per message and client, as in compare.h. */
struct map_point {
    double rate;   /* as published */
    bool composed; /* of what was measured at another rate and while nothing was published */
    double client_percent; /* of a processor; NAN: composed */
    struct spread figures[COST_TRANSPORTS][METRICS];
    double repeats[COST_TRANSPORTS][MAP_JUDGED][REPEATS_LIMIT];
    unsigned repeat_count;                  /* 0: they are not known */
    double late_ms;                         /* by which messages were sent, on average */
    double model[COST_TRANSPORTS][METRICS]; /* NAN: theory says nothing */
    unsigned cheapest[MAP_ASPECTS];         /* transports, as bits; 0: not known */
    enum verdict_kind orders[MAP_ORDERS];
};

/* Of one number of clients. */
struct map_series {
    unsigned clients;
    double rate_most; /* above it, the machine or the clients could not keep up */
    bool idle_known;
    bool complete;
    /* What adds up, for each client and second in which nothing was published; calm: of these
     * the ones in which no heartbeat fell, and no hold ended. */
    double idle[COST_TRANSPORTS][METRICS], calm[COST_TRANSPORTS][METRICS];
    double user_bytes[COST_TRANSPORTS], kernel_bytes[COST_TRANSPORTS]; /* for each client */
    struct map_point points[MAP_RATES_LIMIT];                          /* by their rates */
    unsigned count;
};

struct map {
    struct map_settings settings;
    struct map_series series[COUNT_LIST_LIMIT];
    unsigned count;
    bool interrupted;
    struct cost_constants constants; /* fitted to the points; zeroed: not yet */
};

/* (map.c) A series for each number of clients, empty. */
void map_begin(struct map *map);
/* Its place among the points is by its rate; NULL: there are too many. */
struct map_point *map_enter(struct map_series *series, const struct map_point *point);
/* Whether there is a point at about this rate. */
bool map_has(const struct map_series *series, double rate);

/*
 * (map_measure.c) Measures what the series lacks. False: one line on standard error says why,
 * but when a signal came. What was measured until then is in the series.
 */
bool map_measure(struct map *map, struct map_series *series, struct report *report,
                 struct compare_run *run);
/* About how long that takes, all points measured. */
int64_t map_duration_ns(const struct map *map, const struct map_series *series);
/* From what rate on a stretch has enough messages to be measured. */
double map_measured_from(const struct map_settings *settings);

/* (map_compose.c) A point at a rate that is too low to wait for its messages. Pure. False:
 * there is nothing to make it of. */
bool map_compose(const struct map_settings *settings, const struct map_series *series,
                 double rate, struct map_point *ret_point);

/* (map_judge.c) Sets what is cheapest, and what becomes of the textbook's order. Pure. */
void map_judge(const struct map_settings *settings, const struct map_series *series,
               struct map_point *point);
/* The mean delay is within the budget. */
bool map_in_budget(const struct map_settings *settings, double delay_ms);
/* Memory of a client: a connection, and those that have ended but are remembered. */
struct spread map_memory(const struct map_series *series, const struct map_point *point,
                         enum cost_transport transport);
/* Where one series' cheapest changes in an aspect. How many. */
unsigned map_flips(const struct map_series *series, enum map_aspect aspect,
                   struct map_flip ret_flips[MAP_RATES_LIMIT]);
/* Between which points that lies: before the first, what is cheaper later was not yet among the
 * cheapest; at the second what was cheaper is no longer. In between they tie. */
struct map_zone {
    unsigned before, after;
};
struct map_zone map_flip_zone(const struct map_series *series, enum map_aspect aspect,
                              const struct map_flip *flip);
/* Where within it their figures are level. */
double map_flip_rate(const struct map_series *series, enum map_aspect aspect,
                     const struct map_flip *flip);

/* (map_theory.c) Fits the model's costs to all measured points and sets what it says beside
 * each point. Pure. */
void map_theorize(struct map *map);
/* Where it says that the cheapest changes. */
struct map_theory_flip {
    double rate;
    unsigned from, to;
};
unsigned map_theory_flips(const struct map *map, const struct map_series *series,
                          enum map_aspect aspect,
                          struct map_theory_flip ret_flips[MAP_RATES_LIMIT]);

/* (map_document.c) Adds settings, series and points. */
void map_write(const struct map *map, cJSON *document);
/* From such a document; texts are borrowed from it. False: ret_wrong says what is amiss. */
bool map_read(const cJSON *document, struct map *map, const char **ret_wrong);

/* (map_explain.c) Adds notes on flips that lie elsewhere than is commonly expected. */
void map_explain(struct report *report, const struct map *map);
/* (map_report.c) Adds the flips as rows, and notes. */
void map_report(struct report *report, const struct map *map);

#endif
