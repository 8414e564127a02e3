/* SPDX-License-Identifier: MIT */
#include "uring.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { WRITES_LIMIT = 256 };

struct uring {
    struct io_uring ring;
    unsigned count;
    struct pending_write {
        int fd;
        bool done;
        const struct wave *wave;
        void *arg;
        struct msghdr message; /* of more than one part; lives until the kernel has read it */
    } writes[WRITES_LIMIT];
};

int uring_create(struct uring **ret_uring)
{
    struct uring *uring = malloc(sizeof(*uring));
    if (!uring)
        return -ENOMEM;
    uring->count = 0;
    /* One refused write must not stop those behind it: SUBMIT_ALL, which is from Linux 5.18. */
    int error = io_uring_queue_init(WRITES_LIMIT, &uring->ring, IORING_SETUP_SUBMIT_ALL);
    if (error) {
        free(uring);
        return error;
    }
    io_uring_ring_dontfork(&uring->ring);
    *ret_uring = uring;
    return 0;
}

void uring_destroy(struct uring *uring)
{
    if (!uring)
        return;
    io_uring_queue_exit(&uring->ring);
    free(uring);
}

bool uring_full(const struct uring *uring)
{
    return uring->count == WRITES_LIMIT;
}

void uring_add(struct uring *uring, int fd, const struct wave *wave, void *arg)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);
    struct pending_write *write = &uring->writes[uring->count];
    write->fd = fd;
    write->done = false;
    write->wave = wave;
    write->arg = arg;
    unsigned count;
    const struct iovec *parts = wave_parts(wave, &count);
    if (count == 1) {
        io_uring_prep_send(sqe, fd, parts->iov_base, parts->iov_len, WAVE_SEND_FLAGS);
    } else {
        write->message = (struct msghdr){.msg_iov = (struct iovec *)parts, .msg_iovlen = count};
        io_uring_prep_sendmsg(sqe, fd, &write->message, WAVE_SEND_FLAGS);
    }
    io_uring_sqe_set_data64(sqe, uring->count++);
}

/* The results that are there; how many. */
static unsigned reap(struct uring *uring,
                     void (*on_written)(const struct wave *wave, void *arg, ssize_t result))
{
    struct io_uring_cqe *cqe;
    unsigned head, count = 0;
    io_uring_for_each_cqe(&uring->ring, head, cqe)
    {
        struct pending_write *write = &uring->writes[cqe->user_data];
        write->done = true;
        on_written(write->wave, write->arg, cqe->res);
        count++;
    }
    io_uring_cq_advance(&uring->ring, count);
    return count;
}

bool uring_submit(struct uring *uring,
                  void (*on_written)(const struct wave *wave, void *arg, ssize_t result))
{
    unsigned left = uring->count;
    int error = 0;
    while (left > 0 && (error >= 0 || error == -EINTR)) {
        error = io_uring_submit_and_wait(&uring->ring, left);
        left -= reap(uring, on_written);
    }
    for (unsigned i = 0; left > 0 && i < uring->count; i++) {
        const struct pending_write *write = &uring->writes[i];
        if (!write->done)
            on_written(write->wave, write->arg, wave_send(write->wave, write->fd));
    }
    uring->count = 0;
    return left == 0;
}
