/* SPDX-License-Identifier: MIT */
#include "client.h"

#include "../../server/json_scan.h"
#include "../../server/octets.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_HEAD_LIMIT = 16 * 1024, ANSWER_BODY_LIMIT = 1 << 30 };

const struct client_kind *const client_kinds[] = {
    &short_poll_client, &long_poll_client, &sse_client, &websocket_client, NULL,
};

const struct client_kind *client_find(const char *name)
{
    for (unsigned i = 0; client_kinds[i]; i++)
        if (strcmp(client_kinds[i]->name, name) == 0)
            return client_kinds[i];
    return NULL;
}

bool client_choose(const char *name, const struct client_kind *kinds[], unsigned *ret_count)
{
    unsigned count = 0;
    for (unsigned i = 0; client_kinds[i]; i++)
        if (strcmp(name, "all") == 0 || strcmp(name, client_kinds[i]->name) == 0)
            kinds[count++] = client_kinds[i];
    *ret_count = count;
    if (count == 0)
        fprintf(stderr,
                "pushbench: --transport %s: there are short_poll, long_poll, sse, "
                "websocket and all\n",
                name);
    return count > 0;
}

void client_init(struct client *client, const struct client_kind *kind,
                 const struct client_options *options)
{
    *client = (struct client){.kind = kind, .options = options};
    snprintf(client->cursor, sizeof(client->cursor), "%s",
             options->since ? options->since : "now");
}

/* ---- telling ----------------------------------------------------------------------------- */

void client_tell(struct client *client, const struct client_sink *sink,
                 enum client_event_kind kind)
{
    if (kind == CLIENT_OPEN && client->opened)
        return;
    if (kind == CLIENT_OPEN)
        client->opened = true;
    sink->on_event(client, &(struct client_event){.kind = kind, .seq = client->seq}, sink->arg);
}

ssize_t client_fail(struct client *client, const struct client_sink *sink, const char *reason,
                    int status)
{
    sink->on_event(
        client,
        &(struct client_event){.kind = CLIENT_CLOSED, .reason = reason, .status = status},
        sink->arg);
    return -1;
}

void client_tell_json(struct client *client, const struct client_sink *sink,
                      struct slice object)
{
    struct slice name, value;
    struct client_event event = {.kind = CLIENT_MESSAGE};
    for (size_t at = 0; json_next(object, &at, &name, &value);) {
        if (slice_equal(name, SLICE("seq")))
            event.seq = slice_number(value);
        else if (slice_equal(name, SLICE("time")))
            event.time_us = (int64_t)slice_number(value);
        else if (slice_equal(name, SLICE("data")))
            event.data = value;
    }
    if (event.data.len >= 2 && event.data.at[0] == '"')
        event.data = (struct slice){event.data.at + 1, event.data.len - 2};
    client->seq = event.seq;
    sink->on_event(client, &event, sink->arg);
}

void client_tell_json_gap(struct client *client, const struct client_sink *sink,
                          struct slice object)
{
    struct slice next;
    if (json_member(object, "next", &next) && next.len >= 2)
        client_set_cursor(client, (struct slice){next.at + 1, next.len - 2});
    client_tell(client, sink, CLIENT_GAP);
}

/* ---- small things ------------------------------------------------------------------------ */

uint64_t slice_number(struct slice text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len && octet_digit(text.at[i]); i++)
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    return number;
}

uint64_t cursor_seq(struct slice cursor)
{
    size_t at = cursor.len;
    while (at > 0 && cursor.at[at - 1] != '-')
        at--;
    return at > 0 ? slice_number((struct slice){cursor.at + at, cursor.len - at}) : 0;
}

void client_set_cursor(struct client *client, struct slice cursor)
{
    if (cursor.len == 0 || cursor.len >= sizeof(client->cursor))
        return;
    memcpy(client->cursor, cursor.at, cursor.len);
    client->cursor[cursor.len] = '\0';
    client->seq = cursor_seq(cursor);
}

ssize_t bytes_find(const char *bytes, size_t len, size_t offset, struct slice wanted)
{
    if (offset >= len)
        return -1;
    const char *found = memmem(bytes + offset, len - offset, wanted.at, wanted.len);
    return found ? found - bytes : -1;
}

void client_add_get(const struct client *client, const char *more, struct builder *out)
{
    builder_format(out, "GET /%s/%s?since=%s%s HTTP/1.1\r\nHost: %s\r\n", client->kind->name,
                   client->options->topic, client->cursor, more, client->options->authority);
    if (client->options->headers)
        builder_add_text(out, client->options->headers);
}

/* ---- the head of an answer --------------------------------------------------------------- */

static void read_field(struct slice line, struct answer_head *head)
{
    const char *colon = memchr(line.at, ':', line.len);
    if (!colon)
        return;
    struct slice name = {line.at, (size_t)(colon - line.at)};
    struct slice value = {colon + 1, line.len - name.len - 1};
    while (value.len > 0 && octet_blank(value.at[0])) {
        value.at++;
        value.len--;
    }
    if (slice_equal_nocase(name, SLICE("Content-Length")))
        head->content_length = (size_t)slice_number(value);
    else if (slice_equal_nocase(name, SLICE("Pushlab-Next")))
        head->next = value;
    else if (slice_equal_nocase(name, SLICE("ETag")))
        head->etag = value;
    else if (slice_equal_nocase(name, SLICE("Last-Modified")))
        head->last_modified = value;
    else if (slice_equal_nocase(name, SLICE("Sec-WebSocket-Accept")))
        head->accept = value;
    else if (slice_equal_nocase(name, SLICE("Sec-WebSocket-Extensions")))
        head->extensions = value;
}

ssize_t answer_head_read(struct client *client, const char *bytes, size_t len,
                         struct answer_head *ret_head)
{
    static const char version[] = "HTTP/1.";
    const size_t code_at = sizeof("HTTP/1.1 ") - 1;
    ssize_t end = bytes_find(bytes, len, client->scanned, SLICE("\r\n\r\n"));
    if (len >= sizeof(version) - 1 && memcmp(bytes, version, sizeof(version) - 1) != 0)
        return -1;
    if (end < 0) {
        client->scanned = len > 3 ? len - 3 : 0;
        return len > ANSWER_HEAD_LIMIT ? -1 : 0;
    }
    client->scanned = 0;
    *ret_head = (struct answer_head){0};
    if ((size_t)end < code_at)
        return -1;
    ret_head->status = (int)slice_number((struct slice){bytes + code_at, 3});
    for (size_t at = 0; at < (size_t)end;) {
        ssize_t line_end = bytes_find(bytes, (size_t)end + 2, at, SLICE("\r\n"));
        read_field((struct slice){bytes + at, (size_t)line_end - at}, ret_head);
        at = (size_t)line_end + 2;
    }
    if (ret_head->content_length > ANSWER_BODY_LIMIT)
        return -1; /* nothing of ours; the sum with the head's length might not fit */
    client->head_bytes += (uint64_t)end + 4;
    return end + 4;
}

ssize_t client_stream_head(struct client *client, const char *bytes, size_t len,
                           const struct client_sink *sink)
{
    struct answer_head head;
    if (client->in_body)
        return 0;
    ssize_t used = answer_head_read(client, bytes, len, &head);
    if (used < 0)
        return client_fail(client, sink, "the answer is no HTTP", 0);
    if (used > 0 && head.status != 200)
        return client_fail(client, sink, "refused", head.status);
    client->in_body = used > 0;
    return used;
}
