/* SPDX-License-Identifier: MIT
 *
 * Drawings under test: as text, in which things are counted.
 */
#ifndef PUSHLAB_TESTS_DRAWING_H
#define PUSHLAB_TESTS_DRAWING_H

#include "../../server/bytes.h"

#include <string.h>

/* What was built, to be freed; the builder is finished. */
static inline char *drawing_text(struct builder *svg)
{
    builder_add(svg, "", 1);
    char *text = strdup(builder_slice(svg).at);
    builder_finish(svg);
    return text;
}

static inline unsigned count_of(const char *text, const char *wanted)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, wanted)); at++)
        count++;
    return count;
}

#endif
