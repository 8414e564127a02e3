/* SPDX-License-Identifier: MIT
 *
 * What is wanted once: the last few messages, fetched over each transport by a client that
 * connects, asks, and leaves. This is measured, not predicted: it takes a second.
 */
#include "advise.h"

#include "../clients/browser_headers.h"
#include "../clients/swarm.h"
#include "../control.h"
#include "../proc_stat.h"
#include "../progress.h"
#include "../server_process.h"
#include "../tcp_traffic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FETCHES = 200, WARM_UP = 20, PATIENCE_MS = 10000, WAYS = 4 };

static const char topic[] = "once";

/* One way of fetching, and what all its fetches took together. */
struct fetcher {
    const char *name;
    const struct client_kind *kind;
    bool close;
    struct tcp_traffic traffic;
    uint64_t bytes, cpu_ns;
    int64_t span_ns;
    unsigned wanted, got; /* messages, of one fetch */
    const char *broken;
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct fetcher *fetcher = arg;
    (void)member;
    if (event->kind == CLIENT_MESSAGE)
        fetcher->got++;
    else if (event->kind == CLIENT_CLOSED && fetcher->got < fetcher->wanted)
        fetcher->broken = event->reason;
}

static void on_close(struct member *member, void *arg)
{
    struct fetcher *fetcher = arg;
    tcp_traffic_add(member->fd, &fetcher->traffic);
}

static bool fetch(struct fetcher *fetcher, struct swarm *swarm,
                  const struct client_options *options)
{
    int64_t patience_ns = now_ns() + PATIENCE_MS * INT64_C(1000000);
    int error = swarm_connect(swarm, 0, fetcher->kind, options, false);
    if (error)
        fetcher->broken = strerror(-error);
    fetcher->got = 0;
    if (!error)
        swarm_ask(&swarm->members[0]);
    while (!fetcher->broken && fetcher->got < fetcher->wanted) {
        swarm_turn(swarm, INT64_C(100000000));
        if (now_ns() > patience_ns)
            fetcher->broken = "no answer";
    }
    swarm_close(&swarm->members[0]);
    return !fetcher->broken;
}

static bool fetch_many(struct fetcher *fetcher, struct server_process *server)
{
    char since[16];
    struct builder headers = {0};
    struct swarm swarm;
    uint64_t before = 0, after = 0;
    browser_headers_add(fetcher->kind, server->endpoint.authority, &headers);
    builder_add(&headers, "", 1);
    snprintf(since, sizeof(since), "-%u", fetcher->wanted);
    const struct client_options options = {.authority = server->endpoint.authority,
                                           .topic = topic,
                                           .since = since,
                                           .close = fetcher->close,
                                           .wait_s = 1,
                                           .headers = builder_slice(&headers).at};
    bool good = swarm_init(&swarm, &server->endpoint, 1, on_event, fetcher);
    swarm.on_close = on_close;
    for (unsigned i = 0; good && i < WARM_UP; i++)
        good = fetch(fetcher, &swarm, &options);
    fetcher->traffic = (struct tcp_traffic){0};
    fetcher->bytes = swarm.sent_bytes + swarm.received_bytes;
    processes_settled_cpu_ns(&server->pid, 1, &before);
    int64_t begin_ns = now_ns();
    for (unsigned i = 0; good && i < FETCHES; i++)
        good = fetch(fetcher, &swarm, &options);
    fetcher->span_ns = now_ns() - begin_ns;
    processes_settled_cpu_ns(&server->pid, 1, &after);
    fetcher->cpu_ns = after - before;
    fetcher->bytes = swarm.sent_bytes + swarm.received_bytes - fetcher->bytes;
    swarm_finish(&swarm);
    builder_finish(&headers);
    if (!good)
        fprintf(stderr, "pushbench advise: fetching by %s: %s\n", fetcher->name,
                fetcher->broken ? fetcher->broken : "it could not begin");
    return good;
}

/* ---- telling ----------------------------------------------------------------------------- */

static double wire_bytes(const struct fetcher *fetcher)
{
    return (double)fetcher->traffic.bytes +
           (double)fetcher->traffic.segments * TCP_SEGMENT_HEADERS;
}

static int by_bytes(const void *a, const void *b)
{
    double ours = wire_bytes(a), theirs = wire_bytes(b);
    return (ours > theirs) - (ours < theirs);
}

static void tell(struct report *report, struct fetcher fetchers[WAYS], unsigned messages)
{
    static const struct report_column columns[] = {
        {"place", "", 0},
        {"transport", "transport", 0},
        {"ms", "ms", REPORT_DIGITS},
        {"bytes", "bytes", REPORT_DIGITS},
        {"wire_bytes", "wire bytes", REPORT_DIGITS},
        {"segments", "segments", REPORT_DIGITS},
        {"cpu_us", "server CPU us", REPORT_DIGITS},
    };
    for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        report_column(report, columns[i].key, columns[i].heading, columns[i].decimals);
    qsort(fetchers, WAYS, sizeof(*fetchers), by_bytes);
    for (unsigned i = 0; i < WAYS; i++) {
        const struct fetcher *fetcher = &fetchers[i];
        report_row(report);
        report_number(report, "place", i + 1);
        report_text(report, "transport", fetcher->name);
        report_number(report, "ms", (double)fetcher->span_ns / 1e6 / FETCHES);
        report_number(report, "bytes", (double)fetcher->bytes / FETCHES);
        report_number(report, "wire_bytes", wire_bytes(fetcher) / FETCHES);
        report_number(report, "segments", (double)fetcher->traffic.segments / FETCHES);
        report_number(report, "cpu_us", (double)fetcher->cpu_ns / 1e3 / FETCHES);
    }
    cJSON_AddNumberToObject(report->document, "history", messages);
    report_note(report,
                "The last %u message%s, fetched once: connecting, asking and leaving, the mean "
                "of %d; by wire bytes. Measured, not predicted.",
                messages, messages == 1 ? "" : "s", FETCHES);
    report_note(report,
                "Plain HTTP (short_poll_close) asks once and is done, and its answer can be "
                "cached; a stream is set up to go on, and here it is thrown away. Take plain "
                "HTTP for what is wanted once or seldom%s.",
                fetchers[0].kind->reads == READS_NOW
                    ? ""
                    : ", unless these bytes matter more than that");
    report_note(report,
                "WebSocket's messages come bare, without the cursors from which a client "
                "could go on; the others' have them.");
}

/* ---- measuring --------------------------------------------------------------------------- */

static bool publish_all(struct control *control, unsigned messages, unsigned payload_bytes)
{
    struct builder text = {0};
    bool good = true;
    while (builder_len(&text) < payload_bytes)
        builder_add(&text, "x", 1);
    for (unsigned i = 0; good && i < messages; i++)
        good = control_publish(control, topic, builder_slice(&text)) >= 0;
    builder_finish(&text);
    if (!good)
        fputs("pushbench advise: the server took no message\n", stderr);
    return good;
}

bool advise_once(struct report *report, const struct common_options *common, unsigned messages,
                 unsigned payload_bytes)
{
    static const char *const options[] = {"--feed",    "none",         "--workers", "1",
                                          "--history", "1000,1h,256M", NULL};
    struct fetcher fetchers[WAYS] = {{.name = "short_poll_close", .close = true}};
    struct server_process server;
    struct control control;
    struct progress progress;
    if (!server_start(common, options, &server))
        return false;
    bool good = control_open(&control, &server.endpoint);
    if (good) {
        good = publish_all(&control, messages, payload_bytes);
        progress_init(&progress, "fetching", WAYS);
        for (unsigned i = 0; good && i < WAYS; i++) {
            progress_update(&progress, i);
            fetchers[i].kind = client_kinds[i];
            fetchers[i].wanted = messages;
            if (i > 0)
                fetchers[i].name = client_kinds[i]->name;
            good = fetch_many(&fetchers[i], &server);
        }
        progress_finish(&progress);
        control_close(&control);
    }
    good = server_stop(&server) && good;
    if (good)
        tell(report, fetchers, messages);
    return good;
}
