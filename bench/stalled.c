/* SPDX-License-Identifier: MIT */
#include "stalled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RECEIVE_BYTES = 4096,
    OPEN_LIMIT_MS = 30000,
    /* Together more than send and receive buffer hold of a stream that pushlab writes
     * (TCP_NOTSENT_LOWAT, 64 KiB), far less than a topic's history. */
    FILL_MESSAGES = 16,
    FILL_BYTES = 32 * 1024,
};

static bool open_one(struct stalled *stalled, const struct client_kind *kind,
                     const struct client_options *options, const struct endpoint *endpoint)
{
    struct client client;
    struct builder request = {0};
    int fd = endpoint_connect_narrow(endpoint, stalled->count, RECEIVE_BYTES);
    if (fd < 0) {
        fprintf(stderr, "pushbench: connecting a stalled subscriber: %s\n", strerror(-fd));
        return false;
    }
    stalled->fds[stalled->count++] = fd;
    client_init(&client, kind, options);
    kind->ask(&client, &request);
    struct slice bytes = builder_slice(&request);
    bool sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL) == (ssize_t)bytes.len;
    builder_finish(&request);
    return sent;
}

static bool fill(const char *topic, struct control *control)
{
    char *text = malloc(FILL_BYTES);
    bool good = text != NULL;
    if (good)
        memset(text, 'x', FILL_BYTES);
    for (unsigned i = 0; good && i < FILL_MESSAGES; i++)
        good = control_publish(control, topic, (struct slice){text, FILL_BYTES}) >= 0;
    free(text);
    if (!good)
        fprintf(stderr, "pushbench: publishing to stalled subscribers failed\n");
    return good;
}

bool stalled_open(struct stalled *stalled, unsigned count, const struct client_kind *kind,
                  const char *topic, struct control *control)
{
    const struct client_options options = {.authority = control->endpoint->authority,
                                           .topic = topic};
    *stalled = (struct stalled){.fds = calloc(count, sizeof(int))};
    if (!stalled->fds)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (!open_one(stalled, kind, &options, control->endpoint))
            return false;
    if (control_await_subscribers(control, topic, count, OPEN_LIMIT_MS) == count)
        return fill(topic, control);
    fprintf(stderr, "pushbench: the server counts another number of stalled subscribers\n");
    return false;
}

void stalled_close(struct stalled *stalled)
{
    for (unsigned i = 0; i < stalled->count; i++)
        close(stalled->fds[i]);
    free(stalled->fds);
    *stalled = (struct stalled){0};
}
