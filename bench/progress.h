/* SPDX-License-Identifier: MIT
 *
 * Progress: one line on standard error with a bar and the time left, when a person looks on (a
 * terminal); nothing otherwise.
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
