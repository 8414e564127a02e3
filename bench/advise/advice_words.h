/* SPDX-License-Identifier: MIT
 *
 * What the advisor says, in each language. {1}, {2}, … stand for figures and names.
 */
#ifndef PUSHBENCH_ADVICE_WORDS_H
#define PUSHBENCH_ADVICE_WORDS_H

#include "../report/html.h"
#include "cost.h"

enum { ADVICE_TEXT_SIZE = 480 };

enum advice_word {
    ADVICE_TOO_LATE,         /* ms at worst, ms allowed */
    ADVICE_TOO_LATE_POLL,    /* the same, ms between polls */
    ADVICE_TOO_LATE_BETWEEN, /* as the first */
    ADVICE_ONE_WAY,
    ADVICE_WAITS,
    ADVICE_NEEDS_UPGRADE,
    ADVICE_MAY_BE_GATHERED,
    ADVICE_NO_TRANSPORT,
    ADVICE_TAKE,        /* name, one of the next four */
    ADVICE_FOR_BATCHES, /* s between polls, messages in that time */
    ADVICE_FOR_HOLDING,
    ADVICE_FOR_SILENCE, /* messages between two polls */
    ADVICE_FOR_STREAMS,
    ADVICE_NEXT, /* name, its CPU and wire bytes by the first's */
    ADVICE_ALONE,
    ADVICE_ALONE_BUT_DOUBTFUL,
    ADVICE_GATHER, /* ms, name, CPU and wire bytes by the poll's, name of the poll */
    ADVICE_WORDS,
};

/* A transport's name in a sentence. */
const char *advice_name(enum cost_transport transport, enum language language);
/* The words with what stands in for {1}…; the arguments end with NULL. */
void advice_say(enum advice_word word, enum language language, const char *const arguments[],
                char ret_text[ADVICE_TEXT_SIZE]);

#endif
