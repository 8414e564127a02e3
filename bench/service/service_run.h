/* SPDX-License-Identifier: MIT
 *
 * Run: one run of pushbench as a child process. Its progress is told line by line, its JSON and
 * its last complaint at the end. One thread, the loop's; one run at a time, since it waits for
 * SIGCHLD.
 *
 * The child ends with this process, whatever becomes of it; and so does what the child has
 * started.
 */
#ifndef PUSHBENCH_SERVICE_RUN_H
#define PUSHBENCH_SERVICE_RUN_H

#include "../../server/bytes.h"

#include <event2/event.h>

struct service_run;

/* How it ended. */
struct run_end {
    int status;             /* the exit status; -1: a signal ended it */
    struct slice output;    /* what it printed */
    struct slice complaint; /* the last line on standard error */
};

struct run_listener {
    /* A line of progress, without its end (progress.h). */
    void (*on_progress)(void *arg, const char *line, size_t len);
    /* The last call; the run is gone after it. */
    void (*on_end)(void *arg, const struct run_end *end);
    void *arg;
};

/* Starts pushbench with these arguments (ended by NULL). NULL: errno says why not. */
struct service_run *service_run_start(struct event_base *base, const char *const *arguments,
                                      const struct run_listener *listener);
/* As Ctrl-C; a child that does not heed it within seconds is killed. on_end comes in any case.
 * Accepts NULL, and one that has been cancelled. */
void service_run_cancel(struct service_run *run);

#endif
