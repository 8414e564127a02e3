/* SPDX-License-Identifier: MIT
 *
 * The subscriber's side of a probe: asking, reading whatever came of it, asking again.
 */
#include "probe_parts.h"

#include <stdio.h>
#include <string.h>

enum {
    SERVER_ERROR = 500,
    WAITED_MS = 400, /* an error that comes later than this ended a wait */
    CUTS_LIMIT = 8,
    RETRY_MS = 100,
};

static const int64_t ms_ns = 1000000;

static bool is_stream(const struct probe *probe)
{
    return probe->plan.kind->reads == READS_ON;
}

static bool needs_tunnel(const struct probe *probe)
{
    return probe->plan.path->forward && probe->plan.kind == &websocket_client;
}

bool reader_open(const struct probe *probe)
{
    return probe->reader.fd >= 0;
}

void reader_close(struct probe *probe)
{
    probe_line_close(&probe->reader);
    probe_answer_finish(&probe->answer);
    probe->asked = probe->tunnelled = false;
}

static void give_up(struct probe *probe)
{
    reader_close(probe);
    probe->phase = PROBE_IS_DONE;
}

/* ---- asking ------------------------------------------------------------------------------ */

/* A raw WebSocket says its cursor once, and counts from there. */
static void keep_cursor(struct client *client)
{
    char text[CURSOR_TEXT_LIMIT];
    char *dash = strrchr(client->cursor, '-');
    if (client->kind != &websocket_client || !dash)
        return;
    *dash = '\0';
    snprintf(text, sizeof(text), "%s", client->cursor);
    snprintf(client->cursor, sizeof(client->cursor), "%.24s-%llu", text,
             (unsigned long long)client->seq);
}

void probe_compose(const struct probe *probe, const struct client *client, bool direct,
                   bool absolute, struct builder *out)
{
    struct builder plain = {0};
    struct client copy = *client;
    copy.kind->ask(&copy, &plain);
    struct slice text = builder_slice(&plain);
    const char *more =
        probe->plan.more && client->kind != &publisher_client ? probe->plan.more : "";
    ssize_t target = bytes_find(text.at, text.len, 0, SLICE(" ")) + 1;
    ssize_t end = bytes_find(text.at, text.len, 0, SLICE(" HTTP/1.1"));
    ssize_t lines = bytes_find(text.at, text.len, (size_t)end, SLICE("\r\n")) + 2;
    const struct probe_path *path = probe->plan.path;
    const char *prefix = direct ? path->beside_prefix : path->prefix;
    builder_add(out, text.at, (size_t)target);
    if (absolute)
        builder_format(out, "http://%s", path->authority);
    builder_add_text(out, prefix ? prefix : "");
    builder_add(out, text.at + target, (size_t)(end - target));
    builder_add_text(out, more);
    builder_add(out, text.at + end, (size_t)(lines - end));
    if (client->kind == &publisher_client && path->publish_headers)
        builder_add_text(out, path->publish_headers);
    builder_add(out, text.at + lines, text.len - (size_t)lines);
    builder_finish(&plain);
}

static void send_request(struct probe *probe)
{
    struct builder request = {0};
    const struct probe_path *path = probe->plan.path;
    const char *to = path->reach ? path->reach : path->authority;
    if (needs_tunnel(probe) && !probe->tunnelled)
        builder_format(&request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to);
    else
        probe_compose(probe, &probe->client, false, path->forward && !probe->tunnelled,
                      &request);
    probe_line_send(&probe->reader, builder_slice(&request));
    builder_finish(&request);
}

void reader_ask(struct probe *probe, int64_t now)
{
    if (!reader_open(probe)) {
        struct client before = probe->client;
        keep_cursor(&before);
        client_init(&probe->client, probe->plan.kind, &probe->options);
        memcpy(probe->client.cursor, before.cursor, sizeof(before.cursor));
        probe->client.seq = before.seq;
        const struct probe_path *path = probe->plan.path;
        if (probe_line_open(&probe->reader, &path->first, path->way) != 0) {
            reader_on_failure(probe);
            return;
        }
    }
    probe_answer_finish(&probe->answer);
    probe->in_answer = 0;
    probe->asked = true;
    probe->asked_ns = probe->heard_ns = now;
    if (!probe->first_asked_ns)
        probe->first_asked_ns = now;
    send_request(probe);
}

/* ---- messages ---------------------------------------------------------------------------- */

static void count_delay(struct probe *probe, unsigned number)
{
    struct probe_seen *seen = &probe->seen;
    int64_t delay_us = (probe->heard_ns - probe->sent_ns[number]) / 1000;
    if (number == 1)
        seen->first_us = delay_us;
    if (delay_us > seen->max_us)
        seen->max_us = delay_us;
    bool leads = number == 1 || number == PROBE_SECOND;
    if (leads && (seen->least_us < 0 || delay_us < seen->least_us))
        seen->least_us = delay_us;
}

static void on_message(struct probe *probe, struct slice data)
{
    unsigned number = (unsigned)slice_number(data);
    struct probe_seen *seen = &probe->seen;
    if (number <= probe->last || number > probe->published_count) {
        seen->nonsense = true;
        return;
    }
    probe->last = number;
    probe->in_answer++;
    if (number <= PROBE_MESSAGES) {
        seen->got++;
        if (probe->phase == PROBE_OFFERS_MORE && seen->let_go_bytes == 0)
            seen->let_go_bytes = seen->offered_bytes;
        else if (probe->phase == PROBE_WATCHES)
            count_delay(probe, number);
    } else if (probe->phase == PROBE_IS_BACK) {
        if (++seen->late_got == PROBE_MISSED)
            seen->resumed_us = (probe->heard_ns - probe->phase_ns) / 1000;
    }
}

static void on_event(struct client *client, const struct client_event *event, void *arg)
{
    struct probe *probe = arg;
    (void)client;
    if (event->kind == CLIENT_MESSAGE)
        on_message(probe, event->data);
    else if (event->kind == CLIENT_HEARTBEAT)
        probe->seen.heartbeats++;
    else if (event->kind == CLIENT_GAP)
        probe->seen.nonsense = true;
}

/* Gives bytes to the client, which has read the head (or reads it itself, of a 101). How many
 * it is done with; -1: nonsense, or the server's goodbye. */
static ssize_t give_client(struct probe *probe, struct slice bytes)
{
    struct builder copy = {0}, reply = {0};
    const struct client_sink sink = {on_event, probe, &reply};
    /* A client may change what it reads. */
    char *room = builder_reserve(&copy, bytes.len + 1);
    ssize_t used = -1;
    if (room) {
        memcpy(room, bytes.at, bytes.len);
        used = probe->client.kind->read(&probe->client, room, bytes.len, &sink);
    }
    if (builder_len(&reply) > 0 && reader_open(probe))
        probe_line_send(&probe->reader, builder_slice(&reply));
    builder_finish(&copy);
    builder_finish(&reply);
    return used;
}

/* ---- answers ----------------------------------------------------------------------------- */

static void on_cut(struct probe *probe, int status, int64_t now)
{
    struct probe_seen *seen = &probe->seen;
    if (seen->cuts++ == 0) {
        seen->cut_after_us = (now - probe->heard_ns) / 1000;
        seen->cut_age_us = (now - probe->asked_ns) / 1000;
        seen->cut_status = status;
    }
    reader_close(probe);
    probe->due_ns = now + RETRY_MS * ms_ns;
    if (seen->cuts > CUTS_LIMIT || probe->plan.ends_when_cut)
        give_up(probe);
}

static void on_refusal(struct probe *probe, int64_t now)
{
    int status = probe->answer.status;
    if (status >= SERVER_ERROR && now - probe->asked_ns > WAITED_MS * ms_ns) {
        on_cut(probe, status, now);
        return;
    }
    probe->seen.status = status;
    probe->seen.tunnel_refused = needs_tunnel(probe) && !probe->tunnelled;
    give_up(probe);
}

static void on_polled(struct probe *probe, int64_t now)
{
    struct probe_seen *seen = &probe->seen;
    struct slice body = builder_slice(&probe->answer.body);
    int64_t hold_ns = (int64_t)probe->plan.times.wait_s * 1000 * ms_ns;
    bool keeps = probe->answer.keeps;
    probe->client.in_body = true;
    probe->client.body_len = body.len;
    if (give_client(probe, body) < 0)
        seen->nonsense = true;
    seen->answers++;
    int64_t answer_us = (now - probe->asked_ns) / 1000;
    if (seen->answer_us < 0 || answer_us < seen->answer_us)
        seen->answer_us = answer_us;
    if (probe->in_answer == 0) {
        seen->empty++;
        seen->hasty += seen->reads == READS_WAIT && now - probe->asked_ns < hold_ns / 4;
    }
    probe_answer_finish(&probe->answer);
    probe->asked = probe->retried = false;
    probe->reader.used = true;
    if (!keeps)
        reader_close(probe);
    probe->due_ns = now;
    if (seen->reads == READS_NOW)
        probe->due_ns += probe->plan.times.interval_ms * ms_ns;
    if (seen->nonsense || seen->hasty > PROBE_HASTY_LIMIT)
        give_up(probe);
}

static bool is_event_stream(const struct probe *probe)
{
    static const char type[] = "text/event-stream";
    struct slice is = probe_answer_field(&probe->answer, "Content-Type");
    return probe->plan.kind != &sse_client ||
           (is.len >= sizeof(type) - 1 &&
            slice_equal_nocase((struct slice){is.at, sizeof(type) - 1}, slice_of(type)));
}

/* A stream's body, as far as it came. */
static void read_stream(struct probe *probe)
{
    struct slice body = builder_slice(&probe->answer.body);
    probe->client.in_body = true;
    ssize_t used = is_event_stream(probe) ? give_client(probe, body) : -1;
    if (used < 0)
        probe->seen.nonsense = true;
    else
        builder_drop_front(&probe->answer.body, (size_t)used);
}

/* The proxy has opened the way: what follows is the conversation itself. */
static void on_tunnel(struct probe *probe)
{
    probe->tunnelled = true;
    probe_answer_finish(&probe->answer);
    send_request(probe);
}

/* ---- bytes ------------------------------------------------------------------------------- */

/* Behind a 101 there are frames; its head is the client's to read. */
static bool read_frames(struct probe *probe)
{
    struct slice in = builder_slice(&probe->reader.in);
    ssize_t used = give_client(probe, in);
    if (used > 0)
        probe_line_took(&probe->reader, (size_t)used);
    return used >= 0;
}

static bool is_upgraded(const struct probe *probe)
{
    return probe->answer.status == 101;
}

static void keep_head(struct probe *probe)
{
    struct slice head = builder_slice(&probe->answer.head);
    if (probe->answer.status && probe->head[0] == '\0')
        snprintf(probe->head, sizeof(probe->head), "%.*s", (int)head.len, head.at);
}

/* Reads what came as an answer. False: it is none. */
static bool read_answer(struct probe *probe)
{
    struct slice in = builder_slice(&probe->reader.in);
    bool before_head = probe->answer.status == 0;
    ssize_t used = probe_answer_read(&probe->answer, in.at, in.len);
    if (used < 0)
        return false;
    keep_head(probe);
    bool upgrades = before_head && is_upgraded(probe);
    if (!upgrades)
        probe_line_took(&probe->reader, (size_t)used);
    probe->seen.compressed |= probe->answer.compressed;
    return true;
}

static void read_on(struct probe *probe, int64_t now)
{
    if (!is_upgraded(probe) && !read_answer(probe)) {
        probe->seen.nonsense = true;
        probe->seen.flooded = builder_len(&probe->answer.body) > PROBE_BODY_LIMIT;
        give_up(probe);
        return;
    }
    int status = probe->answer.status;
    if (status == 0)
        return;
    if (is_upgraded(probe)) {
        probe->seen.answered = true;
        if (!read_frames(probe))
            on_cut(probe, 0, now);
    } else if (needs_tunnel(probe) && !probe->tunnelled && status / 100 == 2) {
        on_tunnel(probe);
    } else if (status != 200) {
        on_refusal(probe, now);
    } else {
        probe->seen.answered = true;
        if (is_stream(probe))
            read_stream(probe);
        if (probe->seen.nonsense)
            give_up(probe);
        else if (probe->answer.complete && is_stream(probe))
            on_cut(probe, 0, now);
        else if (probe->answer.complete)
            on_polled(probe, now);
    }
}

/* A server may end a kept connection just when it is asked again: browsers then ask once more,
 * on another. */
static bool retry(struct probe *probe, int64_t now)
{
    if (!probe->reader.used || probe->answer.status || probe->retried ||
        builder_len(&probe->reader.in) > 0)
        return false;
    if (probe->plan.ends_when_cut && now - probe->asked_ns > WAITED_MS * ms_ns)
        return false; /* too late for that: it was held */
    if (!probe->seen.retried_after_us)
        probe->seen.retried_after_us = (now - probe->asked_ns) / 1000;
    reader_close(probe);
    probe->retried = true;
    probe->due_ns = now;
    return true;
}

void reader_on_bytes(struct probe *probe, int64_t now, bool ended)
{
    if (!probe->asked) { /* between polls: nothing is expected but the end */
        reader_close(probe);
        return;
    }
    if (builder_len(&probe->reader.in) > 0) {
        int64_t before = probe->heard_ns;
        probe->heard_ns = now;
        read_on(probe, now);
        if (probe->seen.cuts == 1 && probe->seen.cut_after_us == 0)
            probe->seen.cut_after_us = (now - before) / 1000;
    }
    if (!ended || !reader_open(probe) || probe->phase == PROBE_IS_DONE)
        return;
    if (!is_stream(probe) && probe_answer_end(&probe->answer) && probe->answer.status == 200)
        on_polled(probe, now);
    else if (!retry(probe, now))
        on_cut(probe, 0, now);
}

void reader_on_failure(struct probe *probe)
{
    give_up(probe);
}

void reader_on_flood(struct probe *probe)
{
    probe->seen.nonsense = probe->seen.flooded = true;
    give_up(probe);
}
