/* SPDX-License-Identifier: MIT
 *
 * Faults that a path can have, and the configuration line that cures each, by product. The page
 * web/doctor.html has the same lines in web/doctor/cures.js.
 */
#ifndef PUSHBENCH_DOCTOR_CURES_H
#define PUSHBENCH_DOCTOR_CURES_H

#include "doctor_clues.h"

enum fault {
    FAULT_NO_UPGRADE, /* a handshake reaches the server as a plain GET, or not at all */
    FAULT_NO_TUNNEL,  /* CONNECT is refused */
    FAULT_HOLDS,      /* a stream is held back until a buffer is full, or it ends */
    FAULT_COMPRESSES, /* the same, by a compressor that waits for more */
    FAULT_GATHERS,    /* pieces are gathered for a while */
    FAULT_CUTS,       /* silence is taken for an end */
    FAULT_ENDS,       /* whatever has lasted too long is ended */
    FAULT_FORGETS,    /* silence is forgotten, and nobody is told */
    FAULT_CACHES,     /* old answers are given again */
    FAULT_CHANGES,    /* bytes were changed, repeated or reordered */
    FAULT_LOSES,      /* Last-Event-ID does not arrive */
    FAULT_REFUSES,    /* refused by something or somebody, for reasons of its own */
    FAULTS,
};

/* For programs, such as "no_upgrade". */
const char *fault_id(enum fault fault);
/* Short: what kind of thing does so. */
const char *fault_name(enum fault fault);
/* A sentence on it. */
const char *fault_text(enum fault fault);
/* What helps where the thing on the way cannot be set up otherwise; NULL: nothing. */
const char *fault_without(enum fault fault);
/* The line of its configuration; NULL: it has none, or is not known to need one. */
const char *cure_line(enum product product, enum fault fault);
/* Whether it does so as it comes. */
bool cure_is_needed_by_default(enum product product, enum fault fault);

#endif
