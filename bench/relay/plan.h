/* SPDX-License-Identifier: MIT
 *
 * Plan: what the command line and a config file ask for, before anything is opened.
 */
#ifndef PUSHRELAY_PLAN_H
#define PUSHRELAY_PLAN_H

#include "faults.h"

enum {
    DOORS_LIMIT = 64,
    DOOR_NAME_LIMIT = 32,
    PLAN_ADDRESS_LIMIT = 128,
    PLAN_ORIGINS_LIMIT = 512
};

struct door_plan {
    char name[DOOR_NAME_LIMIT];
    char listen[PLAN_ADDRESS_LIMIT]; /* ADDR:PORT or PORT */
    char to[PLAN_ADDRESS_LIMIT];     /* HOST:PORT; empty: a forward proxy without a home */
    struct faults faults;
};

struct plan {
    struct door_plan doors[DOORS_LIMIT];
    unsigned count;
    char control[PLAN_ADDRESS_LIMIT];         /* a path, or [ADDR:]PORT; empty: none */
    char control_origins[PLAN_ORIGINS_LIMIT]; /* of pages that may, separated by commas */
    uint64_t seed;
};

enum { PLAN_GO = -1 };

/* Reads the arguments. PLAN_GO, or the exit status: --help was printed, or a line on standard
 * error says what is wrong. */
int plan_read(int argc, char **argv, struct plan *ret_plan);
/* Adds what a JSON file says; base: the faults its doors start from, to: where they lead unless
 * they say. False after a line on standard error. */
bool plan_read_config(struct plan *plan, const char *path, const struct faults *base,
                      const char *to);
/* A further door with these faults, for the caller to fill; NULL when there are too many, or
 * one has this name. */
struct door_plan *plan_add(struct plan *plan, const char *name, size_t name_len,
                           const struct faults *base, const char *to);

#endif
