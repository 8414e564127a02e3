/* SPDX-License-Identifier: MIT */
#include "mischief.h"

#include "../churn_plan.h"

#include <stdlib.h>

bool mischief_init(struct mischief *mischief, uint64_t seed, unsigned clients,
                   unsigned messages)
{
    uint64_t state = seed + 1;
    unsigned room = messages / 2 / MISDEEDS;
    *mischief = (struct mischief){.arrived = calloc(clients, sizeof(*mischief->arrived))};
    /* Each has a part of the time for itself, and two messages there: one may be swapped with
     * the next, and neither is another's. */
    for (unsigned i = 0; i < MISDEEDS; i++)
        mischief->deeds[i] = (struct misdeed){
            .kind = i % MISDEED_KINDS,
            .client = (unsigned)(churn_random(&state) % clients),
            .number = 2 * (i * room + churn_random(&state) % room),
        };
    return mischief->arrived;
}

void mischief_finish(struct mischief *mischief)
{
    for (unsigned i = 0; i < MISDEEDS; i++)
        builder_finish(&mischief->deeds[i].held);
    free(mischief->arrived);
    mischief->arrived = NULL;
}

/* What is planned for one of the two messages from number on; NULL: nothing. */
static struct misdeed *planned(struct mischief *mischief, unsigned client, uint64_t number)
{
    for (unsigned i = 0; i < MISDEEDS; i++)
        if (mischief->deeds[i].client == client && mischief->deeds[i].number == number)
            return &mischief->deeds[i];
    return NULL;
}

unsigned mischief_pass(struct mischief *mischief, unsigned client, struct slice text,
                       struct slice ret_texts[MISCHIEF_TEXTS])
{
    uint64_t number = mischief->arrived[client]++;
    struct misdeed *deed = planned(mischief, client, number & ~UINT64_C(1));
    bool second = number & 1;
    ret_texts[0] = ret_texts[1] = text;
    if (!deed || (second && deed->kind != MISDEED_SWAP))
        return 1;
    if (deed->kind == MISDEED_SWAP && !second) {
        builder_add(&deed->held, text.at, text.len);
        return 0;
    }
    mischief->done[deed->kind]++;
    ret_texts[1] = second ? builder_slice(&deed->held) : text;
    return deed->kind == MISDEED_DROP ? 0 : 2;
}
