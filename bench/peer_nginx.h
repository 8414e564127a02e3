/* SPDX-License-Identifier: MIT
 *
 * The peer that is nginx with nchan: Debian's, with a configuration of ours, as the user who
 * calls, on a free port, and without leaving a file behind.
 */
#ifndef PUSHBENCH_PEER_NGINX_H
#define PUSHBENCH_PEER_NGINX_H

#include "server_process.h"

bool nginx_installed(void);
/* Starts it with this configuration, in which @PORT@ is filled in, and waits until it answers.
 * server->pid is the master's. False: one line on standard error says why. */
bool nginx_start(const char *configuration, struct server_process *ret_server);

#endif
