/* SPDX-License-Identifier: MIT
 *
 * Uring: many writes in one system call (io_uring_enter(2)). Writes are added and then
 * submitted together; submitting waits for all of them, which takes no time: each is told not
 * to block (MSG_DONTWAIT), so its result is there when the call returns. Thus it is as
 * synchronous as the send()s it stands for: what the writes point to need only live until then.
 *
 * Kernels before 5.18, containers and administrators may not let us: then there is none, and
 * plain sends do the same. One thread.
 */
#ifndef PUSHLAB_URING_H
#define PUSHLAB_URING_H

#include "stream.h"

struct uring;

/* 0, or a negative errno: this system has no io_uring for us (-EPERM, -ENOSYS, -EINVAL, …). */
int uring_create(struct uring **ret_uring);
/* Accepts NULL. */
void uring_destroy(struct uring *uring);
/* No room for another write: submit. */
bool uring_full(const struct uring *uring);
/* Writes a wave to a socket once submitted. There must be room; the wave stays as it is until
 * then. arg comes back with the result. */
void uring_add(struct uring *uring, int fd, const struct wave *wave, void *arg);
/*
 * Gives all writes to the kernel, then calls on_written for each, in any order: result is the
 * bytes taken or a negative errno, as stream_written wants it. on_written must not add writes.
 * Does nothing when there are none. False: the ring has failed; this time all was written by
 * plain sends, but it is of no use any more.
 */
bool uring_submit(struct uring *uring,
                  void (*on_written)(const struct wave *wave, void *arg, ssize_t result));

#endif
