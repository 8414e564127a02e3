/* SPDX-License-Identifier: MIT
 *
 * Lane: one transport among those that are compared: a pushlab of its own, perhaps a relay
 * before it, its subscribers, and one who publishes to them by a timetable. All lanes run at
 * the same time on one thread; whoever runs them calls lane_work when something is due, and
 * lane_turn when one of the lane's two sets of sockets has something.
 *
 * A lane only counts, from its beginning on. What happened within some time is the difference
 * of two counts.
 */
#ifndef PUSHBENCH_LANE_H
#define PUSHBENCH_LANE_H

#include "../clients/swarm.h"
#include "../control.h"
#include "../delivery.h"
#include "../server_process.h"
#include "../tcp_traffic.h"
#include "mischief.h"

/* The same for all lanes. */
struct lane_settings {
    struct common_options common;
    const char *flush;  /* as pushlab's option */
    const char *module; /* a further transport to be loaded, or NULL */
    unsigned clients;
    unsigned payload;     /* bytes */
    unsigned heartbeat_s; /* of streams; a long poll is held as long */
    unsigned coalesce_ms; /* 0: not */
    unsigned jitter_ms;   /* of the relay, each way */
    double round_trip_ms; /* 0 and no jitter: no relay */
    int64_t interval_ns;  /* short poll: from request to request */
    bool browser;         /* requests have the headers of one */
    const int64_t
        *due_ns; /* when messages are meant to be sent, from the start on; ascending */
    unsigned messages;
    unsigned room; /* for how many messages there are books, when more may be due later; 0: for
                      these */
};

struct lane_counts {
    uint64_t published;
    uint64_t delivered;
    uint64_t asked;    /* handshakes, polls */
    uint64_t answered; /* polls */
    uint64_t useless;  /* of these, without a message */
    uint64_t skipped;  /* polls not made since the last one had no answer yet */
    uint64_t opened;   /* connections */
    uint64_t up_bytes, request_bytes;
    uint64_t down_bytes, head_bytes, payload_bytes;
    struct tcp_traffic traffic;
    int64_t stale_ns; /* of all clients */
    int64_t late_ns;  /* between when messages were meant to be sent and when they were */
    uint64_t cpu_ns;  /* of the server's threads, and of its burden */
};

struct lane {
    const char *name;
    const struct client_kind *kind;
    bool close; /* short poll: a connection each time */
    const struct lane_settings *settings;
    /* For finding out whether one would be told: so much more on the processor, as a share of
     * what the server uses; and what is done to messages that have come, or NULL. */
    double extra_cpu;
    struct mischief *mischief; /* borrowed */

    struct server_process server, relay;
    pid_t burden; /* 0: none */
    struct control control;
    struct swarm subscribers, publisher;
    struct client_options subscriber_options, publisher_options;
    struct builder headers, text;
    struct delivery delivery;
    struct lane_counts counts; /* what is not counted elsewhere */
    struct lane_client {
        bool waiting; /* for an answer */
        bool got;     /* a message, since it asked */
    } * clients;

    int64_t start_ns; /* of the timetable; 0: nothing is due */
    int64_t shift_ns; /* this lane is late by so much, so that lanes do not meet */
    /* With messages it has another place among the lanes each time, since whoever comes behind
     * others finds the processor warm: places are shift_step_ns apart. 0: it is shift_ns. */
    unsigned place, places;
    int64_t shift_step_ns;
    int64_t message_ns; /* when the last one was meant to be sent */
    int64_t late_ns;    /* by which messages were sent, all of them together */
    uint64_t polls;     /* due so far */
    bool publishing;
    uint64_t subscribed; /* clients that know their cursor */
    const char *broken;  /* why it cannot go on, or NULL */
    int status;

    double user_bytes, kernel_bytes; /* for each client; NAN: not known */
};

/* All zero before but for name, kind, close, settings, extra_cpu and mischief; to be stopped in
 * any case, and to stay where it is until then. False: one line on standard error says why. */
bool lane_start(struct lane *lane);
/* Connects all, until each is subscribed. Then the timetable may start. */
bool lane_open(struct lane *lane);
/* Whether the server ended well. What was counted stays. */
bool lane_stop(struct lane *lane);

void lane_begin(struct lane *lane, int64_t start_ns);
/* Publishes and polls what is due; when something is due again. */
int64_t lane_work(struct lane *lane);
/* Reads what has come to the subscribers, or for the publisher. */
void lane_turn(struct lane *lane, struct swarm *swarm);
struct lane_counts lane_count(const struct lane *lane);
/* All that was due has been published, and everybody has it. */
bool lane_done(const struct lane *lane);
/* Says on standard error why it cannot go on. */
void lane_complain(const struct lane *lane);

#endif
