/* SPDX-License-Identifier: MIT
 *
 * Transport: *when to read* plus *how to frame*. This is the file to read before writing one.
 *
 * A topic is a log; a subscriber is a cursor in it. The server moves the cursors, in one loop
 * (advance.c): it knows what is new, who waits, who is slow, whom the log has overtaken. A
 * transport adds only what differs between the four: at which moments its subscribers read
 * (`reads`), and what the bytes around a message look like (everything else here). It has no
 * loop, no queue, no timer and no socket of its own.
 *
 * Put the initialisers at the end of transports/short_poll.c, long_poll.c, sse.c and
 * websocket.c under each other and you have the table of push techniques.
 *
 * Threads: every function here is called on the worker thread that owns the subscriber, and
 * must not block. Errors: running out of memory shows in the builder, which the caller checks;
 * then this one connection is closed. Members marked *optional* may be NULL.
 *
 * A transport can also be loaded: a shared object that defines `const struct transport
 * pushlab_transport` (see transports/ndjson.c) is served at /NAME/TOPIC and shows up in
 * /transports, the metrics, the page and the tests by itself.
 */
#ifndef PUSHLAB_TRANSPORT_H
#define PUSHLAB_TRANSPORT_H

#include "gap.h"
#include "message.h"
#include "reply.h"

enum { TRANSPORT_ABI = 3 };

struct subscriber; /* see subscriber.h for what a transport may ask of it */

enum transport_reads {
    READS_NOW,  /* once, at once: the answer may be empty (short poll) */
    READS_WAIT, /* once, as soon as there is something, or when the hold ends (long poll) */
    READS_ON,   /* on and on, until either side leaves (SSE, WebSocket) */
};

/* What one answer of a poll holds. All borrowed for the call. */
struct batch {
    struct slice topic; /* empty when there are many */
    struct slice next;  /* the cursor to go on from */
    struct message *const *messages;
    unsigned count;
    const struct gap *gaps;
    unsigned gap_count;
};

struct transport {
    unsigned abi;     /* TRANSPORT_ABI: a module built for another is refused */
    const char *name; /* URL prefix, C file, JS file, metrics label, bench row */
    const char *title;
    enum transport_reads reads;
    const char *content_type; /* of the answer or stream */
    const char *headers; /* optional: further header lines of its answers, each ended by CRLF */
    bool duplex;         /* the subscriber can speak on the same connection */

    /* A refused EventSource never comes back. So for SSE a malformed cursor is a gap of unknown
     * size instead of 400, and at a limit `full` is sent instead of 503. */
    bool never_refuses;
    /* What `gap` writes has the cursor behind the gap. Then what `open` writes has the one in
     * front of it: who is cut off between the two is told again. */
    bool gap_has_cursor;
    void (*full)(struct builder *out); /* with never_refuses: a whole answer */

    /* ---- READS_NOW and READS_WAIT ---- */

    /* Writes the body of one answer. The head around it is the server's. */
    void (*answer)(const struct batch *batch, struct builder *body);

    /* ---- READS_ON ---- */

    /*
     * A subscriber has asked. Chooses its encoding (subscriber_encode), and writes the answer's
     * head and whatever comes before the first message: the cursor it starts from, always. 0;
     * or a positive HTTP status: then ret_refusal has been filled and is sent instead, and
     * `closed` is not called.
     */
    int (*open)(struct subscriber *subscriber, const struct request *request,
                struct builder *out, struct reply *ret_refusal);
    /* Optional: goes before each message of a subscriber of many topics, whose cursor is a list
     * and thus its own; shared bytes cannot hold it. Called with the cursor already behind the
     * message. */
    void (*prefix)(struct subscriber *subscriber, struct builder *out);
    /* Messages up to gap->to can no longer be given. Non-zero: the subscriber cannot be told
     * and must be closed (after what was written). cursor: just before the oldest held. */
    int (*gap)(struct subscriber *subscriber, const struct gap *gap, struct builder *out);
    /* The interval has passed: something that shows the subscriber that the line is alive. */
    void (*heartbeat)(struct subscriber *subscriber, struct builder *out);
    /* The server is going: the last bytes of the stream. */
    void (*bye)(struct subscriber *subscriber, struct builder *out);

    /* ---- with duplex ---- */

    /*
     * Bytes from the subscriber (may be changed in place; what is incomplete must be kept by
     * the transport). Answers go to out. 0, or non-zero to close after out has been sent.
     */
    int (*input)(struct subscriber *subscriber, char *bytes, size_t len, struct builder *out);
    /* Optional: the subscriber is gone; frees what subscriber_state holds. */
    void (*closed)(struct subscriber *subscriber);
    /* Optional: about once a second on each worker's thread; frees what the transport keeps for
     * the thread and has not used since the last time. */
    void (*thread_sweep)(void);
    /* Optional: a worker's thread ends; frees all that the transport keeps for it. */
    void (*thread_end)(void);
};

#endif
