/* SPDX-License-Identifier: MIT
 *
 * The JSON form of a message, which all transports share: an element of a poll's batch, the
 * data of an SSE event with `format=json`, a frame of the WebSocket subprotocol.
 *
 *   {"id":"EPOCH-SEQ","seq":7,"time":1795347000123456,"event":"tick","type":"text","data":"…"}
 *
 * `event` is there only when it was set. `data` is a string for text, the value byte for byte
 * as it was published for json (so it may hold line ends, as white space), and base64 in a
 * string for binary. It is written by hand and not with cJSON, which would parse the value and
 * print it again: 2^53 + 1 would come out as another number.
 */
#ifndef PUSHLAB_JSON_MESSAGE_H
#define PUSHLAB_JSON_MESSAGE_H

#include "../server/message.h"

/* The message as above. Takes no parameter (0). */
extern const struct encoding json_encoding;
/* The same with "topic":"NAME" in front, for a reader of several topics. */
extern const struct encoding json_topic_encoding;

/* Writes text, which must be UTF-8, as a JSON string with its quotes (RFC 8259, section 7).
 * Escaped are the quote, the backslash and the control characters, NUL too; nothing else. */
void json_add_string(struct builder *out, struct slice text);

/* What the two encodings write. */
void json_add_message(struct builder *out, const struct message *message, bool with_topic);

#endif
