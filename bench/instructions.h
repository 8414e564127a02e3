/* SPDX-License-Identifier: MIT
 *
 * Instructions: how many a server's threads have executed, by the processor's own counters. No
 * disturbance changes them, but a virtual machine mostly has none, and a kernel may not permit
 * them.
 */
#ifndef PUSHBENCH_INSTRUCTIONS_H
#define PUSHBENCH_INSTRUCTIONS_H

#include <sys/types.h>

enum instruction_mode { INSTRUCTIONS_USER, INSTRUCTIONS_KERNEL, INSTRUCTION_MODES };

enum { COUNTERS_LIMIT = 256 };

/* Zeroed: none. */
struct instructions {
    struct counter_set {
        int fds[COUNTERS_LIMIT]; /* one of each thread */
        unsigned count;          /* 0: cannot be counted */
    } modes[INSTRUCTION_MODES];
};

/* Counts what all threads of the processes do from now on, and threads that they start. */
void instructions_open(const pid_t *pids, unsigned count,
                       struct instructions *ret_instructions);
void instructions_close(struct instructions *instructions);
/* By enum instruction_mode; NAN for what cannot be counted. */
void instructions_read(const struct instructions *instructions,
                       double ret_counts[INSTRUCTION_MODES]);

#endif
