/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include "advance.h"
#include "connection.h"
#include "http.h"
#include "logger.h"
#include "subscriber.h"
#include "transport.h"
#include "uring.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    WALK_BUDGET = 16 << 20,  /* bytes written in one turn, so that others get theirs */
    GATHER_SUBSCRIBERS = 64, /* a walk this long is worth a look for more to give */
    GATHER_MS = 1,
    REST_ANSWERS = 64, /* so many held polls answered in a turn come back as a crowd */
    REST_RETURNS = 4,  /* fewer in a turn, and the crowd is through */
    REST_NS = 200000,
    REPLICA_IDLE_MS = 10000, /* a topic nobody reads here is let go after so long */
    SWEEP_MS = 1000,
    PAUSE_MS = 250, /* the loop came back this late: the pause was ours, not the peers' */
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- events ------------------------------------------------------------------------------ */

static void on_poller(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct worker *worker = arg;
    worker->now_ms = monotonic_ms();
    poller_dispatch(&worker->poller, connection_ready);
}

static void on_inbox(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct worker *worker = arg;
    inbox_clear(&worker->inbox); /* the marks are taken at the end of the turn */
}

/* Sleeping in the kernel until a timer is due: late by more than PAUSE_MS means that the whole
 * process stood still (stopped, suspended, starved), and no peer may be blamed for it. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct worker *worker = arg;
    worker->now_ms = monotonic_ms();
    if (worker->now_ms - worker->timer_armed_ms > PAUSE_MS)
        worker->resumed_ms = worker->now_ms;
    worker->timer_armed_ms = -1;
    timers_advance(&worker->timers, worker->now_ms);
}

static void on_connection_due(struct timer *timer, void *arg)
{
    struct worker *worker = arg;
    connection_due((struct connection *)((char *)timer - offsetof(struct connection, timer)),
                   worker->now_ms);
}

/* ---- one turn ---------------------------------------------------------------------------- */

/* Whether there were any. */
static bool take_marks(struct worker *worker)
{
    struct topic *topic;
    bool any = false;
    while ((topic = inbox_take(&worker->inbox, worker->replicas.bit))) {
        struct replica *replica =
            replicas_find(&worker->replicas, slice_of(topic->label->name));
        /* A forgotten topic's name may have a new life, with a replica of its own. */
        if (replica && replica->topic == topic && replica_sync(replica))
            worker_grown(worker, replica);
        topic_unref(topic);
        any = true;
    }
    return any;
}

static void queue_grown(struct worker *worker, struct replica *replica)
{
    replica->queued = true;
    replica->next_grown = NULL;
    *worker->grown_end = replica;
    worker->grown_end = &replica->next_grown;
}

/* Publishers who speak at the same time come a few microseconds apart, and each would have a
 * long walk of its own, or one for the first and one for the rest. Looking again whether
 * another one is there costs next to nothing beside a walk, and nobody is waited for. */
static void gather(struct worker *worker)
{
    unsigned subscribers = 0;
    for (const struct replica *grown = worker->grown; grown; grown = grown->next_grown)
        subscribers += grown->count;
    bool more = subscribers >= GATHER_SUBSCRIBERS;
    while (more && monotonic_ms() - worker->now_ms <= GATHER_MS) {
        poller_dispatch(&worker->poller, connection_ready);
        more = take_marks(worker);
    }
}

static void walk_grown(struct worker *worker)
{
    worker->walk_left = WALK_BUDGET;
    while (worker->grown && worker->walk_left > 0) {
        struct replica *replica = worker->grown;
        worker->grown = replica->next_grown;
        if (!worker->grown)
            worker->grown_end = &worker->grown;
        /* Not through: the other topics first, whatever this one gets meanwhile. */
        if (subscribers_advance(worker, replica))
            replica->queued = false;
        else
            queue_grown(worker, replica);
        replica_trim(replica);
    }
}

/* Those whose held polls were answered ask again one after the other, as fast as they can; to
 * be woken for each costs them and us more than its request does. So a crowd is let gather for
 * a little, again and again as long as it comes. */
static void rest(struct worker *worker)
{
    if (worker->answered >= REST_ANSWERS)
        worker->resting = true;
    else if (worker->returned < REST_RETURNS)
        worker->resting = false;
    worker->answered = worker->returned = 0;
    if (worker->resting)
        nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
}

static void settle_pending(struct worker *worker)
{
    while (worker->pending) {
        struct connection *connection = worker->pending;
        worker->pending = connection->next_pending;
        connection->pending = false;
        connection_pending(connection);
    }
}

/* When the worker must look around even if nothing happens. */
static int64_t next_look_ms(struct worker *worker)
{
    int64_t next_ms = worker->swept_ms + SWEEP_MS, timer_ms = timers_next_ms(&worker->timers);
    if (timer_ms >= 0 && timer_ms < next_ms)
        next_ms = timer_ms;
    if (worker->draining && worker->server->drained_ms < next_ms)
        next_ms = worker->server->drained_ms;
    return next_ms;
}

static void arm_timer(struct worker *worker)
{
    int64_t next_ms = next_look_ms(worker);
    if (next_ms == worker->timer_armed_ms)
        return;
    worker->timer_armed_ms = next_ms;
    int64_t wait_ms = next_ms - monotonic_ms();
    if (wait_ms < 0)
        wait_ms = 0;
    const struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    if (event_add(worker->timer_event, &wait) < 0)
        worker->timer_armed_ms = -1; /* out of memory: again in the next turn */
}

static void on_behind(struct replica *replica, void *arg)
{
    worker_grown(arg, replica);
}

static void sweep(struct worker *worker)
{
    if (worker->now_ms - worker->swept_ms < SWEEP_MS)
        return;
    worker->swept_ms = worker->now_ms;
    replicas_sweep(&worker->replicas, worker->now_ms - REPLICA_IDLE_MS, on_behind, worker);
    for (unsigned i = 0; i < worker->server->transport_count; i++)
        if (worker->server->transports[i]->thread_sweep)
            worker->server->transports[i]->thread_sweep();
}

static void drain_one(struct timer *timer, void *arg)
{
    (void)arg;
    connection_drain((struct connection *)((char *)timer - offsetof(struct connection, timer)));
}

static void drain_begin(struct worker *worker)
{
    worker->draining = true;
    worker->now_ms = monotonic_ms();
    front_close(worker->front);
    timers_each(&worker->timers, drain_one, NULL);
}

static bool drained(const struct worker *worker)
{
    return worker->draining &&
           (worker->connection_count == 0 || monotonic_ms() >= worker->server->drained_ms);
}

static void *worker_run(void *arg)
{
    struct worker *worker = arg;
    inbox_own(&worker->inbox);
    while (!drained(worker)) {
        arm_timer(worker);
        /* Work left over from the last turn must not wait for an event. */
        bool more = worker->grown || worker->inbox.own;
        if (!more)
            rest(worker);
        event_base_loop(worker->base, more ? EVLOOP_NONBLOCK : EVLOOP_ONCE);
        worker->now_ms = monotonic_ms();
        /* What was published before it is still given before the goodbye. */
        bool drain = !worker->draining && atomic_load(&worker->server->draining);
        take_marks(worker);
        gather(worker);
        walk_grown(worker);
        if (drain && !worker->grown)
            drain_begin(worker);
        settle_pending(worker);
        sweep(worker);
    }
    for (unsigned i = 0; i < worker->server->transport_count; i++)
        if (worker->server->transports[i]->thread_end)
            worker->server->transports[i]->thread_end();
    return NULL;
}

/* ---- for connections and subscribers ----------------------------------------------------- */

struct replica *worker_replica(struct worker *worker, struct slice name, bool create)
{
    struct replica *replica = replicas_find(&worker->replicas, name);
    if (!replica) {
        struct topic *topic = bus_topic(worker->server->bus, name, create);
        replica = topic ? replicas_add(&worker->replicas, topic) : NULL;
    }
    if (!replica)
        return NULL;
    replica->used_ms = worker->now_ms;
    if (replica_sync(replica))
        worker_grown(worker, replica);
    return replica;
}

void worker_grown(struct worker *worker, struct replica *replica)
{
    if (replica->queued) {
        replica->regrown = true;
        return;
    }
    replica->walk = replica->count;
    queue_grown(worker, replica);
}

void worker_pending(struct worker *worker, struct connection *connection)
{
    if (connection->pending)
        return;
    connection->pending = true;
    connection->next_pending = worker->pending;
    worker->pending = connection;
}

void worker_look_at_clock(struct worker *worker)
{
    worker->now_ms = monotonic_ms();
}

void worker_set_timer(struct worker *worker, struct timer *timer, int64_t due_ms)
{
    timer_set(&worker->timers, timer, due_ms);
}

/* ---- life -------------------------------------------------------------------------------- */

static bool make_events(struct worker *worker)
{
    struct event_config *config = event_config_new();
    if (!config)
        return false;
    /* Nothing of this base is touched by another thread. */
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    worker->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!worker->base)
        return false;
    const short read_on = EV_READ | EV_PERSIST;
    worker->poller_event =
        event_new(worker->base, worker->poller.epoll_fd, read_on, on_poller, worker);
    worker->inbox_event =
        event_new(worker->base, worker->inbox.event_fd, read_on, on_inbox, worker);
    worker->timer_event = evtimer_new(worker->base, on_timer, worker);
    return worker->poller_event && worker->inbox_event && worker->timer_event &&
           event_add(worker->poller_event, NULL) == 0 &&
           event_add(worker->inbox_event, NULL) == 0;
}

/* Rather slower than not at all. */
static void open_uring(struct worker *worker)
{
    int error = uring_create(&worker->uring);
    if (!error)
        atomic_fetch_add(&worker->server->urings, 1);
    else
        log_line(LOG_LEVEL_WARNING, "worker %u writes without io_uring: %s", worker->index,
                 strerror(-error));
}

struct worker *worker_create(struct server *server, unsigned index, const int *take_listen_fds,
                             unsigned listen_count)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return NULL;
    worker->server = server;
    worker->index = index;
    worker->stats = &server->worker_stats[index];
    worker->timer_armed_ms = -1;
    worker->grown_end = &worker->grown;
    worker->now_ms = worker->swept_ms = monotonic_ms();
    worker->replicas.bit = UINT64_C(1) << index;
    timers_init(&worker->timers, worker->now_ms, on_connection_due, worker);
    worker->inbox.event_fd = worker->poller.epoll_fd = -1;
    if (server->wants_uring)
        open_uring(worker);
    if (poller_init(&worker->poller) < 0 || inbox_init(&worker->inbox) < 0 ||
        !make_events(worker))
        goto fail;
    worker->front = front_create(worker, take_listen_fds, listen_count);
    if (!worker->front)
        goto fail;
    bus_attach(server->bus, index, &worker->inbox);
    return worker;
fail:
    worker_destroy(worker);
    return NULL;
}

int worker_start(struct worker *worker)
{
    return -pthread_create(&worker->thread, NULL, worker_run, worker);
}

void workers_drain(struct server *server, unsigned count)
{
    server->drained_ms = monotonic_ms() + (int64_t)server->options->drain_ms;
    atomic_store(&server->draining, true);
    for (unsigned i = 0; i < count; i++)
        inbox_wake(&server->workers[i]->inbox);
}

void worker_join(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
}

static void close_one(struct timer *timer, void *arg)
{
    (void)arg;
    connection_close((struct connection *)((char *)timer - offsetof(struct connection, timer)));
}

static void event_free_if(struct event *event)
{
    if (event)
        event_free(event);
}

void worker_destroy(struct worker *worker)
{
    if (!worker)
        return;
    timers_each(&worker->timers, close_one, NULL);
    settle_pending(worker);
    front_destroy(worker->front);
    replicas_finish(&worker->replicas);
    uring_destroy(worker->uring);
    event_free_if(worker->poller_event);
    event_free_if(worker->inbox_event);
    event_free_if(worker->timer_event);
    if (worker->base)
        event_base_free(worker->base);
    if (worker->poller.epoll_fd >= 0)
        poller_finish(&worker->poller);
    if (worker->inbox.event_fd >= 0)
        inbox_finish(&worker->inbox);
    free(worker);
}
