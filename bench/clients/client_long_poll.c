/* SPDX-License-Identifier: MIT
 *
 * Long poll: ask, be answered when there is something, ask again at once.
 */
#include "client.h"

#include <stdio.h>

static void ask(struct client *client, struct builder *out)
{
    char more[48];
    snprintf(more, sizeof(more), "&limit=1000&wait=%u", client->options->wait_s);
    client_add_get(client, more, out);
    builder_add(out, "\r\n", 2);
}

/* A bare server answers each poll with one message. */
static void frame(const char *epoch, uint64_t seq, struct slice data, struct builder *out)
{
    struct builder body = {0};
    builder_format(
        &body,
        "{\"topic\":\"bench\",\"next\":\"%s-%llu\",\"messages\":[{\"id\":\"%s-%llu\","
        "\"seq\":%llu,\"time\":1700000000000000,\"type\":\"text\",\"data\":\"",
        epoch, (unsigned long long)seq, epoch, (unsigned long long)seq,
        (unsigned long long)seq);
    builder_add_slice(&body, data);
    builder_add_text(&body, "\"}]}");
    builder_format(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
        "Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\n"
        "Pushlab-Next: %s-%llu\r\nETag: \"%s-%llu\"\r\n\r\n",
        builder_len(&body), epoch, (unsigned long long)seq, epoch, (unsigned long long)seq);
    builder_add_slice(out, builder_slice(&body));
    builder_finish(&body);
}

const struct client_kind long_poll_client = {
    .name = "long_poll",
    .reads = READS_WAIT,
    .ask = ask,
    .read = client_poll_read,
    .frame = frame,
};
