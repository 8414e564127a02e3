/* SPDX-License-Identifier: MIT
 *
 * Gap: what a subscriber can no longer be given. Messages that have left the log before they
 * were read are never skipped in silence: the reader is told which ones they were, and then
 * goes on with the oldest message still held.
 */
#ifndef PUSHLAB_GAP_H
#define PUSHLAB_GAP_H

#include "bytes.h"

struct gap {
    const char *topic;  /* a topic's name; borrowed */
    bool known;         /* whether it is known which messages are missed */
    uint64_t from;      /* the first missed seq; from, to and count only when known */
    uint64_t to;        /* the last missed seq */
    uint64_t count;     /* how many: to - from + 1 */
    const char *reason; /* static text for people, plain ASCII without quotes or backslashes */
};

/* Writes {"topic","from","to","count","reason"}; the three numbers are null when unknown. */
void gap_add_json(const struct gap *gap, struct builder *out);

#endif
