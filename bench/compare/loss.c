/* SPDX-License-Identifier: MIT */
#include "loss.h"

#include "../own_network.h"

#include <stdio.h>

enum { PARTS = 100000 }; /* in which nftables draws */

static const char what[] = "--loss";

bool loss_prepare(void)
{
    return own_network_enter(what) && loss_set(0);
}

bool loss_set(double percent)
{
    /* Over loopback each segment comes in once, whichever way it goes. */
    static const char clients[] = "127.0.0.2-127.255.255.255";
    char rules[512], drop[64] = "";
    if (percent > 0)
        snprintf(drop, sizeof(drop), "numgen random mod %d < %.0f drop;", PARTS,
                 percent / 100 * PARTS);
    snprintf(rules, sizeof(rules),
             "table ip pushbench\n"
             "delete table ip pushbench\n"
             "table ip pushbench {\n"
             "  chain lossy { %s }\n"
             "  chain input {\n"
             "    type filter hook input priority 0;\n"
             "    ip protocol tcp ip saddr %s jump lossy\n"
             "    ip protocol tcp ip daddr %s jump lossy\n"
             "  }\n"
             "}\n",
             drop, clients, clients);
    return own_network_rules(what, rules);
}
