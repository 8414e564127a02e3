/* SPDX-License-Identifier: MIT
 *
 * Link: one connection through a door: the client's end, the server's, a pipe each way between
 * them, and the HTTP reader when the door has one. The server is connected to at once, or with
 * HTTP when there is something to say to it.
 *
 * A link frees itself some time after it has ended. One thread.
 */
#ifndef PUSHRELAY_LINK_H
#define PUSHRELAY_LINK_H

#include "door.h"
#include "pipe.h"

enum link_state {
    LINK_OPEN,
    LINK_FROZEN,    /* neither reads nor writes until it is thawed or both have gone */
    LINK_FORGOTTEN, /* as a router forgets: whoever sends gets a reset */
    LINK_CLOSING,   /* FIN is sent to both; what they still send is dropped */
    LINK_DEAD,
};

struct link {
    struct door *door;
    struct link *next, **here; /* among the door's, later among the graves */
    struct end client, server;
    struct pipe pipes[WAYS];
    struct http_fault *http; /* NULL: bytes pass as they are */
    enum link_state state;
    int64_t born_us, last_us; /* last_us: when bytes came or went */
    struct alarm alarm;       /* idle-cut, the triggers by time, the end of closing */
    unsigned source;          /* which of loopback's addresses the server sees; 0: 127.0.0.1 */
    bool thawed;              /* freeze-after has had its way */
    bool ended[WAYS];         /* who sends this way has ended its side */
};

/* Takes over the client's socket. */
void link_start(struct door *door, int fd);
void link_act(struct link *link, enum door_act act);
/* The door's faults have changed. */
void link_changed(struct link *link);
size_t link_held(const struct link *link);
/* Frees one that is dead. */
void link_free(struct link *link);

#endif
