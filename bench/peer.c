/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "peer_nginx.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NPM "nodejs and npm (apt install nodejs npm), then npm ci in bench/peers"

const struct peer peers[] = {
    {
        .name = "nchan",
        .file = "nchan.conf",
        .nginx = true,
        .install = "apt install nginx libnginx-mod-nchan",
        .kinds = {&nchan_short_poll_client, &nchan_long_poll_client, &sse_client,
                  &websocket_client},
    },
    {
        .name = "ws",
        .file = "ws.mjs",
        .package = "ws",
        .install = NPM,
        .kinds = {&websocket_client},
    },
    {
        .name = "socket.io",
        .file = "socket.io.mjs",
        .package = "socket.io",
        .install = NPM,
        .kinds = {&socket_io_client},
    },
    {
        .name = "sse",
        .file = "sse.mjs",
        .install = "apt install nodejs",
        .kinds = {&sse_client},
    },
    {0},
};

const struct peer *peer_find(const char *name)
{
    for (const struct peer *peer = peers; peer->name; peer++)
        if (strcmp(peer->name, name) == 0)
            return peer;
    return NULL;
}

const struct client_kind *peer_client(const struct peer *peer, const struct client_kind *ours)
{
    for (unsigned i = 0; peer->kinds[i]; i++)
        if (strcmp(peer->kinds[i]->name, ours->name) == 0)
            return peer->kinds[i];
    return NULL;
}

/* ---- what must be there ------------------------------------------------------------------ */

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        char file[PATH_MAX];
        size_t len = strcspn(path, ":");
        snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, program);
        if (access(file, X_OK) == 0)
            return true;
        path += len + (path[len] == ':');
    }
    return false;
}

static bool has_node_package(const struct peer *peer, const char *folder)
{
    char file[PATH_MAX];
    snprintf(file, sizeof(file), "%s/node_modules/%s/package.json", folder,
             peer->package ? peer->package : "");
    return !peer->package || access(file, R_OK) == 0;
}

static void path_of(const struct peer *peer, const char *folder, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/%s", folder, peer->file);
}

bool peer_installed(const struct peer *peer, const char *folder)
{
    char file[PATH_MAX];
    path_of(peer, folder, file);
    if (access(file, R_OK) != 0) {
        fprintf(stderr, "pushbench versus: no %s: name the folder bench/peers with --peers\n",
                file);
        return false;
    }
    bool there =
        peer->nginx ? nginx_installed() : in_path("node") && has_node_package(peer, folder);
    if (!there)
        fprintf(stderr,
                "pushbench versus: %s is not installed; it needs: %s "
                "(./dev bench versus %s sees to it)\n",
                peer->name, peer->install, peer->name);
    return there;
}

/* ---- starting ---------------------------------------------------------------------------- */

bool peer_start(const struct peer *peer, const char *folder, struct server_process *ret_server)
{
    char file[PATH_MAX];
    const char *const script[] = {"node", file, NULL};
    path_of(peer, folder, file);
    return peer->nginx ? nginx_start(file, ret_server) : server_spawn(script, ret_server);
}
