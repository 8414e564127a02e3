/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include "assets.h"
#include "classroom_page.h"
#include "origin.h"
#include "publish.h"
#include "status_pages.h"
#include "transport.h"

#include <string.h>

typedef void (*handler)(struct server *server, const struct request *request,
                        struct reply *reply);

static const char reading[] = "GET, HEAD, OPTIONS";
static const char publishing[] = "POST, OPTIONS";

static const struct route {
    const char *path;
    handler handle;
} routes[] = {
    {"/transports", page_transports},
    {"/topics", page_topics},
    {"/stats", page_stats},
    {"/metrics", page_metrics},
    {"/healthz", page_healthz},
    {"/time", page_time},
    {"/lab", page_lab},
    {"/class", page_class},
    {"/c", page_class_short},
};

/* What a path leads to. */
struct destination {
    const char *allow;         /* its methods; NULL: nothing is there */
    handler handle;            /* of a status page or publishing */
    const struct asset *asset; /* or a page to send */
    bool feed;                 /* of a transport: only preflights and errors come here */
    bool public_topic;         /* with feed */
};

/* ---- finding ---------------------------------------------------------------------------- */

static bool has_prefix(struct slice path, struct slice prefix)
{
    return path.len >= prefix.len && slice_equal((struct slice){path.at, prefix.len}, prefix);
}

/* The topic of /TRANSPORT/TOPIC; at NULL when the path is no such. Empty: /TRANSPORT alone. */
static struct slice feed_topic(const struct server *server, struct slice path)
{
    for (unsigned i = 0; i < server->transport_count; i++) {
        struct slice name = slice_of(server->transports[i]->name);
        if (path.len < name.len + 1 ||
            !slice_equal((struct slice){path.at + 1, name.len}, name))
            continue;
        struct slice rest = {path.at + 1 + name.len, path.len - 1 - name.len};
        if (rest.len == 0)
            return rest;
        if (rest.at[0] == '/')
            return (struct slice){rest.at + 1, rest.len - 1};
    }
    return (struct slice){NULL, 0};
}

/* Whether all the topics a feed's path or its `topics` names may be read from anywhere. */
static bool feed_public(const struct server *server, const struct request *request,
                        struct slice topic)
{
    char names[TOPICS_PER_SUBSCRIBER_LIMIT * (TOPIC_NAME_LIMIT + 1)];
    size_t len;
    if (topic.len)
        return percent_decode(topic, names, sizeof(names), &len) == 0 &&
               origin_topic_public(server->options, (struct slice){names, len});
    if (request_query(request, "topics", names, sizeof(names), &len) != 1)
        return false;
    for (char *at = names, *end; at <= names + len; at = end + 1) {
        end = at + strcspn(at, ",");
        if (!origin_topic_public(server->options, (struct slice){at, (size_t)(end - at)}))
            return false;
    }
    return true;
}

static struct destination find(const struct server *server, const struct request *request)
{
    static const struct slice publish = {"/publish/", 9};
    struct slice path = request->path;
    for (unsigned i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
        if (slice_equal(slice_of(routes[i].path), path))
            return (struct destination){.allow = reading, .handle = routes[i].handle};
    if (has_prefix(path, publish))
        return (struct destination){.allow = publishing, .handle = publish_handle};
    struct slice topic = feed_topic(server, path);
    if (topic.at)
        return (struct destination){.allow = reading,
                                    .feed = true,
                                    .public_topic = feed_public(server, request, topic)};
    const struct asset *asset = assets_find(server->assets, path);
    return (struct destination){.allow = asset ? reading : NULL, .asset = asset};
}

/* ---- answering -------------------------------------------------------------------------- */

/* Whether HTTP knows the method, so that 405 is right for it and 501 is not (RFC 9110, 9.1). */
static bool method_known(const struct request *request)
{
    static const char *const names[] = {"PUT", "DELETE", "PATCH", "TRACE", "CONNECT"};
    if (request->method != METHOD_OTHER)
        return true;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_equal(request->method_name, slice_of(names[i])))
            return true;
    return false;
}

/* OPTIONS, a browser's preflight among them: 204 in any case, and what the page may do when its
 * origin may (WHATWG Fetch, 3.2). */
static void answer_options(const struct server *server, const struct request *request,
                           const struct destination *destination, struct reply *reply)
{
    enum origin origin = origin_of(server->options, request);
    bool everything = slice_equal(request->path, SLICE("*"));
    const char *allow = destination->allow ? destination->allow : "GET, HEAD, POST, OPTIONS";
    if (!destination->allow && !everything) {
        reply_error(reply, 404, "nothing is here: see / for what there is");
        return;
    }
    reply_header(reply, "Allow", slice_of(allow));
    if (destination->public_topic || origin == ORIGIN_SAME || origin == ORIGIN_LISTED) {
        origin_add_cors(origin, destination->public_topic, request, &reply->headers);
        reply_header(reply, "Access-Control-Allow-Methods", slice_of(allow));
        reply_header(reply, "Access-Control-Allow-Headers",
                     SLICE("Content-Type, Authorization, Pushlab-Event, Last-Event-ID, "
                           "If-None-Match"));
        reply_header(reply, "Access-Control-Max-Age", SLICE("600"));
    }
    reply_body(reply, 204, NULL, NULL);
}

static void answer_get(struct server *server, const struct request *request,
                       const struct destination *destination, struct reply *reply)
{
    if (destination->feed) {
        bool slash = request->path.at[request->path.len - 1] == '/';
        reply_error(reply, 404, "name a topic: %.*s%sTOPIC", (int)request->path.len,
                    request->path.at, slash ? "" : "/");
        return;
    }
    origin_add_cors(origin_of(server->options, request), false, request, &reply->headers);
    if (destination->asset) {
        asset_answer(destination->asset, request, reply);
        return;
    }
    builder_add_text(&reply->headers, "Cache-Control: no-store\r\n");
    destination->handle(server, request, reply);
}

void routes_answer(struct server *server, const struct request *request, struct reply *reply)
{
    if (!origin_host_served(server->options, server->loopback, request)) {
        reply_error(reply, 421,
                    "this server does not go by this name: start it with --host NAME, or "
                    "--host '*' for any");
        return;
    }
    if (!method_known(request)) {
        reply_error(reply, 501, "this method is unknown here");
        return;
    }
    if (request->path.len == 0) { /* CONNECT names a host, not a path (RFC 9110, 9.3.6) */
        reply_error(reply, 501, "this server is no proxy");
        return;
    }
    struct destination destination = find(server, request);
    bool get = request->method == METHOD_GET || request->method == METHOD_HEAD;
    if (request->method == METHOD_OPTIONS)
        answer_options(server, request, &destination, reply);
    else if (!destination.allow)
        reply_error(reply, 404, "nothing is here: see / for what there is");
    else if (destination.allow == reading && get)
        answer_get(server, request, &destination, reply);
    else if (destination.allow == publishing && request->method == METHOD_POST)
        publish_handle(server, request, reply);
    else
        reply_method_not_allowed(reply, destination.allow);
}
