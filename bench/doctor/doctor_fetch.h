/* SPDX-License-Identifier: MIT
 *
 * One request and its answer, waited for: what the doctor asks besides its probes.
 */
#ifndef PUSHBENCH_DOCTOR_FETCH_H
#define PUSHBENCH_DOCTOR_FETCH_H

#include "../compat/probe_answer.h"
#include "../compat/probe_line.h"
#include "doctor_target.h"

struct fetched {
    struct probe_answer answer;   /* status 0: none came */
    struct builder raw;           /* what came, where it was no HTTP */
    char trouble[TLS_TEXT_LIMIT]; /* why there was no way to the server; empty: there was */
    char met[TLS_TEXT_LIMIT];     /* by https, as tls_tell; else empty */
    bool ended;                   /* the other end closed the connection */
    bool late;                    /* patience was at an end before the answer was */
    int64_t answer_us;            /* from asking to the whole answer */
};

/* The request's first lines: METHOD, a target as this path wants it, Host. What follows
 * (further header lines, the blank one, a body) is for the caller. */
void fetch_begin(const struct target *target, const char *method, const char *path,
                 struct builder *out);
/* Sends these bytes over a connection of their own, and waits for one whole answer, or, of a
 * stream, until its body holds the words (enough; NULL: there are none). */
void fetch(const struct target *target, struct slice request, int patience_ms,
           const char *enough, struct fetched *ret_fetched);
/* Asks over the same connection, one after the other; the median of the times that answers
 * took, -1 when it was not answered. */
int64_t fetch_round_us(const struct target *target, const char *path);
/* Asks twice over one connection, the second time apart_ms behind the first, and gives how far
 * apart the answers came, in microseconds; -1: not known, as where pipelining is not borne. */
int64_t fetch_apart_us(const struct target *target, const char *path, int apart_ms);
void fetch_finish(struct fetched *fetched);

#endif
