/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { WRITES_LIMIT = 256, SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL };

struct batch {
    struct io_uring ring;
    unsigned count;
    struct batched {
        int fd;
        bool done;
        const struct wave *wave;
        void *arg;
        struct msghdr message; /* of more than one part; lives until the kernel has read it */
    } writes[WRITES_LIMIT];
};

/* Whether the kernel knows what we need of it. */
static bool is_capable(struct io_uring *ring)
{
    struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
    bool capable = probe && io_uring_opcode_supported(probe, IORING_OP_SEND) &&
                   io_uring_opcode_supported(probe, IORING_OP_SENDMSG);
    io_uring_free_probe(probe);
    return capable;
}

int batch_create(struct batch **ret_batch)
{
    struct batch *batch = malloc(sizeof(*batch));
    if (!batch)
        return -ENOMEM;
    batch->count = 0;
    /* One refused write must not stop those behind it (Linux 5.18). */
    int error = io_uring_queue_init(WRITES_LIMIT, &batch->ring,
                                    IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN);
    if (!error && !is_capable(&batch->ring)) {
        io_uring_queue_exit(&batch->ring);
        error = -ENOSYS;
    }
    if (error) {
        free(batch);
        return error;
    }
    io_uring_ring_dontfork(&batch->ring);
    *ret_batch = batch;
    return 0;
}

void batch_destroy(struct batch *batch)
{
    if (!batch)
        return;
    io_uring_queue_exit(&batch->ring);
    free(batch);
}

bool batch_full(const struct batch *batch)
{
    return batch->count == WRITES_LIMIT;
}

void batch_add(struct batch *batch, int fd, const struct wave *wave, void *arg)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&batch->ring);
    struct batched *write = &batch->writes[batch->count];
    write->fd = fd;
    write->done = false;
    write->wave = wave;
    write->arg = arg;
    unsigned count;
    const struct iovec *parts = wave_parts(wave, &count);
    if (count == 1) {
        io_uring_prep_send(sqe, fd, parts->iov_base, parts->iov_len, SEND_FLAGS);
    } else {
        write->message = (struct msghdr){.msg_iov = (struct iovec *)parts, .msg_iovlen = count};
        io_uring_prep_sendmsg(sqe, fd, &write->message, SEND_FLAGS);
    }
    io_uring_sqe_set_data64(sqe, batch->count++);
}

/* The results that are there; how many. */
static unsigned reap(struct batch *batch,
                     void (*on_written)(const struct wave *wave, void *arg, ssize_t result))
{
    struct io_uring_cqe *cqe;
    unsigned head, count = 0;
    io_uring_for_each_cqe(&batch->ring, head, cqe)
    {
        struct batched *write = &batch->writes[cqe->user_data];
        write->done = true;
        on_written(write->wave, write->arg, cqe->res);
        count++;
    }
    io_uring_cq_advance(&batch->ring, count);
    return count;
}

static ssize_t write_plainly(struct batched *write)
{
    write->message = (struct msghdr){.msg_iov = (struct iovec *)write->wave->parts,
                                     .msg_iovlen = write->wave->count};
    ssize_t sent = sendmsg(write->fd, &write->message, SEND_FLAGS);
    return sent < 0 ? -errno : sent;
}

bool batch_submit(struct batch *batch,
                  void (*on_written)(const struct wave *wave, void *arg, ssize_t result))
{
    unsigned left = batch->count;
    int error = 0;
    while (left > 0 && (error >= 0 || error == -EINTR)) {
        error = io_uring_submit_and_wait(&batch->ring, left);
        left -= reap(batch, on_written);
    }
    for (unsigned i = 0; left > 0 && i < batch->count; i++)
        if (!batch->writes[i].done)
            on_written(batch->writes[i].wave, batch->writes[i].arg,
                       write_plainly(&batch->writes[i]));
    batch->count = 0;
    return left == 0;
}
