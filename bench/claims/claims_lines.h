/* SPDX-License-Identifier: MIT
 *
 * How many lines of code a transport is, at both ends, counted in the source tree that
 * pushbench was built from. Blank lines and comments are none.
 */
#ifndef PUSHBENCH_CLAIMS_LINES_H
#define PUSHBENCH_CLAIMS_LINES_H

#include "claims.h"

struct transport_lines {
    const char *name; /* of the transport */
    double server;    /* all that it needs beyond what every transport has; NAN: no source */
    double client;    /* in a page */
};

enum { LINES_TRANSPORTS = 4, LINES_WEBSOCKET = 3, LINES_SSE = 2 };

/* By the order of client_kinds. False: the sources are not there; the finding says so. */
bool claims_count_lines(struct finding *finding,
                        struct transport_lines ret_lines[LINES_TRANSPORTS]);

#endif
