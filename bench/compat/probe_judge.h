/* SPDX-License-Identifier: MIT
 *
 * What a probe has seen on its way through a path, and what that says about the path. Pure.
 *
 * A probe subscribes over one transport, and messages are published for it: one, then nothing
 * for a while, then several at once. So a path shows what it does to the first, to silence and
 * to a burst.
 */
#ifndef PUSHBENCH_PROBE_JUDGE_H
#define PUSHBENCH_PROBE_JUDGE_H

#include "../../server/transport.h"
#include "../report/html.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe_seen {
    enum transport_reads reads;
    bool connected;      /* by TCP, to the path's first hop */
    bool tunnel_refused; /* status is that of CONNECT */
    bool answered;       /* a head came with 200, or 101 */
    bool nonsense;       /* what came could not be read, was repeated or out of order */
    bool flooded;        /* ... because there was more of it than of any message */
    bool compressed;     /* an answer came as gzip */
    bool dead;           /* waited on past its time, and neither bytes nor an end came */
    int status;          /* of a refusal; 0: none */
    int cut_status;      /* of the answer that ended a wait; 0: the connection was ended */
    int cut_error;       /* how it was: EPIPE (properly), ECONNRESET; 0: by that answer */

    unsigned sent, got;             /* messages; got: each counted once */
    unsigned late_sent, late_got;   /* while there was no connection, to be caught up on */
    unsigned answers, empty, hasty; /* polls. hasty: empty, though it asked to be held */
    unsigned cuts;                  /* the path ended what had not ended */
    unsigned heartbeats;            /* in the silence and around it */
    uint64_t let_go_bytes;          /* published until what was held back came; 0: it did not */
    uint64_t offered_bytes;         /* published to see that */
    int64_t connect_us;             /* a round trip, or 0 */
    int64_t first_us, max_us;       /* delays, from publishing to arrival; -1: none */
    /* The shorter of those two that followed a silence, by which a busy machine is told from a
     * path that gathers: what comes behind them rides along. */
    int64_t least_us;
    int64_t answer_us;    /* polls: the shortest time from asking to a whole answer */
    int64_t resumed_us;   /* from coming back to having what was missed; -1: it did not come */
    int64_t silence_us;   /* between the first message and the burst */
    int64_t cut_after_us; /* the silence before the first cut */
    int64_t cut_age_us;   /* and how long before it that was asked for */
    /* How long a poll had been held when a kept connection was ended, and it was asked again on
     * another without a word, as browsers do; 0: that did not happen. */
    int64_t retried_after_us;
};

enum probe_outcome {
    PROBE_WORKS,
    PROBE_LATE,     /* each message takes longer than transport and distance explain */
    PROBE_BUFFERED, /* held back until more came, or the end */
    PROBE_REFUSED,
    PROBE_CUT,     /* ended by the path while nothing was said */
    PROBE_STALE,   /* polls are answered, with old answers */
    PROBE_LOOPING, /* held polls are answered at once, and empty, by a cache */
    PROBE_SILENT,  /* no answer, or the line is dead without a word */
    PROBE_BROKEN,  /* bytes were changed, repeated or reordered */
};

enum { PROBE_OUTCOMES = PROBE_BROKEN + 1 };

/* More empty answers than this to polls that asked to be held: a loop. */
enum { PROBE_HASTY_LIMIT = 20 };

enum probe_outcome probe_judge(const struct probe_seen *seen);
/* One word for it. */
const char *probe_outcome_name(enum probe_outcome outcome);
/* The outcome with its figures, as in "late by 208 ms"; room for 64 bytes is enough. */
void probe_tell(const struct probe_seen *seen, enum probe_outcome outcome,
                enum language language, char *ret, size_t room);
/* Whether all that was published while it was away came when it was back. True when that was
 * not tried. */
bool probe_resumed(const struct probe_seen *seen);

#endif
