/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a request: a head, what follows it as a chunked body, and the whole as a chunked
 * body too. Beyond memory errors it looks for broken promises: a verdict that depends on how
 * the bytes were cut, slices that lead outside, two readings of one request.
 */
#include "../../server/request.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert, it is there in every build. */
#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (!(condition))                                                                      \
            abort();                                                                           \
    } while (0)

static const struct request_limits wide = {
    .head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 1 << 20};
static const struct request_limits narrow = {
    .head_bytes = 128, .target_bytes = 24, .headers = 3, .body_bytes = 40};

/* ---- slices ----------------------------------------------------------------------------- */

static bool inside(struct slice slice, const char *bytes, size_t len)
{
    return slice.len == 0 || (slice.at >= bytes && slice.at + slice.len <= bytes + len);
}

static bool has(struct slice slice, char octet)
{
    return slice.len && memchr(slice.at, octet, slice.len);
}

static void check_slices(const struct request *request, const char *bytes, size_t len)
{
    CHECK(inside(request->method_name, bytes, len) && request->method_name.len);
    CHECK(inside(request->target, bytes, len) && request->target.len);
    CHECK(inside(request->path, bytes, len) || slice_equal(request->path, SLICE("/")));
    CHECK(inside(request->query, bytes, len));
    CHECK(inside(request->host, bytes, len));
    CHECK(request->body.len == 0 && request->peer.len == 0);
    for (unsigned i = 0; i < request->header_count; i++) {
        struct slice name = request->headers[i].name, value = request->headers[i].value;
        CHECK(inside(name, bytes, len) && name.len);
        CHECK(inside(value, bytes, len));
        CHECK(!has(name, ' ') && !has(name, ':') && !has(name, '\t'));
        CHECK(!value.len || (value.at[0] != ' ' && value.at[value.len - 1] != ' '));
        CHECK(!value.len || (value.at[0] != '\t' && value.at[value.len - 1] != '\t'));
    }
}

/* ---- what a head that was taken must be ------------------------------------------------- */

static unsigned count(const struct request *request, const char *name)
{
    unsigned found = 0;
    for (unsigned i = 0; i < request->header_count; i++)
        found += slice_equal_nocase(request->headers[i].name, slice_of(name));
    CHECK(!found == !request_header(request, name));
    return found;
}

static void check_bytes(const char *bytes, size_t len)
{
    CHECK(len >= 18 && memcmp(bytes + len - 4, "\r\n\r\n", 4) == 0);
    for (size_t i = 0; i < len; i++) {
        unsigned char octet = (unsigned char)bytes[i];
        CHECK(octet >= ' ' || octet == '\r' || octet == '\n' || octet == '\t');
        CHECK(octet != 0x7f);
        CHECK((octet == '\r') == (i + 1 < len && bytes[i + 1] == '\n'));
        CHECK(octet != '\n' || i == len - 1 || (bytes[i + 1] != ' ' && bytes[i + 1] != '\t'));
    }
}

static void check_meaning(const struct request *request, const struct request_limits *limits)
{
    unsigned lengths = count(request, "content-length");
    unsigned codings = count(request, "transfer-encoding");
    unsigned hosts = count(request, "host");
    CHECK(lengths + codings == (request->framing != FRAMING_NONE));
    CHECK((codings == 1) == (request->framing == FRAMING_CHUNKED));
    CHECK(!codings ||
          slice_equal_nocase(*request_header(request, "transfer-encoding"), SLICE("chunked")));
    CHECK(request->content_length <= limits->body_bytes);
    CHECK(request->minor_version == 1 ? hosts == 1 : hosts <= 1 && !codings);
    CHECK(request->minor_version == 0 || request->host.len);
    CHECK(!has(request->host, '@') && !has(request->host, ',') && !has(request->host, ' '));
    CHECK(request->header_count <= limits->headers);
    CHECK(request->target.len <= limits->target_bytes);
    CHECK(!has(request->target, '#') && !has(request->target, ' '));
    CHECK(!has(request->path, '?'));
    if (slice_equal(request->method_name, SLICE("CONNECT")))
        CHECK(request->path.len == 0);
    else
        CHECK(request->path.at[0] == '/' || slice_equal(request->path, SLICE("*")));
    CHECK(request_header_lists(request, "connection", "CLOSE")
              ? !request->keep_alive
              : request->minor_version == 0 || request->keep_alive);
}

static size_t put(char *to, size_t at, struct slice slice)
{
    if (slice.len)
        memcpy(to + at, slice.at, slice.len);
    return at + slice.len;
}

/* Written out plainly and read again, it must be the same request: there is one reading. */
static void check_again(const struct request *request, const struct request_limits *limits,
                        size_t head_len)
{
    char *plain = malloc(head_len + request->header_count + 1);
    CHECK(plain);
    size_t len = put(plain, 0, request->method_name);
    len = put(plain, len, SLICE(" "));
    len = put(plain, len, request->target);
    len = put(plain, len, request->minor_version ? SLICE(" HTTP/1.1") : SLICE(" HTTP/1.0"));
    for (unsigned i = 0; i < request->header_count; i++) {
        len = put(plain, len, SLICE("\r\n"));
        len = put(plain, len, request->headers[i].name);
        len = put(plain, len, SLICE(":"));
        len = put(plain, len, request->headers[i].value);
    }
    len = put(plain, len, SLICE("\r\n\r\n"));
    CHECK(len <= head_len);
    static struct request again;
    struct refusal refusal = {0};
    CHECK(request_parse(plain, len, limits, &again, &refusal) == (ssize_t)len);
    CHECK(slice_equal(again.path, request->path) && slice_equal(again.query, request->query));
    CHECK(slice_equal(again.host, request->host));
    CHECK(again.framing == request->framing && again.method == request->method);
    CHECK(again.content_length == request->content_length);
    CHECK(again.keep_alive == request->keep_alive && again.upgrade == request->upgrade);
    CHECK(again.expect_continue == request->expect_continue);
    CHECK(again.header_count == request->header_count);
    for (unsigned i = 0; i < again.header_count; i++)
        CHECK(slice_equal(again.headers[i].value, request->headers[i].value));
    free(plain);
}

/* ---- queries ---------------------------------------------------------------------------- */

static void check_decoding(struct slice from)
{
    char *text = malloc(from.len + 1);
    CHECK(text);
    size_t len = 0;
    int result = percent_decode(from, text, from.len + 1, &len);
    CHECK(result == 0 || result == -EINVAL);
    if (result == 0) {
        CHECK(len <= from.len && strlen(text) == len);
        CHECK(has(from, '%') || len == from.len);
        char *tight = malloc(len + 1);
        CHECK(tight);
        size_t again = 0;
        CHECK(percent_decode(from, tight, len + 1, &again) == 0 && again == len);
        CHECK(memcmp(tight, text, len + 1) == 0);
        CHECK(percent_decode(from, tight, len, &again) == -ENOSPC);
        free(tight);
    }
    free(text);
}

static void check_query(const struct request *request)
{
    check_decoding(request->path);
    check_decoding(request->query);
    char value[16];
    size_t len = 99;
    int result = request_query(request, "since", value, sizeof(value), &len);
    CHECK(result == 1 || result == 0 || result == -EINVAL || result == -ENOSPC);
    CHECK(result == 1 ? len < sizeof(value) && value[len] == '\0' : len == 99);
}

/* ---- heads ------------------------------------------------------------------------------ */

/* A verdict on the first bytes must be the verdict on all of them. */
static void check_prefixes(const char *bytes, size_t len, const struct request_limits *limits,
                           ssize_t whole, const struct refusal *whole_refusal)
{
    static struct request request;
    size_t step = len > 512 ? len / 64 : 1;
    for (size_t cut = 1; cut < len; cut += step) {
        char *prefix = malloc(cut);
        CHECK(prefix);
        memcpy(prefix, bytes, cut);
        struct refusal refusal = {0};
        ssize_t result = request_parse(prefix, cut, limits, &request, &refusal);
        if (result == 0)
            CHECK(whole <= (ssize_t)cut ? whole <= 0 : true);
        else
            CHECK(result == whole && refusal.status == whole_refusal->status &&
                  refusal.reason == whole_refusal->reason);
        free(prefix);
    }
}

static ssize_t check_head(const char *bytes, size_t len, const struct request_limits *limits,
                          struct request *ret_request)
{
    struct refusal refusal = {0};
    ssize_t result = request_parse(bytes, len, limits, ret_request, &refusal);
    CHECK(result >= -1 && result <= (ssize_t)len);
    CHECK(result <= (ssize_t)limits->head_bytes);
    CHECK(result != 0 || len < limits->head_bytes);
    CHECK((result == -1) == (refusal.status >= 400 && refusal.status <= 505));
    check_prefixes(bytes, len, limits, result, &refusal);
    if (result > 0) {
        check_bytes(bytes, (size_t)result);
        check_slices(ret_request, bytes, (size_t)result);
        check_meaning(ret_request, limits);
        check_again(ret_request, limits, (size_t)result);
        check_query(ret_request);
    }
    return result;
}

/* ---- chunked bodies --------------------------------------------------------------------- */

struct outcome {
    int result;
    int status;
    size_t used;
    size_t len;
};

/* Decodes in place, piece bytes at a time, into body. */
static struct outcome decode(const char *bytes, size_t len, size_t piece, uint64_t limit,
                             char *body)
{
    struct chunked chunked = {0};
    struct outcome outcome = {0};
    while (outcome.result == 0 && outcome.used < len) {
        size_t size = len - outcome.used < piece ? len - outcome.used : piece;
        size_t used = 0, written = 0;
        struct refusal refusal = {0};
        char *buffer = malloc(size);
        CHECK(buffer);
        memcpy(buffer, bytes + outcome.used, size);
        outcome.result =
            chunked_decode(&chunked, buffer, size, limit, buffer, &used, &written, &refusal);
        outcome.status = refusal.status;
        CHECK((outcome.result < 0) == (refusal.status != 0));
        CHECK(written <= used && used <= size);
        CHECK(outcome.result != 0 || used == size);
        memcpy(body + outcome.len, buffer, written);
        outcome.used += used;
        outcome.len += written;
        CHECK(outcome.result < 0 || chunked.decoded == outcome.len);
        CHECK(outcome.len <= limit);
        free(buffer);
    }
    return outcome;
}

static void check_chunked(const char *bytes, size_t len, uint64_t limit)
{
    char *body = malloc(len + 1), *other = malloc(len + 1);
    CHECK(body && other);
    struct outcome whole = decode(bytes, len, len, limit, body);
    const size_t pieces[] = {1, 2, 3, 7, len / 2 + 1};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        struct outcome cut = decode(bytes, len, pieces[i], limit, other);
        CHECK(cut.result == whole.result && cut.status == whole.status);
        if (whole.result < 0)
            continue;
        CHECK(cut.used == whole.used && cut.len == whole.len);
        CHECK(memcmp(body, other, whole.len) == 0);
    }
    CHECK(whole.result != 1 || memcmp(bytes + whole.used - 2, "\r\n", 2) == 0);
    free(body);
    free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    if (size == 0)
        return 0;
    const char *bytes = (const char *)data;
    check_head(bytes, size, &narrow, &request);
    ssize_t head = check_head(bytes, size, &wide, &request);
    if (head > 0 && request.framing == FRAMING_CHUNKED)
        check_chunked(bytes + head, size - (size_t)head, wide.body_bytes);
    check_chunked(bytes, size, 12);
    check_chunked(bytes, size, UINT64_MAX);
    return 0;
}
