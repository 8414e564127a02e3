/* SPDX-License-Identifier: MIT
 *
 * Middlebox: a product that stands between clients and servers, started here with a
 * configuration of ours, on loopback, with a folder of its own, and ended by its process id.
 */
#ifndef PUSHBENCH_MIDDLEBOX_H
#define PUSHBENCH_MIDDLEBOX_H

#include "../report/html.h"
#include "../server_process.h"

enum { MIDDLEBOX_ARGUMENTS_LIMIT = 16, MIDDLEBOX_VERSION_LIMIT = 24 };

/* One kind of use of a product. Text is static. */
struct middlebox {
    const char *name;    /* of its configurations: NAME.default.conf, NAME.cured.conf */
    struct words title;  /* for people */
    const char *package; /* Debian's */
    const char *program;
    const char *asks_version; /* the argument on which it tells its version */
    /* Behind the program; may hold the marks that configurations may. */
    const char *arguments[MIDDLEBOX_ARGUMENTS_LIMIT];
    /* What the cured configuration does; without words: there is none, none needed. */
    struct words remedy;
    bool forward;
    bool padded; /* streams are asked to begin with 2 KiB of nothing (pad=2048) */
    bool secure; /* has a certificate, made for the run: cert.pem and key.pem in its folder */
    /* What plays the client before it, where the probe cannot speak its protocol; NULL: none.
     * It has a default configuration only. */
    const struct middlebox *client;
};

/* All that is known, ended by an entry without name. */
extern const struct middlebox middleboxes[];

struct middlebox_run {
    struct server_process process;
    char folder[PROCESS_FOLDER_LIMIT]; /* empty: none */
};

/* (middlebox_version.c) What the program says its version is, "" where it says none. */
void middlebox_version(const struct middlebox *box, const char *program,
                       char ret[MIDDLEBOX_VERSION_LIMIT]);

/* The program's path, looked for in these folders (with colons between). False: not there. */
bool middlebox_find(const struct middlebox *box, const char *folders, char *ret, size_t room);
/*
 * Starts it before origin, with the configuration NAME.VARIANT.conf of a folder, filled in, and
 * waits until it takes connections. False: one line on standard error says why, with the last
 * words of the program. In either case it is ended by middlebox_stop.
 */
bool middlebox_start(const struct middlebox *box, const char *program, const char *variant,
                     const char *configurations, const struct endpoint *origin,
                     struct middlebox_run *ret_run);
/* Ends it and removes its folder. Accepts one that never started, or a zeroed one. */
void middlebox_stop(struct middlebox_run *run);

#endif
