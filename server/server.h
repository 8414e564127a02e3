/* SPDX-License-Identifier: MIT
 *
 * Server: what all threads share and nobody changes after the start (the log and the counters
 * behind it look after themselves). Handlers get it as their first argument.
 */
#ifndef PUSHLAB_SERVER_H
#define PUSHLAB_SERVER_H

#include "bus.h"
#include "intake.h"
#include "options.h"
#include "stats.h"

enum { PEER_BUCKETS = 65536 };

struct worker;
struct transport;
struct assets;
struct limiter;
struct taps;
struct classroom;
struct listeners;

struct server {
    const struct options *options;
    const struct listeners *listeners;
    struct bus *bus;
    struct assets *assets;
    struct limiter *publish_limiter;                      /* NULL: no limit */
    struct taps *taps;                                    /* with --lab, or NULL */
    struct classroom *classroom;                          /* with --class, or NULL */
    const struct transport *transports[TRANSPORTS_LIMIT]; /* built in, then loaded */
    unsigned transport_count;
    struct worker *workers[WORKERS_LIMIT];
    struct worker_stats *worker_stats; /* one per worker */
    unsigned worker_count;
    bool wants_uring;   /* streams are to be written through io_uring (uring.h) */
    atomic_uint urings; /* workers that do */
    bool loopback;      /* bound to loopback addresses only: Host names are checked */
    int64_t started_us;
    int64_t drained_ms;           /* when all must be over; written before draining is set */
    atomic_bool draining;         /* SIGTERM came: publishing is 503 */
    _Atomic uint64_t connections; /* of all workers, against connections_limit */
    struct intake intake;         /* what is not whole yet, of all connections */
    atomic_uint *peer_counts;     /* connections per bucket of addresses (PEER_BUCKETS) */
};

#endif
