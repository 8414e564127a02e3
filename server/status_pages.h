/* SPDX-License-Identifier: MIT
 *
 * Status pages: what the server says about itself, as JSON, and as Prometheus text at /metrics.
 * Numbers of 64 bits are written digit by digit, never by way of a double. Each fills in the
 * whole reply; any worker thread.
 */
#ifndef PUSHLAB_STATUS_PAGES_H
#define PUSHLAB_STATUS_PAGES_H

#include "reply.h"
#include "server.h"

/* [{"name","title","reads":"now|wait|on","duplex","path"}…] */
void page_transports(struct server *server, const struct request *request, struct reply *reply);
/* [{"name","first","next","messages","bytes","subscribers"}…]: `first` is the seq of the oldest
 * message held, `next` the cursor of the head. */
void page_topics(struct server *server, const struct request *request, struct reply *reply);
/* The figures of stats.h, of all workers together, by transport; and the process's own. */
void page_stats(struct server *server, const struct request *request, struct reply *reply);
/* The same, in the text format of Prometheus. */
void page_metrics(struct server *server, const struct request *request, struct reply *reply);
/* 200 {"status":"ok"}, or 503 {"status":"draining"}. */
void page_healthz(struct server *server, const struct request *request, struct reply *reply);
/* {"time_us":N}, for clients that measure their clock's offset. */
void page_time(struct server *server, const struct request *request, struct reply *reply);
/* {"lab":BOOL,"heartbeat_ms":N,"heartbeat_timeout_ms":N,"doors":URL or null,
 * "bench":URL or null}: what the pages may offer and have to know. */
void page_lab(struct server *server, const struct request *request, struct reply *reply);

#endif
