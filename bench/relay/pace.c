/* SPDX-License-Identifier: MIT */
#include "pace.h"

enum { SECOND_US = 1000000 };

int64_t pace_due(struct pace *pace, const struct way *way, int64_t now, uint64_t random)
{
    int64_t due = now;
    if (way->coalesce_us) {
        if (now > pace->gather_us)
            pace->gather_us = now + (int64_t)way->coalesce_us;
        due = pace->gather_us;
    }
    due += (int64_t)way->delay_us;
    if (way->jitter_us)
        due += (int64_t)(random % (way->jitter_us + 1));
    if (due < pace->last_due_us)
        due = pace->last_due_us;
    pace->last_due_us = due;
    return due;
}

/* How long so many bytes take, never too short. */
static int64_t duration_us(const struct way *way, uint64_t len)
{
    return (int64_t)((len * SECOND_US + way->rate - 1) / way->rate);
}

size_t pace_allow(struct pace *pace, const struct way *way, int64_t now, size_t wanted,
                  int64_t *ret_retry)
{
    if (!way->rate)
        return wanted;
    if (pace->line_free_us < now - PACE_BURST_US)
        pace->line_free_us = now - PACE_BURST_US;
    uint64_t burst = way->rate * PACE_BURST_US / SECOND_US;
    uint64_t needed = wanted < burst ? wanted : burst ? burst : 1;
    int64_t free_us = now - pace->line_free_us;
    uint64_t allowed = free_us > 0 ? (uint64_t)free_us * way->rate / SECOND_US : 0;
    if (burst == 0 && now >= pace->line_free_us)
        allowed = 1; /* so slow a line gives single bytes */
    if (allowed < needed) {
        *ret_retry = pace->line_free_us + (burst ? duration_us(way, needed) : 0);
        return 0;
    }
    return allowed < wanted ? (size_t)allowed : wanted;
}

void pace_spend(struct pace *pace, const struct way *way, size_t len)
{
    if (way->rate)
        pace->line_free_us += duration_us(way, len);
}
