/* SPDX-License-Identifier: MIT
 *
 * The program: reads the options, starts the workers, says where it listens, runs the feeds
 * until a signal comes, then lets everything end in order.
 */
#include "allocator.h"
#include "assets.h"
#include "classroom.h"
#include "feeds/feeder.h"
#include "limiter.h"
#include "listener.h"
#include "modules.h"
#include "server.h"
#include "tap.h"
#include "uring.h"
#include "worker.h"

#include "../transports/table.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, SWEEP_S = 1 };

/* Where these were closed, a socket would get the number, and a peer what is said there. */
static void hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", O_RDWR);
}

/* Each subscriber is an open file; what the system allows is what is used. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool fail(const char *text)
{
    fprintf(stderr, "pushlab: %s\n", text);
    return false;
}

/* ---- what is shared ---------------------------------------------------------------------- */

static bool server_init(struct server *server, const struct options *options)
{
    const struct bus_limits limits = {
        .history = {options->history_count, options->history_age_ms * 1000,
                    options->history_bytes},
        .own_history = {TAP_HISTORY_COUNT, TAP_HISTORY_AGE_S * UINT64_C(1000000),
                        TAP_HISTORY_BYTES},
        .topics = options->topics_limit,
        .held_bytes = options->memory_limit,
    };
    *server = (struct server){.options = options, .worker_count = options->workers};
    server->started_us = wall_clock_us();
    server->intake.limit = options->input_limit;
    if (!modules_load(server, transport_table))
        return false;
    server->assets = assets_create(options->web_dir);
    if (!server->assets)
        return fail("cannot read the pages; name their folder with --web DIR");
    server->bus = bus_create(&limits);
    server->worker_stats = calloc(options->workers, sizeof(struct worker_stats));
    server->peer_counts = calloc(PEER_BUCKETS, sizeof(atomic_uint));
    if (options->publish_rate)
        server->publish_limiter = limiter_create(options->publish_rate);
    if (options->lab)
        server->taps = taps_create(server->bus);
    if (options->classroom && server->bus)
        server->classroom = classroom_create(options, server->bus);
    if (!server->bus || !server->worker_stats || !server->peer_counts ||
        (options->publish_rate && !server->publish_limiter) ||
        (options->lab && !server->taps) || (options->classroom && !server->classroom))
        return fail("out of memory");
    return true;
}

static void server_finish(struct server *server)
{
    for (unsigned i = 0; i < server->worker_count; i++)
        worker_destroy(server->workers[i]);
    assets_destroy(server->assets);
    taps_destroy(server->taps);
    classroom_destroy(server->classroom);
    bus_destroy(server->bus);
    if (server->publish_limiter)
        limiter_destroy(server->publish_limiter);
    free(server->worker_stats);
    free(server->peer_counts);
}

/* Finds out whether streams can be written through io_uring; false when that was asked for and
 * is not so. */
static bool choose_flush(struct server *server)
{
    struct uring *uring = NULL;
    int error = server->options->flush == FLUSH_SEND ? 0 : uring_create(&uring);
    server->wants_uring = uring != NULL;
    uring_destroy(uring);
    if (!error || server->options->flush == FLUSH_AUTO)
        return true;
    fprintf(stderr,
            "pushlab: --flush uring: io_uring cannot be used here (%s): use --flush send%s\n",
            strerror(-error),
            error == -EPERM ? ", or allow it (sysctl kernel.io_uring_disabled=0; a container's "
                              "seccomp profile)"
            : error == -ENOSYS || error == -EINVAL ? ", or a kernel from 5.18 on"
                                                   : "");
    return false;
}

/* ---- workers ----------------------------------------------------------------------------- */

static bool workers_create(struct server *server, const struct listeners *listeners)
{
    for (unsigned i = 0; i < server->worker_count; i++) {
        int fds[OPTION_LIST_LIMIT];
        int error = listeners_open(listeners, server->options, fds);
        if (error)
            return fail(error == -EMFILE ? "too many open files: raise the limit (ulimit -n), "
                                           "or start fewer --workers"
                                         : strerror(-error));
        server->workers[i] = worker_create(server, i, fds, listeners->count);
        if (!server->workers[i])
            return fail("cannot start a worker: out of memory or file descriptors");
    }
    return true;
}

/* count: how many of them run. */
static void workers_end(struct server *server, unsigned count)
{
    workers_drain(server, count);
    for (unsigned i = 0; i < count; i++)
        worker_join(server->workers[i]);
}

/* Signals are the main thread's: a thread has the mask of the one that made it. */
static bool workers_start(struct server *server)
{
    sigset_t all, before;
    unsigned started = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < server->worker_count && worker_start(server->workers[started]) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started == server->worker_count)
        return true;
    workers_end(server, started);
    return fail("cannot start a thread");
}

/* ---- the main thread's own loop ---------------------------------------------------------- */

/* Said by the loop itself: who reads it may signal at once. The token stands behind #, which no
 * browser sends anywhere. */
static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    const struct server *server = arg;
    const char *shown = server->listeners->shown;
    printf("ready http://%s/\n", shown);
    if (server->classroom)
        printf("teacher http://%s/class.html#token=%s\n", shown,
               classroom_token(server->classroom));
    fflush(stdout);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)what;
    /* Ctrl-C once more while draining: the user means now. Another SIGTERM changes nothing. */
    if (number == SIGINT)
        signal(SIGINT, SIG_DFL);
    event_base_loopbreak(arg);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct server *server = arg;
    bus_sweep(server->bus);
}

static void on_allocator(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    allocator_sweep(arg);
}

static bool run(struct server *server, struct event_base *base)
{
    signal(SIGTERM,
           SIG_IGN); /* what remains when our own handler is gone: it is ending anyway */
    struct event *term = evsignal_new(base, SIGTERM, on_signal, base);
    struct event *interrupt = evsignal_new(base, SIGINT, on_signal, base);
    struct event *sweep = event_new(base, -1, EV_PERSIST, on_sweep, server);
    struct allocator allocator;
    allocator_start(&allocator);
    struct event *give_back = event_new(base, -1, EV_PERSIST, on_allocator, &allocator);
    struct feeder *feeder = feeder_create(base, server->bus, server->options);
    bool good = term && interrupt && sweep && give_back && feeder &&
                event_add(term, NULL) == 0 && event_add(interrupt, NULL) == 0 &&
                event_add(sweep, &(struct timeval){.tv_sec = SWEEP_S}) == 0 &&
                event_add(give_back, &(struct timeval){.tv_sec = ALLOCATOR_INTERVAL_S}) == 0 &&
                event_base_once(base, -1, EV_TIMEOUT, on_ready, server, NULL) == 0 &&
                (!server->classroom || classroom_start(server->classroom, base)) &&
                workers_start(server);
    if (good)
        event_base_dispatch(base);
    feeder_destroy(feeder);
    if (good)
        workers_end(server, server->worker_count);
    struct event *const events[] = {term, interrupt, sweep, give_back};
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        if (events[i])
            event_free(events[i]);
    return good;
}

int main(int argc, char **argv)
{
    struct options options;
    hold_standard_files();
    int asked = options_read(argc, argv, &options);
    if (asked != 0)
        return asked > 0 ? EXIT_SUCCESS : EXIT_USAGE;
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();

    struct server server = {0};
    struct listeners listeners;
    struct event_base *base = event_base_new();
    bool good = base && server_init(&server, &options) && listeners_find(&options, &listeners);
    if (good) {
        server.listeners = &listeners;
        server.loopback = listeners.loopback;
        good =
            choose_flush(&server) && workers_create(&server, &listeners) && run(&server, base);
    }
    server_finish(&server);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
