/* SPDX-License-Identifier: MIT
 *
 * A small chat whose people speak in turn: by SSE and POST, and by WebSocket (16).
 */
#include "../clients/swarm.h"
#include "../control.h"
#include "../progress.h"
#include "../server_process.h"
#include "claims.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PEOPLE = 5, ROUNDS = 20, QUICK_ROUNDS = 5, LIMIT_MS = 10000 };

static const char topic[] = "chat";
static const char words[] = "{\"name\":\"Ada\",\"text\":\"is anybody there?\"}";

/* Each person has one connection that hears, and with SSE one more that speaks. */
struct chat {
    const struct client_kind *kind;
    struct client_options options;
    struct swarm swarm;
    unsigned opened, heard, accepted;
    const char *broken;
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct chat *chat = arg;
    (void)member;
    chat->opened += event->kind == CLIENT_OPEN;
    chat->heard += event->kind == CLIENT_MESSAGE;
    chat->accepted += event->kind == CLIENT_PUBLISHED;
    if (event->kind == CLIENT_CLOSED)
        chat->broken = event->reason;
}

static bool await(struct chat *chat, const unsigned *count, unsigned wanted, const char *what)
{
    int64_t limit_ns = now_ns() + LIMIT_MS * INT64_C(1000000);
    while (*count < wanted && !chat->broken && now_ns() < limit_ns)
        swarm_turn(&chat->swarm, 50 * 1000000);
    if (*count == wanted)
        return true;
    fprintf(stderr, "pushbench claims: chat over %s: %s\n", chat->kind->name,
            chat->broken ? chat->broken : what);
    return false;
}

static bool by_post(const struct chat *chat)
{
    return chat->kind == &sse_client;
}

static bool connect_one(struct chat *chat, unsigned index, const struct client_kind *kind)
{
    int error = swarm_connect(&chat->swarm, index, kind, &chat->options, false);
    if (error)
        fprintf(stderr, "pushbench claims: chat: %s\n", strerror(-error));
    return error == 0;
}

static bool enter(struct chat *chat)
{
    for (unsigned i = 0; i < PEOPLE; i++) {
        if (!connect_one(chat, i, chat->kind) ||
            (by_post(chat) && !connect_one(chat, PEOPLE + i, &publisher_client)))
            return false;
        swarm_ask(&chat->swarm.members[i]);
    }
    return await(chat, &chat->opened, PEOPLE, "no answer to a subscription");
}

static void speak(struct chat *chat, unsigned person)
{
    struct builder text = {0}, frame = {0};
    if (by_post(chat)) {
        chat->swarm.members[PEOPLE + person].client.body = SLICE(words);
        swarm_ask(&chat->swarm.members[PEOPLE + person]);
        return;
    }
    builder_format(&text, "{\"publish\":{\"topic\":\"%s\",\"type\":\"json\",\"data\":%s}}",
                   topic, words);
    client_add_text_frame(&frame, builder_slice(&text));
    swarm_send(&chat->swarm.members[person], builder_slice(&frame));
    builder_finish(&text);
    builder_finish(&frame);
}

/* Everybody hears each message before the next is spoken. */
static bool talk(struct chat *chat, unsigned messages)
{
    for (unsigned i = 0; i < messages; i++) {
        speak(chat, i % PEOPLE);
        if (!await(chat, &chat->heard, (i + 1) * PEOPLE, "a message did not reach all") ||
            (by_post(chat) && !await(chat, &chat->accepted, i + 1, "no answer to a POST")))
            return false;
    }
    return true;
}

/* Connections for each person; NAN: it could not be run. */
static double hold_chat(const struct claims *claims, struct finding *finding,
                        const struct client_kind *kind, unsigned messages)
{
    static const char *const options[] = {"--feed", "none", "--workers", "1", NULL};
    struct chat chat = {.kind = kind};
    struct server_process server;
    double connections = NAN;
    if (!server_start(&claims->common, options, &server))
        return NAN;
    chat.options = (struct client_options){
        .authority = server.endpoint.authority, .topic = topic, .json = true};
    bool good =
        swarm_init(&chat.swarm, &server.endpoint, 2 * PEOPLE, on_event, &chat) && enter(&chat);
    uint64_t before = chat.swarm.sent_bytes + chat.swarm.received_bytes;
    if (good && talk(&chat, messages)) {
        const char *name = by_post(&chat) ? "SSE and POST" : "websocket";
        uint64_t bytes = chat.swarm.sent_bytes + chat.swarm.received_bytes - before;
        connections = (double)chat.swarm.open / PEOPLE;
        finding_figure(finding, "connections", name,
                       (struct text){"connections/person", "每人的连接数"}, connections);
        finding_figure(
            finding, "bytes", name,
            (struct text){"bytes/chat message, to all", "字节/聊天消息（含送达所有人）"},
            (double)bytes / messages);
    }
    swarm_finish(&chat.swarm);
    return server_stop(&server) ? connections : NAN;
}

bool claim_16_run(const struct claims *claims, struct finding *finding)
{
    const unsigned messages = PEOPLE * (claims->quick ? QUICK_ROUNDS : ROUNDS);
    double sse = hold_chat(claims, finding, &sse_client, messages);
    double websocket =
        isnan(sse) ? NAN : hold_chat(claims, finding, &websocket_client, messages);
    if (isnan(websocket))
        return false;
    finding_regime(finding,
                   "%u people, %u messages of %zu bytes, spoken in turn, over HTTP/1.1 with "
                   "minimal headers (a browser adds some 600 bytes to each POST); bytes are "
                   "counted at the clients.",
                   "%u 人轮流发言，%u 条消息，每条 %zu 字节；HTTP/1.1，首部最少"
                   "（浏览器给每个 POST 另加约 600 字节）；字节数在客户端统计。",
                   PEOPLE, messages, sizeof(words) - 1);
    finding_verdict(finding, claim_16_verdict(sse, websocket));
    return true;
}
