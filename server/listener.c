/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 4096, UNSENT_LIMIT = 64 * 1024 };

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
}

static bool is_any(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
    return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_ANY);
}

static bool is_same(const struct sockaddr_storage *address, const struct sockaddr *other)
{
    if (address->ss_family == AF_INET6)
        return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)address)->sin6_addr,
                                  &((const struct sockaddr_in6 *)other)->sin6_addr);
    return ((const struct sockaddr_in *)address)->sin_addr.s_addr ==
           ((const struct sockaddr_in *)other)->sin_addr.s_addr;
}

bool listeners_reach(const struct listeners *listeners, const struct sockaddr *address)
{
    for (unsigned i = 0; i < listeners->count; i++) {
        const struct sockaddr_storage *own = &listeners->addresses[i];
        if (own->ss_family == address->sa_family && (is_any(own) || is_same(own, address)))
            return true;
    }
    return false;
}

static in_port_t *port_of(struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

static void set(int fd, int level, int option, int value)
{
    setsockopt(fd, level, option, &value, sizeof(value));
}

/* A bound socket; -1 with errno. */
static int bind_one(const struct sockaddr_storage *address, socklen_t len, bool shared)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address->ss_family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (shared)
        set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (bind(fd, (const struct sockaddr *)address, len) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Binding without SO_REUSEPORT fails whoever else listens there; another pushlab would
 * otherwise quietly get half of the connections. A free port that was found is kept. */
static bool claim(struct sockaddr_storage *address, socklen_t len)
{
    int fd = bind_one(address, len, false);
    if (fd < 0)
        return false;
    bool listens = listen(fd, 1) == 0;
    int error = errno;
    socklen_t size = sizeof(*address);
    getsockname(fd, (struct sockaddr *)address, &size);
    close(fd);
    errno = error;
    return listens;
}

static bool complain(const char *text, const char *why)
{
    fprintf(stderr, "pushlab: --listen %s: %s\n", text, why);
    return false;
}

/* "ADDR:PORT" taken apart; ADDR may be in brackets or missing. */
static bool split(const char *text, char *host, size_t room, const char **ret_port)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (!colon || len >= room)
        return false;
    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    *ret_port = colon + 1;
    return **ret_port != '\0';
}

static bool add(struct listeners *listeners, const char *text, const struct addrinfo *found,
                in_port_t *port)
{
    if (listeners->count == OPTION_LIST_LIMIT)
        return complain(text, "too many addresses");
    struct sockaddr_storage *address = &listeners->addresses[listeners->count];
    memset(address, 0, sizeof(*address));
    memcpy(address, found->ai_addr, found->ai_addrlen);
    if (*port)
        *port_of(address) = *port;
    if (!claim(address, found->ai_addrlen)) {
        /* A machine without IPv6 still has a localhost. */
        if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT)
            return true;
        return complain(
            text, errno == EADDRINUSE ? "another program holds this port; stop it, or choose "
                                        "another port (--listen ADDR:PORT)"
                  : errno == EACCES   ? "this user may not have so low a port; choose one from "
                                        "1024 on (--listen ADDR:PORT)"
                                      : strerror(errno));
    }
    *port = *port_of(address); /* of one free port, all addresses of a name */
    listeners->lens[listeners->count++] = found->ai_addrlen;
    listeners->loopback &= is_loopback(address);
    return true;
}

/* What stands for any address is none that a browser can open. */
static void show_first(struct listeners *listeners, const char *host, unsigned port)
{
    if (is_any(&listeners->addresses[0]))
        host = "localhost";
    snprintf(listeners->shown, sizeof(listeners->shown),
             strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

static bool find_one(struct listeners *listeners, const char *text)
{
    char host[256];
    const char *port_text;
    if (!split(text, host, sizeof(host), &port_text))
        return complain(text, "give ADDR:PORT, for example localhost:8765 or [::1]:8765");
    struct addrinfo *found;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    unsigned before = listeners->count;
    in_port_t port = 0;
    bool local = strcmp(host, "localhost") == 0, all = strcmp(host, "*") == 0, good = true;
    const char *first = local ? "127.0.0.1" : all ? "0.0.0.0" : host[0] ? host : NULL;
    const char *const names[] = {first, all ? "::" : "::1"};
    for (unsigned i = 0; good && i < (local || all ? 2 : 1); i++) {
        int error = getaddrinfo(names[i], port_text, &hints, &found);
        if (error && i > 0)
            break; /* no IPv6 here */
        if (error)
            return complain(text, gai_strerror(error));
        for (struct addrinfo *one = found; good && one; one = one->ai_next)
            good = add(listeners, text, one, &port);
        freeaddrinfo(found);
    }
    if (good && listeners->count == before)
        return complain(text, "no such address on this machine");
    if (good && before == 0)
        show_first(listeners, host, ntohs(port));
    return good;
}

bool listeners_find(const struct options *options, struct listeners *ret_listeners)
{
    *ret_listeners = (struct listeners){.loopback = true};
    for (unsigned i = 0; i < options->listen.count; i++)
        if (!find_one(ret_listeners, options->listen.items[i]))
            return false;
    return true;
}

/* What is set here, accepted sockets inherit, so that it costs them no call of their own. */
static void prepare(int fd, const struct options *options)
{
    uint64_t patience_ms = options->heartbeat_ms + options->heartbeat_timeout_ms;
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    /* A reader that stalls must not fill megabytes of kernel memory: the log holds what it
     * misses. */
    set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_LIMIT);
    /* Who takes nothing for so long is gone; streams that are only written to learn it here. */
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)patience_ms);
}

int listeners_open(const struct listeners *listeners, const struct options *options,
                   int *ret_fds)
{
    for (unsigned i = 0; i < listeners->count; i++) {
        ret_fds[i] = bind_one(&listeners->addresses[i], listeners->lens[i], true);
        if (ret_fds[i] >= 0)
            prepare(ret_fds[i], options);
        if (ret_fds[i] < 0 || listen(ret_fds[i], BACKLOG) < 0) {
            int error = errno;
            for (unsigned open = 0; open <= i; open++)
                close(ret_fds[open]);
            return -error;
        }
    }
    return 0;
}
