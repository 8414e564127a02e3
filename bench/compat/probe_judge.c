/* SPDX-License-Identifier: MIT */
#include "probe_judge.h"

#include <stdio.h>

/* Above what a busy machine adds to each of five messages; a coalescing proxy adds 200 ms. */
enum { LATE_US = 150 * 1000, MS = 1000, SECOND = 1000 * MS };

static bool is_poll(const struct probe_seen *seen)
{
    return seen->reads != READS_ON;
}

/* What is over what distance (there and back, for publishing and for asking) takes. A short
 * poll is late by its own choice; there the answer's way is looked at. */
static int64_t late_us(const struct probe_seen *seen)
{
    int64_t delay_us = seen->reads == READS_NOW ? seen->answer_us : seen->least_us;
    return delay_us - 2 * seen->connect_us;
}

/* The first message waited for the burst. */
static bool came_in_a_lump(const struct probe_seen *seen)
{
    return seen->silence_us > 0 && seen->first_us * 5 > seen->silence_us * 4;
}

static enum probe_outcome judge_missing(const struct probe_seen *seen)
{
    if (seen->let_go_bytes > 0)
        return PROBE_BUFFERED;
    if (is_poll(seen))
        return seen->answers > 0 && !seen->dead ? PROBE_STALE : PROBE_SILENT;
    /* What was let through at once and then no more: the line died. A WebSocket's answer is not
     * held back, so where none came nobody is there. */
    if (seen->got > 0 && !came_in_a_lump(seen))
        return PROBE_SILENT;
    return seen->dead ? PROBE_SILENT : PROBE_BUFFERED;
}

enum probe_outcome probe_judge(const struct probe_seen *seen)
{
    if (!seen->connected || seen->status)
        return PROBE_REFUSED;
    if (seen->nonsense)
        return PROBE_BROKEN;
    if (seen->hasty > PROBE_HASTY_LIMIT)
        return PROBE_LOOPING;
    if (seen->cuts > 0)
        return PROBE_CUT;
    if (seen->got < seen->sent || seen->let_go_bytes > 0)
        return judge_missing(seen);
    if (came_in_a_lump(seen))
        return PROBE_BUFFERED;
    return late_us(seen) > LATE_US ? PROBE_LATE : PROBE_WORKS;
}

const char *probe_outcome_name(enum probe_outcome outcome)
{
    static const char *const names[PROBE_OUTCOMES] = {
        [PROBE_WORKS] = "works",     [PROBE_LATE] = "late",   [PROBE_BUFFERED] = "buffered",
        [PROBE_REFUSED] = "refused", [PROBE_CUT] = "cut",     [PROBE_STALE] = "stale",
        [PROBE_LOOPING] = "looping", [PROBE_SILENT] = "dead", [PROBE_BROKEN] = "broken",
    };
    return names[outcome];
}

static void tell_refusal(const struct probe_seen *seen, bool zh, char *ret, size_t room)
{
    if (!seen->connected)
        snprintf(ret, room, zh ? "被拒（连不上）" : "refused (no connection)");
    else
        snprintf(ret, room, zh ? "被拒（%s%d）" : "refused (%s%d)",
                 seen->tunnel_refused ? "CONNECT " : "", seen->status);
}

static void tell_buffered(const struct probe_seen *seen, bool zh, char *ret, size_t room)
{
    if (seen->let_go_bytes > 0)
        snprintf(ret, room, zh ? "被扣住（%llu KiB）" : "buffered (%llu KiB)",
                 (unsigned long long)(seen->let_go_bytes + 1023) / 1024);
    else if (seen->got < seen->sent)
        snprintf(ret, room, zh ? "被扣住（> %llu KiB）" : "buffered (> %llu KiB)",
                 (unsigned long long)seen->offered_bytes / 1024);
    else
        snprintf(ret, room, zh ? "被扣住（%.1f 秒）" : "buffered (%.1f s)",
                 (double)seen->max_us / SECOND);
}

void probe_tell(const struct probe_seen *seen, enum probe_outcome outcome,
                enum language language, char *ret, size_t room)
{
    static const char *const chinese[PROBE_OUTCOMES] = {
        [PROBE_WORKS] = "通",        [PROBE_STALE] = "旧答案",  [PROBE_LOOPING] = "空转",
        [PROBE_SILENT] = "悄然断开", [PROBE_BROKEN] = "内容错",
    };
    bool zh = language == CHINESE;
    switch (outcome) {
    case PROBE_LATE:
        snprintf(ret, room, zh ? "晚 %.0f 毫秒" : "late by %.0f ms",
                 (double)late_us(seen) / MS);
        break;
    case PROBE_BUFFERED:
        tell_buffered(seen, zh, ret, room);
        break;
    case PROBE_REFUSED:
        tell_refusal(seen, zh, ret, room);
        break;
    case PROBE_CUT:
        snprintf(ret, room, zh ? "%.1f 秒后被断" : "cut after %.1f s",
                 (double)seen->cut_after_us / SECOND);
        break;
    case PROBE_WORKS:
    case PROBE_STALE:
    case PROBE_LOOPING:
    case PROBE_SILENT:
    case PROBE_BROKEN:
        snprintf(ret, room, "%s", zh ? chinese[outcome] : probe_outcome_name(outcome));
        break;
    }
}

bool probe_resumed(const struct probe_seen *seen)
{
    return seen->late_got == seen->late_sent;
}
