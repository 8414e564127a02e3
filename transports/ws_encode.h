/* SPDX-License-Identifier: MIT
 *
 * Messages as WebSocket frames: what a subscriber without a subprotocol is sent, and the
 * tutorial's pictures. Each is made once per message and shared by all who read it.
 */
#ifndef PUSHLAB_WS_ENCODE_H
#define PUSHLAB_WS_ENCODE_H

#include "../server/message.h"
#include "ws_frame.h"

/* The message's data as one frame: text for text and json, binary for binary. No parameter. */
extern const struct encoding ws_raw_encoding;
/* The same, compressed where that makes it smaller. Parameter: the window's bits, 9 to 15. */
extern const struct encoding ws_raw_deflate_encoding;
/* The data in base64, as one text frame: what the tutorial's page puts into an <img>. No
 * parameter. */
extern const struct encoding ws_base64_encoding;

/* One frame with data compressed as agreed with window_bits (9 to 15), or plain where that is
 * no longer. Either may be sent once permessage-deflate was negotiated (RFC 7692, 6). */
void ws_add_frame_deflated(struct builder *builder, enum ws_opcode opcode, struct slice data,
                           unsigned window_bits);

#endif
