/* SPDX-License-Identifier: MIT */
#include "subscribe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_LIMIT_S = 120, COALESCE_LIMIT_MS = 1000 };

/* ---- which transport --------------------------------------------------------------------- */

static const struct transport *transport_by_name(const struct server *server, struct slice name)
{
    for (unsigned i = 0; i < server->transport_count; i++)
        if (slice_equal(slice_of(server->transports[i]->name), name))
            return server->transports[i];
    return NULL;
}

static bool is_tutorial(const struct request *request)
{
    return slice_equal(request->path, SLICE("/")) && request->upgrade &&
           request_header_lists(request, "Upgrade", "websocket");
}

/* "/NAME/TOPIC" or "/NAME" taken apart; *ret_topic is empty in the second case. */
static struct slice split_path(struct slice path, struct slice *ret_topic)
{
    *ret_topic = (struct slice){0};
    if (path.len < 2 || path.at[0] != '/')
        return (struct slice){0};
    struct slice name = {path.at + 1, path.len - 1};
    const char *slash = memchr(name.at, '/', name.len);
    if (slash) {
        *ret_topic = (struct slice){slash + 1, (size_t)(path.at + path.len - slash - 1)};
        name.len = (size_t)(slash - name.at);
    }
    return name;
}

const struct transport *subscribe_route(const struct server *server,
                                        const struct request *request)
{
    if (request->method != METHOD_GET && request->method != METHOD_HEAD)
        return NULL; /* preflights and wrong methods are answered with the other routes */
    if (is_tutorial(request))
        return transport_by_name(server, SLICE("websocket"));
    struct slice topic, name = split_path(request->path, &topic);
    if (topic.len == 0 && request->query.len == 0)
        return NULL;
    return transport_by_name(server, name);
}

/* ---- parameters -------------------------------------------------------------------------- */

/* Text is decoded into ret->text, one parameter behind the other. */
struct reading {
    const struct request *request;
    struct subscribe_request *ret;
    struct reply *reply;
    size_t used;
};

/* 1 found, 0 absent, -1 refused. */
static int read_text(struct reading *reading, const char *name, struct slice *ret)
{
    char *room = reading->ret->text + reading->used;
    size_t len, left = sizeof(reading->ret->text) - reading->used;
    int found = request_query(reading->request, name, room, left, &len);
    if (found < 0) {
        reply_error(reading->reply, 400,
                    found == -ENOSPC ? "the parameter %s is too long"
                                     : "the parameter %s is not well percent-encoded",
                    name);
        return -1;
    }
    if (found) {
        *ret = (struct slice){room, len};
        reading->used += len + 1;
    }
    return found;
}

static bool refuse_number(struct reading *reading, const char *name, double least, double most)
{
    reply_error(reading->reply, 400, "%s must be a number from %g to %g", name, least, most);
    return false;
}

/* characters: what a number may be written with; seconds may have a fraction. *ret keeps its
 * value when the parameter is absent. */
static bool read_number(struct reading *reading, const char *name, const char *characters,
                        double least, double most, double *ret)
{
    struct slice text;
    int found = read_text(reading, name, &text);
    if (found <= 0)
        return found == 0;
    char *end;
    double number = strtod(text.at, &end);
    bool plain = text.len > 0 && strspn(text.at, characters) == text.len;
    if (!plain || *end || !(number >= least && number <= most))
        return refuse_number(reading, name, least, most);
    *ret = number;
    return true;
}

static bool read_flag(struct reading *reading, const char *name, const char *on, bool *ret)
{
    struct slice text;
    int found = read_text(reading, name, &text);
    *ret = found > 0 && slice_equal(text, slice_of(on));
    return found >= 0;
}

/* Last-Event-ID wins: a browser that reconnects sends it beside the query it began with. */
static bool read_since(struct reading *reading)
{
    static const char *const names[] = {"since", "lastEventId", "last_event_id", "lastEventID"};
    const struct slice *header = request_header(reading->request, "Last-Event-ID");
    if (header && header->len > 0) {
        reading->ret->since = *header;
        return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int found = read_text(reading, names[i], &reading->ret->since);
        if (found < 0 && reading->ret->transport->never_refuses) {
            reply_finish(reading->reply);
            reading->ret->since = SLICE("?"); /* malformed, which is a gap */
            return true;
        }
        if (found != 0)
            return found > 0;
    }
    return true;
}

/* ---- topics ------------------------------------------------------------------------------ */

static bool add_topic(struct reading *reading, struct slice name)
{
    struct subscribe_request *ret = reading->ret;
    if (!topic_name_valid(name)) {
        reply_error(reading->reply, 400,
                    "a topic's name has 1 to %d characters of A-Z a-z 0-9 . _ ~ -",
                    TOPIC_NAME_LIMIT);
        return false;
    }
    for (unsigned i = 0; i < ret->topic_count; i++)
        if (slice_equal(ret->topics[i], name)) {
            reply_error(reading->reply, 400, "a topic is named twice");
            return false;
        }
    if (ret->topic_count == TOPICS_PER_SUBSCRIBER_LIMIT) {
        reply_error(reading->reply, 400, "at most %d topics; open a second subscription",
                    TOPICS_PER_SUBSCRIBER_LIMIT);
        return false;
    }
    ret->topics[ret->topic_count++] = name;
    return true;
}

static bool add_topic_list(struct reading *reading, struct slice list)
{
    reading->ret->many = true;
    for (;;) {
        const char *comma = list.len > 0 ? memchr(list.at, ',', list.len) : NULL;
        size_t len = comma ? (size_t)(comma - list.at) : list.len;
        if (!add_topic(reading, (struct slice){list.at, len}))
            return false;
        if (!comma)
            return true;
        list = (struct slice){comma + 1, list.len - len - 1};
    }
}

/* Names that start with ~ are the server's own; the only one that can be read is the echo, a
 * conversation without a topic. */
static bool add_path_topic(struct reading *reading, const struct server *server,
                           struct slice segment)
{
    char *room = reading->ret->text + reading->used;
    size_t len;
    if (percent_decode(segment, room, TOPIC_NAME_LIMIT + 2, &len) != 0)
        len = 0; /* no valid name decodes to more */
    struct slice name = {room, len};
    if (len > 0 && name.at[0] == '~') {
        if (reading->ret->transport->duplex && server->options->lab &&
            slice_equal(name, SLICE("~echo")))
            return true;
        reply_error(reading->reply, 404, "no such topic of the server's own%s",
                    server->options->lab ? "" : " (some exist with --lab only)");
        return false;
    }
    reading->used += len + 1;
    return add_topic(reading, name);
}

static bool read_topics(struct reading *reading, const struct server *server)
{
    struct slice segment, list;
    if (is_tutorial(reading->request))
        return add_topic(reading, SLICE("frames"));
    split_path(reading->request->path, &segment);
    if (segment.len > 0)
        return add_path_topic(reading, server, segment);
    int found = read_text(reading, "topics", &list);
    if (found == 0)
        reply_error(reading->reply, 404, "name a topic: /%s/TOPIC, or /%s?topics=A,B",
                    reading->ret->transport->name, reading->ret->transport->name);
    return found > 0 && add_topic_list(reading, list);
}

/* ---- all of it --------------------------------------------------------------------------- */

static bool read_numbers(struct reading *reading, const struct options *options)
{
    double limit = POLL_LIMIT_DEFAULT, wait_s = (double)options->hold_ms / 1000;
    double coalesce_ms = (double)options->coalesce_ms;
    if (!read_number(reading, "limit", "0123456789", 1, POLL_LIMIT, &limit) ||
        !read_number(reading, "wait", "0123456789.", 0, WAIT_LIMIT_S, &wait_s) ||
        !read_number(reading, "coalesce", "0123456789", 0, COALESCE_LIMIT_MS, &coalesce_ms))
        return false;
    reading->ret->limit = (unsigned)limit;
    reading->ret->wait_ms = (int64_t)(wait_s * 1000);
    reading->ret->coalesce_ms = (unsigned)coalesce_ms;
    return true;
}

static bool check_since(struct reading *reading)
{
    struct subscribe_request *ret = reading->ret;
    for (unsigned i = 0; i < ret->topic_count; i++) {
        struct since since =
            ret->many ? since_parse_list(ret->since, ret->topics[i]) : since_parse(ret->since);
        if (since.kind == SINCE_MALFORMED && !ret->transport->never_refuses) {
            reply_error(reading->reply, 400,
                        "since is a cursor that this server gave, first, now or -N");
            return false;
        }
    }
    return true;
}

/* A foreign page's fetch is kept from reading by its browser, which sees no CORS header; a
 * WebSocket is kept from nothing, so it is refused here (RFC 6455, 10.2). */
static bool judge_origin(struct reading *reading, const struct server *server)
{
    struct subscribe_request *ret = reading->ret;
    ret->origin = origin_of(server->options, reading->request);
    ret->public_topics = ret->topic_count > 0;
    for (unsigned i = 0; i < ret->topic_count; i++)
        ret->public_topics &= origin_topic_public(server->options, ret->topics[i]);
    if (!ret->transport->duplex || ret->origin != ORIGIN_FOREIGN || ret->public_topics)
        return true;
    reply_error(reading->reply, 403,
                "pages of this origin may not subscribe here; allow it with --origin, or the "
                "topic with --public");
    return false;
}

bool subscribe_read(const struct server *server, const struct request *request,
                    const struct transport *transport, struct subscribe_request *ret,
                    struct reply *reply)
{
    struct reading reading = {.request = request, .ret = ret, .reply = reply};
    *ret = (struct subscribe_request){.transport = transport};
    if (!origin_host_served(server->options, server->loopback, request)) {
        reply_error(reply, 421,
                    "this server does not answer for that Host; start it with "
                    "--host NAME if it should");
        return false;
    }
    if (!read_topics(&reading, server) || !read_since(&reading) ||
        !read_numbers(&reading, server->options) ||
        !read_flag(&reading, "close", "1", &ret->close) ||
        !read_flag(&reading, "format", "json", &ret->json) || !check_since(&reading))
        return false;
    return judge_origin(&reading, server);
}
