/* SPDX-License-Identifier: MIT
 *
 * Poller: the sockets of one worker's connections, in an epoll set of their own that libevent
 * watches as a single descriptor. libevent would want a struct event of 128 bytes for each and
 * two system calls whenever a write comes and goes; an idle subscriber here costs neither.
 */
#ifndef PUSHLAB_POLLER_H
#define PUSHLAB_POLLER_H

#include <stdint.h>
#include <sys/epoll.h>

enum { POLLER_BATCH = 512 };

struct poller {
    int epoll_fd; /* readable when any socket is ready */
};

/* 0 or a negative errno. */
int poller_init(struct poller *poller);
void poller_finish(struct poller *poller);
/* Watches fd for events (EPOLLIN, EPOLLOUT, EPOLLRDHUP; level-triggered) until it is closed.
 * 0 or a negative errno. */
int poller_add(struct poller *poller, int fd, uint32_t events, void *data);
int poller_modify(struct poller *poller, int fd, uint32_t events, void *data);
void poller_remove(struct poller *poller, int fd);
/* Gives what is ready now to on_ready, at most one batch. What is freed during a batch must
 * outlive it: later events of the batch may still name it. */
void poller_dispatch(struct poller *poller, void (*on_ready)(void *data, uint32_t events));

#endif
