/* SPDX-License-Identifier: MIT
 *
 * Progress: one line on standard error with a bar and the time left, when a person looks on (a
 * terminal); nothing otherwise.
 *
 * A program that runs pushbench is told, too: it names an open descriptor by PUSHBENCH_PROGRESS
 * in the environment, and gets lines there such as {"progress":0.25,"left_s":12}; left_s is
 * null where it is too early to say. Programs that are started from here are told nothing of
 * it.
 */
#ifndef PUSHBENCH_PROGRESS_H
#define PUSHBENCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *label; /* borrowed */
    uint64_t total;
    int64_t started_ns;
    int64_t drawn_ns;
    bool shown;
    int told_fd; /* where the program that runs this is told; 0: there is none */
};

/* total 0: nothing is shown. */
void progress_init(struct progress *progress, const char *label, uint64_t total);
/* Cheap: draws a few times a second at most. */
void progress_update(struct progress *progress, uint64_t done);
/* Wipes the line. */
void progress_finish(struct progress *progress);

/* Of CLOCK_MONOTONIC; what all timing here uses. */
int64_t now_ns(void);

#endif
