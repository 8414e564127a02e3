/* SPDX-License-Identifier: MIT
 *
 * Server-Sent Events, the writing side (WHATWG HTML, section 9.2): a message becomes lines of
 * `field: value`, ended by a blank line.
 *
 *   id: EPOCH-SEQ
 *   event: tick
 *   data: first line
 *   data: second line
 *
 * A line ends at CR, LF or CRLF, so no value can hold one: data is split there, a `data:` field
 * for each line, and the reader joins them with LF. What arrives is the published text with
 * each CR and CRLF turned into LF, and nothing in it can pass for a field of its own.
 */
#ifndef PUSHLAB_SSE_ENCODE_H
#define PUSHLAB_SSE_ENCODE_H

#include "../server/message.h"

/* `id:`, `event:` when set, the data as it was published, binary as base64. */
extern const struct encoding sse_encoding;
/* The id, and the JSON message (json_message.h) as data: `format=json`. The event is inside it
 * and is no field: an EventSource drops events that nobody listens for by name, and who asks
 * for JSON wants every message in one place. */
extern const struct encoding sse_json_encoding;
/*
 * For readers of several topics: the JSON message with its topic as data, and NO `id:` field.
 * A reader's cursor is then a list, which differs from reader to reader: the caller writes it
 * with sse_add_id just before this. Without, the reader would keep its last id.
 */
extern const struct encoding sse_json_topic_encoding;

/* The field `id: ID` alone, which belongs to the event written next. */
void sse_add_id(struct builder *out, struct slice id);

/*
 * A whole event of the server's own (heartbeat, gap, bye). An empty id or event leaves that
 * field out; data may be empty (the event still fires) and may have several lines.
 * Of id and event only what is before a CR, LF or NUL is written.
 */
void sse_add_event(struct builder *out, struct slice id, struct slice event, struct slice data);

#endif
