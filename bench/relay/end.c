/* SPDX-License-Identifier: MIT */
#include "end.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

void end_open(struct end *end, struct event_base *base, int fd, bool connected,
              const struct end_calls *calls, void *arg)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
               sizeof(on)); /* each write travels by itself */
    end->fd = fd;
    end->connected = connected;
    end->awaited = end->gone = false;
    event_assign(&end->in, base, fd, EV_READ | EV_PERSIST, calls->on_in, arg);
    event_assign(&end->out, base, fd, EV_WRITE, calls->on_out, arg);
    event_assign(&end->closed, base, fd, EV_CLOSED, calls->on_closed, arg);
}

void end_await_bytes(struct end *end, bool on)
{
    if (end->fd < 0 || end->awaited == on)
        return;
    end->awaited = on;
    if (on)
        event_add(&end->in, NULL);
    else
        event_del(&end->in);
}

void end_await_room(struct end *end)
{
    if (end->fd >= 0)
        event_add(&end->out, NULL);
}

void end_await_close(struct end *end)
{
    if (end->fd < 0)
        return;
    end_await_bytes(end, false);
    event_del(&end->out);
    event_add(&end->closed, NULL);
}

void end_forget_close(struct end *end)
{
    if (end->fd >= 0)
        event_del(&end->closed);
    end->gone = false;
}

void end_close(struct end *end, bool reset)
{
    if (end->fd < 0)
        return;
    event_del(&end->in);
    event_del(&end->out);
    event_del(&end->closed);
    if (reset) {
        const struct linger now = {.l_onoff = 1};
        setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    close(end->fd);
    end->fd = -1;
    end->connected = end->awaited = false;
}
