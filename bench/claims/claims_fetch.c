/* SPDX-License-Identifier: MIT
 *
 * What is wanted once, over each transport: one value, and the last hundred messages; beside it
 * what goes on in real time (19).
 */
#include "../clients/browser_headers.h"
#include "../progress.h"
#include "claims_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    KINDS = 5,
    MANY = 100,
    PAYLOAD = 100,
    REPEATS = 30,
    QUICK_REPEATS = 10,
    LIMIT_MS = 10000
};

static const char topic[] = "fetch";

/* WebSocket twice: its bare messages, and with what the others say of each. */
static const struct way {
    const char *name;
    const struct client_kind *kind;
    bool json;
} ways[KINDS] = {
    {"short_poll", &short_poll_client, false},
    {"long_poll", &long_poll_client, false},
    {"sse", &sse_client, false},
    {"websocket", &websocket_client, false},
    {"websocket pushlab.json", &websocket_client, true},
};

struct fetch {
    const char *name;
    const char *authority;
    unsigned messages, connections;
    const char *broken;
    unsigned fetched; /* so often */
    double ms, bytes; /* medians of what one takes */
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct fetch *fetch = arg;
    (void)member;
    fetch->messages += event->kind == CLIENT_MESSAGE;
    if (event->kind == CLIENT_CLOSED)
        fetch->broken = event->reason;
}

/* Connects, asks for the last so many, and leaves when they are there. False: they never were.
 */
static bool fetch_once(struct fetch *fetch, struct swarm *swarm, const struct client_kind *kind,
                       const struct client_options *options, unsigned wanted)
{
    int64_t limit_ns = now_ns() + LIMIT_MS * INT64_C(1000000);
    fetch->messages = 0;
    fetch->connections++;
    int error = swarm_connect(swarm, 0, kind, options, false);
    if (error)
        fetch->broken = strerror(-error);
    else
        swarm_ask(&swarm->members[0]);
    while (!fetch->broken && fetch->messages < wanted && now_ns() < limit_ns)
        swarm_turn(swarm, 50 * 1000000);
    swarm_close(&swarm->members[0]);
    if (fetch->messages == wanted)
        return true;
    fprintf(stderr, "pushbench claims: fetching over %s: %s\n", fetch->name,
            fetch->broken ? fetch->broken : "another number of messages came");
    return false;
}

static bool fetch_often(struct fetch *fetch, const struct endpoint *endpoint,
                        const struct way *way, unsigned wanted, unsigned repeats)
{
    char since[16];
    double ms[REPEATS], bytes[REPEATS];
    struct builder headers = {0};
    struct swarm swarm;
    *fetch = (struct fetch){.name = way->name, .authority = endpoint->authority};
    browser_headers_add(way->kind, endpoint->authority, &headers);
    builder_add(&headers, "", 1);
    snprintf(since, sizeof(since), "-%u", wanted);
    const struct client_options options = {.authority = endpoint->authority,
                                           .topic = topic,
                                           .since = since,
                                           .json = way->json,
                                           .headers = builder_slice(&headers).at};
    bool good = swarm_init(&swarm, endpoint, 1, on_event, fetch);
    for (unsigned i = 0; good && i < repeats; i++) {
        uint64_t before = swarm.sent_bytes + swarm.received_bytes;
        int64_t begin_ns = now_ns();
        good = fetch_once(fetch, &swarm, way->kind, &options, wanted);
        ms[i] = (double)(now_ns() - begin_ns) / 1e6;
        bytes[i] = (double)(swarm.sent_bytes + swarm.received_bytes - before);
    }
    swarm_finish(&swarm);
    builder_finish(&headers);
    if (good) {
        fetch->fetched = repeats;
        fetch->ms = spread_of(ms, repeats).median;
        fetch->bytes = spread_of(bytes, repeats).median;
    }
    return good;
}

static bool fill_topic(struct control *control)
{
    char text[PAYLOAD];
    memset(text, 'x', sizeof(text));
    for (unsigned i = 0; i < MANY; i++)
        if (control_publish(control, topic, (struct slice){text, sizeof(text)}) < 0) {
            fputs("pushbench claims: publishing failed\n", stderr);
            return false;
        }
    return true;
}

static void add_fetch(struct finding *finding, const struct fetch *fetch, unsigned wanted)
{
    static const struct text messages = {"messages fetched once", "条消息，只取一次"};
    const struct {
        const char *key;
        struct text label;
        double value;
    } figures[] = {
        {"ms", {"ms from connecting on", "自连接起的毫秒数"}, fetch->ms},
        {"bytes", {"bytes, both ways", "双向字节数"}, fetch->bytes},
        {"connections", {"connections", "连接数"}, (double)fetch->connections / fetch->fetched},
    };
    for (unsigned i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        figure_at(finding_figure(finding, figures[i].key, fetch->name, figures[i].label,
                                 figures[i].value),
                  "messages", messages, wanted);
}

static bool fetch_all(const struct claims *claims, struct finding *finding,
                      struct fetch one[KINDS], struct fetch many[KINDS])
{
    static const char *const options[] = {"--feed", "none", "--workers", "1", NULL};
    const unsigned repeats = claims->quick ? QUICK_REPEATS : REPEATS;
    struct server_process server;
    struct control control;
    if (!server_start(&claims->common, options, &server))
        return false;
    bool good = control_open(&control, &server.endpoint);
    if (good) {
        good = fill_topic(&control);
        for (unsigned i = 0; good && i < KINDS; i++) {
            good = fetch_often(&one[i], &server.endpoint, &ways[i], 1, repeats) &&
                   fetch_often(&many[i], &server.endpoint, &ways[i], MANY, repeats);
            if (good) {
                add_fetch(finding, &one[i], 1);
                add_fetch(finding, &many[i], MANY);
            }
        }
        control_close(&control);
    }
    return server_stop(&server) && good;
}

bool claim_19_run(const struct claims *claims, struct finding *finding)
{
    enum { POLL = 0, WEBSOCKET = 4 };
    struct fetch one[KINDS], many[KINDS];
    struct claims_point live[2] = {{.kind = &short_poll_client}, {.kind = &websocket_client}};
    for (unsigned i = 0; i < 2; i++) {
        live[i].poisson = true;
        live[i].rate = 5;
        live[i].clients = 10;
        live[i].payload = PAYLOAD;
        live[i].interval_ms = 500;
        live[i].hold_s = 15;
    }
    if (!claims_run_points(claims, finding, live, 2, claims->quick ? 2 : 6))
        return false;
    claims_add_delay(finding, &live[0]);
    claims_add_delay(finding, &live[1]);
    if (!fetch_all(claims, finding, one, many))
        return false;
    finding_regime(
        finding,
        "Real time: Poisson messages, %.3g a second, a poll each %u ms. Once: %u bytes a "
        "message, headers of a browser, a new connection for each, medians of %u. The verdict "
        "is about short poll and WebSocket with pushlab.json, which say the same of each "
        "message; bare WebSocket has no ids. Loopback.",
        "实时：泊松到达，每秒 %.3g 条，每 %u 毫秒轮询一次。只取一次：每条 %u 字节，"
        "浏览器的首部，每次新建连接，取 %u 次的中位数。结论比较短轮询和带 pushlab.json 的 "
        "WebSocket，两者对每条消息给出的信息相同；裸 WebSocket 没有 id。本机回环。",
        live[0].rate, live[0].interval_ms, PAYLOAD, claims->quick ? QUICK_REPEATS : REPEATS);
    const struct claim_19_figures figures = {
        .push_ms = live[1].outcome.delay_ms,
        .poll_ms = live[0].outcome.delay_ms,
        .one_http = one[POLL].bytes,
        .one_websocket = one[WEBSOCKET].bytes,
        .many_http = many[POLL].bytes,
        .many_websocket = many[WEBSOCKET].bytes,
    };
    finding_verdict(finding, claim_19_verdict(&figures));
    return true;
}
