/* SPDX-License-Identifier: MIT */
#include "modules.h"

#include "transport.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char *fault_of(const struct server *server, const struct transport *transport)
{
    if (transport->abi != TRANSPORT_ABI)
        return "it was built for another version of pushlab: build it again";
    if (!transport->title || (!transport->content_type && !transport->duplex))
        return "it lacks a title or a content type";
    if (transport->never_refuses && !transport->full)
        return "it never refuses but has no `full`";
    if (!transport->name || !topic_name_valid(slice_of(transport->name)))
        return "its name does not fit into a path";
    for (unsigned i = 0; i < server->transport_count; i++)
        if (strcmp(server->transports[i]->name, transport->name) == 0)
            return "a transport of this name is there already";
    if (transport->reads != READS_ON && !transport->answer)
        return "it reads once but has no answer";
    if (transport->reads == READS_ON &&
        (!transport->open || !transport->gap || !transport->heartbeat || !transport->bye))
        return "it reads on but lacks open, gap, heartbeat or bye";
    if (transport->duplex && !transport->input)
        return "it is duplex but has no input";
    if (server->transport_count == TRANSPORTS_LIMIT)
        return "there are too many";
    return NULL;
}

static bool load(struct server *server, const char *path)
{
    /* dlopen looks for a bare name in the system's folders, not in this one. */
    char local[4096];
    if (!strchr(path, '/') &&
        (size_t)snprintf(local, sizeof(local), "./%s", path) < sizeof(local))
        path = local;
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct transport *transport = module ? dlsym(module, "pushlab_transport") : NULL;
    const char *fault = transport ? fault_of(server, transport) : dlerror();
    if (fault) {
        fprintf(stderr, "pushlab: --transport %s: %s\n", path, fault);
        return false;
    }
    server->transports[server->transport_count++] = transport;
    return true; /* never unloaded: its functions are needed as long as the server lives */
}

bool modules_load(struct server *server, const struct transport *const *built_in)
{
    for (; *built_in; built_in++)
        server->transports[server->transport_count++] = *built_in;
    for (unsigned i = 0; i < server->options->modules.count; i++)
        if (!load(server, server->options->modules.items[i]))
            return false;
    return true;
}
