/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include <string.h>

/* ---- hosts ------------------------------------------------------------------------------ */

struct authority {
    struct slice host; /* [::1] keeps its brackets */
    struct slice port; /* digits; empty when none is said */
};

/* host[:port] and nothing else; false for anything doubtful, user names included. */
static bool authority_split(struct slice text, struct authority *ret)
{
    size_t len = 0;
    if (text.len && text.at[0] == '[') {
        while (len < text.len && text.at[len] != ']')
            len++;
        len++;
    } else {
        while (len < text.len && text.at[len] != ':')
            len++;
    }
    if (len == 0 || len > text.len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text.at[i] <= ' ' || text.at[i] == '/' || text.at[i] == '@' || text.at[i] == 0x7f)
            return false;
    struct slice port = {text.at + len, text.len - len};
    if (port.len) {
        port.at++;
        port.len--;
        if (port.at[-1] != ':' || port.len == 0)
            return false;
    }
    for (size_t i = 0; i < port.len; i++)
        if (port.at[i] < '0' || port.at[i] > '9')
            return false;
    *ret = (struct authority){{text.at, len}, port};
    return true;
}

static bool is_loopback_name(struct slice host)
{
    return slice_equal_nocase(host, SLICE("localhost")) ||
           slice_equal(host, SLICE("127.0.0.1")) || slice_equal(host, SLICE("[::1]"));
}

static bool list_has(const struct option_list *list, struct slice item)
{
    for (unsigned i = 0; i < list->count; i++)
        if (slice_equal_nocase(slice_of(list->items[i]), item))
            return true;
    return false;
}

static bool ends_with(struct slice text, struct slice end)
{
    return text.len > end.len &&
           slice_equal_nocase((struct slice){text.at + text.len - end.len, end.len}, end);
}

/* Nobody can lead it here from outside: a number, a name without a dot, or one below a name
 * that is the local network's (RFC 6762, RFC 8375, and what ICANN and routers keep for it). */
static bool is_local_name(struct slice host)
{
    static const char *const endings[] = {".local", ".home.arpa", ".internal", ".lan"};
    size_t digits = 0;
    while (digits < host.len && strchr("0123456789.", host.at[digits]))
        digits++;
    if (digits == host.len || host.at[0] == '[' || !memchr(host.at, '.', host.len))
        return true;
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (ends_with(host, slice_of(endings[i])))
            return true;
    return false;
}

/* What --listen names is served by this name, whatever it may be. */
static bool is_listened_on(const struct options *options, struct slice host)
{
    for (unsigned i = 0; i < options->listen.count; i++) {
        const char *text = options->listen.items[i], *colon = strrchr(text, ':');
        if (colon && slice_equal_nocase((struct slice){text, (size_t)(colon - text)}, host))
            return true;
    }
    return false;
}

bool origin_host_served(const struct options *options, bool loopback,
                        const struct request *request)
{
    struct authority authority;
    if ((!loopback && !options->classroom) || list_has(&options->hosts, SLICE("*")))
        return true;
    /* Only programs of HTTP/1.0 leave it out; rebinding needs a browser. */
    if (request->host.len == 0)
        return true;
    if (!authority_split(request->host, &authority))
        return false;
    return list_has(&options->hosts, authority.host) ||
           is_listened_on(options, authority.host) ||
           (loopback ? is_loopback_name(authority.host) : is_local_name(authority.host));
}

/* ---- origins ---------------------------------------------------------------------------- */

static bool starts_with(struct slice text, struct slice prefix)
{
    return text.len >= prefix.len &&
           slice_equal_nocase((struct slice){text.at, prefix.len}, prefix);
}

static struct slice slice_from(struct slice text, size_t start)
{
    return (struct slice){text.at + start, text.len - start};
}

/* Origin's host and port are those of Host. The scheme is not compared: behind a proxy that
 * ends TLS, the page's is https and ours is http; it only says which port is meant by none. */
static bool same_origin(struct slice origin, struct slice host)
{
    bool secure = starts_with(origin, SLICE("https://"));
    if (!secure && !starts_with(origin, SLICE("http://")))
        return false;
    struct authority theirs, ours;
    if (!authority_split(slice_from(origin, secure ? 8 : 7), &theirs) ||
        !authority_split(host, &ours))
        return false;
    struct slice port = secure ? SLICE("443") : SLICE("80");
    if (!slice_equal(theirs.port.len ? theirs.port : port, ours.port.len ? ours.port : port))
        return false;
    return slice_equal_nocase(theirs.host, ours.host) ||
           (is_loopback_name(theirs.host) && is_loopback_name(ours.host));
}

/* `*` stands for one label: one or more characters, none of which ends a label. The pattern's
 * rest is matched as it is, port included, so that nothing can follow what was meant. */
static bool pattern_matches(struct slice pattern, struct slice origin)
{
    size_t p = 0, o = 0;
    while (p < pattern.len) {
        if (pattern.at[p] == '*') {
            size_t start = o;
            while (o < origin.len && !strchr(".:/[]@", origin.at[o]))
                o++;
            if (o == start)
                return false;
            p++;
        } else if (o < origin.len && slice_equal_nocase((struct slice){pattern.at + p, 1},
                                                        (struct slice){origin.at + o, 1})) {
            p++;
            o++;
        } else {
            return false;
        }
    }
    return o == origin.len;
}

bool origin_pattern_valid(const char *text)
{
    if (strcmp(text, "*") == 0 || strcmp(text, "null") == 0)
        return true;
    const char *host = strstr(text, "://");
    if (!host || host == text)
        return false;
    for (const char *at = text; at < host; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789+-.", *at))
            return false;
    struct authority authority;
    if (!authority_split(slice_of(host + 3), &authority))
        return false;
    /* A wildcard is a whole label, so that nobody reads more or less into it. */
    for (size_t i = 0; i < authority.host.len; i++)
        if (authority.host.at[i] == '*' &&
            ((i > 0 && authority.host.at[i - 1] != '.') ||
             (i + 1 < authority.host.len && authority.host.at[i + 1] != '.')))
            return false;
    return true;
}

static bool listed(const struct option_list *patterns, struct slice origin)
{
    for (unsigned i = 0; i < patterns->count; i++) {
        struct slice pattern = slice_of(patterns->items[i]);
        if (slice_equal(pattern, SLICE("*")) || pattern_matches(pattern, origin))
            return true;
    }
    return false;
}

enum origin origin_of(const struct options *options, const struct request *request)
{
    const struct slice *origin = NULL;
    for (unsigned i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        if (!slice_equal_nocase(header->name, SLICE("Origin")))
            continue;
        if (origin)
            return ORIGIN_FOREIGN; /* two: no browser does that */
        origin = &header->value;
    }
    if (!origin)
        return ORIGIN_NONE;
    if (same_origin(*origin, request->host))
        return ORIGIN_SAME;
    return listed(&options->origins, *origin) ? ORIGIN_LISTED : ORIGIN_FOREIGN;
}

bool origin_topic_public(const struct options *options, struct slice topic)
{
    for (unsigned i = 0; i < options->publics.count; i++)
        if (slice_equal(slice_of(options->publics.items[i]), topic))
            return true;
    return options->classroom && slice_equal(topic, SLICE("class.feed"));
}

void origin_add_cors(enum origin origin, bool public_topic, const struct request *request,
                     struct builder *headers)
{
    if (public_topic) {
        builder_add_text(headers, "Access-Control-Allow-Origin: *\r\n");
    } else if (origin == ORIGIN_SAME || origin == ORIGIN_LISTED) {
        /* Also for the same origin: to a browser, localhost and 127.0.0.1 are two. The gate
         * lets no line end into a header's value. */
        builder_add_text(headers, "Access-Control-Allow-Origin: ");
        builder_add_slice(headers, *request_header(request, "Origin"));
        builder_add_text(headers, "\r\nVary: Origin\r\n");
    } else {
        return;
    }
    builder_add_text(headers,
                     "Access-Control-Expose-Headers: Pushlab-Next, ETag, Retry-After\r\n");
}
