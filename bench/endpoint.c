/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SOURCES = 199, CONNECT_LIMIT_S = 10, BACKLOG = 4096 };

/* "HOST:PORT" out of a URL. */
static bool find_authority(const char *url, char *ret, size_t room)
{
    static const char scheme[] = "http://";
    if (strncmp(url, scheme, sizeof(scheme) - 1) == 0)
        url += sizeof(scheme) - 1;
    size_t len = strcspn(url, "/?#");
    if (len == 0 || len >= room)
        return false;
    memcpy(ret, url, len);
    ret[len] = '\0';
    return true;
}

int endpoint_parse(const char *url, struct endpoint *ret_endpoint)
{
    struct endpoint endpoint = {.len = 0};
    if (!find_authority(url, endpoint.authority, sizeof(endpoint.authority)))
        return -EINVAL;
    char host[sizeof(endpoint.authority)];
    snprintf(host, sizeof(host), "%s", endpoint.authority);
    char *colon = strrchr(host, ':');
    if (!colon || colon[1] == '\0')
        return -EINVAL;
    *colon = '\0';
    char *name = host;
    if (name[0] == '[' && colon > host + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        name++;
    }
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    if (getaddrinfo(name, colon + 1, &hints, &found) != 0)
        return -EINVAL;
    memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    endpoint.len = found->ai_addrlen;
    freeaddrinfo(found);
    *ret_endpoint = endpoint;
    return 0;
}

void endpoint_local(uint16_t port, struct endpoint *ret_endpoint)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    *ret_endpoint = (struct endpoint){.len = sizeof(address)};
    memcpy(&ret_endpoint->address, &address, sizeof(address));
    snprintf(ret_endpoint->authority, sizeof(ret_endpoint->authority), "127.0.0.1:%u", port);
}

int endpoint_listen(struct endpoint *ret_endpoint)
{
    struct endpoint at;
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    endpoint_local(0, &at);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* inherited */
    if (bind(fd, (struct sockaddr *)&at.address, at.len) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&at.address, &at.len) == 0) {
        endpoint_local(ntohs(((struct sockaddr_in *)&at.address)->sin_port), ret_endpoint);
        return fd;
    }
    int error = errno;
    close(fd);
    return -error;
}

static int bind_source(int fd, const struct endpoint *endpoint, unsigned number)
{
    const struct sockaddr_in *to = (const struct sockaddr_in *)&endpoint->address;
    if (to->sin_family != AF_INET || ntohl(to->sin_addr.s_addr) >> 24 != 127)
        return 0;
    const int on = 1;
    /* The port is chosen by connect, which may use one that serves another destination. */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    const struct sockaddr_in from = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (number ? 1 + (number - 1) % SOURCES : 0)),
    };
    return bind(fd, (const struct sockaddr *)&from, sizeof(from));
}

/* receive_bytes: 0 leaves the receive buffer to the kernel. */
static int open_socket(const struct endpoint *endpoint, unsigned number, bool begin_only,
                       int receive_bytes)
{
    const int on = 1, type = SOCK_STREAM | SOCK_CLOEXEC | (begin_only ? SOCK_NONBLOCK : 0);
    const struct timeval limit = {.tv_sec = CONNECT_LIMIT_S};
    int fd = socket(endpoint->address.ss_family, type, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (receive_bytes)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    if (bind_source(fd, endpoint, number) == 0 &&
        (connect(fd, (const struct sockaddr *)&endpoint->address, endpoint->len) == 0 ||
         (begin_only && errno == EINPROGRESS)))
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

int endpoint_connect(const struct endpoint *endpoint, unsigned number, bool begin_only)
{
    return open_socket(endpoint, number, begin_only, 0);
}

int endpoint_connect_narrow(const struct endpoint *endpoint, unsigned number, int receive_bytes)
{
    return open_socket(endpoint, number, false, receive_bytes);
}
