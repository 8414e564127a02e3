/* SPDX-License-Identifier: MIT
 *
 * Socket.IO (Engine.IO 4), WebSocket only: packets in text frames. The server opens ("0{...}"),
 * the client asks for the main namespace ("40"), the server agrees ("40{...}"); then each
 * message is an event ("42[NAME,DATA]"), and the server's ping ("2") wants a pong ("3").
 */
#include "client.h"

static void ask(struct client *client, struct builder *out)
{
    builder_format(
        out, "GET /socket.io/?EIO=4&transport=websocket&topic=%s HTTP/1.1\r\nHost: %s\r\n",
        client->options->topic, client->options->authority);
    client_add_upgrade(out);
    builder_add(out, "\r\n", 2);
}

static bool begins(struct slice text, struct slice with)
{
    return text.len >= with.len && slice_equal((struct slice){text.at, with.len}, with);
}

/* The string of ["message","…"], as it travelled. */
static struct slice data_of(struct slice event)
{
    const struct slice name = SLICE("42[\"message\",\""), end = SLICE("\"]");
    if (!begins(event, name) || event.len < name.len + end.len)
        return event;
    return (struct slice){event.at + name.len, event.len - name.len - end.len};
}

static void on_packet(struct client *client, struct slice packet,
                      const struct client_sink *sink)
{
    if (begins(packet, SLICE("42"))) {
        const struct client_event message = {.kind = CLIENT_MESSAGE, .data = data_of(packet)};
        sink->on_event(client, &message, sink->arg);
    } else if (begins(packet, SLICE("0"))) {
        client_add_text_frame(sink->reply, SLICE("40"));
    } else if (begins(packet, SLICE("40"))) {
        const struct client_event open = {.kind = CLIENT_OPEN};
        sink->on_event(client, &open, sink->arg);
    } else if (begins(packet, SLICE("44"))) {
        client_fail(client, sink, "refused", 0);
    } else if (begins(packet, SLICE("2"))) {
        client_add_text_frame(sink->reply, SLICE("3"));
        client_tell(client, sink, CLIENT_HEARTBEAT);
    }
}

/* Between the WebSocket, for which a packet is a message, and whoever listens. */
static void on_websocket_event(struct client *client, const struct client_event *event,
                               void *arg)
{
    const struct client_sink *sink = arg;
    if (event->kind == CLIENT_MESSAGE)
        on_packet(client, event->data, sink);
    else if (event->kind != CLIENT_OPEN) /* that of the namespace counts */
        sink->on_event(client, event, sink->arg);
}

static ssize_t socket_io_read(struct client *client, char *bytes, size_t len,
                              const struct client_sink *sink)
{
    const struct client_sink inner = {on_websocket_event, (void *)sink, sink->reply};
    return websocket_client.read(client, bytes, len, &inner);
}

const struct client_kind socket_io_client = {
    .name = "websocket",
    .reads = READS_ON,
    .ask = ask,
    .read = socket_io_read,
};
