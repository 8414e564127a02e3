/* SPDX-License-Identifier: MIT */
#include "classroom_page.h"

#include "classroom.h"
#include "listener.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

/* The address as it stands in a URL; empty for those that no other machine can type: loopback,
 * and IPv6 of one link only, which needs a zone that browsers do not take. */
static void write_host(const struct sockaddr *address, struct builder *out)
{
    char text[INET6_ADDRSTRLEN];
    if (address->sa_family == AF_INET) {
        const struct in_addr *v4 = &((const struct sockaddr_in *)address)->sin_addr;
        if (ntohl(v4->s_addr) >> 24 != 127 && inet_ntop(AF_INET, v4, text, sizeof(text)))
            builder_add_text(out, text);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        if (!IN6_IS_ADDR_LOOPBACK(v6) && !IN6_IS_ADDR_LINKLOCAL(v6) &&
            inet_ntop(AF_INET6, v6, text, sizeof(text)))
            builder_format(out, "[%s]", text);
    }
}

static void add_addresses(const struct listeners *listeners, struct builder *out)
{
    struct ifaddrs *interfaces;
    bool any = false;
    if (getifaddrs(&interfaces) != 0)
        return; /* then the page says that there is none, and what to do */
    for (const struct ifaddrs *one = interfaces; one; one = one->ifa_next) {
        struct builder host = {0};
        if (one->ifa_addr && one->ifa_flags & IFF_UP &&
            listeners_reach(listeners, one->ifa_addr))
            write_host(one->ifa_addr, &host);
        if (builder_len(&host) > 0) {
            builder_add_text(out, any ? ",{\"interface\":" : "{\"interface\":");
            reply_add_json_string(out, slice_of(one->ifa_name));
            builder_add_text(out, ",\"host\":");
            reply_add_json_string(out, builder_slice(&host));
            builder_add(out, "}", 1);
            any = true;
        }
        builder_finish(&host);
    }
    freeifaddrs(interfaces);
}

void page_class(struct server *server, const struct request *request, struct reply *reply)
{
    struct builder out = {0};
    if (server->classroom) {
        builder_format(&out, "{\"class\":true,\"own\":%s,\"addresses\":[",
                       classroom_own_address(request->peer) ? "true" : "false");
        add_addresses(server->listeners, &out);
        builder_add_text(&out, "]}\n");
    } else {
        builder_add_text(&out, "{\"class\":false}\n");
    }
    reply_body(reply, 200, "application/json", builder_take(&out));
}

void page_class_short(struct server *server, const struct request *request, struct reply *reply)
{
    (void)server;
    struct builder place = {0};
    builder_add_text(&place, "/class.html");
    if (request->query.len > 0) {
        builder_add(&place, "?", 1);
        builder_add_slice(&place, request->query);
    }
    reply_header(reply, "Location", builder_slice(&place));
    builder_finish(&place);
    reply_body(reply, 302, NULL, NULL);
}
