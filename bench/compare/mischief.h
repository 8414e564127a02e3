/* SPDX-License-Identifier: MIT
 *
 * Mischief: some messages are dropped, repeated or swapped with the next on their way from a
 * client to the books, so that one can see that the books tell. Which ones, a seed says.
 */
#ifndef PUSHBENCH_MISCHIEF_H
#define PUSHBENCH_MISCHIEF_H

#include "../../server/bytes.h"

enum misdeed_kind { MISDEED_DROP, MISDEED_REPEAT, MISDEED_SWAP, MISDEED_KINDS };

enum {
    MISDEEDS_EACH = 10, /* of each kind, of all clients together */
    MISDEEDS = MISDEEDS_EACH * MISDEED_KINDS,
    MISCHIEF_TEXTS = 2,               /* at most, for one that came */
    MISCHIEF_MESSAGES = 2 * MISDEEDS, /* each client must get so many at least */
};

struct mischief {
    uint64_t *arrived; /* by client: messages so far */
    struct misdeed {
        enum misdeed_kind kind;
        unsigned client;
        uint64_t number;     /* of the client's messages, from 0 on */
        struct builder held; /* SWAP: its text, until the next one came */
    } deeds[MISDEEDS];
    unsigned done[MISDEED_KINDS];
};

/* Plans for so many clients, of which each will get so many messages, MISCHIEF_MESSAGES at
 * least. False: out of memory. */
bool mischief_init(struct mischief *mischief, uint64_t seed, unsigned clients,
                   unsigned messages);
void mischief_finish(struct mischief *mischief);
/* A client has got a message; what the books shall get, and how many. Borrowed until the next
 * call. */
unsigned mischief_pass(struct mischief *mischief, unsigned client, struct slice text,
                       struct slice ret_texts[MISCHIEF_TEXTS]);

#endif
