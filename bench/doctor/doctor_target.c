/* SPDX-License-Identifier: MIT */
#include "doctor_target.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_MS = 5000 };

/* ---- taking apart ------------------------------------------------------------------------ */

static const struct scheme {
    const char *text;
    bool secure;
} schemes[] = {{"http://", false}, {"ws://", false}, {"https://", true}, {"wss://", true}};

/* The scheme, and what is behind it; of what has none, http. */
static const struct scheme *skip_scheme(const char *url, const char **ret_rest)
{
    for (unsigned i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(url, schemes[i].text, strlen(schemes[i].text)) == 0) {
            *ret_rest = url + strlen(schemes[i].text);
            return &schemes[i];
        }
    *ret_rest = url;
    return &schemes[0];
}

/* HOST out of HOST:PORT, [NUMBER]:PORT or either alone; *ret_port: what is behind it. */
static struct slice host_of(const char *authority, const char **ret_port)
{
    const char *bracket = authority[0] == '[' ? strchr(authority, ']') : NULL;
    size_t len = bracket ? (size_t)(bracket + 1 - authority) : strcspn(authority, ":");
    *ret_port = authority[len] == ':' ? authority + len + 1 : "";
    return bracket ? (struct slice){authority + 1, len - 2} : (struct slice){authority, len};
}

/* getaddrinfo would take 65537 for 1. */
static bool is_port(const char *text)
{
    unsigned long port = strtoul(text, NULL, 10);
    return *text && (strspn(text, "0123456789") == strlen(text) && port > 0 && port <= 65535);
}

bool target_parse(const char *url, struct target *ret_target, char trouble[TROUBLE_LIMIT])
{
    struct target target = {.forward = false};
    const char *at, *port;
    const struct scheme *scheme = skip_scheme(url, &at);
    const char *usual = scheme->secure ? "443" : "80";
    size_t len = strcspn(at, "/?#"), path_len = strcspn(at + len, "#");
    if (len == 0 || strchr(url, '@') || strstr(at, "://") ||
        len + sizeof(":443") > sizeof(target.reach) || path_len >= sizeof(target.path)) {
        snprintf(trouble, TROUBLE_LIMIT,
                 "'%s' is no address: write http://HOST:PORT or https://HOST, with the path in "
                 "front of /publish/... behind it if there is one",
                 url);
        return false;
    }
    snprintf(target.path, sizeof(target.path), "%.*s", (int)path_len, at + len);
    snprintf(target.reach, sizeof(target.reach), "%.*s", (int)len, at);
    struct slice host = host_of(target.reach, &port);
    bool ends_there = host.at + host.len + (at[0] == '[') == target.reach + len;
    if (host.len == 0 || (!ends_there && !is_port(port))) {
        snprintf(trouble, TROUBLE_LIMIT,
                 "'%s': write HOST:PORT, with a port from 1 to 65535, or HOST alone with "
                 "nothing for the usual port, %s",
                 url, usual);
        return false;
    }
    bool is_usual = port[0] == '\0' || strcmp(port, usual) == 0;
    size_t name_len = is_usual && port[0] ? len - strlen(port) - 1 : len;
    if (scheme->secure)
        snprintf(target.way.name, sizeof(target.way.name), "%.*s", (int)host.len, host.at);
    snprintf(target.authority, sizeof(target.authority), "%.*s", (int)name_len, at);
    if (!port[0])
        snprintf(target.reach, sizeof(target.reach), "%.*s:%s", (int)len, at, usual);
    *ret_target = target;
    return true;
}

void target_rename(struct target *target, const char *authority)
{
    const char *port;
    struct slice host = host_of(authority, &port);
    snprintf(target->authority, sizeof(target->authority), "%s", authority);
    if (target->way.name[0])
        snprintf(target->way.name, sizeof(target->way.name), "%.*s", (int)host.len, host.at);
}

/* ---- connecting -------------------------------------------------------------------------- */

/* 0, or a negative errno. */
static int try_address(const struct addrinfo *found, struct endpoint *ret_endpoint)
{
    struct endpoint endpoint = {.len = found->ai_addrlen};
    int error = 0;
    socklen_t size = sizeof(error);
    memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    int fd = endpoint_connect(&endpoint, 0, true);
    if (fd < 0)
        return fd;
    struct pollfd waiting = {.fd = fd, .events = POLLOUT};
    if (poll(&waiting, 1, CONNECT_MS) <= 0)
        error = ETIMEDOUT;
    else
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    close(fd);
    if (!error)
        *ret_endpoint = endpoint;
    return -error;
}

static void tell_unreachable(const char *authority, int error, char trouble[TROUBLE_LIMIT])
{
    if (error == -ECONNREFUSED)
        snprintf(trouble, TROUBLE_LIMIT,
                 "nothing listens at %s: is the server started, and is this its port?",
                 authority);
    else if (error == -ETIMEDOUT)
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s does not answer within %d s: a firewall drops what is sent there, or the "
                 "machine is off",
                 authority, CONNECT_MS / 1000);
    else
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s cannot be reached (%s): is this machine in that network?", authority,
                 strerror(-error));
}

/* Finds the first of the name's addresses that takes a connection. */
static bool connect_to(const char *authority, struct endpoint *ret_endpoint,
                       char trouble[TROUBLE_LIMIT])
{
    const char *port;
    struct slice host = host_of(authority, &port);
    char name[WAY_NAME_LIMIT];
    snprintf(name, sizeof(name), "%.*s", (int)host.len, host.at);
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    int failed = getaddrinfo(name, port, &hints, &found), error = -ECONNREFUSED;
    if (failed) {
        snprintf(trouble, TROUBLE_LIMIT,
                 "the name in '%s' is not known here (%s): check how it is written, ask "
                 "another name server, or give the number of the address",
                 authority, gai_strerror(failed));
        return false;
    }
    for (const struct addrinfo *at = found; at && error; at = at->ai_next) {
        int result = try_address(at, ret_endpoint);
        if (at == found || !result)
            error = result;
    }
    freeaddrinfo(found);
    if (error)
        tell_unreachable(authority, error, trouble);
    snprintf(ret_endpoint->authority, sizeof(ret_endpoint->authority), "%.127s", authority);
    return !error;
}

bool target_open(const char *url, const char *proxy, struct target *ret_target,
                 char trouble[TROUBLE_LIMIT])
{
    struct target target, hop = {.forward = false};
    if (!target_parse(url, &target, trouble) || (proxy && !target_parse(proxy, &hop, trouble)))
        return false;
    if (hop.way.name[0]) {
        snprintf(trouble, TROUBLE_LIMIT,
                 "--proxy %s: to the proxy itself no TLS is spoken here: write HOST:PORT",
                 proxy);
        return false;
    }
    if (!connect_to(proxy ? hop.reach : target.reach, &target.first, trouble))
        return false;
    target.forward = proxy && !target.way.name[0];
    if (proxy && target.way.name[0])
        memcpy(target.way.tunnel, target.reach, sizeof(target.reach));
    *ret_target = target;
    return true;
}
