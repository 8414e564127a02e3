/* SPDX-License-Identifier: MIT
 *
 * Allocator: gives back to the system what malloc keeps though nobody uses it any more. By
 * itself it keeps all that lies below the last block in use: after a burst of messages or a
 * crowd of connections, for good. One thread.
 */
#ifndef PUSHLAB_ALLOCATOR_H
#define PUSHLAB_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

struct allocator {
    size_t kept; /* the least that was resident besides the bytes in use: it is not to be had */
};

/* At the start, before there is anything to give back. */
void allocator_init(struct allocator *allocator);

/* Whether so much memory is resident besides the bytes in use that giving it back is worth the
 * trouble (the workers wait for it, and may soon want the pages again). */
bool allocator_due(struct allocator *allocator, size_t used, size_t resident);
/* Looks, and gives back. Every few seconds. */
void allocator_sweep(struct allocator *allocator);

#endif
