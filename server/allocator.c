/* SPDX-License-Identifier: MIT */
#include "allocator.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

enum { WORTH_BYTES = 1 << 18, WORTH_SHARE = 16 };

/* The process's own pages that are in memory; 0 where the kernel does not say. */
static size_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    size_t resident = 0, shared = 0;
    if (!file)
        return 0;
    if (fscanf(file, "%*u %zu %zu", &resident, &shared) != 2)
        resident = shared;
    fclose(file);
    return (resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t used_bytes(void)
{
    struct mallinfo2 now = mallinfo2();
    return now.uordblks + now.hblkhd;
}

static size_t besides(size_t used, size_t resident)
{
    return resident > used ? resident - used : 0;
}

void allocator_init(struct allocator *allocator)
{
    allocator->kept = besides(used_bytes(), resident_bytes());
}

bool allocator_due(struct allocator *allocator, size_t used, size_t resident)
{
    size_t unused = besides(used, resident);
    if (unused < allocator->kept)
        allocator->kept = unused;
    size_t grown = unused - allocator->kept;
    return grown > WORTH_BYTES && grown > used / WORTH_SHARE;
}

void allocator_sweep(struct allocator *allocator)
{
    if (!allocator_due(allocator, used_bytes(), resident_bytes()))
        return;
    malloc_trim(0);
    allocator_init(allocator);
}
