/* SPDX-License-Identifier: MIT
 *
 * How polls read, short and long: HTTP answers of a known length; of pushlab, each a JSON
 * batch.
 */
#include "client.h"

#include "../../server/json_scan.h"

#include <string.h>

/* The length of the JSON object at the text's beginning; 0: it does not end. */
static size_t object_len(struct slice text)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '{')
            depth++;
        else if (!quoted && c == '}' && --depth == 0)
            return i + 1;
    }
    return 0;
}

static void tell_messages(struct client *client, const struct client_sink *sink,
                          struct slice list)
{
    /* "[" OBJECT "," OBJECT … "]" */
    while (list.len > 1 && list.at[1] == '{') {
        struct slice rest = {list.at + 1, list.len - 1};
        size_t len = object_len(rest);
        client_tell_json(client, sink, (struct slice){rest.at, len});
        list = (struct slice){rest.at + len, rest.len - len};
    }
}

static bool read_batch(struct client *client, struct slice body, const struct client_sink *sink)
{
    struct slice name, value, next = {0}, messages = {0};
    bool gap = false;
    for (size_t at = 0; json_next(body, &at, &name, &value);) {
        if (slice_equal(name, SLICE("next")))
            next = value;
        else if (slice_equal(name, SLICE("messages")))
            messages = value;
        else
            gap |= slice_equal(name, SLICE("gap"));
    }
    if (next.len < 2 || messages.len < 2)
        return false;
    next = (struct slice){next.at + 1, next.len - 2};
    if (!client->opened) {
        client_set_cursor(client, next);
        client_tell(client, sink, CLIENT_OPEN);
    }
    if (gap)
        client_tell(client, sink, CLIENT_GAP);
    tell_messages(client, sink, messages);
    client_set_cursor(client, next);
    return true;
}

/* An answer's head; one that has no body is a whole answer. */
static ssize_t read_head(struct client *client, const char *bytes, size_t len,
                         const struct client_sink *sink, const struct poll_answers *answers)
{
    struct answer_head head;
    ssize_t used = answer_head_read(client, bytes, len, &head);
    if (used < 0)
        return client_fail(client, sink, "the answer is no HTTP", 0);
    if (used == 0)
        return 0;
    if (head.status != 200 && head.status != 304)
        return client_fail(client, sink, "refused", head.status);
    if (answers->on_head)
        answers->on_head(client, &head);
    client->in_body = head.status == 200;
    client->body_len = head.content_length;
    if (!client->in_body) {
        client_tell(client, sink, CLIENT_OPEN);
        client_tell(client, sink, CLIENT_ANSWERED);
    }
    return used;
}

/* A head or a body; 0: not here yet. */
static ssize_t read_part(struct client *client, const char *bytes, size_t len,
                         const struct client_sink *sink, const struct poll_answers *answers)
{
    if (!client->in_body)
        return read_head(client, bytes, len, sink, answers);
    if (len < client->body_len)
        return 0;
    client->in_body = false;
    if (!answers->on_body(client, (struct slice){bytes, client->body_len}, sink))
        return client_fail(client, sink, "the answer is no batch", 0);
    if (answers->one_by_one)
        client->kind->ask(client, sink->reply);
    else
        client_tell(client, sink, CLIENT_ANSWERED);
    return (ssize_t)client->body_len;
}

ssize_t client_answers_read(struct client *client, const char *bytes, size_t len,
                            const struct client_sink *sink, const struct poll_answers *answers)
{
    size_t done = 0;
    ssize_t used;
    while ((used = read_part(client, bytes + done, len - done, sink, answers)) > 0)
        done += (size_t)used;
    return used < 0 ? -1 : (ssize_t)done;
}

ssize_t client_poll_read(struct client *client, char *bytes, size_t len,
                         const struct client_sink *sink)
{
    static const struct poll_answers batches = {.on_body = read_batch};
    return client_answers_read(client, bytes, len, sink, &batches);
}
