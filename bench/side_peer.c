/* SPDX-License-Identifier: MIT */
#include "side_peer.h"

#include "progress.h"

#include <stdio.h>
#include <time.h>

enum { OPEN_LIMIT_MS = 30000, POLL_MS = 10 };

/* The master of several processes and its children, which are there once it has answered. */
static void find_processes(struct side *side, pid_t pid)
{
    char path[64];
    int child;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    side->pids[0] = pid;
    side->pid_count = 1;
    FILE *children = fopen(path, "re");
    while (children && side->pid_count < SIDE_PROCESSES_LIMIT &&
           fscanf(children, "%d", &child) == 1)
        side->pids[side->pid_count++] = child;
    if (children)
        fclose(children);
}

bool side_peer_start(struct side_peer *side_peer, const struct peer *peer, const char *folder)
{
    side_peer->control.fd = -1;
    side_peer->side.name = peer->name;
    snprintf(side_peer->topic, sizeof(side_peer->topic), "bench-%lld", (long long)now_ns());
    if (!peer_start(peer, folder, &side_peer->server))
        return false;
    find_processes(&side_peer->side, side_peer->server.pid);
    return control_open(&side_peer->control, &side_peer->server.endpoint);
}

/* As the peer counts them; -1: it does not know the topic. */
static int count_subscribers(struct side_peer *side_peer)
{
    char path[64];
    snprintf(path, sizeof(path), "/publish/%s", side_peer->topic);
    cJSON *topic = control_get(&side_peer->control, path);
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(topic, "subscribers");
    int subscribers = cJSON_IsNumber(count) ? count->valueint : -1;
    cJSON_Delete(topic);
    return subscribers;
}

/* A held poll gives no sign by itself. */
bool side_peer_open(struct side_peer *side_peer, const struct side_plan *plan)
{
    struct side *side = &side_peer->side;
    int wanted = (int)side->options.subscribers, found = -1;
    if (!side_open(side, plan, &side_peer->server.endpoint, side_peer->topic))
        return false;
    if (side->options.kind->reads == READS_NOW)
        return true;
    for (unsigned waited = 0; waited < OPEN_LIMIT_MS; waited += POLL_MS) {
        found = count_subscribers(side_peer);
        if (found == wanted)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    fprintf(stderr, "pushbench: %s counts %d subscribers in place of %d\n", side->name, found,
            wanted);
    return false;
}

bool side_peer_stop(struct side_peer *side_peer)
{
    side_finish(&side_peer->side);
    if (side_peer->control.endpoint)
        control_close(&side_peer->control);
    return !side_peer->server.pid || server_stop(&side_peer->server);
}
