/* SPDX-License-Identifier: MIT */
#include "http_parts.h"

#include "http_rewrite.h"

#include "../../server/octets.h"

#include <stdlib.h>
#include <string.h>

enum { DOWN_PAUSE = 64 * 1024 };

/* ---- life -------------------------------------------------------------------------------- */

struct http_fault *http_fault_create(const struct faults *faults, bool home,
                                     struct cache *cache, struct http_counts *counts)
{
    struct http_fault *http = calloc(1, sizeof(*http));
    if (!http)
        return NULL;
    http->faults = faults->http;
    http->limit = faults->limit;
    http->home = home;
    http->cache = cache;
    http->counts = counts;
    return http;
}

void http_fault_destroy(struct http_fault *http)
{
    if (!http)
        return;
    struct builder *const builders[] = {&http->out.up,      &http->out.down, &http->in,
                                        &http->head,        &http->held,     &http->record,
                                        &http->exchange.key};
    for (size_t i = 0; i < sizeof(builders) / sizeof(*builders); i++)
        builder_finish(builders[i]);
    squeezer_destroy(http->squeezer);
    free(http);
}

struct http_output *http_fault_output(struct http_fault *http)
{
    return &http->out;
}

size_t http_held(const struct http_fault *http, unsigned way)
{
    if (way == WAY_UP)
        return builder_len(&http->in) - http->in_used;
    return builder_len(&http->head) + builder_len(&http->held);
}

void http_go_blind(struct http_fault *http)
{
    http->blind = true;
    answer_release(http);
    builder_add_slice(&http->out.down, builder_slice(&http->head));
    builder_truncate(&http->head, 0);
}

static void begin_exchange(struct http_fault *http)
{
    struct builder key = http->exchange.key;
    builder_truncate(&key, 0);
    http->exchange = (struct exchange){.active = true, .key = key};
    http->answer_state = ANSWER_HEAD;
}

/* ---- requests ---------------------------------------------------------------------------- */

/* Names the answer in the cache. Empty when the request is not for it. */
static void make_key(struct http_fault *http, const struct request_line *line,
                     struct slice fields)
{
    struct builder *key = &http->exchange.key;
    struct slice ignored, host = {"", 0};
    if (!http->faults.cache_us || !slice_equal(line->method, SLICE("GET")) ||
        head_find(fields, "Authorization", &ignored) || head_find(fields, "Cookie", &ignored) ||
        head_find(fields, "Upgrade", &ignored))
        return;
    head_find(fields, "Host", &host);
    builder_format(key, "%d ", http->exchange.accepts_gzip && http->faults.gzip);
    builder_add_slice(key, host);
    builder_add_text(key, " ");
    builder_add_slice(key, line->target);
}

static bool find_cached(struct http_fault *http)
{
    int64_t age_us;
    struct slice key = builder_slice(&http->exchange.key);
    const struct bytes *answer =
        key.len ? cache_find(http->cache, key, http->now, &age_us) : NULL;
    if (answer)
        http_give_cached(http, answer, age_us);
    return answer;
}

static void begin_request(struct http_fault *http, struct slice head)
{
    struct exchange *exchange = &http->exchange;
    struct slice fields, first = head_first(head, &fields);
    struct request_line line;
    if (!request_line_read(first, &line)) {
        http->counts->unread++;
        http_go_blind(http);
        return;
    }
    http->in_used += head.len;
    http->counts->requests++;
    begin_exchange(http);
    exchange->is_head = slice_equal(line.method, SLICE("HEAD"));
    exchange->http10 = line.http10;
    exchange->wants_close = head_lists(fields, "Connection", "close") ||
                            (line.http10 && !head_lists(fields, "Connection", "keep-alive"));
    exchange->accepts_gzip = head_lists(fields, "Accept-Encoding", "gzip");
    if (http->faults.forward && !http_route(http, &line))
        return;
    make_key(http, &line, fields);
    if (find_cached(http))
        return;
    http->request_body = body_of(fields, BODY_NONE);
    bool chunked = http->request_body.kind == BODY_CHUNKED; /* which HTTP/1.0 does not know */
    const struct request_change change = {
        .http10 = http->faults.http10 && !chunked,
        .close = http_closes(http),
        .strip_upgrade = http->faults.strip_upgrade || http->faults.http10,
        .forwarded = http->faults.forward,
    };
    rewrite_request(head, &change, &http->out.up);
    exchange->request_done = http->request_body.kind == BODY_NONE;
    http->request_state = exchange->request_done ? REQUEST_WAITS : REQUEST_BODY;
}

/* False when more bytes are needed. */
static bool read_head(struct http_fault *http, struct slice in)
{
    if (*in.at == '\r' || *in.at == '\n') { /* RFC 9112, 2.2 */
        http->in_used++;
        return true;
    }
    size_t len = head_len(in);
    if (len) {
        begin_request(http, (struct slice){in.at, len});
        return true;
    }
    if (octet_is(*in.at, OCTET_TOKEN) && in.len < HTTP_HEAD_LIMIT)
        return false;
    http->counts->unread++;
    http_go_blind(http);
    return true;
}

/* False when more bytes are needed. */
static bool read_body(struct http_fault *http, struct slice in)
{
    size_t used;
    int status = body_take(&http->request_body, in, &used, NULL);
    if (status < 0) {
        http_go_blind(http);
        return true;
    }
    builder_add(&http->out.up, in.at, used);
    http->in_used += used;
    if (status == 0)
        return false;
    http->exchange.request_done = true;
    http->request_state = REQUEST_WAITS;
    http_next_exchange(http);
    return true;
}

static struct slice pending(const struct http_fault *http)
{
    struct slice all = builder_slice(&http->in);
    return (struct slice){all.at + http->in_used, all.len - http->in_used};
}

void http_read_requests(struct http_fault *http)
{
    bool goes_on = true;
    while (goes_on && !http->blind && pending(http).len &&
           builder_len(&http->out.down) < DOWN_PAUSE) {
        if (http->request_state == REQUEST_HEAD)
            goes_on = read_head(http, pending(http));
        else if (http->request_state == REQUEST_BODY)
            goes_on = read_body(http, pending(http));
        else
            break;
    }
    if (http->blind) {
        builder_add_slice(&http->out.up, pending(http));
        http->in_used = builder_len(&http->in);
    }
}

void http_next_exchange(struct http_fault *http)
{
    struct exchange *exchange = &http->exchange;
    if (!exchange->request_done || !exchange->answer_done)
        return;
    exchange->active = false;
    http->request_state = REQUEST_HEAD;
    if (!http_closes(http))
        return;
    http->out.server_done = true;
    if (exchange->wants_close) {
        http->out.client_done = true;
        http->request_state = REQUEST_OVER;
    }
}

/* ---- what the owner calls ---------------------------------------------------------------- */

/* What has been dealt with makes room. */
static void compact(struct http_fault *http)
{
    struct slice left = pending(http);
    if (http->in_used <= left.len && left.len)
        return; /* moving bytes again and again would cost more than the room is worth */
    if (http->in_used == 0)
        return;
    memmove(http->in.bytes->data, left.at, left.len);
    builder_truncate(&http->in, left.len);
    http->in_used = 0;
}

static bool settle(struct http_fault *http)
{
    http_read_requests(http);
    if (http->request_state == REQUEST_OVER)
        http->in_used = builder_len(&http->in);
    compact(http);
    return !http->in.failed && !http->out.up.failed && !http->out.down.failed &&
           !http->exchange.key.failed && !http->head.failed && !http->held.failed;
}

bool http_from_client(struct http_fault *http, struct slice bytes, int64_t now)
{
    http->now = now;
    builder_add_slice(&http->in, bytes);
    return settle(http);
}

bool http_from_server(struct http_fault *http, struct slice bytes, int64_t now)
{
    http->now = now;
    if (http->request_state == REQUEST_OVER)
        return true;
    return answer_read(http, bytes) && settle(http);
}

bool http_server_ended(struct http_fault *http, int64_t now)
{
    http->now = now;
    return answer_ended(http) && settle(http);
}

bool http_connected(struct http_fault *http)
{
    builder_add_text(&http->out.down, "HTTP/1.1 200 Connection established\r\n\r\n");
    http->out.connects = false;
    http_go_blind(http);
    return settle(http);
}
