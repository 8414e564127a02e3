/* SPDX-License-Identifier: MIT
 *
 * What probes of all transports through one path come to: faults, what they look like, who may
 * do so, and which transport to take. Pure.
 */
#ifndef PUSHBENCH_DOCTOR_JUDGE_H
#define PUSHBENCH_DOCTOR_JUDGE_H

#include "../compat/probe_judge.h"
#include "doctor_answer.h"
#include "doctor_cures.h"

enum { PATH_TRANSPORTS = 4, OBSERVED_LIMIT = 240 };
enum { PATH_SHORT_POLL, PATH_LONG_POLL, PATH_SSE, PATH_WEBSOCKET };

/* Answers to requests that are sent so far apart ... */
enum { PATH_APART_MS = 60, PATH_INTERVAL_MS = 250, PATH_LATER_MS = 600 };

struct path_seen {
    struct path_transport {
        struct probe_seen seen;
        enum probe_outcome outcome;
        const char *trouble; /* as in struct probe, and trouble_status */
        int trouble_status;
        /* The type of an answer with 200 that cannot be the server's; empty: it can. */
        char foreign[ANSWER_TEXT_LIMIT];
        /* Of a second try, in which the first message came PATH_LATER_MS later: as in struct
         * probe_seen; age 0: there was none, or it was not cut. */
        int64_t second_cut_us, second_age_us;
    } transports[PATH_TRANSPORTS];
    bool forward;     /* the path begins at a forward proxy */
    bool place_lost;  /* Last-Event-ID does not arrive */
    bool plain_get;   /* pushlab itself has answered the handshake, with 426 */
    int64_t round_us; /* a small question and its whole answer; -1: not known */
    int64_t apart_us; /* ... come so far apart; -1: not known */
    struct clues clues;
};

struct diagnosis {
    struct finding {
        enum fault fault;
        unsigned transports; /* a bit for each */
        char observed[OBSERVED_LIMIT];
    } findings[FAULTS];
    unsigned count;
    bool far;             /* the line is slow, by its length; no fault of anything */
    enum product product; /* who it is most likely */
    enum certainty certainty;
    int best; /* the transport to take; -1: none works */
};

/* Adds clues that lie in what was observed. */
void path_judge(struct path_seen *path, struct diagnosis *ret_diagnosis);
/* Whether messages come, if late, or late after a reconnect. */
bool path_passes(const struct path_transport *transport);
/* The fault that this transport has met, or -1. */
int path_fault(const struct path_seen *path, unsigned transport);

#endif
