/* SPDX-License-Identifier: MIT
 *
 * Cursor: a place in a log, as clients carry it: EPOCH-SEQ, meaning "everything up to SEQ was
 * seen". EPOCH names one life of the topic, so that a number from another life is never taken
 * for one of this. Many topics: `a:CURSOR,b:CURSOR`.
 */
#ifndef PUSHLAB_CURSOR_H
#define PUSHLAB_CURSOR_H

#include "gap.h"
#include "log.h"

enum since_kind {
    SINCE_ABSENT,
    SINCE_NOW,    /* only what comes */
    SINCE_FIRST,  /* all that is held */
    SINCE_LAST,   /* the last `number`, then on */
    SINCE_CURSOR, /* everything after `number` of `epoch` */
    SINCE_MALFORMED,
};

struct since {
    enum since_kind kind;
    uint64_t number;
    char epoch[EPOCH_LIMIT + 1];
};

/* `now`, `first`, `-N` or EPOCH-SEQ; empty means absent. */
struct since since_parse(struct slice text);
/* The part of a list cursor that speaks of topic; `now`, `first` and `-N` speak of all. */
struct since since_parse_list(struct slice text, struct slice topic);

/*
 * Where reading starts in a log: the number of the first message to give. When messages that
 * the cursor has not seen can no longer be given, *ret_gap says which (its `reason` is NULL
 * when there is no gap). absent says what SINCE_ABSENT means: SINCE_NOW for streams, SINCE_LAST
 * (the newest one) for polls. head is the topic's shared head: cursors up to it are never a
 * gap.
 */
uint64_t since_resolve(const struct since *since, enum since_kind absent, const struct log *log,
                       const struct label *label, uint64_t head, struct gap *ret_gap);

/* The cursor that somebody came with; of a malformed one, one that no log has. */
void since_add(const struct since *since, struct builder *out);

/* EPOCH-SEQ where SEQ = next - 1. */
void cursor_add(const struct label *label, uint64_t next, struct builder *out);

#endif
