/* SPDX-License-Identifier: MIT
 *
 * What a probe is made of: its reader (the subscriber), its writer (who publishes for it), and
 * the phases that both go through. For probe*.c alone.
 */
#ifndef PUSHBENCH_PROBE_PARTS_H
#define PUSHBENCH_PROBE_PARTS_H

#include "probe.h"

/* The request that the client's kind writes, with the plan's further query. direct: past the
 * path; absolute: as forward proxies are asked. */
void probe_compose(const struct probe *probe, const struct client *client, bool direct,
                   bool absolute, struct builder *out);

/* Asks, over the connection there is or a new one. */
void reader_ask(struct probe *probe, int64_t now);
/* Bytes came, or the end (ended). */
void reader_on_bytes(struct probe *probe, int64_t now, bool ended);
/* There was no connection. */
void reader_on_failure(struct probe *probe);
/* More came than can be a message, or more was asked than the other end takes. */
void reader_on_flood(struct probe *probe);
/* Whether there is one to be polled. */
bool reader_open(const struct probe *probe);
void reader_close(struct probe *probe);

/* Asks for the topic's cursor, which comes to probe->client. */
void writer_ask_cursor(struct probe *probe);
/* Publishes the next message; pad bytes long besides its number. */
void writer_publish(struct probe *probe, size_t pad, int64_t now);
void writer_on_bytes(struct probe *probe, bool ended);
void writer_on_failure(struct probe *probe);

void probe_enter(struct probe *probe, enum probe_phase phase, int64_t now);

#endif
