/* SPDX-License-Identifier: MIT */
#include "nat.h"

#include "../own_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OUTSIDE "127.77.0.1" /* loopback's, and nobody's */

static const char what[] = "compat soak, the NAT";

bool nat_prepare(void)
{
    return own_network_enter(what);
}

/* Or the kernel would take what follows for the middle of a connection whose beginning it has
 * missed, and translate on. There only when a rule has asked for its tracking. */
static bool forget_for_good(void)
{
    int fd = open("/proc/sys/net/netfilter/nf_conntrack_tcp_loose", O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, "0", 1) == 1;
    if (!good)
        fprintf(stderr, "pushbench: %s: the kernel's connection tracking takes no orders: %s\n",
                what, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

bool nat_start(const struct endpoint *origin, unsigned forgets_s, struct endpoint *ret_before)
{
    const struct sockaddr_in *address = (const void *)&origin->address;
    unsigned port = ntohs(address->sin_port);
    char rules[1024], url[64];
    /* Only these connections: others of this network may be silent for as long as they like. */
    snprintf(rules, sizeof(rules),
             "table ip pushbench_nat {\n"
             "  ct timeout forgetful {\n"
             "    protocol tcp; l3proto ip; policy = { established : %u };\n"
             "  }\n"
             "  chain memory {\n"
             "    type filter hook output priority -150;\n"
             "    ip daddr " OUTSIDE " ct timeout set \"forgetful\"\n"
             "  }\n"
             "  chain translation {\n"
             "    type nat hook output priority -100;\n"
             "    ip daddr " OUTSIDE " tcp dport %u dnat to 127.0.0.1\n"
             "  }\n"
             "  chain strangers {\n"
             "    type filter hook output priority 0;\n"
             "    tcp sport %u ct state invalid drop\n"
             "    ip daddr " OUTSIDE " ct state invalid drop\n"
             "  }\n"
             "}\n",
             forgets_s, port, port);
    snprintf(url, sizeof(url), OUTSIDE ":%u", port);
    return own_network_rules(what, rules) && forget_for_good() &&
           endpoint_parse(url, ret_before) == 0;
}
