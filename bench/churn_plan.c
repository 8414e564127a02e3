/* SPDX-License-Identifier: MIT */
#include "churn_plan.h"

#include "../transports/ws_frame.h"

enum { STAY_MESSAGES = 4, PIPELINED = 6, FRAME_KINDS = 6 };

const char *churn_manner_name(enum churn_manner manner)
{
    static const char *const names[] = {
        [CHURN_STAY] = "stay",   [CHURN_CUT] = "cut",       [CHURN_PIPELINE] = "pipeline",
        [CHURN_EARLY] = "early", [CHURN_MIDWAY] = "midway",
    };
    return names[manner];
}

uint64_t churn_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static unsigned draw(uint64_t *state, unsigned below)
{
    return (unsigned)((churn_random(state) >> 32) % below);
}

struct churn_plan churn_draw(uint64_t *state, const struct client_kind *const kinds[],
                             unsigned kind_count)
{
    struct churn_plan plan = {
        .kind = kinds[draw(state, kind_count)],
        .manner = draw(state, CHURN_MANNERS),
        .leave = draw(state, CHURN_LEAVES),
        .messages = draw(state, STAY_MESSAGES),
        .cut = churn_random(state) >> 32,
        .requests = 1 + draw(state, PIPELINED),
        .frames = draw(state, FRAME_KINDS),
    };
    if (plan.manner == CHURN_EARLY && plan.kind != &websocket_client)
        plan.manner = CHURN_PIPELINE;
    return plan;
}

/* Polls, a page, a publish: on one connection, as browsers mix them. */
static void add_other_request(unsigned which, const struct client *client, struct builder *out)
{
    const char *authority = client->options->authority;
    switch (which % 3) {
    case 0:
        builder_format(out, "GET /short_poll/%s?since=now HTTP/1.1\r\nHost: %s\r\n\r\n",
                       client->options->topic, authority);
        break;
    case 1:
        builder_format(out, "GET /transports HTTP/1.1\r\nHost: %s\r\n\r\n", authority);
        break;
    default:
        builder_format(out,
                       "POST /publish/%s HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n"
                       "\r\n5\r\nchurn\r\n0\r\n\r\n",
                       client->options->topic, authority);
    }
}

/* What a client may say too early, masked with zeros. */
static void add_frames(unsigned which, struct builder *out)
{
    static const struct {
        const char *bytes;
        size_t len;
    } frames[FRAME_KINDS] = {
        {"\x89\x80\0\0\0\0", 6},               /* ping */
        {"\x81\x85\0\0\0\0hello", 11},         /* text, which a raw reader has no use for */
        {"\x88\x82\0\0\0\0\x03\xe8", 8},       /* close 1000 */
        {"\x01\x83\0\0\0\0cut\x80\xfe", 11},   /* a fragment, and half a header */
        {"\x81\x05nomask", 8},                 /* unmasked: a protocol error */
        {"\x89\x84\0\0\0\0ping\x8a\x80\0", 13} /* ping, and a cut pong */
    };
    builder_add(out, frames[which].bytes, frames[which].len);
}

void churn_request(const struct churn_plan *plan, struct client *client, struct builder *out)
{
    for (unsigned i = 0; plan->manner == CHURN_PIPELINE && i < plan->requests; i++)
        add_other_request((unsigned)plan->cut + i, client, out);
    plan->kind->ask(client, out);
    if (plan->manner == CHURN_EARLY)
        add_frames(plan->frames, out);
    if (plan->manner == CHURN_CUT)
        builder_truncate(out, 1 + plan->cut % (builder_len(out) - 1));
}
