/* SPDX-License-Identifier: MIT
 *
 * Swarm: many clients on one thread and one epoll set: connects, sends, receives, and hands
 * what the clients read to one callback.
 */
#ifndef PUSHBENCH_SWARM_H
#define PUSHBENCH_SWARM_H

#include "../endpoint.h"
#include "client.h"

struct swarm;

struct member {
    struct client client; /* first: a client of a swarm is a member */
    struct swarm *swarm;
    int fd;          /* -1: not connected */
    unsigned index;  /* in the swarm */
    bool connecting; /* its request goes out once the connection stands */
    bool mute;       /* what comes is not read as an answer, only counted */
    char *kept;      /* bytes that wait for more */
    size_t kept_len;
    size_t kept_size;
    uint64_t received; /* bytes, since it was connected */
    void *own;         /* the command's */
};

struct swarm {
    const struct endpoint *endpoint;
    struct member *members;
    unsigned count;
    unsigned first_number; /* of members, as endpoint_connect counts; 0 unless set */
    unsigned open;         /* members with a socket */
    unsigned connecting;
    int epoll_fd;
    char *scratch;
    struct builder request; /* reused */
    struct builder reply;
    void (*on_event)(struct member *member, const struct client_event *event, void *arg);
    void (*on_bytes)(struct member *member, void *arg); /* something came for a mute one */
    void (*on_close)(struct member *member, void *arg); /* its socket is about to be closed */
    void *arg;
    uint64_t asked;       /* requests sent */
    uint64_t asked_bytes; /* of these */
    uint64_t sent_bytes;
    uint64_t received_bytes;
};

/*
 * Room for count members, none of them connected. on_event may ask, send and close any member.
 * False: one line on standard error says why, and what to do when there are too few
 * descriptors.
 */
bool swarm_init(struct swarm *swarm, const struct endpoint *endpoint, unsigned count,
                void (*on_event)(struct member *member, const struct client_event *event,
                                 void *arg),
                void *arg);
/* Closes all. */
void swarm_finish(struct swarm *swarm);

/* Makes a member a fresh client and connects it, waiting or (begin_only) not. 0 or a negative
 * errno. Nothing is sent yet. */
int swarm_connect(struct swarm *swarm, unsigned index, const struct client_kind *kind,
                  const struct client_options *options, bool begin_only);
/* Sends the client's next request; for one that is still connecting, as soon as it can. */
void swarm_ask(struct member *member);
void swarm_send(struct member *member, struct slice bytes);
/* No event is told. Does nothing when it is closed. */
void swarm_close(struct member *member);
/* Waits for at most so long (-1: until something happens) and handles what has come. */
void swarm_turn(struct swarm *swarm, int64_t wait_ns);

#endif
