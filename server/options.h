/* SPDX-License-Identifier: MIT
 *
 * Options: everything that can be set, from the command line or a config file, in one table
 * (options.c) that also prints --help. Immutable once the server has started; every thread
 * reads it freely. Times are milliseconds, sizes bytes.
 */
#ifndef PUSHLAB_OPTIONS_H
#define PUSHLAB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTION_LIST_LIMIT = 64, WORKERS_LIMIT = 64, TOPICS_PER_SUBSCRIBER_LIMIT = 32 };

/* How streams are written. */
enum flush {
    FLUSH_AUTO,  /* io_uring where the system allows it, else send */
    FLUSH_SEND,  /* a system call for each delivery */
    FLUSH_URING, /* one for many, through io_uring */
};

struct option_list {
    const char *items[OPTION_LIST_LIMIT];
    unsigned count;
};

struct options {
    /* what to serve, to whom */
    struct option_list listen;  /* ADDR:PORT; default localhost:8765 */
    struct option_list origins; /* patterns that pass besides same-origin */
    struct option_list publics; /* topics readable from any origin */
    struct option_list hosts;   /* further names served when bound to loopback; * = any */
    struct option_list modules; /* transports to load, MODULE.so */
    struct option_list feeds;   /* NAME or NAME=RATE; default clock, host, frames */
    const char *publish_token;  /* contents of the token file, or NULL */
    const char *web_dir;        /* the pages */
    const char *doors;          /* URL of a pushrelay for the lab, or NULL */
    const char *bench;          /* URL of a pushbench serve for the lab, or NULL */
    const char *teacher_token;  /* contents of the token file, or NULL: one is made */
    unsigned workers;
    unsigned flush; /* enum flush */
    bool lab;
    bool classroom; /* --class */

    /* history of each topic */
    uint64_t history_count;
    uint64_t history_age_ms;
    uint64_t history_bytes;

    /* limits on what a peer can make the server hold */
    uint64_t connections_limit;          /* all workers together */
    uint64_t connections_per_peer_limit; /* one address; 0 = no limit of its own */
    uint64_t topics_limit;
    uint64_t memory_limit; /* bytes of messages held in all topics */
    uint64_t input_limit;  /* bytes of unfinished requests and messages, all connections */
    uint64_t head_limit;
    uint64_t target_limit;
    uint64_t headers_limit;
    uint64_t publish_limit;  /* body of one publish */
    uint64_t message_limit;  /* one WebSocket message */
    uint64_t fragment_limit; /* fragments of one WebSocket message */
    uint64_t outbox_limit;   /* bytes a peer may leave unread beside the log */
    uint64_t publish_rate;   /* messages a second from one address; 0 = no limit */

    /* times */
    uint64_t head_timeout_ms; /* accept, or first byte, to the whole head */
    uint64_t body_timeout_ms;
    uint64_t idle_timeout_ms;      /* keep-alive between requests */
    uint64_t hold_ms;              /* long poll, unless wait= says otherwise */
    uint64_t heartbeat_ms;         /* interval on streams */
    uint64_t heartbeat_timeout_ms; /* for the answer to a probe */
    uint64_t retry_ms;             /* what SSE clients are told to wait before they return */
    uint64_t coalesce_ms;          /* default of coalesce= */
    uint64_t drain_ms;             /* to finish answers on SIGTERM */
};

/*
 * Fills *ret_options from the arguments (and --config FILE, which the command line overrides).
 *  0  go on
 *  1  --help or --version was printed: exit 0
 * -1  something is wrong; one clear line with the remedy is on standard error: exit 2
 * Strings live until the process ends.
 */
int options_read(int argc, char **argv, struct options *ret_options);
/* All defaults, for tests. */
void options_default(struct options *ret_options);

#endif
