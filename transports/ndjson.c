/* SPDX-License-Identifier: MIT
 *
 * NDJSON: one JSON message a line, in an answer that does not end. The worked example of a
 * fifth transport, built as a module: `pushlab --transport build/transports/ndjson.so` serves
 * it at /ndjson/TOPIC. For programs, and for pages that read a fetch() as it streams in: some
 * proxies that hold back text/event-stream let this content type pass.
 */
#include "json_message.h"

#include "../server/bus.h"
#include "../server/subscriber.h"

static void ndjson_encode(const struct message *message, unsigned with_topic,
                          struct builder *out)
{
    size_t start = builder_len(out);
    json_add_message(out, message, with_topic);
    /* JSON that was published with line breaks stays one line: they are white space there. */
    struct slice line = builder_slice(out);
    for (size_t i = start; i < line.len; i++)
        if (line.at[i] == '\n' || line.at[i] == '\r')
            out->bytes->data[i] = ' ';
    builder_add(out, "\n", 1);
}

static const struct encoding ndjson_encoding = {"ndjson", ndjson_encode};

static void add_cursor_line(struct subscriber *subscriber, const char *name,
                            struct builder *out)
{
    builder_format(out, "{\"%s\":\"", name);
    subscriber_add_cursor(subscriber, out);
    builder_add_text(out, "\"}\n");
}

static int ndjson_open(struct subscriber *subscriber, const struct request *request,
                       struct builder *out, struct reply *ret_refusal)
{
    (void)request, (void)ret_refusal;
    subscriber_encode(subscriber, &ndjson_encoding, subscriber->many);
    subscriber_add_head(subscriber, true, out);
    add_cursor_line(subscriber, "next", out);
    return 0;
}

static int ndjson_gap(struct subscriber *subscriber, const struct gap *gap, struct builder *out)
{
    builder_add_text(out, "{\"gap\":");
    gap_add_json(gap, out);
    builder_add_text(out, ",\"next\":\"");
    subscriber_add_cursor(subscriber, out);
    builder_add_text(out, "\"}\n");
    return 0;
}

static void ndjson_heartbeat(struct subscriber *subscriber, struct builder *out)
{
    (void)subscriber;
    builder_format(out, "{\"heartbeat\":%lld}\n", (long long)wall_clock_us());
}

static void ndjson_bye(struct subscriber *subscriber, struct builder *out)
{
    add_cursor_line(subscriber, "bye", out);
}

const struct transport pushlab_transport = {
    .abi = TRANSPORT_ABI,
    .name = "ndjson",
    .title = "NDJSON",
    .reads = READS_ON,
    .content_type = "application/x-ndjson",
    .gap_has_cursor = true,
    .open = ndjson_open,
    .gap = ndjson_gap,
    .heartbeat = ndjson_heartbeat,
    .bye = ndjson_bye,
};
