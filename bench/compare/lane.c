/* SPDX-License-Identifier: MIT */
#include "lane.h"

#include "../clients/browser_headers.h"
#include "../proc_stat.h"
#include "../progress.h"
#include "burden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN_LIMIT_MS = 10000,
    TURN_MS = 100,
    SETTLE_MS = 1000,
    SPARE_CONNECTIONS = 64,
    /* A client that closes sends a FIN, which is acknowledged, once it has been counted. */
    CLOSING_SEGMENTS = 2,
};

static const int64_t ms_ns = 1000000;
static const char topic[] = "compare";

void lane_complain(const struct lane *lane)
{
    if (lane->broken && !process_interrupted())
        fprintf(stderr, "pushbench: %s: %s%s%.0d\n", lane->name, lane->broken,
                lane->status ? " " : "", lane->status);
}

/* ---- events ------------------------------------------------------------------------------ */

static void break_off(struct lane *lane, const char *reason, int status)
{
    if (!lane->broken) {
        lane->broken = reason;
        lane->status = status;
    }
}

static void on_answered(struct lane *lane, struct member *member)
{
    struct lane_client *client = &lane->clients[member->index];
    lane->counts.answered++;
    lane->counts.useless += !client->got;
    *client = (struct lane_client){0};
    if (lane->kind->reads == READS_WAIT)
        swarm_ask(member);
}

static void on_message(struct lane *lane, unsigned client, struct slice text)
{
    struct slice texts[MISCHIEF_TEXTS] = {text};
    unsigned count = 1;
    if (lane->mischief)
        count = mischief_pass(lane->mischief, client, text, texts);
    for (unsigned i = 0; i < count; i++)
        delivery_take(&lane->delivery, client, texts[i], now_ns());
    lane->counts.payload_bytes += text.len;
    lane->clients[client].got = true;
}

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct lane *lane = arg;
    switch (event->kind) {
    case CLIENT_OPEN:
        lane->subscribed++;
        break;
    case CLIENT_MESSAGE:
        on_message(lane, member->index, event->data);
        break;
    case CLIENT_ANSWERED:
        on_answered(lane, member);
        break;
    case CLIENT_PUBLISHED:
        lane->publishing = false;
        break;
    case CLIENT_GAP:
        break_off(lane, "the server announced a gap: a client fell behind the history", 0);
        break;
    case CLIENT_CLOSED:
        if (member->swarm == &lane->publisher || !lane->close ||
            lane->clients[member->index].waiting)
            break_off(lane, event->reason, event->status);
        break;
    case CLIENT_HEARTBEAT:
        break;
    }
}

static void on_close(struct member *member, void *arg)
{
    struct lane *lane = arg;
    tcp_traffic_add(member->fd, &lane->counts.traffic);
    lane->counts.traffic.segments += CLOSING_SEGMENTS;
}

/* ---- what is due ------------------------------------------------------------------------- */

static int64_t message_due_ns(const struct lane *lane)
{
    const struct lane_settings *settings = lane->settings;
    uint64_t next = lane->delivery.published;
    if (next >= settings->messages || lane->publishing)
        return INT64_MAX; /* an answer to the publisher wakes whoever waits */
    int64_t shift_ns = lane->shift_ns;
    if (lane->places > 0)
        shift_ns = (int64_t)((lane->place + next) % lane->places) * lane->shift_step_ns;
    int64_t due_ns = lane->start_ns + shift_ns + settings->due_ns[next];
    return due_ns > lane->message_ns ? due_ns : lane->message_ns;
}

static void publish(struct lane *lane, int64_t intended_ns)
{
    struct member *member = &lane->publisher.members[0];
    builder_truncate(&lane->text, 0);
    delivery_publish(&lane->delivery, 0, intended_ns, lane->settings->payload, &lane->text);
    member->client.body = builder_slice(&lane->text);
    lane->publishing = true;
    lane->message_ns = intended_ns;
    lane->late_ns += now_ns() - intended_ns;
    lane->counts.late_ns += now_ns() - intended_ns;
    swarm_ask(member);
}

/* Each client asks once in an interval; together they are spread over it. */
static int64_t poll_due_ns(const struct lane *lane)
{
    const struct lane_settings *settings = lane->settings;
    if (lane->kind->reads != READS_NOW)
        return INT64_MAX;
    uint64_t rounds = lane->polls / settings->clients, turn = lane->polls % settings->clients;
    return lane->start_ns + lane->shift_ns + (int64_t)rounds * settings->interval_ns +
           (int64_t)turn * settings->interval_ns / settings->clients;
}

/* What a client knows outlives its connection. */
static int connect_again(struct lane *lane, struct member *member)
{
    struct client before = member->client;
    swarm_close(member);
    int error = swarm_connect(&lane->subscribers, member->index, lane->kind,
                              &lane->subscriber_options, true);
    memcpy(member->client.cursor, before.cursor, sizeof(before.cursor));
    member->client.seq = before.seq;
    member->client.opened = before.opened;
    member->client.head_bytes = before.head_bytes;
    lane->counts.opened++;
    return error;
}

static void poll_again(struct lane *lane, unsigned index)
{
    struct member *member = &lane->subscribers.members[index];
    struct lane_client *client = &lane->clients[index];
    int error = 0;
    if (client->waiting) {
        lane->counts.skipped++;
        return;
    }
    client->waiting = true;
    if (lane->close)
        error = connect_again(lane, member);
    if (error)
        break_off(lane, strerror(-error), 0);
    else
        swarm_ask(member); /* or, while it connects, as soon as it can */
}

int64_t lane_work(struct lane *lane)
{
    int64_t message_ns = INT64_MAX, poll_ns = INT64_MAX;
    if (lane->start_ns == 0)
        return INT64_MAX;
    while (!lane->broken && (message_ns = message_due_ns(lane)) <= now_ns())
        publish(lane, message_ns);
    while (!lane->broken && (poll_ns = poll_due_ns(lane)) <= now_ns())
        poll_again(lane, (unsigned)(lane->polls++ % lane->settings->clients));
    return message_ns < poll_ns ? message_ns : poll_ns;
}

void lane_turn(struct lane *lane, struct swarm *swarm)
{
    if (!lane->broken)
        swarm_turn(swarm, 0);
}

void lane_begin(struct lane *lane, int64_t start_ns)
{
    lane->start_ns = start_ns;
}

bool lane_done(const struct lane *lane)
{
    unsigned dropped = lane->mischief ? lane->mischief->done[MISDEED_DROP] : 0;
    return lane->delivery.published == lane->settings->messages && !lane->publishing &&
           delivery_missing(&lane->delivery) == dropped;
}

struct lane_counts lane_count(const struct lane *lane)
{
    struct lane_counts counts = lane->counts;
    const struct swarm *swarm = &lane->subscribers;
    uint64_t burden_ns;
    counts.published = lane->delivery.published;
    counts.delivered = lane->delivery.delivered;
    counts.stale_ns = lane->delivery.stale_ns;
    counts.asked = swarm->asked;
    counts.request_bytes = swarm->asked_bytes;
    counts.up_bytes = swarm->sent_bytes;
    counts.down_bytes = swarm->received_bytes;
    for (unsigned i = 0; i < swarm->count; i++) {
        counts.head_bytes += swarm->members[i].client.head_bytes;
        if (swarm->members[i].fd >= 0)
            tcp_traffic_add(swarm->members[i].fd, &counts.traffic);
    }
    process_cpu_ns(lane->server.pid, &counts.cpu_ns);
    if (lane->burden > 0 && process_cpu_ns(lane->burden, &burden_ns))
        counts.cpu_ns += burden_ns;
    return counts;
}

/* ---- the server and its relay ------------------------------------------------------------ */

static bool start_server(struct lane *lane)
{
    const struct lane_settings *settings = lane->settings;
    char heartbeat[24], coalesce[24], connections[24];
    const char *options[] = {
        "--feed", "none", "--workers", "1", "--heartbeat", heartbeat, "--coalesce", coalesce,
        "--flush", settings->flush, "--history", "4096,1h,64M",
        /* A publisher may have nothing to say for long. */
        "--idle-timeout", "1h", "--head-timeout", "1h", "--max-connections", connections,
        settings->module ? "--transport" : NULL, settings->module, NULL};
    snprintf(heartbeat, sizeof(heartbeat), "%us", settings->heartbeat_s);
    snprintf(coalesce, sizeof(coalesce), "%ums", settings->coalesce_ms);
    snprintf(connections, sizeof(connections), "%u", 2 * settings->clients + SPARE_CONNECTIONS);
    return server_start(&settings->common, options, &lane->server);
}

static bool start_relay(struct lane *lane)
{
    char room[1100], delay[32], jitter[24];
    const char *program = program_beside("relay/pushrelay", room, sizeof(room));
    const char *arguments[] = {
        program,   "--listen", "127.0.0.1:0", "--to", lane->server.endpoint.authority,
        "--delay", delay,      "--jitter",    jitter, NULL};
    snprintf(delay, sizeof(delay), "%.0fus", lane->settings->round_trip_ms * 1e3 / 2);
    snprintf(jitter, sizeof(jitter), "%u", lane->settings->jitter_ms);
    return server_spawn(arguments, &lane->relay);
}

static bool start_burden(struct lane *lane)
{
    lane->burden = lane->extra_cpu > 0 ? burden_start(lane->server.pid, lane->extra_cpu) : 0;
    return lane->burden >= 0;
}

bool lane_start(struct lane *lane)
{
    const struct lane_settings *settings = lane->settings;
    bool far = settings->round_trip_ms > 0 || settings->jitter_ms > 0;
    lane->server.ready_fd = lane->relay.ready_fd = lane->control.fd = -1;
    lane->subscribers.epoll_fd = lane->publisher.epoll_fd = -1;
    if (!start_server(lane) || !start_burden(lane) || (far && !start_relay(lane)) ||
        !control_open(&lane->control, &lane->server.endpoint))
        return false;
    const struct endpoint *door = far ? &lane->relay.endpoint : &lane->server.endpoint;
    if (settings->browser)
        browser_headers_add(lane->kind, door->authority, &lane->headers);
    builder_add(&lane->headers, "", 1);
    lane->subscriber_options = (struct client_options){
        .authority = door->authority,
        .topic = topic,
        .close = lane->close,
        .wait_s = settings->heartbeat_s,
        .headers = builder_slice(&lane->headers).at,
    };
    lane->publisher_options =
        (struct client_options){.authority = lane->server.endpoint.authority, .topic = topic};
    lane->clients = calloc(settings->clients, sizeof(*lane->clients));
    if (!lane->clients || lane->headers.failed ||
        !delivery_init(&lane->delivery, settings->clients, 1,
                       settings->room ? settings->room : settings->messages)) {
        fprintf(stderr, "pushbench: no memory for so many messages and clients\n");
        return false;
    }
    if (!swarm_init(&lane->subscribers, door, settings->clients, on_event, lane) ||
        !swarm_init(&lane->publisher, &lane->server.endpoint, 1, on_event, lane))
        return false;
    lane->subscribers.on_close = on_close;
    lane->subscribers.first_number = 1; /* so that they can be told from all others (loss.h) */
    return true;
}

bool lane_stop(struct lane *lane)
{
    bool good = true;
    if (lane->subscribers.members)
        swarm_finish(&lane->subscribers);
    if (lane->publisher.members)
        swarm_finish(&lane->publisher);
    if (lane->control.endpoint)
        control_close(&lane->control);
    if (lane->relay.pid)
        server_stop(&lane->relay);
    burden_stop(lane->burden);
    if (lane->server.pid)
        good = server_stop(&lane->server);
    if (!good)
        fprintf(stderr, "pushbench: the server for %s did not end well\n", lane->name);
    delivery_finish(&lane->delivery);
    free(lane->clients);
    lane->clients = NULL;
    builder_finish(&lane->headers);
    builder_finish(&lane->text);
    return good;
}

/* ---- connecting -------------------------------------------------------------------------- */

static bool connect_one(struct lane *lane, struct swarm *swarm, unsigned index,
                        const struct client_kind *kind, const struct client_options *options)
{
    int error = swarm_connect(swarm, index, kind, options, false);
    if (error)
        break_off(lane, strerror(-error), 0);
    return error == 0;
}

static bool connect_all(struct lane *lane)
{
    int64_t limit_ns = now_ns() + OPEN_LIMIT_MS * ms_ns;
    for (unsigned i = 0; i < lane->settings->clients; i++) {
        if (!connect_one(lane, &lane->subscribers, i, lane->kind, &lane->subscriber_options))
            return false;
        lane->clients[i].waiting = true;
        swarm_ask(&lane->subscribers.members[i]);
    }
    lane->counts.opened += lane->settings->clients;
    while (lane->kind->reads != READS_WAIT && lane->subscribed < lane->settings->clients) {
        swarm_turn(&lane->subscribers, TURN_MS * ms_ns);
        if (now_ns() > limit_ns)
            break_off(lane, "no answer to a subscription", 0);
        if (lane->broken)
            return false;
    }
    /* A held poll gives no sign by itself. */
    if (lane->kind->reads == READS_WAIT &&
        control_await_subscribers(&lane->control, topic, lane->settings->clients,
                                  OPEN_LIMIT_MS) != lane->settings->clients)
        break_off(lane, "the server counts another number of subscribers", 0);
    return !lane->broken;
}

bool lane_open(struct lane *lane)
{
    double clients = lane->settings->clients;
    struct process_memory before = process_memory_settled(lane->server.pid, SETTLE_MS);
    struct kernel_memory kernel_before = kernel_memory_read();
    if (!connect_all(lane) ||
        !connect_one(lane, &lane->publisher, 0, &publisher_client, &lane->publisher_options)) {
        lane_complain(lane);
        return false;
    }
    struct process_memory after = process_memory_settled(lane->server.pid, SETTLE_MS);
    struct kernel_memory kernel = kernel_memory_read();
    lane->user_bytes = ((double)after.anon_bytes - (double)before.anon_bytes) / clients;
    lane->kernel_bytes = ((double)kernel.tcp_bytes + (double)kernel.slab_bytes -
                          (double)kernel_before.tcp_bytes - (double)kernel_before.slab_bytes) /
                         clients;
    return true;
}
