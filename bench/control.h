/* SPDX-License-Identifier: MIT
 *
 * Control: one quiet connection to the server beside the load, to ask what it counts and to
 * publish a single message. Waits for its answers.
 */
#ifndef PUSHBENCH_CONTROL_H
#define PUSHBENCH_CONTROL_H

#include "endpoint.h"

#include <cjson/cJSON.h>

struct control {
    const struct endpoint *endpoint;
    int fd;
};

/* False: one line on standard error says why. */
bool control_open(struct control *control, const struct endpoint *endpoint);
void control_close(struct control *control);
/* The JSON that GET gives, to be freed by cJSON_Delete; NULL when there is none. */
cJSON *control_get(struct control *control, const char *path);
/* Publishes a text; how many subscribers the server says it has, or -1. */
int64_t control_publish(struct control *control, const char *topic, struct slice text);
/* How many hold or stream this topic now; -1: the server does not answer. */
int64_t control_subscribers(struct control *control, const char *topic);
/* Polls until so many do, at most so long; the last number. */
int64_t control_await_subscribers(struct control *control, const char *topic, int64_t count,
                                  unsigned limit_ms);
/* A figure of /stats, by its name; -1 when there is none. */
double control_stat(struct control *control, const char *name);

#endif
