/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include "octets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum {
    SOCKETS_LIMIT = 1 << 18, /* descriptors above it have no known beginning */
    RECORD_BYTES = 24 * 1024,
};

#define PREFIX SLICE("~wire.")

/* What a tap, which begins later, wants to know about its socket. By descriptor, so that a
 * connection has no memory for it. One worker at a time has a descriptor; atomic since the
 * kernel hands it from one to the other, which nothing but the kernel sees. */
struct life {
    _Atomic int64_t opened_us; /* 0: not known */
    atomic_uint number;
    atomic_bool spoken;
};

struct taps {
    struct bus *bus;
    atomic_uint accepted;
    size_t count;
    struct life lives[];
};

struct tap {
    struct bus *bus;
    struct topic *topic; /* one reference */
    unsigned number;     /* the connection's */
    unsigned missed;     /* records that the log did not take, since the last one it took */
    bool owned;
};

/* ---- the server's ------------------------------------------------------------------------ */

struct taps *taps_create(struct bus *bus)
{
    struct rlimit files;
    size_t count = SOCKETS_LIMIT;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < count)
        count = files.rlim_cur;
    struct taps *taps = calloc(1, sizeof(*taps) + count * sizeof(struct life));
    if (!taps)
        return NULL;
    taps->bus = bus;
    taps->count = count;
    return taps;
}

void taps_destroy(struct taps *taps)
{
    free(taps);
}

static struct life *life_of(struct taps *taps, int fd)
{
    return (size_t)fd < taps->count ? &taps->lives[fd] : NULL;
}

void taps_accepted(struct taps *taps, int fd)
{
    struct life *life = life_of(taps, fd);
    if (!life)
        return;
    life->opened_us = wall_clock_us();
    life->number = atomic_fetch_add(&taps->accepted, 1) + 1;
    life->spoken = false;
}

void taps_spoken(struct taps *taps, int fd)
{
    struct life *life = life_of(taps, fd);
    if (life)
        life->spoken = true;
}

bool taps_topic(struct slice name)
{
    struct slice prefix = PREFIX;
    if (name.len < prefix.len + TAP_KEY_MIN || name.len > prefix.len + TAP_KEY_LIMIT ||
        !slice_equal((struct slice){name.at, prefix.len}, prefix))
        return false;
    for (size_t i = prefix.len; i < name.len; i++)
        if (octet_hex(name.at[i]) < 0)
            return false;
    return true;
}

static void count_topic(struct topic *topic, void *arg)
{
    *(unsigned *)arg += taps_topic(slice_of(topic->label->name));
}

bool taps_room(struct taps *taps, struct slice name)
{
    unsigned count = 0;
    struct topic *topic = bus_topic(taps->bus, name, false);
    bool there = topic;
    topic_unref(topic);
    if (!there)
        bus_each(taps->bus, count_topic, &count);
    return count < TAP_TOPICS_LIMIT;
}

/* ---- records ----------------------------------------------------------------------------- */

static void begin(struct tap *tap, const char *what, struct builder *out)
{
    builder_format(out, "{\"connection\":%u,\"what\":\"%s\"", tap->number, what);
    if (tap->missed)
        builder_format(out, ",\"missed\":%u", tap->missed);
}

static void end(struct tap *tap, struct builder *out)
{
    struct published published;
    builder_add(out, "}", 1);
    struct message *message =
        out->failed ? NULL
                    : message_create(MESSAGE_JSON, (struct slice){"", 0}, builder_slice(out));
    builder_finish(out);
    if (message && bus_append(tap->bus, tap->topic, message, &published) == 0)
        tap->missed = 0;
    else
        tap->missed++;
}

static void record_bytes(struct tap *tap, const char *what, const char *bytes, size_t len,
                         bool unchunked)
{
    while (len > 0) {
        struct builder out = {0};
        size_t piece = len < RECORD_BYTES ? len : RECORD_BYTES;
        begin(tap, what, &out);
        if (unchunked)
            builder_add_text(&out, ",\"unchunked\":true");
        builder_add_text(&out, ",\"data\":\"");
        builder_add_base64(&out, bytes, piece);
        builder_add(&out, "\"", 1);
        end(tap, &out);
        bytes += piece;
        len -= piece;
    }
}

typedef int (*name_getter)(int fd, struct sockaddr *address, socklen_t *size);

/* An IPv4 address that came through an IPv6 socket is shown as what it is. */
static void add_address(struct builder *out, const char *side, int fd, name_getter get)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t size = sizeof(address);
    char text[INET6_ADDRSTRLEN] = "0.0.0.0";
    get(fd, &address.any, &size);
    uint16_t port = address.v4.sin_port; /* in the same place in both */
    if (address.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &address.v4.sin_addr, text, sizeof(text));
    else if (address.any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address.v6.sin6_addr))
        inet_ntop(AF_INET, &address.v6.sin6_addr.s6_addr[12], text, sizeof(text));
    else if (address.any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &address.v6.sin6_addr, text, sizeof(text));
    builder_format(out, ",\"%s\":\"%s\",\"%s_port\":%u", side, text, side, ntohs(port));
}

static void record_open(struct tap *tap, const struct life *life, int fd)
{
    struct builder out = {0};
    int64_t opened_us = life ? life->opened_us : 0;
    begin(tap, "open", &out);
    if (opened_us)
        builder_format(&out, ",\"opened\":%lld", (long long)opened_us);
    else
        builder_add_text(&out, ",\"opened\":null");
    builder_format(&out, ",\"whole\":%s", life && !life->spoken ? "true" : "false");
    add_address(&out, "client", fd, getpeername);
    add_address(&out, "server", fd, getsockname);
    end(tap, &out);
}

/* ---- a connection's ---------------------------------------------------------------------- */

struct tap *tap_create(struct taps *taps, struct slice key, int fd)
{
    struct builder name = {0};
    builder_add_slice(&name, PREFIX);
    builder_add_slice(&name, key);
    struct topic *topic = NULL;
    if (!name.failed && taps_topic(builder_slice(&name)))
        topic = bus_topic(taps->bus, builder_slice(&name), false);
    builder_finish(&name);
    struct tap *tap = topic ? calloc(1, sizeof(*tap)) : NULL;
    if (!tap) {
        topic_unref(topic);
        return NULL;
    }
    const struct life *life = life_of(taps, fd);
    tap->bus = taps->bus;
    tap->topic = topic;
    tap->number = life ? life->number : 0;
    record_open(tap, life, fd);
    return tap;
}

void tap_destroy(struct tap *tap, enum tap_event event)
{
    if (!tap)
        return;
    tap_note(tap, event);
    topic_unref(tap->topic);
    free(tap);
}

bool tap_has_key(const struct tap *tap, struct slice key)
{
    struct slice name = slice_of(tap ? tap->topic->label->name : NULL), prefix = PREFIX;
    return tap && slice_equal((struct slice){name.at + prefix.len, name.len - prefix.len}, key);
}

void tap_request(struct tap *tap, const char *bytes, size_t len, bool unchunked)
{
    if (tap) {
        tap->owned = false;
        record_bytes(tap, "up", bytes, len, unchunked);
    }
}

void tap_own(struct tap *tap)
{
    if (tap)
        tap->owned = true;
}

void tap_came(struct tap *tap, const char *bytes, size_t len)
{
    if (tap && tap->owned)
        record_bytes(tap, "up", bytes, len, false);
}

void tap_went(struct tap *tap, const struct iovec *parts, size_t len)
{
    struct builder bytes = {0};
    for (size_t left = len; left > 0; parts++) {
        size_t part = parts->iov_len < left ? parts->iov_len : left;
        builder_add(&bytes, parts->iov_base, part);
        left -= part;
    }
    if (bytes.failed)
        tap->missed++;
    else
        record_bytes(tap, "down", builder_slice(&bytes).at, len, false);
    builder_finish(&bytes);
}

void tap_note(struct tap *tap, enum tap_event event)
{
    static const char *const names[] = {
        [TAP_CLIENT_END] = "client_end",
        [TAP_SERVER_END] = "server_end",
        [TAP_RESET] = "reset",
        [TAP_CLOSE] = "close",
        [TAP_LEFT] = "left",
    };
    struct builder out = {0};
    if (!tap)
        return;
    begin(tap, names[event], &out);
    end(tap, &out);
}
