/* SPDX-License-Identifier: MIT
 *
 * Pipe: one direction of a connection. What is pushed in leaves at the other end, in order,
 * when its pace says so: a queue of pieces, each with its time, and one alarm for the first of
 * them. The end of the bytes is the last piece, so that it does not overtake them either.
 *
 * A pipe calls nobody: its owner flushes it when its alarm or its end calls. One thread.
 */
#ifndef PUSHRELAY_PIPE_H
#define PUSHRELAY_PIPE_H

#include "alarms.h"
#include "end.h"
#include "pace.h"

#include "../../server/bytes.h"

struct piece;

struct pipe {
    struct end *to;
    const struct way *way; /* the door's: changes count at once */
    struct alarms *alarms;
    struct alarm alarm; /* its on_due is the owner's */
    struct pace pace;
    struct piece *first, **last;
    size_t held;     /* bytes in the queue */
    uint64_t passed; /* bytes that the kernel took */
    bool ended;      /* no more will be pushed */
    bool finished;   /* and all is written, the end too */
    bool thawed;     /* freeze-after has had its way */
};

enum pipe_outcome {
    PIPE_WAITS,   /* nothing is due, or what it waits for will call the owner */
    PIPE_BROKEN,  /* the other side takes no more */
    PIPE_RESETS,  /* reset-after has come */
    PIPE_FREEZES, /* freeze-after has come */
};

void pipe_init(struct pipe *pipe, struct end *to, const struct way *way, struct alarms *alarms,
               void (*on_due)(void *owner), void *owner);
/* Drops what is held; the pipe may be used again from its start. */
void pipe_clear(struct pipe *pipe);
/* Takes a copy; its time is counted from now. False when out of memory. */
bool pipe_push(struct pipe *pipe, struct slice bytes, uint64_t random);
/* No more will come; does nothing the second time. False when out of memory. */
bool pipe_end(struct pipe *pipe, uint64_t random);
/* Writes what is due, one slice of it when writes are sliced. */
enum pipe_outcome pipe_flush(struct pipe *pipe);

#endif
