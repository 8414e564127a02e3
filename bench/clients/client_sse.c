/* SPDX-License-Identifier: MIT
 *
 * SSE: ask once, then events for ever. Reads the stream as pushlab writes it: lines end in LF.
 */
#include "client.h"

#include "../../transports/sse_encode.h"

static void ask(struct client *client, struct builder *out)
{
    client_add_get(client, "", out);
    builder_add_text(out, "Accept: text/event-stream\r\n\r\n");
}

/* The value of a line `name: value`; false when it is another line. */
static bool field(struct slice line, struct slice name, struct slice *ret_value)
{
    if (line.len <= name.len || line.at[name.len] != ':' ||
        !slice_equal((struct slice){line.at, name.len}, name))
        return false;
    size_t skip = name.len + 1;
    if (line.len > skip && line.at[skip] == ' ')
        skip++;
    *ret_value = (struct slice){line.at + skip, line.len - skip};
    return true;
}

/* One event, the lines before a blank one. */
static bool read_event(struct client *client, struct slice block,
                       const struct client_sink *sink)
{
    struct slice event = {0}, data = {0}, id = {0}, value;
    bool has_data = false;
    for (size_t at = 0; at < block.len;) {
        ssize_t end = bytes_find(block.at, block.len, at, SLICE("\n"));
        struct slice line = {block.at + at, (end < 0 ? block.len : (size_t)end) - at};
        at += line.len + 1;
        if (!has_data && field(line, SLICE("data"), &value)) {
            data = value;
            has_data = true;
        } else if (field(line, SLICE("id"), &value)) {
            id = value;
        } else if (field(line, SLICE("event"), &value)) {
            event = value;
        }
    }
    client_set_cursor(client, id);
    if (slice_equal(event, SLICE("heartbeat")))
        client_tell(client, sink, CLIENT_HEARTBEAT);
    else if (slice_equal(event, SLICE("gap")))
        client_tell(client, sink, CLIENT_GAP);
    else if (slice_equal(event, SLICE("bye")))
        return false;
    else if (has_data)
        sink->on_event(
            client,
            &(struct client_event){.kind = CLIENT_MESSAGE, .seq = cursor_seq(id), .data = data},
            sink->arg);
    else if (id.len > 0 || block.at[0] == ':') /* others greet with a comment */
        client_tell(client, sink, CLIENT_OPEN);
    return true;
}

static ssize_t sse_read(struct client *client, char *bytes, size_t len,
                        const struct client_sink *sink)
{
    ssize_t done = client_stream_head(client, bytes, len, sink);
    if (done < 0 || !client->in_body)
        return done;
    while ((size_t)done < len) {
        ssize_t end = bytes_find(bytes, len, (size_t)done + client->scanned, SLICE("\n\n"));
        if (end < 0) {
            client->scanned = len - (size_t)done - 1;
            return done;
        }
        client->scanned = 0;
        if (!read_event(client, (struct slice){bytes + done, (size_t)(end - done)}, sink))
            return client_fail(client, sink, "the server said goodbye", 0);
        done = end + 2;
    }
    return done;
}

static void welcome(const struct client_options *options, struct builder *out)
{
    (void)options;
    builder_add_text(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          "Connection: close\r\n\r\nretry: 3000\nid: bench-0\n\n");
}

static void frame(const char *epoch, uint64_t seq, struct slice data, struct builder *out)
{
    struct builder id = {0};
    builder_format(&id, "%s-%llu", epoch, (unsigned long long)seq);
    sse_add_event(out, builder_slice(&id), (struct slice){0}, data);
    builder_finish(&id);
}

const struct client_kind sse_client = {
    .name = "sse",
    .reads = READS_ON,
    .ask = ask,
    .read = sse_read,
    .welcome = welcome,
    .frame = frame,
};
