/* SPDX-License-Identifier: MIT
 *
 * Allocator: gives back to the system what malloc keeps though nobody uses it any more. By
 * itself it keeps all that lies below the last block in use: after a burst of messages or a
 * crowd of connections, for good.
 *
 * Giving back takes about a millisecond for each megabyte, while workers that need memory wait.
 * So it is left for when they are calm, or done once a minute. One thread.
 */
#ifndef PUSHLAB_ALLOCATOR_H
#define PUSHLAB_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

enum { ALLOCATOR_INTERVAL_S = 3 };

/* What a look found. */
struct memory {
    size_t used;     /* bytes in blocks that were asked for */
    size_t resident; /* the process's own pages, in bytes */
};

struct allocator {
    struct memory last;
    size_t kept;    /* the least that was resident besides what is used: it is not to be had */
    unsigned looks; /* since memory was given back */
};

/* At the start, and when memory has just been given back. */
void allocator_init(struct allocator *allocator, const struct memory *now);
/* Whether so much is resident besides what is used that giving it back is worth the trouble
 * now. To be asked every ALLOCATOR_INTERVAL_S. */
bool allocator_due(struct allocator *allocator, const struct memory *now);

/* The same, with this process's memory. */
void allocator_start(struct allocator *allocator);
void allocator_sweep(struct allocator *allocator);

#endif
