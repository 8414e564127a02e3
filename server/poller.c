/* SPDX-License-Identifier: MIT */
#include "poller.h"

#include <errno.h>
#include <unistd.h>

int poller_init(struct poller *poller)
{
    poller->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return poller->epoll_fd < 0 ? -errno : 0;
}

void poller_finish(struct poller *poller)
{
    close(poller->epoll_fd);
}

static int control(struct poller *poller, int operation, int fd, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};
    return epoll_ctl(poller->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

int poller_add(struct poller *poller, int fd, uint32_t events, void *data)
{
    return control(poller, EPOLL_CTL_ADD, fd, events, data);
}

int poller_modify(struct poller *poller, int fd, uint32_t events, void *data)
{
    return control(poller, EPOLL_CTL_MOD, fd, events, data);
}

void poller_remove(struct poller *poller, int fd)
{
    control(poller, EPOLL_CTL_DEL, fd, 0, NULL);
}

void poller_dispatch(struct poller *poller, void (*on_ready)(void *data, uint32_t events))
{
    struct epoll_event events[POLLER_BATCH];
    int count = epoll_wait(poller->epoll_fd, events, POLLER_BATCH, 0);
    for (int i = 0; i < count; i++)
        on_ready(events[i].data.ptr, events[i].events);
}
