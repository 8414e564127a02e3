/* SPDX-License-Identifier: MIT
 *
 * Squeezer: gzip as a middleman does it who never flushes: bytes come out when the compressor's
 * buffer is full, or at the end. Pure.
 */
#ifndef PUSHRELAY_SQUEEZER_H
#define PUSHRELAY_SQUEEZER_H

#include "../../server/bytes.h"

struct squeezer;

/* chunked: its output is a chunked body (RFC 9112, 7.1). NULL when out of memory. */
struct squeezer *squeezer_create(bool chunked);
void squeezer_destroy(struct squeezer *squeezer);
/* Compresses data; ends: it is the last. What comes out is added to out. False when out of
 * memory. */
bool squeezer_add(struct squeezer *squeezer, struct slice data, bool ends, struct builder *out);

#endif
