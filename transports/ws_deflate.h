/* SPDX-License-Identifier: MIT
 *
 * permessage-deflate's payloads (RFC 7692, sections 7.2.1 and 7.2.2), one message at a time.
 *
 * Both ends agreed on no context takeover, so no connection holds compressor state: each thread
 * has a compressor for each window size it has met (up to 268 kB each) and one decompressor
 * (some 40 kB), made on first use and reset for each message. A thread that uses them calls
 * ws_deflate_sweep_thread now and then, and ws_deflate_finish_thread before it ends.
 */
#ifndef PUSHLAB_WS_DEFLATE_H
#define PUSHLAB_WS_DEFLATE_H

#include "../server/bytes.h"

/* zlib's raw deflate cannot make the window of 8 that RFC 7692 knows too. */
enum { WS_WINDOW_BITS_LEAST = 9, WS_WINDOW_BITS_MOST = 15 };

/*
 * Adds the compressed payload to out. An empty payload becomes one zero byte (RFC 7692,
 * 7.2.3.6). 0, or a negative errno with out as it was: -EINVAL for window_bits outside 9 to 15,
 * -ENOMEM (out is then failed if it was the one that could not grow).
 */
int ws_deflate(struct slice payload, unsigned window_bits, struct builder *out);

/*
 * Adds the message that was compressed, whatever its window; at most limit bytes are ever
 * written. 0, or a negative errno with out as it was:
 *   -EMSGSIZE  the message is longer than limit: close with 1009
 *   -EBADMSG   not deflate, or cut short: close with 1007
 *   -ENOMEM
 */
int ws_inflate(struct slice compressed, size_t limit, struct builder *out);

/* Frees what this thread has not used since the last call; the next use makes it anew. */
void ws_deflate_sweep_thread(void);
/* Frees all that this thread holds. */
void ws_deflate_finish_thread(void);

#endif
