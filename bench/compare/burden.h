/* SPDX-License-Identifier: MIT
 *
 * Burden: a process of our own that uses a share of the processor time another one uses, all
 * the while, so that the two together cost so much more. For seeing whether a difference that
 * is known to be there is found.
 */
#ifndef PUSHBENCH_BURDEN_H
#define PUSHBENCH_BURDEN_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts it; it ends with pushbench. To be ended by burden_stop, before the other process is.
 * -1: one line on standard error says why. */
pid_t burden_start(pid_t other, double share);
void burden_stop(pid_t pid);

#endif
