/* SPDX-License-Identifier: MIT
 *
 * Worker: a thread with an event loop of its own, its own listeners (SO_REUSEPORT), its own
 * replicas and connections. Workers share nothing but the topics' locks, the inboxes and
 * reference-counted messages.
 *
 * One turn of the loop: events come in (requests, marks, timers); then, once, the grown topics
 * are walked and every subscriber that can take it is given all it lacks.
 */
#ifndef PUSHLAB_WORKER_H
#define PUSHLAB_WORKER_H

#include "inbox.h"
#include "poller.h"
#include "portion.h"
#include "replica.h"
#include "server.h"
#include "timers.h"

#include <event2/event.h>

struct uring;
struct connection;
struct front;
struct opening;

enum { SCRATCH_SIZE = 64 * 1024 };

struct worker {
    struct server *server;
    struct worker_stats *stats;
    unsigned index;
    pthread_t thread;
    struct event_base *base;
    struct event *poller_event;
    struct event *inbox_event;
    struct event *timer_event;
    int64_t timer_armed_ms; /* -1: not armed */
    struct front *front;    /* libevhtp's side: listeners and pages */
    struct inbox inbox;
    struct poller poller;
    struct timers timers;
    const struct opening *opening; /* of the subscriber that opens just now, or NULL */
    struct replicas replicas;
    struct uring *uring;      /* NULL: plain sends */
    struct portions portions; /* of the walk */
    int64_t walk_left;        /* bytes that may still be written in this turn, roughly */
    struct replica *grown;    /* to be walked, in turn */
    struct replica **grown_end;
    struct connection *pending;
    unsigned answered; /* held polls, in this turn */
    unsigned returned; /* and those that began */
    bool resting;      /* many were answered, and their readers are asking again */
    uint64_t connection_count;
    int64_t now_ms;     /* monotonic, at the start of the turn's callbacks */
    int64_t resumed_ms; /* when the loop last came back from a pause of its own */
    int64_t swept_ms;
    bool draining;
    char scratch[SCRATCH_SIZE];
};

/* listen_fds: this worker's listening sockets, which it takes. NULL when something is short. */
struct worker *worker_create(struct server *server, unsigned index, const int *take_listen_fds,
                             unsigned listen_count);
int worker_start(struct worker *worker);
/* Any thread: the first count workers of the server say goodbye and end, within drain_ms of
 * now, however busy one is. */
void workers_drain(struct server *server, unsigned count);
void worker_join(struct worker *worker);
void worker_destroy(struct worker *worker);

/* ---- its own thread ---- */

/* The replica of this topic, made when create is set. Up to date. NULL: none, or a limit. */
struct replica *worker_replica(struct worker *worker, struct slice topic, bool create);
/* The replica has something its subscribers lack: walk it at the end of the turn. */
void worker_grown(struct worker *worker, struct replica *replica);
/* The connection wants connection_pending at the end of the turn. */
void worker_pending(struct worker *worker, struct connection *connection);
void worker_set_timer(struct worker *worker, struct timer *timer, int64_t due_ms);
/* Sets now_ms to now, for callbacks that libevent calls past the worker. */
void worker_look_at_clock(struct worker *worker);

#endif
