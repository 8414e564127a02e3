/* SPDX-License-Identifier: MIT
 *
 * Holder: a server of the old kind, in a process of its own, that gives each connection a
 * thread which waits for as long as the connection lasts. It answers nothing; it is there to be
 * measured beside an event loop.
 */
#ifndef PUSHBENCH_HOLDER_H
#define PUSHBENCH_HOLDER_H

#include "../endpoint.h"

#include <sys/types.h>

struct holder {
    struct endpoint endpoint;
    pid_t pid;
};

/* False: one line on standard error says why. */
bool holder_start(struct holder *ret_holder);
/* How many threads hold a connection now. When one cannot be had, its connection is closed. */
unsigned holder_threads(const struct holder *holder);
void holder_stop(struct holder *holder);

/* Memory that the kernel has given to the stacks of all threads of the machine; only a
 * difference means something. 0: not known. */
uint64_t holder_kernel_stack_bytes(void);
/* How many threads a process may have here: the least of what the kernel sets. */
double holder_threads_limit(void);

#endif
