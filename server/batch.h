/* SPDX-License-Identifier: MIT
 *
 * Batch: many writes in one system call, through io_uring (io_uring_enter(2)). Writes are added
 * and then submitted together; submitting waits for all of them, which takes no time: each is
 * told not to block (MSG_DONTWAIT), so its result is there when the call returns. Thus a batch
 * is as synchronous as the send()s it stands for: what they point to need only live until then.
 *
 * Kernels, containers and administrators may forbid io_uring: then there is no batch, and
 * plain sends do the same. One thread.
 */
#ifndef PUSHLAB_BATCH_H
#define PUSHLAB_BATCH_H

#include "stream.h"

struct batch;

/* 0, or a negative errno: this system has no io_uring for us (-EPERM, -ENOSYS, …). */
int batch_create(struct batch **ret_batch);
/* Accepts NULL. */
void batch_destroy(struct batch *batch);
/* No room: submit. */
bool batch_full(const struct batch *batch);
/* One write of a wave to a socket; arg comes back with its result. */
void batch_add(struct batch *batch, int fd, const struct wave *wave, void *arg);
/*
 * Gives all writes to the kernel, then calls on_written for each, in the order they were added:
 * result is the bytes taken or a negative errno, as stream_written wants it. on_written must
 * not add to the batch. Does nothing when the batch is empty. False: the ring has failed; this
 * time all was written by plain sends, but the batch is of no use any more.
 */
bool batch_submit(struct batch *batch,
                  void (*on_written)(const struct wave *wave, void *arg, ssize_t result));

#endif
