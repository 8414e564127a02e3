/* SPDX-License-Identifier: MIT */
#include "pipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { GATHER_LIMIT = 32 };

struct piece {
    struct piece *next;
    int64_t due_us;
    size_t len, used; /* len 0: the end of the bytes */
    char data[];
};

void pipe_init(struct pipe *pipe, struct end *to, const struct way *way, struct alarms *alarms,
               void (*on_due)(void *owner), void *owner)
{
    *pipe = (struct pipe){.to = to, .way = way, .alarms = alarms};
    pipe->alarm.on_due = on_due;
    pipe->alarm.arg = owner;
    pipe->last = &pipe->first;
}

static void drop_first(struct pipe *pipe)
{
    struct piece *piece = pipe->first;
    pipe->first = piece->next;
    if (!pipe->first)
        pipe->last = &pipe->first;
    pipe->held -= piece->len - piece->used;
    free(piece);
}

void pipe_clear(struct pipe *pipe)
{
    while (pipe->first)
        drop_first(pipe);
    alarm_cancel(&pipe->alarm);
    pipe->ended = pipe->finished = false;
}

static bool push(struct pipe *pipe, struct slice bytes, uint64_t random)
{
    struct piece *piece = malloc(sizeof(*piece) + bytes.len);
    if (!piece)
        return false;
    *piece = (struct piece){.len = bytes.len,
                            .due_us = pace_due(&pipe->pace, pipe->way, now_us(), random)};
    if (bytes.len)
        memcpy(piece->data, bytes.at, bytes.len);
    *pipe->last = piece;
    pipe->last = &piece->next;
    pipe->held += bytes.len;
    return true;
}

bool pipe_push(struct pipe *pipe, struct slice bytes, uint64_t random)
{
    return bytes.len == 0 || pipe->ended || push(pipe, bytes, random);
}

bool pipe_end(struct pipe *pipe, uint64_t random)
{
    if (pipe->ended)
        return true;
    pipe->ended = true;
    return push(pipe, (struct slice){"", 0}, random);
}

/* The bytes at the front that are due, at most limit of them. */
static size_t gather(const struct pipe *pipe, int64_t now, size_t limit, struct iovec *parts,
                     size_t *ret_count)
{
    size_t total = 0, count = 0;
    for (struct piece *piece = pipe->first;
         piece && piece->len && piece->due_us <= now && total < limit && count < GATHER_LIMIT;
         piece = piece->next) {
        size_t len = piece->len - piece->used;
        if (len > limit - total)
            len = limit - total;
        parts[count++] = (struct iovec){piece->data + piece->used, len};
        total += len;
    }
    *ret_count = count;
    return total;
}

static void consume(struct pipe *pipe, size_t len)
{
    pipe->passed += len;
    while (len) {
        struct piece *piece = pipe->first;
        size_t left = piece->len - piece->used, part = len < left ? len : left;
        piece->used += part;
        pipe->held -= part;
        len -= part;
        if (part == left)
            drop_first(pipe);
    }
}

/* What the triggers leave, or SIZE_MAX. */
static size_t allowance(const struct pipe *pipe, enum pipe_outcome *ret_then)
{
    uint64_t reset = pipe->way->reset_after.bytes;
    uint64_t freeze = pipe->thawed ? 0 : pipe->way->freeze_after.bytes;
    bool resets = reset && (!freeze || reset <= freeze);
    uint64_t limit = resets ? reset : freeze;
    *ret_then = resets ? PIPE_RESETS : PIPE_FREEZES;
    if (!limit)
        return SIZE_MAX;
    return pipe->passed < limit ? (size_t)(limit - pipe->passed) : 0;
}

/* One write. The bytes that went; 0: what it waits for is set up; -1: the other side is gone.
 */
static ssize_t write_once(struct pipe *pipe, int64_t now, size_t limit)
{
    struct iovec parts[GATHER_LIMIT];
    size_t count, due = gather(pipe, now, limit, parts, &count);
    int64_t retry = now;
    size_t allowed = pace_allow(&pipe->pace, pipe->way, now, due, &retry);
    if (allowed == 0) {
        alarm_set(pipe->alarms, &pipe->alarm, retry);
        return 0;
    }
    if (allowed < due)
        gather(pipe, now, allowed, parts, &count);
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t sent = sendmsg(pipe->to->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return -1;
    if (sent <= 0) {
        end_await_room(pipe->to);
        return 0;
    }
    pace_spend(&pipe->pace, pipe->way, (size_t)sent);
    consume(pipe, (size_t)sent);
    return sent;
}

static void finish(struct pipe *pipe)
{
    drop_first(pipe);
    pipe->finished = true;
    if (pipe->to->fd >= 0)
        shutdown(pipe->to->fd, SHUT_WR);
}

enum pipe_outcome pipe_flush(struct pipe *pipe)
{
    bool sliced = pipe->way->slice;
    bool ends_only = pipe->first && pipe->first->len == 0 && pipe->to->fd < 0;
    if (pipe->way->stall || (!pipe->to->connected && !ends_only))
        return PIPE_WAITS; /* who ends the stall flushes */
    while (pipe->first) {
        int64_t now = now_us();
        enum pipe_outcome then;
        size_t limit = allowance(pipe, &then);
        if (limit == 0)
            return then;
        if (pipe->first->due_us > now) {
            alarm_set(pipe->alarms, &pipe->alarm, pipe->first->due_us);
            break;
        }
        if (pipe->first->len == 0) {
            finish(pipe);
            break;
        }
        ssize_t sent = write_once(
            pipe, now, sliced && pipe->way->slice < limit ? pipe->way->slice : limit);
        if (sent < 0)
            return PIPE_BROKEN;
        if (sent == 0)
            break;
        if (sliced && pipe->first) {
            end_await_room(pipe->to); /* the next one in a turn of its own */
            break;
        }
    }
    enum pipe_outcome then;
    return allowance(pipe, &then) == 0 ? then : PIPE_WAITS;
}
