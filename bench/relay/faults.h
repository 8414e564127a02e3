/* SPDX-License-Identifier: MIT
 *
 * Faults: what a door does to the connections that pass it, as plain data, and the one table
 * from which options, JSON and --help are made. Zeroed = nothing: a transparent door.
 *
 * Times are microseconds. One thread, no I/O.
 */
#ifndef PUSHRELAY_FAULTS_H
#define PUSHRELAY_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* When to do something to a connection: after so many bytes of one direction, or so long after
 * it began. 0: never. */
struct trigger {
    uint64_t bytes, us;
};

enum { WAY_UP, WAY_DOWN, WAYS }; /* client to server, server to client */

/* What happens to the bytes of one direction. */
struct way {
    uint64_t delay_us, jitter_us;
    uint64_t coalesce_us; /* what comes within it leaves together */
    uint64_t rate;        /* bytes per second; 0: as fast as it goes */
    uint64_t slice;       /* bytes in one write; 0: any number */
    bool stall;           /* nothing goes on until it is off; nobody is told */
    struct trigger reset_after, freeze_after;
};

/* How a connection ends that was silent for too long. */
enum idle_how {
    IDLE_FIN, /* closed towards both */
    IDLE_RST,
    IDLE_DROP, /* forgotten: what is sent later gets no answer */
    IDLE_NAT, /* forgotten: whoever sends something later gets a reset, the other learns nothing
               */
};

/* What is done to HTTP messages. A door that has one of these reads HTTP, and passes on what it
 * cannot read. */
struct http_faults {
    uint64_t buffer; /* an answer is held until it has so many bytes, or its end; 0: not */
    uint64_t gzip_min;
    uint64_t cache_us;    /* how long answers to GET are served again; 0: not */
    uint64_t idle_answer; /* status for a request that still waits at the idle cut; 0: none */
    bool heed_accel;      /* X-Accel-Buffering: no turns buffer off */
    bool strip_upgrade;
    bool http10; /* requests go on as HTTP/1.0 with Connection: close */
    bool gzip;
    bool gzip_always; /* in spite of Cache-Control: no-transform */
    bool forward;     /* a forward proxy: absolute targets and CONNECT */
    bool connect_443; /* and CONNECT leads to port 443 only */
    bool naive;       /* answers lose Cache-Control and X-Accel-Buffering first */
};

struct faults {
    struct way ways[WAYS];
    bool refuse; /* connections are reset when they come */
    uint64_t idle_cut_us;
    uint64_t idle_how; /* enum idle_how */
    uint64_t limit;    /* bytes held in one direction of a connection */
    struct http_faults http;
};

enum { FAULT_LIMIT_MIN = 64 * 1024, FAULT_LIMIT_STANDARD = 1 << 20, FAULT_ERROR_LIMIT = 256 };

#define FAULTS_NONE ((struct faults){.limit = FAULT_LIMIT_STANDARD})
#define FAULT_ALL UINT64_MAX /* of buffer: to the answer's end */

enum fault_kind {
    FAULT_FLAG,
    FAULT_TIME,
    FAULT_SIZE,
    FAULT_SIZE_OR_ALL,
    FAULT_COUNT,
    FAULT_TRIGGER,
    FAULT_HOW,
};

struct fault {
    const char *name; /* --name; of a direction with -up or -down behind it */
    const char *key;  /* in JSON */
    enum fault_kind kind;
    bool each_way;
    size_t offset;    /* into struct faults, of each way into struct way */
    uint64_t unit_us; /* of a time without one */
    uint64_t min, max;
    const char *argument, *help;
};

/* Ends with an entry without a name. */
extern const struct fault fault_table[];

/*
 * Sets one by name ("delay", "delay-up", or "like" for a product's) from text such as 40,
 * 500ms, 64k, all, on, off. 0; or -EINVAL with the faults untouched and error
 * (FAULT_ERROR_LIMIT bytes) saying what would be right.
 */
int faults_set(struct faults *faults, const char *name, const char *text, char *error);
/* The same from a table's entry; ways: bits of (1 << WAY_UP) and (1 << WAY_DOWN), for those of
 * each way. */
int faults_set_entry(struct faults *faults, const struct fault *fault, unsigned ways,
                     const char *text, char *error);
/* Sets all of "delay=40,strip-upgrade,like=nginx", in order. 0, or -EINVAL as above. */
int faults_set_list(struct faults *faults, const char *list, char *error);
/* Where the entry's value lies. */
void *fault_value(struct faults *faults, const struct fault *fault, unsigned way);
/* Whether HTTP has to be read for them. */
bool faults_need_http(const struct faults *faults);

extern const char *const idle_how_names[]; /* by enum idle_how; ends with NULL */

#endif
