/* SPDX-License-Identifier: MIT */
#include "allocator.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

enum {
    WORTH_BYTES = 1 << 18, /* less is not, … */
    WORTH_SHARE = 16,      /* … nor is less than this part of what is used */
    LOOKS_LIMIT = 60 / ALLOCATOR_INTERVAL_S,
};

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

static struct memory look(void)
{
    struct mallinfo2 heap = mallinfo2();
    return (struct memory){heap.uordblks + heap.hblkhd, resident_bytes()};
}

static size_t unused(const struct memory *memory)
{
    return memory->resident > memory->used ? memory->resident - memory->used : 0;
}

static bool near(size_t a, size_t b)
{
    return (a > b ? a - b : b - a) <= WORTH_BYTES;
}

void allocator_init(struct allocator *allocator, const struct memory *now)
{
    *allocator = (struct allocator){.last = *now, .kept = unused(now)};
}

bool allocator_due(struct allocator *allocator, const struct memory *now)
{
    const struct memory last = allocator->last;
    bool calm = near(now->used, last.used) && near(now->resident, last.resident);
    allocator->last = *now;
    allocator->looks++;
    if (unused(now) < allocator->kept)
        allocator->kept = unused(now);
    size_t grown = unused(now) - allocator->kept;
    return grown > WORTH_BYTES && grown > now->used / WORTH_SHARE &&
           (calm || allocator->looks >= LOOKS_LIMIT);
}

void allocator_start(struct allocator *allocator)
{
    const struct memory now = look();
    allocator_init(allocator, &now);
}

void allocator_sweep(struct allocator *allocator)
{
    const struct memory now = look();
    if (!allocator_due(allocator, &now))
        return;
    malloc_trim(0);
    allocator_start(allocator);
}
