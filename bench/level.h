/* SPDX-License-Identifier: MIT
 *
 * Level: what a server holds while nothing is asked of it, to be compared before and after.
 */
#ifndef PUSHBENCH_LEVEL_H
#define PUSHBENCH_LEVEL_H

#include "control.h"
#include "proc_stat.h"
#include "report.h"

struct level {
    double connections; /* -1: the server does not answer */
    int64_t subscribers;
    unsigned files;
    double held_bytes; /* of messages, as the server says; -1: it does not */
    double heap_bytes; /* in use, the same */
    struct process_memory memory;
};

/* Once the server has noticed that all but so many connections are gone (a while, at most), and
 * its memory has come to rest. pid: 0 when not known. */
struct level level_read(struct control *control, pid_t pid, const char *topic,
                        double connections);
/* Reads the memory again until it is no more than limit's and so much, for a while at most:
 * what a server no longer needs it drops once a second, and gives back every few seconds. */
void level_await_memory(struct level *level, struct control *control, pid_t pid,
                        const struct level *limit, double more_bytes);
/* As an object of the report's document. */
void level_report(struct report *report, const char *key, const struct level *level);

#endif
