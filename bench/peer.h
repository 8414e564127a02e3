/* SPDX-License-Identifier: MIT
 *
 * Peer: another push server that is started here, to be measured beside pushlab. Each is a file
 * in bench/peers/ (its README says how they are set up) and an entry of the table in peer.c.
 */
#ifndef PUSHBENCH_PEER_H
#define PUSHBENCH_PEER_H

#include "clients/client.h"
#include "server_process.h"

struct peer {
    const char *name;
    const char *file; /* in the folder of peers: a configuration of nginx, or a Node script */
    bool nginx;
    const char *package; /* of npm; NULL: none is needed */
    const char *install; /* what to do where it is missing */
    /* Its clients, each by the name of pushlab's transport; ended by NULL. */
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT + 1];
};

/* All, ended by one without name. */
extern const struct peer peers[];

/* NULL: there is none of this name. */
const struct peer *peer_find(const char *name);
/* The client of pushlab's transport; NULL: the peer has no such transport. */
const struct client_kind *peer_client(const struct peer *peer, const struct client_kind *ours);
/* Whether all is there that it needs; one line on standard error says what is missing. */
bool peer_installed(const struct peer *peer, const char *folder);
/* Starts it with its file from the folder of peers, to be ended by server_stop. False: one line
 * on standard error says why. */
bool peer_start(const struct peer *peer, const char *folder, struct server_process *ret_server);

#endif
