/* SPDX-License-Identifier: MIT
 *
 * Transports beside each other, each at a point of its own: what most claims are measured by.
 */
#ifndef PUSHBENCH_CLAIMS_RUN_H
#define PUSHBENCH_CLAIMS_RUN_H

#include "../compare/lane.h"
#include "../compare/model.h"
#include "claims.h"

enum { CLAIMS_LANES_LIMIT = 12 };

/* What is to be run, and what came of it. Unset: a periodic feed, no round trip. */
struct claims_point {
    const struct client_kind *kind;
    bool close; /* short poll: a connection each time */
    bool poisson;
    double rate; /* messages a second */
    unsigned clients, payload, interval_ms;
    unsigned hold_s; /* of a long poll; of streams the heartbeat */
    double round_trip_ms;

    struct claims_outcome {
        double seconds;                  /* that were measured */
        double rate;                     /* messages a second that were published in them */
        struct lane_counts counts;       /* of these seconds */
        struct lane_counts whole;        /* from connecting to the last message's arrival */
        double delay_ms;                 /* mean, from when a message was meant to be sent */
        double user_bytes, kernel_bytes; /* memory for each client */
        unsigned threads;                /* of the server */
        double time_waits;               /* at the server's port, at the end; NAN: not known */
    } outcome;
};

/*
 * Runs them all at the same time, for so many seconds behind a warm-up, until each message has
 * come to everybody; one that is lost, repeated or reordered is entered as a check that did not
 * hold. False: one line on standard error says what failed.
 */
bool claims_run_points(const struct claims *claims, struct finding *finding,
                       struct claims_point points[], unsigned count, double seconds);

/* A pushrelay in front of a server, with one fault that takes milliseconds; to be ended by
 * server_stop when it has a pid. False: one line on standard error says why. */
bool claims_start_relay(const struct endpoint *to, const char *fault, unsigned ms,
                        struct server_process *ret_relay);

/* As lanes are called: short_poll_close is one of its own. */
const char *claims_point_name(const struct claims_point *point);
/* Requests for each message that was delivered, within the seconds; the same of wire bytes, of
 * the clients' bytes, of the server's CPU in microseconds. */
double claims_requests(const struct claims_point *point);
double claims_wire_bytes(const struct claims_point *point);
double claims_cpu_us(const struct claims_point *point);
/* What theory says at this point. */
struct model_figures claims_model(const struct claims_point *point);

/* Figures that several claims show, for each point. */
void claims_add_requests(struct finding *finding, const struct claims_point *point);
void claims_add_delay(struct finding *finding, const struct claims_point *point);
/* Messages a poll, as the place of a figure. */
void claims_at_per_poll(cJSON *figure, const struct claims_point *point);

#endif
