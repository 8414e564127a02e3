/* SPDX-License-Identifier: MIT
 *
 * The server under test: a pushlab started here on a free port and ended, by its process id,
 * whatever becomes of pushbench; or one that runs already.
 */
#ifndef PUSHBENCH_SERVER_PROCESS_H
#define PUSHBENCH_SERVER_PROCESS_H

#include "arguments.h"
#include "endpoint.h"

#include <sys/types.h>

enum { PROCESS_FOLDER_LIMIT = 256 };

struct server_process {
    struct endpoint endpoint;
    pid_t pid; /* 0: not known */
    bool own;
    int ready_fd; /* its standard output, held open; -1 when not ours */
};

/*
 * Starts one with these further options (ended by NULL), and waits for its ready line; or finds
 * the one named by common->server, to which options mean nothing. False: one line on standard
 * error says why.
 */
bool server_start(const struct common_options *common, const char *const *options,
                  struct server_process *ret_server);
/* Starts another program, which says `ready URL` as pushlab does. arguments are ended by NULL,
 * and the first is looked for in PATH. False: one line on standard error says why. */
bool server_spawn(const char *const *arguments, struct server_process *ret_server);
/* The path from the folder where pushbench lies; room holds it. */
const char *program_beside(const char *path, char *room, size_t size);
bool server_alive(const struct server_process *server);
/* SIGTERM, and waits. Whether it ended with 0 in time; true for one that is not ours. */
bool server_stop(struct server_process *server);

/* Forks a child that ends with its parent, whatever becomes of that, and by SIGTERM at once. */
pid_t process_fork(void);
/* Makes an empty folder for a process started here, in $TMPDIR or else in /tmp. False, with
 * errno: there is none, and ret_path is empty. */
bool process_folder(char ret_path[PROCESS_FOLDER_LIMIT]);
/* Sees to it that a process started here ends with pushbench, also on Ctrl-C. */
void process_guard(pid_t pid);
void process_unguard(pid_t pid);
/* From now on the first Ctrl-C (or SIGTERM, SIGHUP) ends nothing, so that what was measured can
 * be kept: whoever runs asks process_interrupted. A second one ends all. */
void process_keep_going(void);
/* The number of the signal that came since, or 0. */
int process_interrupted(void);

#endif
