/* SPDX-License-Identifier: MIT
 *
 * The side that is a pushlab: a server, a quiet connection for questions, and the side.
 */
#ifndef PUSHBENCH_SIDE_PUSHLAB_H
#define PUSHBENCH_SIDE_PUSHLAB_H

#include "control.h"
#include "server_process.h"
#include "side.h"

struct side_pushlab {
    struct side side;
    unsigned others; /* subscribers of the topic that are not the side's; 0 unless set */
    struct server_process server;
    struct control control;
    char topic[32];
};

/* What its server is started with. */
struct pushlab_settings {
    unsigned workers;
    const char *flush; /* NULL: as pushlab has it */
};

/*
 * Starts a pushlab that is ready for the load in pushlab->side.options. All zero before, but
 * for that, others and the side's name; to be stopped in any case. False: one line on standard
 * error says why.
 */
bool side_pushlab_start(struct side_pushlab *pushlab, const struct common_options *common,
                        const struct pushlab_settings *settings);
/* Opens the side, and sees to it that the server counts as many subscribers as there are. */
bool side_pushlab_open(struct side_pushlab *pushlab, const struct side_plan *plan);
/* Says in the report, once, how the server writes its streams (--flush). */
void side_pushlab_note_flush(struct side_pushlab *pushlab, struct report *report);
/* Whether the server ended well; true for one that was never started. */
bool side_pushlab_stop(struct side_pushlab *pushlab);

#endif
