/* SPDX-License-Identifier: MIT
 *
 * End: one socket of a connection through the relay, and what is awaited of it. Zeroed with fd
 * -1 = none. One thread.
 */
#ifndef PUSHRELAY_END_H
#define PUSHRELAY_END_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>

struct end {
    int fd; /* -1: none, or closed */
    bool connected;
    bool awaited; /* bytes */
    bool gone;    /* its peer has closed or reset; known of a frozen one only */
    struct event in, out, closed;
};

/* What to call: readable, writable (once for each end_await_room), closed by its peer (once).
 */
struct end_calls {
    event_callback_fn on_in, on_out, on_closed;
};

/* Takes over a socket, which must not block; nothing is awaited yet. */
void end_open(struct end *end, struct event_base *base, int fd, bool connected,
              const struct end_calls *calls, void *arg);
void end_await_bytes(struct end *end, bool on);
void end_await_room(struct end *end);
/* Neither bytes nor room any longer, only that the peer leaves. */
void end_await_close(struct end *end);
/* The opposite: nothing of that any longer. */
void end_forget_close(struct end *end);
/* Closes with FIN, or with RST; accepts a closed one. */
void end_close(struct end *end, bool reset);

#endif
