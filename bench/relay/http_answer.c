/* SPDX-License-Identifier: MIT */
#include "http_parts.h"

#include "http_rewrite.h"

#include "../../server/request.h"

#include <string.h>

enum { SECOND_US = 1000000 };

/* ---- on its way to the client ------------------------------------------------------------ */

static void send_down(struct http_fault *http, struct slice bytes)
{
    if (bytes.len)
        http->exchange.sent = true;
    builder_add_slice(&http->out.down, bytes);
}

void answer_release(struct http_fault *http)
{
    send_down(http, builder_slice(&http->held));
    builder_truncate(&http->held, 0);
}

void answer_drop(struct http_fault *http)
{
    builder_truncate(&http->held, 0);
    builder_truncate(&http->head, 0);
    squeezer_destroy(http->squeezer);
    http->squeezer = NULL;
    http->exchange.records = false;
}

static void record(struct http_fault *http, struct slice bytes)
{
    if (!http->exchange.records)
        return;
    builder_add_slice(&http->record, bytes);
    if (http->record.failed || builder_len(&http->record) > CACHE_ANSWER_LIMIT)
        http->exchange.records = false;
}

static void emit(struct http_fault *http, struct slice bytes)
{
    record(http, bytes);
    if (!http->exchange.holds) {
        send_down(http, bytes);
        return;
    }
    builder_add_slice(&http->held, bytes);
    size_t len = builder_len(&http->held);
    if (len < http->faults.buffer && len < http->limit)
        return;
    http->counts->overflows += len < http->faults.buffer;
    answer_release(http);
}

/* Body bytes as they came, and the data in them. */
static bool emit_body(struct http_fault *http, struct slice raw, struct slice data)
{
    struct builder out = {0};
    if (!http->squeezer) {
        emit(http, raw);
        return true;
    }
    bool good = squeezer_add(http->squeezer, data, false, &out);
    emit(http, builder_slice(&out));
    builder_finish(&out);
    return good;
}

/* ---- what becomes of it ------------------------------------------------------------------ */

/* What the origin says of caching; a naive one says nothing. */
static bool cache_control(const struct http_fault *http, struct slice fields, const char *token)
{
    return !http->faults.naive && head_lists(fields, "Cache-Control", token);
}

static bool may_compress(const struct http_fault *http, struct slice fields)
{
    struct slice ignored;
    return http->faults.gzip && http->exchange.accepts_gzip && !http->exchange.http10 &&
           http->answer_body.kind != BODY_NONE && head_is_text(fields) &&
           !head_find(fields, "Content-Encoding", &ignored) &&
           !head_find(fields, "Content-Range", &ignored) &&
           (http->faults.gzip_always || !cache_control(http, fields, "no-transform"));
}

/* How long it may be given again; 0: never. */
static int64_t good_us(const struct http_fault *http, struct slice fields)
{
    static const struct slice max_age = {"max-age=", 8};
    struct slice value = {"", 0}, member;
    uint64_t seconds;
    if (!http->faults.naive)
        head_find(fields, "Cache-Control", &value);
    while (header_list_next(&value, &member))
        if (member.len > max_age.len &&
            slice_equal_nocase((struct slice){member.at, max_age.len}, max_age) &&
            head_number((struct slice){member.at + max_age.len, member.len - max_age.len},
                        &seconds))
            return seconds < 1 << 20 ? (int64_t)seconds * SECOND_US : INT64_C(1) << 40;
    return (int64_t)http->faults.cache_us;
}

static bool may_cache(const struct http_fault *http, int status, struct slice fields)
{
    struct slice ignored;
    return builder_len(&http->exchange.key) && status == 200 &&
           http->answer_body.kind != BODY_TO_END && !cache_control(http, fields, "no-store") &&
           !cache_control(http, fields, "no-cache") &&
           !cache_control(http, fields, "private") &&
           !head_find(fields, "Set-Cookie", &ignored) &&
           (http_closes(http) || !head_lists(fields, "Connection", "close"));
}

static bool may_hold(const struct http_fault *http, struct slice fields)
{
    return http->faults.buffer && (!http->faults.heed_accel || http->faults.naive ||
                                   !head_lists(fields, "X-Accel-Buffering", "no"));
}

/* The head is whole, and first_len bytes of the body are there: lets the head go. */
static bool begin_answer(struct http_fault *http, size_t first_len)
{
    struct exchange *exchange = &http->exchange;
    struct slice head = builder_slice(&http->head), fields;
    int status = status_line_read(head_first(head, &fields));
    enum body_kind kind = http->answer_body.kind;
    uint64_t size = kind == BODY_LENGTH ? http->answer_body.left : first_len;
    bool gzip = may_compress(http, fields) && size >= http->faults.gzip_min;
    struct builder out = {0};
    exchange->holds = may_hold(http, fields);
    exchange->good_us = good_us(http, fields);
    exchange->records = exchange->good_us && may_cache(http, status, fields);
    builder_truncate(&http->record, 0);
    const struct answer_change change = {
        .naive = http->faults.naive,
        .gzip = gzip,
        .chunked = gzip && kind != BODY_TO_END,
        .stays_open = http_closes(http) && kind != BODY_TO_END && !exchange->wants_close,
        .http11 = http_closes(http),
    };
    if (gzip) {
        http->counts->compressed++;
        http->squeezer = squeezer_create(change.chunked);
    }
    rewrite_answer(head, &change, &out);
    emit(http, builder_slice(&out));
    bool good = !out.failed && (!gzip || http->squeezer);
    builder_finish(&out);
    builder_truncate(&http->head, 0);
    http->answer_state = ANSWER_BODY;
    return good;
}

static bool end_answer(struct http_fault *http)
{
    struct exchange *exchange = &http->exchange;
    bool good = true;
    if (http->squeezer) {
        struct builder out = {0};
        good = squeezer_add(http->squeezer, (struct slice){"", 0}, true, &out);
        emit(http, builder_slice(&out));
        builder_finish(&out);
    }
    if (exchange->records &&
        cache_store(http->cache, builder_slice(&exchange->key), builder_slice(&http->record),
                    http->now, http->now + exchange->good_us))
        http->counts->cache_stores++;
    answer_release(http);
    answer_drop(http);
    http->counts->answers++;
    http->answer_state = ANSWER_HEAD;
    exchange->answer_done = true;
    if (!exchange->active)
        http->out.client_done = true; /* nobody had asked: the server is about to close */
    http_next_exchange(http);
    return good;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Takes a head's bytes off. False when out of memory. */
static bool read_head(struct http_fault *http, struct slice *bytes)
{
    size_t before = builder_len(&http->head);
    builder_add_slice(&http->head, *bytes);
    struct slice all = builder_slice(&http->head), fields;
    size_t len = head_len(all);
    bool overlong = len == 0 && all.len >= HTTP_HEAD_LIMIT;
    if (http->head.failed)
        return false;
    int status = status_line_read(head_first(all, &fields));
    if (overlong || (len && (status == 0 || status == 101))) {
        http->counts->unread += status != 101;
        http_go_blind(http);
        *bytes = (struct slice){"", 0};
        return true;
    }
    *bytes = len ? (struct slice){bytes->at + len - before, bytes->len - (len - before)}
                 : (struct slice){"", 0};
    if (len == 0)
        return true;
    builder_truncate(&http->head, len);
    if (status < 200) { /* interim: goes on at once */
        builder_add_slice(&http->out.down, builder_slice(&http->head));
        builder_truncate(&http->head, 0);
        return true;
    }
    bool bare = http->exchange.is_head || status == 204 || status == 304;
    http->answer_body = bare ? (struct body){.kind = BODY_NONE} : body_of(fields, BODY_TO_END);
    http->answer_state = ANSWER_FIRST;
    bool waits = may_compress(http, fields) && http->faults.gzip_min &&
                 http->answer_body.kind != BODY_LENGTH && bytes->len == 0;
    if (waits)
        return true;
    if (!begin_answer(http, bytes->len))
        return false;
    return http->answer_body.kind != BODY_NONE || end_answer(http);
}

static bool read_body(struct http_fault *http, struct slice *bytes)
{
    struct builder data = {0};
    size_t used;
    int status = body_take(&http->answer_body, *bytes, &used, http->squeezer ? &data : NULL);
    bool good = emit_body(http, (struct slice){bytes->at, used}, builder_slice(&data));
    builder_finish(&data);
    *bytes = (struct slice){bytes->at + used, bytes->len - used};
    if (status < 0 && http->squeezer) { /* nothing that could follow would make sense */
        answer_drop(http);
        http->out.client_done = true;
        http->request_state = REQUEST_OVER;
        bytes->len = 0;
    } else if (status < 0) {
        http_go_blind(http);
    }
    return good && (status <= 0 || end_answer(http));
}

bool answer_read(struct http_fault *http, struct slice bytes)
{
    bool good = true;
    while (good && bytes.len && !http->blind) {
        if (http->answer_state == ANSWER_FIRST)
            good = begin_answer(http, bytes.len);
        else if (http->answer_state == ANSWER_HEAD)
            good = read_head(http, &bytes);
        else
            good = read_body(http, &bytes);
    }
    if (http->blind)
        builder_add_slice(&http->out.down, bytes);
    return good;
}

bool answer_ended(struct http_fault *http)
{
    bool good = true;
    if (http->blind) {
        http->out.down_done = true;
        return true;
    }
    if (!http->exchange.active) {
        if (http_closes(http))
            http->out.server_done = true;
        else
            http->out.client_done = true;
        return true;
    }
    if (http->exchange.answer_done ||
        (http->answer_state == ANSWER_HEAD && http_fail(http, 502))) {
        http->out.client_done = true;
        http->request_state = REQUEST_OVER;
        return true;
    }
    if (http->answer_state == ANSWER_FIRST)
        good = begin_answer(http, 0);
    if (http->answer_body.kind == BODY_TO_END)
        good = good && end_answer(http);
    answer_release(http); /* what is incomplete ends as it does */
    http->out.client_done = true;
    http->request_state = REQUEST_OVER;
    return good;
}
