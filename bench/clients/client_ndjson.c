/* SPDX-License-Identifier: MIT
 *
 * NDJSON: one request, then a message a line. For a server that has loaded that module.
 */
#include "client.h"

#include "../../server/json_scan.h"

static void ask(struct client *client, struct builder *out)
{
    client_add_get(client, "", out);
    builder_add_text(out, "Accept: application/x-ndjson\r\n\r\n");
}

/* False: it was the last line. */
static bool read_line(struct client *client, struct slice line, const struct client_sink *sink)
{
    struct slice value;
    if (json_member(line, "id", &value)) {
        client_tell_json(client, sink, line);
    } else if (json_member(line, "gap", &value)) {
        client_tell_json_gap(client, sink, line);
    } else if (json_member(line, "next", &value) && value.len >= 2) {
        client_set_cursor(client, (struct slice){value.at + 1, value.len - 2});
        client_tell(client, sink, CLIENT_OPEN);
    } else if (json_member(line, "heartbeat", &value)) {
        client_tell(client, sink, CLIENT_HEARTBEAT);
    } else {
        return !json_member(line, "bye", &value);
    }
    return true;
}

static ssize_t ndjson_read(struct client *client, char *bytes, size_t len,
                           const struct client_sink *sink)
{
    ssize_t done = client_stream_head(client, bytes, len, sink);
    if (done < 0 || !client->in_body)
        return done;
    for (;;) {
        ssize_t end = bytes_find(bytes, len, (size_t)done, SLICE("\n"));
        if (end < 0)
            return done;
        if (!read_line(client, (struct slice){bytes + done, (size_t)(end - done)}, sink))
            return client_fail(client, sink, "the server said goodbye", 0);
        done = end + 1;
    }
}

const struct client_kind ndjson_client = {
    .name = "ndjson",
    .reads = READS_ON,
    .ask = ask,
    .read = ndjson_read,
};
