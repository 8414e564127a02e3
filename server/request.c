/* SPDX-License-Identifier: MIT
 *
 * Reads a head from left to right, once, in steps: each step takes one part of it and says
 * whether it is done, needs more bytes, or refuses. When more bytes have come, the head is read
 * from its start again, which is cheap since head_bytes bounds it. The request is gathered on
 * the side and given out only when the head is whole.
 */
#include "octets.h"
#include "request_parts.h"

#include <string.h>

enum step { STEP_REFUSED = -1, STEP_MORE = 0, STEP_DONE = 1 };

struct reader {
    const char *at;
    const char *end;
    const struct request_limits *limits;
    bool full; /* end is head_bytes away from the start: no more bytes will be looked at */
    struct judge judge;
    struct refusal refusal;
    struct request request;
};

static enum step refuse(struct reader *reader, int status, const char *reason)
{
    reader->refusal = (struct refusal){status, reason};
    return STEP_REFUSED;
}

/* For a step that has come to the end of the bytes. */
static enum step more(struct reader *reader)
{
    if (reader->full)
        return refuse(reader, 431, "The request's head is larger than allowed");
    return STEP_MORE;
}

/* RFC 9112, 2.2: a lone LF could be taken for a line's end, and a lone CR is never one; we take
 * neither, since another reader of the same bytes may differ. Anything but the two is refused
 * for the reason given, which may be NULL where one of them is known to stand. */
static enum step read_line_end(struct reader *reader, const char *otherwise)
{
    if (reader->at == reader->end)
        return more(reader);
    if (*reader->at == '\n')
        return refuse(reader, 400, "Lines must end with CRLF, not with LF alone");
    if (*reader->at != '\r')
        return refuse(reader, 400, otherwise);
    if (reader->end - reader->at < 2)
        return more(reader);
    if (reader->at[1] != '\n')
        return refuse(reader, 400, "Lines must end with CRLF, not with CR alone");
    reader->at += 2;
    return STEP_DONE;
}

/* ---- request line ----------------------------------------------------------------------- */

/* RFC 9112, 2.2: "SHOULD ignore at least one empty line (CRLF) received prior to the
 * request-line". One it is. */
static enum step skip_empty_line(struct reader *reader)
{
    if (reader->at == reader->end)
        return more(reader);
    return *reader->at == '\r' ? read_line_end(reader, NULL) : STEP_DONE;
}

static enum method method_of(struct slice name)
{
    if (slice_equal(name, SLICE("GET")))
        return METHOD_GET;
    if (slice_equal(name, SLICE("HEAD")))
        return METHOD_HEAD;
    if (slice_equal(name, SLICE("POST")))
        return METHOD_POST;
    if (slice_equal(name, SLICE("OPTIONS")))
        return METHOD_OPTIONS;
    return METHOD_OTHER;
}

/* RFC 9112, 3.1: method = token, case-sensitive; section 3: exactly one space behind it, and
 * 501 for a method that is longer than any we know. */
static enum step read_method(struct reader *reader)
{
    const char *start = reader->at, *at = start;
    while (at < reader->end && octet_is(*at, OCTET_TOKEN)) {
        if (at - start == METHOD_BYTES_LIMIT)
            return refuse(reader, 501, "The method is longer than any known one");
        at++;
    }
    if (at == reader->end)
        return more(reader);
    if (*at != ' ' || at == start)
        return refuse(reader, 400, "A request must start with a method and one space");
    reader->request.method_name = slice_between(start, at);
    reader->request.method = method_of(reader->request.method_name);
    reader->at = at + 1;
    return STEP_DONE;
}

static enum step read_target(struct reader *reader)
{
    const char *start = reader->at, *at = start, *end = reader->end;
    size_t limit = reader->limits->target_bytes;
    if ((size_t)(end - start) > limit)
        end = start + limit + 1;
    while (at < end && octet_is(*at, OCTET_TARGET))
        at++;
    /* RFC 9110, 15.5.15: too long a target, by its own limit or by the head's. */
    if ((size_t)(at - start) > limit || (at == reader->end && reader->full))
        return refuse(reader, 414, "The request's target is longer than allowed");
    if (at == reader->end)
        return more(reader);
    if (*at == '#') /* RFC 9112, 3.2: no form of a target has a fragment */
        return refuse(reader, 400, "The request's target must not have a fragment");
    if (*at != ' ' || at == start) /* 3: exactly one space on both sides; HTTP/0.9 has none */
        return refuse(reader, 400,
                      "A request line is: method, target, version, one space each");
    reader->request.target = slice_between(start, at);
    reader->at = at + 1;
    const char *reason = target_read(&reader->request);
    return reason ? refuse(reader, 400, reason) : STEP_DONE;
}

/* RFC 9112, 2.3: HTTP-version is case-sensitive, one digit on each side of the dot. */
static enum step read_version(struct reader *reader)
{
    static const char pattern[] = "HTTP/0.0";
    const char *version = reader->at;
    for (size_t i = 0; i < sizeof(pattern) - 1; i++, reader->at++) {
        if (reader->at == reader->end)
            return more(reader);
        if (pattern[i] == '0' ? !octet_digit(*reader->at) : *reader->at != pattern[i])
            return refuse(reader, 400, "The request line must end with HTTP/1.1 or HTTP/1.0");
    }
    if (version[5] != '1' || version[7] > '1') /* RFC 9110, 15.6.6 */
        return refuse(reader, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
    reader->request.minor_version = version[7] - '0';
    return read_line_end(reader, "The request line must end with its version");
}

/* ---- header lines ----------------------------------------------------------------------- */

/* RFC 9112, 5.1: no white space before the colon; 5.2: no folding. */
static enum step read_name(struct reader *reader, struct header *header)
{
    const char *start = reader->at, *at = start;
    while (at < reader->end && octet_is(*at, OCTET_TOKEN))
        at++;
    if (at == reader->end)
        return more(reader);
    if (*at != ':' || at == start) {
        if (at == start && octet_blank(*at))
            return refuse(reader, 400, "Header lines must not be folded");
        if (octet_blank(*at))
            return refuse(reader, 400, "No space may stand in or behind a header's name");
        return refuse(reader, 400, "A header line needs a name, of token characters, and ':'");
    }
    header->name = slice_between(start, at);
    reader->at = at + 1;
    return STEP_DONE;
}

/* Most of a browser's head is values, so look at eight bytes at once: true when none of them
 * is a control byte (tab counts as one here). Bytes from 0x80 up are no control bytes. */
static bool plain_word(const char *at)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    uint64_t below_space = (word - ones * 0x20) & ~word;
    uint64_t flipped = word ^ ones * 0x7f;
    uint64_t delete = (flipped - ones) & ~flipped;
    return ((below_space | delete) & ones * 0x80) == 0;
}

/* RFC 9110, 5.5: field-content, white space around it not being part of it. */
static enum step read_value(struct reader *reader, struct header *header)
{
    const char *start = reader->at, *at = start, *end = reader->end;
    while (end - at >= 8 && plain_word(at))
        at += 8;
    while (at < end && octet_is(*at, OCTET_FIELD))
        at++;
    reader->at = at;
    enum step step = read_line_end(reader, "A header's value has a control character");
    if (step == STEP_DONE)
        header->value = slice_trim(slice_between(start, at));
    return step;
}

static enum step read_headers(struct reader *reader)
{
    struct request *request = &reader->request;
    unsigned limit = reader->limits->headers;
    if (limit > REQUEST_HEADERS_LIMIT)
        limit = REQUEST_HEADERS_LIMIT;
    for (;;) {
        if (reader->at == reader->end)
            return more(reader);
        if (*reader->at == '\r' || *reader->at == '\n')
            return read_line_end(reader, NULL);
        if (request->header_count == limit) /* RFC 6585, 5 */
            return refuse(reader, 431, "The request has more headers than allowed");
        struct header *header = &request->headers[request->header_count];
        enum step step = read_name(reader, header);
        if (step == STEP_DONE)
            step = read_value(reader, header);
        if (step != STEP_DONE)
            return step;
        if (judge_header(&reader->judge, request, header, reader->limits->body_bytes,
                         &reader->refusal) < 0)
            return STEP_REFUSED;
        request->header_count++;
    }
}

/* ---- the whole head --------------------------------------------------------------------- */

static enum step conclude(struct reader *reader)
{
    if (judge_finish(&reader->judge, &reader->request, &reader->refusal) < 0)
        return STEP_REFUSED;
    return STEP_DONE;
}

/* Everything but the array of headers, of which only the first header_count are ever touched:
 * clearing all of it for each poll would cost more than reading the head. */
static void reader_init(struct reader *reader)
{
    memset(reader, 0, offsetof(struct reader, request) + offsetof(struct request, headers));
}

static enum step read_head(struct reader *reader)
{
    static enum step (*const steps[])(struct reader * reader) = {
        skip_empty_line, read_method, read_target, read_version, read_headers, conclude,
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        enum step step = steps[i](reader);
        if (step != STEP_DONE)
            return step;
    }
    return STEP_DONE;
}

ssize_t request_parse(const char *bytes, size_t len, const struct request_limits *limits,
                      struct request *ret_request, struct refusal *ret_refusal)
{
    struct reader reader;
    reader_init(&reader);
    reader.full = len >= limits->head_bytes;
    reader.at = bytes;
    reader.end = bytes + (reader.full ? limits->head_bytes : len);
    reader.limits = limits;
    switch (read_head(&reader)) {
    case STEP_DONE:
        memcpy(ret_request, &reader.request,
               offsetof(struct request, headers) +
                   reader.request.header_count * sizeof(struct header));
        return reader.at - bytes;
    case STEP_REFUSED:
        *ret_refusal = reader.refusal;
        return -1;
    default:
        return 0;
    }
}
