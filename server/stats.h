/* SPDX-License-Identifier: MIT
 *
 * Counters, per worker and transport. A worker alone writes its own; anyone may read them at
 * any time (relaxed: a figure may be a moment old, never torn), so counting costs no lock.
 */
#ifndef PUSHLAB_STATS_H
#define PUSHLAB_STATS_H

#include <stdatomic.h>
#include <stdint.h>

enum { TRANSPORTS_LIMIT = 16 };

typedef _Atomic uint64_t counter;

struct transport_stats {
    counter subscribers;   /* gauge: held or streaming now */
    counter subscriptions; /* streams opened, polls asked */
    counter answers;       /* polls answered */
    counter empty_answers; /* … with no message: the useless ones */
    counter messages;      /* delivered */
    counter gaps;          /* announced */
    counter sends;         /* writes; through io_uring, many in a system call */
    counter payload_bytes; /* message data */
    counter framing_bytes; /* around it: frames, fields, JSON, heartbeats */
    counter header_bytes;  /* HTTP heads of answers */
    counter request_bytes; /* HTTP heads of requests */
    counter heartbeats;
    counter dead; /* peers declared dead */
};

struct worker_stats {
    struct transport_stats transports[TRANSPORTS_LIMIT]; /* index of transport_table */
    counter connections;                                 /* gauge */
    counter accepted;
    counter requests;
    counter refused;        /* 4xx and 5xx of the gate */
    counter evhtp_requests; /* served through libevhtp */
    counter accept_errors;  /* EMFILE and the like */
};

static inline void counter_add(counter *c, uint64_t n)
{
    /* One writer: no locked instruction is needed, only that readers never see it torn. */
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline void counter_sub(counter *c, uint64_t n)
{
    counter_add(c, (uint64_t)0 - n);
}

static inline uint64_t counter_read(const counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

#endif
