/* SPDX-License-Identifier: MIT
 *
 * nchan's polls. An answer is the message itself, or several, a line each. The cursor is in the
 * head, ETag and Last-Modified, and goes back as the conditions of the next request. nchan's
 * streams are read like pushlab's.
 */
#include "client.h"

#include <string.h>

/* The cursor is kept as the two values with a blank between; without a blank there is none. */
static void ask(struct client *client, struct builder *out)
{
    const char *path = client->options->close ? "short_poll_close" : client->kind->name;
    const char *blank = strchr(client->cursor, ' ');
    builder_format(out, "GET /%s/%s HTTP/1.1\r\nHost: %s\r\n", path, client->options->topic,
                   client->options->authority);
    if (blank)
        builder_format(out, "If-None-Match: %.*s\r\nIf-Modified-Since: %s\r\n",
                       (int)(blank - client->cursor), client->cursor, blank + 1);
    builder_add(out, "\r\n", 2);
}

static void on_head(struct client *client, const struct answer_head *head)
{
    struct builder cursor = {0};
    builder_add_slice(&cursor, head->etag);
    builder_add(&cursor, " ", 1);
    builder_add_slice(&cursor, head->last_modified);
    if (head->etag.len > 0 && head->last_modified.len > 0)
        client_set_cursor(client, builder_slice(&cursor));
    builder_finish(&cursor);
}

static bool read_lines(struct client *client, struct slice body, const struct client_sink *sink)
{
    client_tell(client, sink, CLIENT_OPEN);
    for (size_t at = 0; at < body.len;) {
        ssize_t end = bytes_find(body.at, body.len, at, SLICE("\n"));
        struct client_event event = {.kind = CLIENT_MESSAGE, .seq = ++client->seq};
        event.data = (struct slice){body.at + at, (end < 0 ? body.len : (size_t)end) - at};
        at += event.data.len + 1;
        sink->on_event(client, &event, sink->arg);
    }
    return true;
}

static ssize_t read_one_by_one(struct client *client, char *bytes, size_t len,
                               const struct client_sink *sink)
{
    static const struct poll_answers answers = {on_head, read_lines, .one_by_one = true};
    return client_answers_read(client, bytes, len, sink, &answers);
}

static ssize_t read_together(struct client *client, char *bytes, size_t len,
                             const struct client_sink *sink)
{
    static const struct poll_answers answers = {on_head, read_lines, .one_by_one = false};
    return client_answers_read(client, bytes, len, sink, &answers);
}

const struct client_kind nchan_short_poll_client = {
    .name = "short_poll",
    .reads = READS_NOW,
    .ask = ask,
    .read = read_one_by_one,
};

const struct client_kind nchan_long_poll_client = {
    .name = "long_poll",
    .reads = READS_WAIT,
    .ask = ask,
    .read = read_together,
};
