/* SPDX-License-Identifier: MIT
 *
 * Model: what theory says of a transport, for one client, from nothing but the rate of messages
 * and a few times. Pure arithmetic, without a constant of any machine: what a request or a
 * message costs is the caller's to measure.
 *
 * A message is there when the server has it. What separates client and server is half a round
 * trip each way; neither needs time to think.
 */
#ifndef PUSHBENCH_MODEL_H
#define PUSHBENCH_MODEL_H

#include "../../server/transport.h"

struct model_point {
    bool poisson;        /* messages come by chance; otherwise evenly spaced */
    double rate;         /* messages a second, above 0 */
    double interval_s;   /* short poll: from request to request, longer than a round trip */
    double round_trip_s; /* 0: none */
    double hold_s;       /* long poll: an empty answer comes after so long */
};

struct model_figures {
    double requests; /* for each message */
    double useless;  /* share of the answers that are empty; 0 where nothing is asked */
    double delay_s;  /* mean, from the server's having a message to the client's */
    double stale;    /* share of the time in which the client lacks a message; long poll with
                        evenly spaced messages that come faster than requests: 1 at most */
};

struct model_figures model_of(enum transport_reads reads, const struct model_point *point);

/*
 * For whatever adds up (bytes, time on a processor): a short poll costs exchange, and each
 * message in its answer costs message more; on another transport a message costs other. How
 * many messages a poll must bring for the two to be level: above it, the poll is cheaper.
 * INFINITY: it never is.
 */
double model_crossing(double exchange, double message, double other);

#endif
