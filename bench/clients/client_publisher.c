/* SPDX-License-Identifier: MIT
 *
 * The publisher: POSTs one message each time it is asked, over one connection. Not a transport;
 * it has a client's shape so that a swarm can drive it.
 */
#include "client.h"

#include "../../server/json_scan.h"

static void ask(struct client *client, struct builder *out)
{
    builder_format(out,
                   "POST /publish/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\n"
                   "Content-Length: %zu\r\n\r\n",
                   client->options->topic, client->options->authority, client->body.len);
    builder_add_slice(out, client->body);
}

/* One whole answer; 0: not here yet. */
static ssize_t read_answer(struct client *client, const char *bytes, size_t len,
                           const struct client_sink *sink)
{
    struct answer_head head;
    ssize_t head_len = answer_head_read(client, bytes, len, &head);
    if (head_len < 0)
        return client_fail(client, sink, "the answer is no HTTP", 0);
    if (head_len == 0 || len < (size_t)head_len + head.content_length)
        return 0;
    if (head.status / 100 != 2)
        return client_fail(client, sink, "publishing was refused", head.status);
    struct slice body = {bytes + head_len, head.content_length}, value;
    struct client_event event = {.kind = CLIENT_PUBLISHED};
    if (json_member(body, "seq", &value))
        event.seq = slice_number(value);
    if (json_member(body, "subscribers", &value))
        event.subscribers = slice_number(value);
    sink->on_event(client, &event, sink->arg);
    return head_len + (ssize_t)head.content_length;
}

static ssize_t publisher_read(struct client *client, char *bytes, size_t len,
                              const struct client_sink *sink)
{
    size_t done = 0;
    ssize_t used;
    while ((used = read_answer(client, bytes + done, len - done, sink)) > 0)
        done += (size_t)used;
    return used < 0 ? -1 : (ssize_t)done;
}

const struct client_kind publisher_client = {
    .name = "publish",
    .reads = READS_NOW,
    .ask = ask,
    .read = publisher_read,
};
