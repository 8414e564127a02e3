/* SPDX-License-Identifier: MIT
 *
 * Intake: how much the server holds, over all connections, of requests and messages that are
 * not whole yet. Each of them has a limit of its own, but there may be thousands of them. Any
 * thread.
 */
#ifndef PUSHLAB_INTAKE_H
#define PUSHLAB_INTAKE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intake {
    _Atomic uint64_t bytes;
    uint64_t limit;
};

/* Counts bytes in; false, and nothing counted, when that would be over the limit. */
static inline bool intake_take(struct intake *intake, size_t bytes)
{
    if (atomic_fetch_add(&intake->bytes, bytes) + bytes <= intake->limit)
        return true;
    atomic_fetch_sub(&intake->bytes, bytes);
    return false;
}

static inline void intake_give(struct intake *intake, size_t bytes)
{
    atomic_fetch_sub(&intake->bytes, bytes);
}

#endif
