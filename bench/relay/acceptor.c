/* SPDX-License-Identifier: MIT */
#include "acceptor.h"

#include "../endpoint.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKLOG = 4096, PAUSE_US = 100000 };

/* PORT alone, or with an address before it. */
static bool parse(const char *text, struct endpoint *ret_endpoint)
{
    char full[128];
    const char *colon = strrchr(text, ':'), *port = colon ? colon + 1 : text;
    if (!*port || strspn(port, "0123456789") != strlen(port) || strlen(port) > 5 ||
        strtoul(port, NULL, 10) > UINT16_MAX)
        return false;
    int len = snprintf(full, sizeof(full), "%s%s", colon ? "" : "127.0.0.1:", text);
    return (size_t)len < sizeof(full) && endpoint_parse(full, ret_endpoint) == 0;
}

static void show(evutil_socket_t fd, char *ret, size_t room)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);
    char host[INET6_ADDRSTRLEN] = "", port[8] = "";
    getsockname(fd, (struct sockaddr *)&address, &size);
    getnameinfo((struct sockaddr *)&address, size, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(ret, room, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int len, void *arg)
{
    (void)listener, (void)address, (void)len;
    struct acceptor *acceptor = arg;
    acceptor->on_accept(acceptor->owner, fd);
}

static void on_error(struct evconnlistener *listener, void *arg)
{
    (void)listener;
    acceptor_pause(arg);
}

static void on_resume(void *arg)
{
    struct acceptor *acceptor = arg;
    evconnlistener_enable(acceptor->listener);
}

int acceptor_open(struct acceptor *acceptor, struct event_base *base,
                  const struct sockaddr *address, int len)
{
    acceptor->resume.on_due = on_resume;
    acceptor->resume.arg = acceptor;
    acceptor->listener = evconnlistener_new_bind(base, on_connection, acceptor,
                                                 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
                                                     LEV_OPT_REUSEABLE,
                                                 BACKLOG, address, len);
    if (!acceptor->listener)
        return -errno;
    evconnlistener_set_error_cb(acceptor->listener, on_error);
    return 0;
}

bool acceptor_open_text(struct acceptor *acceptor, struct event_base *base, const char *text,
                        char *ret_address, size_t room)
{
    struct endpoint endpoint;
    if (!parse(text, &endpoint)) {
        fprintf(stderr,
                "pushrelay: %s: give PORT or ADDR:PORT, such as 8080, 0 or 127.0.0.1:8080\n",
                text);
        return false;
    }
    int error = acceptor_open(acceptor, base, (const struct sockaddr *)&endpoint.address,
                              (int)endpoint.len);
    if (error) {
        fprintf(stderr, "pushrelay: cannot listen at %s: %s\n", text,
                error == -EADDRINUSE ? "another program holds this port; 0 takes a free one"
                                     : strerror(-error));
        return false;
    }
    show(evconnlistener_get_fd(acceptor->listener), ret_address, room);
    return true;
}

void acceptor_pause(struct acceptor *acceptor)
{
    evconnlistener_disable(acceptor->listener);
    acceptor->pauses++;
    alarm_set(acceptor->alarms, &acceptor->resume, now_us() + PAUSE_US);
}

void acceptor_close(struct acceptor *acceptor)
{
    alarm_cancel(&acceptor->resume);
    if (acceptor->listener)
        evconnlistener_free(acceptor->listener);
    acceptor->listener = NULL;
}
