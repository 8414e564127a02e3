/* SPDX-License-Identifier: MIT
 *
 * Doctor: what stands between a user and a push server, and what to do about it. Its parts.
 */
#ifndef PUSHBENCH_DOCTOR_H
#define PUSHBENCH_DOCTOR_H

#include "../compat/probe.h"
#include "../report.h"
#include "doctor_judge.h"
#include "doctor_target.h"

/* Longer than RUN_LIMIT_S it takes only where it says so. */
enum { PUBLISH_HEADERS_LIMIT = 1024, RUN_LIMIT_S = 15 };

struct doctor {
    struct target target;
    struct target
        beside;        /* where to publish past the path; len 0 of its endpoint: by the path */
    const char *topic; /* what the names of its topics begin with */
    char publish_headers[PUBLISH_HEADERS_LIMIT];
    bool lab; /* the server can be told to send no heartbeats */
    int64_t begun_ns;
    double took_s; /* but for --idle */
    struct probe_path probe_path;
    struct path_seen path;
    char place[ANSWER_TEXT_LIMIT]; /* a cursor before what was published to be looked at */
    char met[TLS_TEXT_LIMIT];      /* by https, as tls_tell; else empty */
    char trouble[TROUBLE_LIMIT];   /* why the path cannot be looked at; empty: it can */
};

/* (doctor_look.c) Who answers there, whether it can be published to, and what answers give
 * away. Fills path but for its transports. False: trouble says what is wrong, and what to do.
 */
bool doctor_look(struct doctor *doctor);

/* (doctor_look.c) When all has been probed: whether an EventSource's own way to come back is
 * borne. */
void doctor_look_back(struct doctor *doctor);

/* (doctor_probe.c) Probes every transport, those that fail again. False: interrupted. */
bool doctor_probe(struct doctor *doctor);

/* How long each transport bears silence, and who ends it then. */
struct idle_limits {
    struct idle_limit {
        int64_t borne_ms;  /* the longest silence behind which messages came; 0: none */
        int64_t failed_ms; /* the shortest behind which they did not; 0: all came */
        int64_t cut_us;    /* the silence before the soonest cut; -1: none was seen */
        int cut_status;    /* of an answer that ended the wait; 0: none */
        int cut_error;     /* as in struct probe_seen */
        bool held;         /* what was sent before came together with the cut */
        struct {
            int64_t age_us, cut_us; /* since it was asked; the silence. 0: no cut */
        } by_lead[2];       /* the longest silence that was cut, by whether it began later */
        bool beaten;        /* heartbeats came before a cut */
        int refused_status; /* it does not get through at all; 0: it does */
        bool forgotten;     /* neither end was told */
        int64_t waited_ms;  /* by those that were broken off */
    } transports[PATH_TRANSPORTS];
    int64_t limit_ms; /* the longest silence that was tried */
    bool heartbeats;  /* the server went on sending them: streams were not really silent */
    bool broken_off;  /* before the limit: what was found by then */
};

/* (doctor_idle.c) Tries silences up to the limit, all at once, until an end was seen of each.
 * False: out of memory. */
bool doctor_idle(struct doctor *doctor, unsigned limit_s, struct idle_limits *ret_limits);
/* Whether it was ended at the same age, whenever the silence began and whatever came in it. */
bool idle_limit_is_by_age(const struct idle_limit *limit);
/* What is known of a transport, in a sentence. */
void idle_limit_tell(const struct idle_limits *limits, unsigned transport,
                     char ret[OBSERVED_LIMIT]);

/* (doctor_report.c) The table and what follows from it. idle: NULL when that was not asked. */
void doctor_report(struct report *report, struct doctor *doctor,
                   const struct idle_limits *idle);

/* (doctor_plain.c) A plain event stream, or WebSocket, of any server. Listens for seconds. */
void doctor_sse(struct report *report, const struct target *target, unsigned seconds);
void doctor_websocket(struct report *report, const struct target *target, const char *origin,
                      unsigned seconds);

#endif
