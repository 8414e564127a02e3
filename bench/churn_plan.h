/* SPDX-License-Identifier: MIT
 *
 * Churn's plans: what one short-lived client does, drawn from a seeded generator, so that a run
 * that found something can be repeated.
 */
#ifndef PUSHBENCH_CHURN_PLAN_H
#define PUSHBENCH_CHURN_PLAN_H

#include "clients/client.h"

enum churn_manner {
    CHURN_STAY,     /* subscribes properly, takes a few messages */
    CHURN_CUT,      /* sends its request up to a random byte, and leaves */
    CHURN_PIPELINE, /* further requests in front of its own, in one piece */
    CHURN_EARLY,    /* WebSocket: frames right behind the handshake, good and bad */
    CHURN_MIDWAY,   /* asks for the whole history and leaves at its first bytes */
    CHURN_MANNERS,
};

enum churn_leave {
    CHURN_FIN,   /* close */
    CHURN_RESET, /* close with SO_LINGER 0: RST */
    CHURN_HALF,  /* shuts down its sending side and waits for the server to end */
    CHURN_LEAVES,
};

struct churn_plan {
    const struct client_kind *kind;
    enum churn_manner manner;
    enum churn_leave leave;
    unsigned messages; /* STAY: to be taken before leaving */
    uint64_t cut;      /* CUT: which byte, modulo the request's length */
    unsigned requests; /* PIPELINE: in front */
    unsigned frames;   /* EARLY: which ones */
};

const char *churn_manner_name(enum churn_manner manner);

/* xorshift64*; the state must not be 0. */
uint64_t churn_random(uint64_t *state);
/* Draws a plan for one of the kinds. */
struct churn_plan churn_draw(uint64_t *state, const struct client_kind *const kinds[],
                             unsigned kind_count);
/* All that the client sends at once, by its plan. */
void churn_request(const struct churn_plan *plan, struct client *client, struct builder *out);

#endif
