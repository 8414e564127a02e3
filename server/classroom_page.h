/* SPDX-License-Identifier: MIT
 *
 * Classroom page: what the page of a lesson asks for.
 *
 * GET /class, in a class:
 *
 *   {"class":true,"own":BOOL,"addresses":[{"interface":"wlan0","host":"192.168.1.5"}]}
 *
 * own: whoever asks does so from this machine. addresses: where others may find the server, as
 * they stand in a URL; those that are listened on, at the moment. Without --class:
 * {"class":false}.
 *
 * GET /c: to the page; an address short enough to type.
 */
#ifndef PUSHLAB_CLASSROOM_PAGE_H
#define PUSHLAB_CLASSROOM_PAGE_H

#include "reply.h"
#include "server.h"

/* Handlers (routes.c). Any worker thread. */
void page_class(struct server *server, const struct request *request, struct reply *reply);
void page_class_short(struct server *server, const struct request *request,
                      struct reply *reply);

#endif
