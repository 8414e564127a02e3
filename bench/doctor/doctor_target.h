/* SPDX-License-Identifier: MIT
 *
 * Where a user's path begins: an address as people write it, found and connected to, or what is
 * wrong with it, in words that say what to do.
 */
#ifndef PUSHBENCH_DOCTOR_TARGET_H
#define PUSHBENCH_DOCTOR_TARGET_H

#include "../compat/cover.h"
#include "../endpoint.h"

enum { TROUBLE_LIMIT = 640 };

struct target {
    char authority[WAY_NAME_LIMIT]; /* for the Host header: as browsers write it there */
    char reach[WAY_NAME_LIMIT];     /* always with the port */
    char path[512];                 /* with what follows it; empty: "/" alone was given */
    struct endpoint first; /* whom to connect to: the server's host, or the forward proxy */
    struct way way;        /* on from there; whom to believe is for the caller to say */
    bool forward;          /* the proxy is asked for what it can read */
};

/* Takes http://HOST[:PORT][/PATH], https://, ws:// and wss:// apart. False: trouble says why.
 */
bool target_parse(const char *url, struct target *ret_target, char trouble[TROUBLE_LIMIT]);
/* The same, and finds an address that takes connections. proxy: HOST:PORT of a forward proxy to
 * go by, or NULL. Waits for seconds at most. */
bool target_open(const char *url, const char *proxy, struct target *ret_target,
                 char trouble[TROUBLE_LIMIT]);
/* Asks for another name (HOST or HOST:PORT) than the address has. */
void target_rename(struct target *target, const char *authority);

#endif
