/* SPDX-License-Identifier: MIT */
#include "loss.h"

#include "../churn_plan.h"
#include "../own_network.h"

#include <math.h>
#include <stdio.h>

/* Segments of a lane after which the pattern begins anew: a prime, so that it does not keep
 * step with the rounds in which clients are served. */
enum { PERIOD = 9973 };

static const char what[] = "--loss";

bool loss_prepare(void)
{
    struct builder none = {0};
    loss_rules(0, 0, NULL, 0, &none);
    builder_add(&none, "", 1);
    bool good = own_network_enter(what) && !none.failed &&
                own_network_rules(what, builder_slice(&none).at);
    builder_finish(&none);
    return good;
}

/* One place in each of as many equal parts, so that the share is right from early on. */
static void add_pattern(double percent, uint64_t seed, struct builder *out)
{
    unsigned count = (unsigned)fmax(1, round(percent / 100 * PERIOD));
    uint64_t state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15); /* small seeds are alike */
    builder_format(out, "    numgen inc mod %d vmap {", PERIOD);
    for (unsigned i = 0; i < count; i++) {
        unsigned from = i * PERIOD / count, to = (i + 1) * PERIOD / count;
        unsigned place = from + (unsigned)(churn_random(&state) % (to - from));
        builder_format(out, "%s %u : drop", i ? "," : "", place);
    }
    builder_add_text(out, " }\n");
}

static void add_doors(const char *address, const char *port, const uint16_t ports[],
                      unsigned count, struct builder *out)
{
    /* Over loopback each segment comes in once, whichever way it goes. */
    builder_format(out, "    ip %s 127.0.0.2-127.255.255.255 tcp %s vmap {", address, port);
    for (unsigned i = 0; i < count; i++)
        builder_format(out, "%s %u : jump lane%u", i ? "," : "", ports[i], i);
    builder_add_text(out, " }\n");
}

void loss_rules(double percent, uint64_t seed, const uint16_t ports[], unsigned count,
                struct builder *out)
{
    builder_add_text(out, "table ip pushbench\n"
                          "delete table ip pushbench\n"
                          "table ip pushbench {\n");
    for (unsigned i = 0; i < count; i++) {
        builder_format(out, "  chain lane%u {\n", i);
        add_pattern(percent, seed, out);
        builder_add_text(out, "  }\n");
    }
    if (count > 0) {
        builder_add_text(out, "  chain input {\n"
                              "    type filter hook input priority 0;\n");
        add_doors("saddr", "dport", ports, count, out);
        add_doors("daddr", "sport", ports, count, out);
        builder_add_text(out, "  }\n");
    }
    builder_add_text(out, "}\n");
}

bool loss_set(double percent, uint64_t seed, const uint16_t ports[], unsigned count)
{
    struct builder rules = {0};
    loss_rules(percent, seed, ports, count, &rules);
    builder_add(&rules, "", 1);
    bool good = !rules.failed && own_network_rules(what, builder_slice(&rules).at);
    builder_finish(&rules);
    return good;
}
