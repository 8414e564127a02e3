/* SPDX-License-Identifier: MIT
 *
 * Words of the page of a `compat`. What became of the transports is said in its document.
 */
#ifndef PUSHBENCH_REPORT_COMPAT_WORDS_H
#define PUSHBENCH_REPORT_COMPAT_WORDS_H

#include "html.h"

enum compat_string {
    COMPAT_TITLE,
    COMPAT_LEAD,
    COMPAT_ORDERS,
    COMPAT_ORDERS_LEAD,
    COMPAT_SERVER,
    COMPAT_MEASURED,
    COMPAT_AS_SSE,
    COMPAT_AS_KEEP_ALIVE,
    COMPAT_REVERSED,
    COMPAT_REVERSED_LINE,
    COMPAT_NOT_REVERSED,
    COMPAT_MATRIX,
    COMPAT_MATRIX_LEAD,
    COMPAT_ENVIRONMENT,
    COMPAT_BROWSERS,
    COMPAT_BROWSERS_LEAD,
    COMPAT_BROWSER,
    COMPAT_NEVER,
    COMPAT_ENDED,
    COMPAT_BROWSERS_VERDICT,
    COMPAT_BROWSERS_SOURCE,
    COMPAT_LIES,
    COMPAT_STRINGS,
};

extern const struct words compat_strings[COMPAT_STRINGS];

/* Of a row's server, "naive" and so on; NULL: not known. */
const struct words *compat_care_words(const char *name);

#endif
