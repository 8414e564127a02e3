/* SPDX-License-Identifier: MIT
 *
 * Where a user's path begins: an address as people write it, found and connected to, or what is
 * wrong with it, in words that say what to do.
 */
#ifndef PUSHBENCH_DOCTOR_TARGET_H
#define PUSHBENCH_DOCTOR_TARGET_H

#include "../endpoint.h"

enum { TROUBLE_LIMIT = 640 };

struct target {
    char authority[140];   /* for the Host header */
    char path[512];        /* with what follows it; empty: "/" alone was given */
    struct endpoint first; /* whom to connect to: the server's host, or the forward proxy */
    bool forward;
};

/* Takes http://HOST[:PORT][/PATH] and ws:// apart. False: trouble says why. */
bool target_parse(const char *url, struct target *ret_target, char trouble[TROUBLE_LIMIT]);
/* The same, and finds an address that takes connections. proxy: HOST:PORT of a forward proxy to
 * go by, or NULL. Waits for seconds at most. */
bool target_open(const char *url, const char *proxy, struct target *ret_target,
                 char trouble[TROUBLE_LIMIT]);

#endif
