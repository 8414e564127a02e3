/* SPDX-License-Identifier: MIT
 *
 * Chunked bodies (RFC 9112, 7.1): a state machine that takes one byte at a time, but for data,
 * which it moves in runs. As with heads, what two readers could understand differently is
 * refused: sizes without digits, bare LF (in extensions too), white space before a line's end.
 */
#include "octets.h"
#include "request.h"

#include <string.h>

enum state {
    AT_SIZE, /* zeroed = here */
    AT_EXTENSION_BLANK,
    AT_EXTENSION,
    AT_SIZE_LF,
    AT_DATA,
    AT_DATA_CR,
    AT_DATA_LF,
    AT_TRAILER, /* or at the blank line that ends the body */
    AT_TRAILER_NAME,
    AT_TRAILER_VALUE,
    AT_TRAILER_LF,
    AT_END_LF,
    AT_END,
};

static const struct refusal bad_size = {400, "A chunk's size must be 1 to 16 hex digits"};
static const struct refusal bad_extension = {400, "A chunk extension is malformed"};
static const struct refusal bad_line_end = {400, "Lines of a chunked body must end with CRLF"};
static const struct refusal bad_data_end = {400, "A chunk's data does not end where it should"};
static const struct refusal bad_trailer = {400, "A trailer line is malformed"};
static const struct refusal too_much_body = {413, "The body is larger than allowed"};
static const struct refusal too_much_spent = {413, "Chunk extensions or trailers too long"};

/* The functions below take one byte, and give the refusal that it earns or NULL to go on. */

static const struct refusal *expect(struct chunked *chunked, bool met, int next,
                                    const struct refusal *otherwise)
{
    if (!met)
        return otherwise;
    chunked->state = next;
    return NULL;
}

static const struct refusal *spend(struct chunked *chunked)
{
    return ++chunked->spent > CHUNKED_SPENT_LIMIT ? &too_much_spent : NULL;
}

/* RFC 9112, 7.1: chunk-size, which must be read so that it cannot overflow. */
static const struct refusal *take_size(struct chunked *chunked, char octet, uint64_t limit)
{
    int digit = octet_hex(octet);
    if (digit >= 0) {
        if (++chunked->digits > CHUNKED_DIGITS_LIMIT)
            return &bad_size;
        chunked->left = chunked->left << 4 | (unsigned)digit;
        return chunked->left > limit - chunked->decoded ? &too_much_body : NULL;
    }
    if (chunked->digits == 0)
        return &bad_size;
    if (octet == '\r')
        chunked->state = AT_SIZE_LF;
    else if (octet == ';')
        chunked->state = AT_EXTENSION;
    else
        return expect(chunked, octet_blank(octet), AT_EXTENSION_BLANK, &bad_size);
    return NULL;
}

/* RFC 9112, 7.1.1: extensions mean nothing to us, but may be there. */
static const struct refusal *take_extension(struct chunked *chunked, char octet)
{
    if (octet == '\r' && chunked->state == AT_EXTENSION) {
        chunked->state = AT_SIZE_LF;
        return NULL;
    }
    /* White space stands before a semicolon only, never at the end of the line. */
    if (chunked->state == AT_EXTENSION_BLANK && !octet_blank(octet))
        return expect(chunked, octet == ';', AT_EXTENSION, &bad_extension);
    return octet_is(octet, OCTET_FIELD) ? spend(chunked) : &bad_extension;
}

/* RFC 9112, 7.1.2: a trailer has a header's form, and no more rights than to be dropped. */
static const struct refusal *take_trailer(struct chunked *chunked, char octet)
{
    switch (chunked->state) {
    case AT_TRAILER:
        if (octet == '\r') {
            chunked->state = AT_END_LF;
            return NULL;
        }
        chunked->state = AT_TRAILER_NAME;
        return octet_is(octet, OCTET_TOKEN) ? spend(chunked) : &bad_trailer;
    case AT_TRAILER_NAME:
        if (octet == ':')
            chunked->state = AT_TRAILER_VALUE;
        else if (!octet_is(octet, OCTET_TOKEN))
            return &bad_trailer;
        return spend(chunked);
    default:
        if (octet == '\r')
            chunked->state = AT_TRAILER_LF;
        else if (!octet_is(octet, OCTET_FIELD))
            return &bad_trailer;
        return spend(chunked);
    }
}

static const struct refusal *take(struct chunked *chunked, char octet, uint64_t limit)
{
    switch (chunked->state) {
    case AT_SIZE:
        return take_size(chunked, octet, limit);
    case AT_EXTENSION_BLANK:
    case AT_EXTENSION:
        return take_extension(chunked, octet);
    case AT_SIZE_LF:
        chunked->digits = 0;
        return expect(chunked, octet == '\n', chunked->left ? AT_DATA : AT_TRAILER,
                      &bad_line_end);
    case AT_DATA_CR:
        return expect(chunked, octet == '\r', AT_DATA_LF, &bad_data_end);
    case AT_DATA_LF:
        return expect(chunked, octet == '\n', AT_SIZE, &bad_line_end);
    case AT_TRAILER_LF:
        return expect(chunked, octet == '\n', AT_TRAILER, &bad_line_end);
    case AT_END_LF:
        return expect(chunked, octet == '\n', AT_END, &bad_line_end);
    default:
        return take_trailer(chunked, octet);
    }
}

int chunked_decode(struct chunked *chunked, const char *bytes, size_t len, uint64_t limit,
                   char *out, size_t *ret_used, size_t *ret_len, struct refusal *ret_refusal)
{
    size_t used = 0, written = 0;
    while (used < len && chunked->state != AT_END) {
        if (chunked->state == AT_DATA) {
            size_t run = len - used < chunked->left ? len - used : (size_t)chunked->left;
            memmove(out + written, bytes + used, run);
            used += run;
            written += run;
            chunked->decoded += run;
            chunked->left -= run;
            if (chunked->left == 0)
                chunked->state = AT_DATA_CR;
            continue;
        }
        const struct refusal *refusal = take(chunked, bytes[used++], limit);
        if (refusal) {
            *ret_refusal = *refusal;
            return -1;
        }
    }
    *ret_used = used;
    *ret_len = written;
    return chunked->state == AT_END;
}
