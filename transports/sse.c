/* SPDX-License-Identifier: MIT
 *
 * SSE (server-sent events, WHATWG HTML 9.2): one answer that does not end. Ordinary HTTP, one
 * way; the browser itself reconnects and says where it was (Last-Event-ID).
 *
 * What middleboxes and browsers taught: through proxies the first write stays under 512 bytes,
 * and it has no padding unless asked for (who compresses would begin to hold it back), the
 * heartbeat is a named event because scripts cannot see comments, and no answer but 200 is ever
 * given to who may be an EventSource, since any other makes browsers give up for good.
 */
#include "sse_encode.h"
#include "table.h"

#include "../server/date.h"
#include "../server/server.h"
#include "../server/subscriber.h"

#include <stdlib.h>

enum {
    PAD_LIMIT = 64 * 1024,
    FULL_RETRY_MS = 5000,
    CANARY_MS = 300,
    FIRST_BEAT_MS = 300,
    HEAD_ALONE_MS = 30 /* longer than a proxy takes to pass it on */
};
/* subscriber->mode: what its next heartbeat is. */
enum { BEAT_PLAIN, BEAT_CANARY };

static void add_retry(uint64_t retry_ms, struct builder *out)
{
    builder_add_text(out, "retry: ");
    builder_add_u64(out, retry_ms);
    builder_add(out, "\n", 1);
}

static struct slice cursor_of(struct subscriber *subscriber, struct builder *room)
{
    subscriber_add_cursor(subscriber, room);
    return builder_slice(room);
}

/* An event of the server's own that carries, or not, the cursor. */
static void add_own_event(struct subscriber *subscriber, bool with_id, struct slice event,
                          struct slice data, struct builder *out)
{
    struct builder cursor = {0};
    struct slice id = with_id ? cursor_of(subscriber, &cursor) : (struct slice){0};
    sse_add_event(out, id, event, data);
    builder_finish(&cursor);
}

static void add_padding(const struct request *request, struct builder *out)
{
    char text[8];
    size_t len;
    if (request_query(request, "pad", text, sizeof(text), &len) != 1)
        return;
    long pad = strtol(text, NULL, 10);
    for (long i = 0; i < pad && pad <= PAD_LIMIT; i++)
        builder_add(out, i == 0 ? ":" : " ", 1);
    builder_add(out, "\n", 1);
}

/*
 * Whether a stream really flows, only its reader can tell: of two events 300 ms apart
 * (`canary=1`), something that holds streams back gives none, or both at once. The data is the
 * heartbeat's interval in ms, so that the reader knows from the start how much silence is too
 * much.
 */
static void add_canary(struct subscriber *subscriber, struct builder *out)
{
    struct builder interval = {0};
    builder_add_u64(&interval, subscriber_server(subscriber)->options->heartbeat_ms);
    sse_add_event(out, (struct slice){0}, SLICE("canary"), builder_slice(&interval));
    builder_finish(&interval);
}

static void begin_canaries(struct subscriber *subscriber, const struct request *request,
                           struct builder *out)
{
    char text[2];
    size_t len;
    if (request_query(request, "canary", text, sizeof(text), &len) != 1 || text[0] != '1')
        return;
    add_canary(subscriber, out);
    subscriber->mode = BEAT_CANARY;
    subscriber_beat_in(subscriber, CANARY_MS);
}

/* Whether it asks for what it has missed, by since or as EventSource polyfills do. */
static bool comes_back(const struct request *request)
{
    static const char *const names[] = {"since", "lastEventId", "last_event_id", "lastEventID"};
    char text[4];
    size_t len;
    int found = 0;
    for (unsigned i = 0; found == 0 && i < sizeof(names) / sizeof(names[0]); i++)
        found = request_query(request, names[i], text, sizeof(text), &len);
    bool from_now = found == 1 && slice_equal((struct slice){text, len}, SLICE("now"));
    return request_header(request, "Last-Event-ID") || (found != 0 && !from_now);
}

/*
 * What was missed goes out with the head. Varnish holds what comes with a head until more
 * comes: so the first heartbeat does, soon. Caddy compresses and holds a stream that begins
 * with 512 bytes or more: so through a proxy, head and cursor go alone.
 */
static void push_on(struct subscriber *subscriber, const struct request *request)
{
    uint64_t interval_ms = subscriber_server(subscriber)->options->heartbeat_ms;
    if (!comes_back(request) || subscriber->careless)
        return;
    if (interval_ms > FIRST_BEAT_MS)
        subscriber_beat_in(subscriber, FIRST_BEAT_MS);
    if (request_header(request, "Via") || request_header(request, "Forwarded") ||
        request_header(request, "X-Forwarded-For"))
        subscriber_wait(subscriber, HEAD_ALONE_MS);
}

static int sse_open(struct subscriber *subscriber, const struct request *request,
                    struct builder *out, struct reply *ret_refusal)
{
    (void)ret_refusal;
    if (subscriber->many)
        subscriber_encode(subscriber, &sse_json_topic_encoding, 0);
    else
        subscriber_encode(subscriber, subscriber->json ? &sse_json_encoding : &sse_encoding, 0);
    subscriber_add_head(subscriber, true, out);
    add_padding(request, out);
    /* An id with no data: the browser keeps it and fires nothing. */
    struct builder cursor = {0};
    add_retry(subscriber_server(subscriber)->options->retry_ms, out);
    sse_add_id(out, cursor_of(subscriber, &cursor));
    builder_add(out, "\n", 1);
    builder_finish(&cursor);
    push_on(subscriber, request);
    begin_canaries(subscriber, request, out);
    return 0;
}

static void sse_full(struct builder *out)
{
    builder_add_text(out, "HTTP/1.1 200 OK\r\n");
    date_add(out);
    builder_add_text(out, "Content-Type: text/event-stream\r\nConnection: close\r\n"
                          "Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\n"
                          "Access-Control-Allow-Origin: *\r\n\r\n");
    add_retry(FULL_RETRY_MS, out);
    builder_add(out, "\n", 1);
}

static void sse_prefix(struct subscriber *subscriber, struct builder *out)
{
    struct builder cursor = {0};
    sse_add_id(out, cursor_of(subscriber, &cursor));
    builder_finish(&cursor);
}

static int sse_gap(struct subscriber *subscriber, const struct gap *gap, struct builder *out)
{
    struct builder data = {0};
    gap_add_json(gap, &data);
    add_own_event(subscriber, true, SLICE("gap"), builder_slice(&data), out);
    builder_finish(&data);
    return 0;
}

static void sse_heartbeat(struct subscriber *subscriber, struct builder *out)
{
    if (subscriber->mode == BEAT_CANARY)
        add_canary(subscriber, out);
    else
        add_own_event(subscriber, false, SLICE("heartbeat"), (struct slice){0}, out);
    subscriber->mode = BEAT_PLAIN;
}

static void sse_bye(struct subscriber *subscriber, struct builder *out)
{
    struct builder cursor = {0};
    add_own_event(subscriber, true, SLICE("bye"), cursor_of(subscriber, &cursor), out);
    builder_finish(&cursor);
}

const struct transport sse_transport = {
    .abi = TRANSPORT_ABI,
    .name = "sse",
    .title = "SSE",
    .reads = READS_ON,
    .content_type = "text/event-stream",
    .never_refuses = true,
    .gap_has_cursor = true,
    .full = sse_full,
    .open = sse_open,
    .prefix = sse_prefix,
    .gap = sse_gap,
    .heartbeat = sse_heartbeat,
    .bye = sse_bye,
};
