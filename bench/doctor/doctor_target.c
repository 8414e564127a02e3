/* SPDX-License-Identifier: MIT */
#include "doctor_target.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_MS = 5000 };

/* ---- taking apart ------------------------------------------------------------------------ */

static bool is_secure(const char *url)
{
    return strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "wss://", 6) == 0;
}

static const char *skip_scheme(const char *url)
{
    static const char *const schemes[] = {"http://", "ws://"};
    for (unsigned i = 0; i < 2; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url + strlen(schemes[i]);
    return url;
}

bool target_parse(const char *url, struct target *ret_target, char trouble[TROUBLE_LIMIT])
{
    struct target target = {.forward = false};
    const char *at = skip_scheme(url);
    if (is_secure(url)) {
        size_t host_len = strcspn(strstr(url, "://") + 3, "/:?#");
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s: this doctor speaks no TLS. Ask behind the TLS (the port that it leads "
                 "to), or open it here: socat TCP-LISTEN:8766,fork,reuseaddr OPENSSL:%.*s:443, "
                 "and then http://localhost:8766 with --host %.*s",
                 url, (int)host_len, strstr(url, "://") + 3, (int)host_len,
                 strstr(url, "://") + 3);
        return false;
    }
    size_t len = strcspn(at, "/?#"), path_len = strcspn(at + len, "#");
    if (len == 0 || strchr(url, '@') || strstr(at, "://") ||
        len + sizeof(":80") > sizeof(target.authority) || path_len >= sizeof(target.path)) {
        snprintf(trouble, TROUBLE_LIMIT,
                 "'%s' is no address: write http://HOST:PORT, with the path in front of "
                 "/publish/... behind it if there is one",
                 url);
        return false;
    }
    const char *bracket = memchr(at, ']', len);
    size_t from = bracket ? (size_t)(bracket - at) : 0;
    bool has_port = memchr(at + from, ':', len - from) != NULL;
    snprintf(target.authority, sizeof(target.authority), "%.*s%s", (int)len, at,
             has_port ? "" : ":80");
    snprintf(target.path, sizeof(target.path), "%.*s", (int)path_len, at + len);
    *ret_target = target;
    return true;
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
    char host[140];
    snprintf(host, sizeof(host), "%s", authority);
    char *colon = strrchr(host, ':'), *name = host;
    *colon = '\0';
    if (name[0] == '[' && colon > host + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        name++;
    }
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    int failed = getaddrinfo(name, colon + 1, &hints, &found), error = -ECONNREFUSED;
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
    struct target target, hop;
    if (!target_parse(url, &target, trouble) ||
        (proxy && !target_parse(proxy, &hop, trouble)) ||
        !connect_to(proxy ? hop.authority : target.authority, &target.first, trouble))
        return false;
    target.forward = proxy != NULL;
    *ret_target = target;
    return true;
}
