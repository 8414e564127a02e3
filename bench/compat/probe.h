/* SPDX-License-Identifier: MIT
 *
 * Probe: one transport through one path, as a browser would use it: it offers to inflate gzip,
 * keeps its connection for the next poll, asks forward proxies with absolute targets, and with
 * CONNECT for WebSocket. What it has seen is judged by probe_judge.h.
 *
 *   a message ... silence ... three at once, one more ... [what is held back is pushed out
 *   with more] ... away, while three are published ... back, with the cursor
 *
 * Many probes run at once, on one thread. Each has a topic of its own, and starts from that
 * topic's cursor, so that no message can be missed by coming before the subscription.
 */
#ifndef PUSHBENCH_PROBE_H
#define PUSHBENCH_PROBE_H

#include "../clients/client.h"
#include "probe_answer.h"
#include "probe_judge.h"
#include "probe_line.h"

struct probe_path {
    const char *authority; /* HOST:PORT of the server, as clients name it */
    const char *reach;     /* the same, always with the port, for CONNECT; NULL: authority */
    const char *prefix;    /* before all paths there, such as "/push"; NULL: none */
    /* Further lines of what is published, each with its CRLF; NULL: none. */
    const char *publish_headers;
    struct endpoint first; /* whom to connect to: the server, or what stands before it */
    const struct way *way; /* on from there; NULL: plainly */
    bool forward;          /* that is a forward proxy, and is asked for what it can read */
    /* Where messages are published: past whatever is probed. len 0: by the same path. */
    struct endpoint beside;
    const struct way *beside_way;
    const char *beside_authority; /* NULL: the endpoint's */
    const char *beside_prefix;    /* before all paths there; NULL: none */
};

struct probe_times {
    int64_t interval_ms; /* between short polls */
    unsigned wait_s;     /* long polls ask to be held so long */
    int64_t lead_ms;     /* from asking to the first message */
    int64_t silence_ms;  /* then, to the burst */
    int64_t patience_ms; /* for what was published to come */
};

/* All but times is borrowed until the probe is finished. */
struct probe_plan {
    const struct client_kind *kind;
    const struct probe_path *path;
    const char *more; /* behind the query, such as "&careless=1"; NULL: nothing */
    /* What its topic's name begins with; NULL: "probe". */
    const char *topic;
    bool ends_when_cut; /* else it gets over it, and waits for what else comes */
    struct probe_times times;
};

enum {
    PROBE_SECOND = 2,   /* the first behind the silence */
    PROBE_MESSAGES = 5, /* of which the first comes before the silence */
    PROBE_OFFERS = 14,  /* further ones, large, to push out what is held back */
    PROBE_MISSED = 3,   /* published while the probe is away */
    PROBE_MESSAGES_LIMIT = PROBE_MESSAGES + PROBE_OFFERS + PROBE_MISSED,
    PROBE_TOPIC_LIMIT = 64,
    PROBE_HEAD_KEPT = 1024,
};

enum probe_phase {
    PROBE_PREPARES, /* asks for the topic's cursor, past the path */
    PROBE_WATCHES,
    PROBE_OFFERS_MORE,
    PROBE_IS_AWAY,
    PROBE_IS_BACK,
    PROBE_IS_DONE,
};

struct probe {
    struct probe_plan plan;
    struct probe_seen seen;
    /* Static text: the server itself could not be used, and nothing is to be judged. */
    const char *trouble;
    int trouble_status;         /* what the server answered then; 0: nothing */
    char head[PROBE_HEAD_KEPT]; /* of the first answer, as far as it fits; empty: none came */

    /* ---- inside ---- */
    enum probe_phase phase;
    int64_t phase_ns; /* since when */
    char topic[PROBE_TOPIC_LIMIT];
    struct client_options options, writer_options;
    struct client client;
    struct probe_line reader, writer;
    struct probe_answer answer, published;
    bool tunnelled; /* CONNECT was granted on this connection */
    bool asked;     /* and the answer is not over */
    bool writing;   /* a publish, or the question for the cursor, is under way */
    bool retried;
    unsigned in_answer;             /* messages in the answer being read */
    unsigned published_count, last; /* number of the newest sent, of the newest that came */
    int64_t asked_ns, heard_ns, first_asked_ns, due_ns;
    int64_t sent_ns[PROBE_MESSAGES_LIMIT + 1]; /* by number, from 1 */
};

/* The plan is copied. number tells the topics of probes at one server apart. */
void probe_init(struct probe *probe, const struct probe_plan *plan, unsigned number);
void probe_finish(struct probe *probe);
/* Runs all to their ends, each begun a little after the one before. label as in progress.h. */
void probes_run(struct probe *probes, unsigned count, const char *label);
/* How long a probe with such times takes at most. */
int64_t probe_longest_ms(const struct probe_times *times);

#endif
