/* SPDX-License-Identifier: MIT */
#include "claims_pictures.h"

#include "../progress.h"
#include "claims_run.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
    VIEWERS = 4,
    NEAR = 0,
    FAR = 1,
    STREAM = 2,
    ASK_MS = 10, /* from poll to poll, unless an answer takes longer */
    OPEN_LIMIT_MS = 15000,
};

static const int64_t ms_ns = 1000000;
static const char topic[] = "frames";

/* One who looks at the pictures, over one connection. */
struct viewer {
    const struct client_kind *kind;
    bool far;
    struct client_options options;
    struct swarm swarm;
    bool open, waiting, got;
    int64_t ask_ns; /* when the next poll is due */
    uint64_t messages, shown;
    const char *broken;
};

struct show {
    struct server_process server, relay;
    struct viewer viewers[VIEWERS];
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct viewer *viewer = arg;
    bool streams = viewer->kind->reads == READS_ON;
    (void)member;
    switch (event->kind) {
    case CLIENT_OPEN:
        viewer->open = true;
        break;
    case CLIENT_MESSAGE:
        viewer->messages++;
        viewer->got = true;
        viewer->shown += streams;
        break;
    case CLIENT_ANSWERED: /* of several pictures only the newest is worth showing */
        viewer->shown += viewer->got;
        viewer->waiting = viewer->got = false;
        break;
    case CLIENT_CLOSED:
        viewer->broken = event->reason;
        break;
    default:
        break;
    }
}

static void ask(struct viewer *viewer)
{
    bool polls = viewer->kind->reads == READS_NOW;
    if (!polls || viewer->waiting || now_ns() < viewer->ask_ns)
        return;
    viewer->waiting = true;
    viewer->ask_ns = now_ns() + ASK_MS * ms_ns;
    swarm_ask(&viewer->swarm.members[0]);
}

static bool turn(struct show *show)
{
    struct pollfd fds[VIEWERS];
    for (unsigned i = 0; i < VIEWERS; i++) {
        ask(&show->viewers[i]);
        fds[i] = (struct pollfd){show->viewers[i].swarm.epoll_fd, POLLIN, 0};
    }
    poll(fds, VIEWERS, ASK_MS / 4);
    for (unsigned i = 0; i < VIEWERS; i++) {
        struct viewer *viewer = &show->viewers[i];
        swarm_turn(&viewer->swarm, 0);
        if (viewer->broken) {
            fprintf(stderr, "pushbench claims: pictures over %s: %s\n", viewer->kind->name,
                    viewer->broken);
            return false;
        }
    }
    return true;
}

static bool open_all(struct show *show)
{
    int64_t limit_ns = now_ns() + OPEN_LIMIT_MS * ms_ns;
    unsigned open = 0;
    for (unsigned i = 0; i < VIEWERS; i++) {
        struct viewer *viewer = &show->viewers[i];
        const struct server_process *door = viewer->far ? &show->relay : &show->server;
        viewer->options =
            (struct client_options){.authority = door->endpoint.authority, .topic = topic};
        if (!swarm_init(&viewer->swarm, &door->endpoint, 1, on_event, viewer))
            return false;
        int error = swarm_connect(&viewer->swarm, 0, viewer->kind, &viewer->options, false);
        if (error) {
            fprintf(stderr, "pushbench claims: pictures: %s\n", strerror(-error));
            return false;
        }
        if (viewer->kind->reads == READS_ON)
            swarm_ask(&viewer->swarm.members[0]);
    }
    while (open < VIEWERS && now_ns() < limit_ns) {
        if (!turn(show))
            return false;
        open = 0;
        for (unsigned i = 0; i < VIEWERS; i++)
            open += show->viewers[i].open;
    }
    if (open < VIEWERS)
        fputs("pushbench claims: no answer to a request for pictures\n", stderr);
    return open == VIEWERS;
}

static bool look(struct show *show, double seconds, struct finding *finding,
                 double ret_shown[VIEWERS])
{
    struct viewer *viewers = show->viewers;
    uint64_t bytes[VIEWERS];
    for (unsigned i = 0; i < VIEWERS; i++) {
        viewers[i].messages = viewers[i].shown = 0;
        bytes[i] = viewers[i].swarm.received_bytes + viewers[i].swarm.sent_bytes;
    }
    int64_t begin_ns = now_ns(), end_ns = begin_ns + (int64_t)(seconds * 1e9);
    while (now_ns() < end_ns)
        if (!turn(show))
            return false;
    double passed_s = (double)(now_ns() - begin_ns) / 1e9;
    for (unsigned i = 0; i < VIEWERS; i++) {
        static const struct text place = {"ms round trip", "毫秒往返"};
        struct viewer *viewer = &viewers[i];
        unsigned far_ms = viewer->far ? PICTURES_FAR_MS : 0;
        bytes[i] = viewer->swarm.received_bytes + viewer->swarm.sent_bytes - bytes[i];
        ret_shown[i] = (double)viewer->shown / passed_s;
        figure_at(finding_figure(finding, "pictures_per_s", viewer->kind->name,
                                 (struct text){"pictures a second that can be shown",
                                               "每秒可显示的图片数"},
                                 ret_shown[i]),
                  "rtt_ms", place, far_ms);
        figure_at(finding_figure(finding, "picture_bytes", viewer->kind->name,
                                 (struct text){"bytes/picture, both ways", "字节/图片（双向）"},
                                 viewer->messages ? (double)bytes[i] / (double)viewer->messages
                                                  : NAN),
                  "rtt_ms", place, far_ms);
    }
    return true;
}

bool claims_show_pictures(const struct claims *claims, struct finding *finding, double seconds,
                          struct pictures *ret_pictures)
{
    char feed[24];
    const char *const options[] = {"--feed", feed, "--workers", "1", NULL};
    struct show show = {
        .viewers = {[NEAR] = {.kind = &short_poll_client},
                    [FAR] = {.kind = &short_poll_client, .far = true},
                    [STREAM] = {.kind = &sse_client, .far = true},
                    {.kind = &websocket_client, .far = true}},
    };
    double shown[VIEWERS];
    snprintf(feed, sizeof(feed), "frames=%d", PICTURES_PER_S);
    if (!server_start(&claims->common, options, &show.server))
        return false;
    bool good =
        claims_start_relay(&show.server.endpoint, "--delay", PICTURES_FAR_MS / 2, &show.relay);
    for (unsigned i = 0; i < VIEWERS; i++)
        show.viewers[i].swarm.epoll_fd = -1;
    good = good && open_all(&show) && look(&show, seconds, finding, shown);
    for (unsigned i = 0; i < VIEWERS; i++)
        swarm_finish(&show.viewers[i].swarm);
    if (show.relay.pid > 0)
        server_stop(&show.relay);
    if (good)
        *ret_pictures = (struct pictures){shown[STREAM], shown[NEAR], shown[FAR]};
    return server_stop(&show.server) && good;
}
