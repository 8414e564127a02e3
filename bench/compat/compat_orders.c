/* SPDX-License-Identifier: MIT */
#include "compat_orders.h"

#include <stdio.h>

enum { ORDERED_LIMIT = 8 };

enum order_verdict order_of(const unsigned counts[], unsigned count)
{
    unsigned ties = 0;
    for (unsigned i = 0; i + 1 < count; i++) {
        if (counts[i] < counts[i + 1])
            return ORDER_FAILS;
        ties += counts[i] == counts[i + 1];
    }
    if (ties == 0)
        return ORDER_HOLDS;
    return ties + 1 == count ? ORDER_EVEN : ORDER_TIES;
}

const char *order_verdict_text(enum order_verdict verdict)
{
    switch (verdict) {
    case ORDER_HOLDS:
        return "holds";
    case ORDER_TIES:
        return "holds but for ties";
    case ORDER_EVEN:
        return "all tie";
    case ORDER_FAILS:
        break;
    }
    return "does not hold";
}

unsigned order_reversed(const enum passage passages[], unsigned count, unsigned place)
{
    for (unsigned better = count - 1; better > place; better--)
        if (passages[better] < passages[place])
            return better;
    return count;
}

void order_tell(const char *const names[], const unsigned counts[], unsigned count, char *ret,
                size_t room)
{
    bool told[ORDERED_LIMIT] = {false};
    unsigned before = 0;
    size_t len = 0;
    ret[0] = '\0';
    for (unsigned place = 0; place < count && place < ORDERED_LIMIT && len < room; place++) {
        unsigned best = 0;
        while (told[best])
            best++;
        for (unsigned i = best + 1; i < count; i++)
            if (!told[i] && counts[i] > counts[best])
                best = i;
        told[best] = true;
        const char *sign = place == 0 ? "" : counts[best] == before ? " = " : " > ";
        len +=
            (size_t)snprintf(ret + len, room - len, "%s%s %u", sign, names[best], counts[best]);
        before = counts[best];
    }
}
