/* SPDX-License-Identifier: MIT
 *
 * What stands on a map, in both languages. Figures follow the words.
 */
#ifndef PUSHBENCH_MAP_WORDS_H
#define PUSHBENCH_MAP_WORDS_H

#include "../report/html.h"

enum map_word {
    WORD_TITLE,
    WORD_TITLE_COALESCED, /* the window follows */
    WORD_CPU,
    WORD_WIRE,
    WORD_BUDGET, /* the delay follows */
    WORD_MEMORY,
    WORD_ORDER,
    WORD_MESSAGES,
    WORD_RATE, /* the interval follows */
    WORD_CLIENTS,
    WORD_SHORT_POLL_CLOSE, /* these in the order of enum cost_transport */
    WORD_SHORT_POLL,
    WORD_LONG_POLL,
    WORD_SSE,
    WORD_WEBSOCKET,
    WORD_TIE,
    WORD_ALL_TIE,
    WORD_UNKNOWN,
    WORD_BEYOND,
    WORD_MEASURED,
    WORD_COMPOSED,
    WORD_THEORY,
    WORD_HOLDS,
    WORD_FAILS,
    WORD_STRIPS,
    WORD_CURVE_CPU, /* the number of clients follows */
    WORD_CURVE_WIRE,
    WORD_CURVE_DELAY,
    WORD_UNIT_CPU,
    WORD_UNIT_WIRE,
    WORD_UNIT_DELAY,
    WORD_BY_THEORY, /* behind a transport's name */
    MAP_WORDS,
};

extern const struct words map_words[MAP_WORDS];

#endif
