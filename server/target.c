/* SPDX-License-Identifier: MIT
 *
 * Request targets (RFC 9112, 3.2): their forms, their hosts, and what queries and
 * percent-escapes in them say (RFC 3986, 2.1 and 3.4).
 */
#include "octets.h"
#include "request_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* RFC 3986, 3.2.3; nobody listens beyond 65535, and an empty port names none. */
static bool port_valid(const char *at, const char *end)
{
    unsigned port = 0;
    if (at == end || end - at > 5)
        return false;
    for (; at < end; at++) {
        if (!octet_digit(*at))
            return false;
        port = port * 10 + (unsigned)(*at - '0');
    }
    return port <= 65535;
}

/* RFC 3986, 3.2.2: what stands between brackets is an IPv6 address; nobody speaks IPvFuture. */
static bool address_valid(const char *at, const char *end)
{
    char text[INET6_ADDRSTRLEN] = {0};
    size_t len = (size_t)(end - at);
    if (len >= sizeof(text))
        return false;
    memcpy(text, at, len);
    struct in6_addr address;
    return inet_pton(AF_INET6, text, &address) == 1;
}

bool authority_valid(struct slice authority, bool port_needed)
{
    const char *at = authority.at, *end = at + authority.len;
    if (at < end && *at == '[') {
        const char *bracket = memchr(at, ']', authority.len);
        if (!bracket || !address_valid(at + 1, bracket))
            return false;
        at = bracket + 1;
    } else {
        while (at < end && octet_is(*at, OCTET_UNRESERVED))
            at++;
        if (at == authority.at)
            return false;
    }
    return at == end ? !port_needed : *at == ':' && port_valid(at + 1, end);
}

/* RFC 3986, 3.4: the first '?' starts the query; further ones belong to it. */
static void split_path(struct request *request, struct slice from)
{
    const char *end = from.at + from.len;
    const char *mark = memchr(from.at, '?', from.len);
    request->path = slice_between(from.at, mark ? mark : end);
    if (mark)
        request->query = slice_between(mark + 1, end);
    if (request->path.len == 0)
        request->path = SLICE("/"); /* RFC 9110, 4.2.3 */
}

/* RFC 9112, 3.2.2: servers must take absolute-form, though only proxies are to send it. */
static const char *read_absolute(struct request *request)
{
    const struct slice scheme = SLICE("http://"), target = request->target;
    if (target.len < scheme.len ||
        !slice_equal_nocase((struct slice){target.at, scheme.len}, scheme))
        return "The request's target must start with '/' or http://";
    const char *start = target.at + scheme.len, *end = target.at + target.len, *at = start;
    while (at < end && *at != '/' && *at != '?')
        at++;
    request->host = slice_between(start, at);
    if (!authority_valid(request->host, false))
        return "The target's host or port is malformed";
    split_path(request, slice_between(at, end));
    return NULL;
}

/* RFC 9112, 3.2: four forms of a target, and which methods may use them. */
const char *target_read(struct request *request)
{
    struct slice target = request->target;
    if (slice_equal(request->method_name, SLICE("CONNECT"))) { /* 3.2.3, authority-form */
        request->host = target;
        return authority_valid(target, true) ? NULL : "CONNECT needs a host and a port";
    }
    if (slice_equal(target, SLICE("*"))) { /* 3.2.4, asterisk-form */
        request->path = target;
        return request->method == METHOD_OPTIONS ? NULL : "Only OPTIONS may have the target *";
    }
    if (*target.at != '/')
        return read_absolute(request);
    split_path(request, target); /* 3.2.1, origin-form */
    return NULL;
}

/* ---- queries and escapes ---------------------------------------------------------------- */

/* Reads one decoded byte at *at and moves on; -1 for a broken escape or a NUL, which would cut
 * text short for whoever reads it as a C string. */
static int next_decoded(const char **at, const char *end)
{
    const char *from = *at;
    if (*from != '%') {
        *at = from + 1;
        return *from ? (unsigned char)*from : -1;
    }
    if (end - from < 3)
        return -1;
    int high = octet_hex(from[1]), low = octet_hex(from[2]);
    if (high < 0 || low < 0 || high + low == 0)
        return -1;
    *at = from + 3;
    return high << 4 | low;
}

int percent_decode(struct slice from, char *ret, size_t room, size_t *ret_len)
{
    if (from.len == 0)
        from.at = "";
    const char *end = from.at + from.len;
    size_t len = 0;
    if (!memchr(from.at, '%', from.len) && !memchr(from.at, '\0', from.len)) {
        if (from.len >= room)
            return -ENOSPC;
        memcpy(ret, from.at, from.len);
        ret[from.len] = '\0';
        *ret_len = from.len;
        return 0;
    }
    /* Once to judge and once to write, so that a failure leaves the caller's buffer as it was.
     */
    for (const char *at = from.at; at < end; len++)
        if (next_decoded(&at, end) < 0)
            return -EINVAL;
    if (len >= room)
        return -ENOSPC;
    for (const char *at = from.at; at < end;)
        *ret++ = (char)next_decoded(&at, end);
    *ret = '\0';
    *ret_len = len;
    return 0;
}

bool query_name_is(struct slice raw, struct slice name)
{
    const char *at = raw.at, *end = raw.at + raw.len;
    if (raw.len <= name.len) /* escapes only lengthen */
        return slice_equal(raw, name);
    for (size_t i = 0; i < name.len && at < end; i++)
        if (next_decoded(&at, end) != (unsigned char)name.at[i])
            return false;
    return at == end;
}

bool query_next(struct slice *query, struct slice *ret_name, struct slice *ret_value)
{
    if (query->len == 0)
        return false;
    const char *end = query->at + query->len;
    const char *ampersand = memchr(query->at, '&', query->len);
    const char *pair_end = ampersand ? ampersand : end;
    const char *equals = memchr(query->at, '=', (size_t)(pair_end - query->at));
    *ret_name = slice_between(query->at, equals ? equals : pair_end);
    *ret_value = slice_between(equals ? equals + 1 : pair_end, pair_end);
    *query = slice_between(ampersand ? ampersand + 1 : end, end);
    return true;
}

int request_query(const struct request *request, const char *name, char *ret, size_t room,
                  size_t *ret_len)
{
    struct slice query = request->query, found, value;
    while (query_next(&query, &found, &value))
        if (query_name_is(found, slice_of(name))) {
            int result = percent_decode(value, ret, room, ret_len);
            return result < 0 ? result : 1;
        }
    return 0;
}
