/* SPDX-License-Identifier: MIT
 *
 * A `compare` that has ended, read from its JSON to be judged.
 */
#ifndef PUSHBENCH_COMPARE_DOCUMENT_H
#define PUSHBENCH_COMPARE_DOCUMENT_H

#include "compare.h"

struct compare_kept {
    struct judged figures[COMPARE_CHAIN];         /* a median of NAN: not known */
    double repeats[COMPARE_CHAIN][REPEATS_LIMIT]; /* borrowed by them */
    struct tolerance tolerance;
};

/* One metric's figures of a reading's chain, as the run itself judges them. */
void compare_document_read(const cJSON *document, const struct compare_reading *reading,
                           enum metric metric, struct compare_kept *ret_kept);

#endif
