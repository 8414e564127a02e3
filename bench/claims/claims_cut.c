/* SPDX-License-Identifier: MIT
 *
 * A line that is cut between two messages: TCP is reliable as long as a connection lasts, and
 * not from one connection to the next (21).
 */
#include "../clients/swarm.h"
#include "../control.h"
#include "../progress.h"
#include "../server_process.h"
#include "claims_run.h"

#include <stdio.h>
#include <string.h>

enum {
    CUTS = 8,
    QUICK_CUTS = 4,
    CALM = 3,  /* messages in each round that nothing happens to */
    UNDER = 5, /* messages under way when the line is cut */
    MESSAGES_LIMIT = CUTS * (CALM + UNDER) + CALM,
    DELAY_MS = 250, /* the relay keeps them for so long, so the cut meets them */
    LIMIT_MS = 15000,
};

static const char topic[] = "cut";

/* Readers that differ in what they ask for when they are back. */
enum { WITHOUT_CURSOR, WEBSOCKET_CURSOR, SSE_CURSOR, READERS };

struct reader {
    struct client_options options;
    char cursor[CURSOR_TEXT_LIMIT];
    bool open;
    bool got[MESSAGES_LIMIT];
    unsigned received, repeated;
};

struct cutting {
    struct server_process server, relay;
    struct control control;
    struct swarm swarm;
    struct reader readers[READERS];
    unsigned published;
};

static const struct client_kind *kind_of(unsigned reader)
{
    return reader == SSE_CURSOR ? &sse_client : &websocket_client;
}

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct cutting *cutting = arg;
    struct reader *reader = &cutting->readers[member->index];
    uint64_t number = slice_number(event->data);
    reader->open = (reader->open || event->kind == CLIENT_OPEN) && event->kind != CLIENT_CLOSED;
    if (event->kind != CLIENT_MESSAGE || number >= cutting->published)
        return;
    reader->repeated += reader->got[number];
    reader->received += !reader->got[number];
    reader->got[number] = true;
}

/* Where a reader stands: a raw WebSocket counts by itself from what the handshake said. */
static void remember(struct cutting *cutting, unsigned index)
{
    const struct client *client = &cutting->swarm.members[index].client;
    struct reader *reader = &cutting->readers[index];
    const char *dash = strrchr(client->cursor, '-');
    if (dash)
        snprintf(reader->cursor, sizeof(reader->cursor), "%.*s-%llu",
                 (int)(dash - client->cursor), client->cursor, (unsigned long long)client->seq);
    reader->options.since = reader->cursor;
}

/* ---- a round ----------------------------------------------------------------------------- */

static bool all_open(const struct cutting *cutting)
{
    for (unsigned i = 0; i < READERS; i++)
        if (!cutting->readers[i].open)
            return false;
    return true;
}

static bool connect_all(struct cutting *cutting)
{
    int64_t limit_ns = now_ns() + LIMIT_MS * INT64_C(1000000);
    for (unsigned i = 0; i < READERS; i++) {
        struct reader *reader = &cutting->readers[i];
        reader->options.authority = cutting->relay.endpoint.authority;
        reader->options.topic = topic;
        if (swarm_connect(&cutting->swarm, i, kind_of(i), &reader->options, false) == 0)
            swarm_ask(&cutting->swarm.members[i]);
    }
    while (!all_open(cutting) && now_ns() < limit_ns)
        swarm_turn(&cutting->swarm, 20 * 1000000);
    if (all_open(cutting))
        return true;
    fputs("pushbench claims: no answer through the relay\n", stderr);
    return false;
}

static bool publish(struct cutting *cutting, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char text[24];
        snprintf(text, sizeof(text), "%u", cutting->published++);
        if (control_publish(&cutting->control, topic, slice_of(text)) < 0) {
            fputs("pushbench claims: publishing failed\n", stderr);
            return false;
        }
    }
    return true;
}

/* Until the last message is there for all, or nothing comes any more. */
static void await_last(struct cutting *cutting)
{
    int64_t limit_ns = now_ns() + LIMIT_MS * INT64_C(1000000);
    bool all = false;
    while (!all && now_ns() < limit_ns) {
        swarm_turn(&cutting->swarm, 20 * 1000000);
        all = true;
        for (unsigned i = 0; i < READERS; i++)
            all = all && cutting->readers[i].got[cutting->published - 1];
    }
}

static bool cut(struct cutting *cutting)
{
    for (unsigned i = 0; i < READERS; i++) {
        if (i != WITHOUT_CURSOR)
            remember(cutting, i);
        swarm_close(&cutting->swarm.members[i]);
        cutting->readers[i].open = false;
    }
    server_stop(&cutting->relay);
    return claims_start_relay(&cutting->server.endpoint, "--delay-down", DELAY_MS,
                              &cutting->relay) &&
           connect_all(cutting);
}

static bool run_rounds(struct cutting *cutting, unsigned cuts)
{
    if (!claims_start_relay(&cutting->server.endpoint, "--delay-down", DELAY_MS,
                            &cutting->relay) ||
        !swarm_init(&cutting->swarm, &cutting->relay.endpoint, READERS, on_event, cutting))
        return false;
    bool good = connect_all(cutting);
    for (unsigned i = 0; good && i < cuts; i++) {
        good = publish(cutting, CALM);
        if (good)
            await_last(cutting);
        good = good && publish(cutting, UNDER) && cut(cutting);
    }
    good = good && publish(cutting, CALM);
    if (good)
        await_last(cutting);
    swarm_finish(&cutting->swarm);
    return good;
}

/* ---- the claim --------------------------------------------------------------------------- */

static bool run(const struct claims *claims, struct cutting *cutting, unsigned cuts)
{
    static const char *const options[] = {"--feed", "none", "--workers", "1", NULL};
    if (!server_start(&claims->common, options, &cutting->server))
        return false;
    bool good = control_open(&cutting->control, &cutting->server.endpoint);
    if (good) {
        good = run_rounds(cutting, cuts);
        control_close(&cutting->control);
    }
    if (cutting->relay.pid > 0)
        server_stop(&cutting->relay);
    return server_stop(&cutting->server) && good;
}

bool claim_21_run(const struct claims *claims, struct finding *finding)
{
    static const char *const names[READERS] = {"websocket, no cursor", "websocket, cursor",
                                               "sse, cursor"};
    const unsigned cuts = claims->quick ? QUICK_CUTS : CUTS;
    struct cutting cutting = {0};
    unsigned lost[READERS];
    if (!run(claims, &cutting, cuts))
        return false;
    for (unsigned i = 0; i < READERS; i++) {
        const struct reader *reader = &cutting.readers[i];
        lost[i] = cutting.published - reader->received;
        finding_figure(finding, "lost", names[i],
                       (struct text){"messages lost", "丢失的消息数"}, lost[i]);
        finding_figure(finding, "lost_per_cut", names[i],
                       (struct text){"messages lost for each cut", "每次断线丢失的消息数"},
                       (double)lost[i] / cuts);
        if (reader->repeated)
            finding_broken(finding, "%s: %u messages came twice", names[i], reader->repeated);
    }
    unsigned lost_with = lost[WEBSOCKET_CURSOR] + lost[SSE_CURSOR];
    if (lost_with)
        finding_broken(finding, "%u messages were lost in spite of a cursor", lost_with);
    finding_regime(
        finding,
        "%u cuts, %u messages under way at each (a relay keeps them for %u ms); every "
        "TCP connection had acknowledged what it was sent. Who is back asks for what "
        "comes from now on, or for what follows its cursor.",
        "断线 %u 次，每次有 %u 条消息在途（中继保留 %u 毫秒）；"
        "各条 TCP 连接都确认了收到的数据。重连后要么只要今后的消息，要么从游标续读。",
        cuts, UNDER, DELAY_MS);
    finding_verdict(finding, claim_21_verdict(lost[WITHOUT_CURSOR], lost_with));
    return true;
}
