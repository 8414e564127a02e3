/* SPDX-License-Identifier: MIT
 *
 * The WebSocket subprotocol `pushlab.json`: one JSON object a text message, both ways, so that
 * one connection can follow and leave topics, publish, and be measured. Bytes in, bytes out;
 * frames are the caller's (ws_frame.h).
 */
#ifndef PUSHLAB_WS_JSON_H
#define PUSHLAB_WS_JSON_H

#include "../server/subscriber.h"

/* {"ready":["T"],"next":"CURSOR"} for what the subscriber follows now. */
void ws_json_add_ready(struct subscriber *subscriber, struct builder *out);
/*
 * Carries out one command of the client's and writes its answer: {"publish":…},
 * {"subscribe":…}, {"unsubscribe":…} or {"ping":…}, each with an optional "ref" that the answer
 * repeats. Whatever is wrong is answered {"error":{"status","message"}}. A gap that a new
 * subscription begins with is left in *ret_gap, to be told after the answer.
 */
void ws_json_command(struct subscriber *subscriber, struct slice text, struct builder *out,
                     struct gap *ret_gap);

#endif
