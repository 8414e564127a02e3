/* SPDX-License-Identifier: MIT */
#include "subscribe.h"

#include "account.h"
#include "octets.h"
#include "tap.h"

#include <errno.h>
#include <stddef.h>
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

enum parameter {
    TOPICS,
    SINCE, /* and behind it the names that EventSource polyfills have for it, in rank */
    SINCE_ALIAS = SINCE + 3, /* the last of them */
    LIMIT,
    WAIT,
    COALESCE,
    CLOSE,
    FORMAT,
    CARELESS,
    PARAMETERS,
};

static const struct slice parameter_names[PARAMETERS] = {
    [TOPICS] = {"topics", 6},
    [SINCE] = {"since", 5},
    [SINCE + 1] = {"lastEventId", 11},
    [SINCE + 2] = {"last_event_id", 13},
    [SINCE + 3] = {"lastEventID", 11},
    [LIMIT] = {"limit", 5},
    [WAIT] = {"wait", 4},
    [COALESCE] = {"coalesce", 8},
    [CLOSE] = {"close", 5},
    [FORMAT] = {"format", 6},
    [CARELESS] = {"careless", 8},
};

/* Text is decoded into ret->text, one parameter behind the other. */
struct reading {
    const struct request *request;
    struct subscribe_request *ret;
    struct reply *reply;
    size_t used;
    struct slice raw[PARAMETERS]; /* as they came; at is NULL for those that are absent */
};

/* The first of each name counts; those of other names are nobody's business. */
static void split_query(struct reading *reading)
{
    struct slice query = reading->request->query, name, value;
    while (query_next(&query, &name, &value))
        for (unsigned i = 0; i < PARAMETERS; i++)
            if (query_name_is(name, parameter_names[i])) {
                if (!reading->raw[i].at)
                    reading->raw[i] = value;
                break;
            }
}

/* 1 found, 0 absent, -1 refused. */
static int read_text(struct reading *reading, unsigned parameter, struct slice *ret)
{
    char *room = reading->ret->text + reading->used;
    size_t len, left = sizeof(reading->ret->text) - reading->used;
    if (!reading->raw[parameter].at)
        return 0;
    int error = percent_decode(reading->raw[parameter], room, left, &len);
    if (error) {
        reply_error(reading->reply, 400,
                    error == -ENOSPC ? "the parameter %s is too long"
                                     : "the parameter %s is not well percent-encoded",
                    parameter_names[parameter].at);
        return -1;
    }
    *ret = (struct slice){room, len};
    reading->used += len + 1;
    return 1;
}

/* A plain decimal number in units of which there are so many in 1; a point is for units smaller
 * than that. -1 when the text is anything else. */
static int64_t parse_decimal(struct slice text, int64_t unit)
{
    const int64_t plenty = INT64_MAX / 100;
    bool fraction = unit > 1;
    int64_t number = 0;
    size_t at = 0, digits = 0;
    for (; at < text.len && octet_digit(text.at[at]); at++, digits++)
        number = number < plenty ? number * 10 + (text.at[at] - '0') * unit : plenty;
    if (fraction && at < text.len && text.at[at] == '.')
        for (at++; at < text.len && octet_digit(text.at[at]); at++, digits++)
            number += (text.at[at] - '0') * (unit /= 10);
    return at == text.len && digits > 0 ? number : -1;
}

/* *ret keeps its value when the parameter is absent. */
static bool read_number(struct reading *reading, unsigned parameter, int64_t unit,
                        int64_t least, int64_t most, int64_t *ret)
{
    struct slice text;
    int found = read_text(reading, parameter, &text);
    if (found <= 0)
        return found == 0;
    int64_t number = parse_decimal(text, unit);
    if (number >= least * unit && number <= most * unit) {
        *ret = number;
        return true;
    }
    reply_error(reading->reply, 400, "%s must be a number from %lld to %lld",
                parameter_names[parameter].at, (long long)least, (long long)most);
    return false;
}

static bool read_flag(struct reading *reading, unsigned parameter, const char *on, bool *ret)
{
    struct slice text;
    int found = read_text(reading, parameter, &text);
    *ret = found > 0 && slice_equal(text, slice_of(on));
    return found >= 0;
}

/* Last-Event-ID wins: a browser that reconnects sends it beside the query it began with. */
static bool read_since(struct reading *reading)
{
    const struct slice *header = request_header(reading->request, "Last-Event-ID");
    if (header && header->len > 0) {
        reading->ret->since = *header;
        return true;
    }
    for (unsigned parameter = SINCE; parameter <= SINCE_ALIAS; parameter++) {
        int found = read_text(reading, parameter, &reading->ret->since);
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
        if (list.len > 0 && list.at[0] == '~') {
            reply_error(reading->reply, 400, "topics of the server's own are read one by one");
            return false;
        }
        if (!add_topic(reading, (struct slice){list.at, len}))
            return false;
        if (!comma)
            return true;
        list = (struct slice){comma + 1, list.len - len - 1};
    }
}

/* Records of what goes over the wire (tap.h). Who reads them cannot be recorded: that would
 * make records without end. */
static bool add_tap_topic(struct reading *reading, const struct server *server,
                          struct slice name)
{
    struct slice query = reading->request->query, parameter, value;
    while (query_next(&query, &parameter, &value))
        if (query_name_is(parameter, SLICE("wire"))) {
            reply_error(reading->reply, 400,
                        "who reads a ~wire cannot be on it: leave wire= out");
            return false;
        }
    if (!taps_room(server->taps, name)) {
        reply_header(reading->reply, "Retry-After", SLICE("60"));
        reply_error(reading->reply, 503, "%d keys are in use: close a page that inspects",
                    TAP_TOPICS_LIMIT);
        return false;
    }
    return add_topic(reading, name);
}

static bool add_account_topic(struct reading *reading)
{
    char name[ACCOUNT_TOPIC_LIMIT];
    size_t len = account_topic(reading->request, name);
    if (len == 0) {
        reply_error(reading->reply, 401,
                    "no cookie says whose account is meant: /origins.html sets one");
        return false;
    }
    char *room = reading->ret->text + reading->used;
    memcpy(room, name, len + 1);
    reading->used += len + 1;
    reading->ret->account = true;
    return add_topic(reading, (struct slice){room, len});
}

/* Names that start with ~ are the server's own; those that can be read are the echo, a
 * conversation without a topic, what is tapped, and the account that a cookie names. */
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
        if (server->options->lab && slice_equal(name, SLICE("~account")))
            return add_account_topic(reading);
        if (server->taps && taps_topic(name)) {
            reading->used += len + 1;
            return add_tap_topic(reading, server, name);
        }
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
    int found = read_text(reading, TOPICS, &list);
    if (found == 0)
        reply_error(reading->reply, 404, "name a topic: /%s/TOPIC, or /%s?topics=A,B",
                    reading->ret->transport->name, reading->ret->transport->name);
    return found > 0 && add_topic_list(reading, list);
}

/* ---- all of it --------------------------------------------------------------------------- */

static bool read_numbers(struct reading *reading, const struct options *options)
{
    int64_t limit = POLL_LIMIT_DEFAULT, wait_ms = (int64_t)options->hold_ms;
    int64_t coalesce_ms = (int64_t)options->coalesce_ms;
    if (!read_number(reading, LIMIT, 1, 1, POLL_LIMIT, &limit) ||
        !read_number(reading, WAIT, 1000, 0, WAIT_LIMIT_S, &wait_ms) ||
        !read_number(reading, COALESCE, 1, 0, COALESCE_LIMIT_MS, &coalesce_ms))
        return false;
    reading->ret->limit = (unsigned)limit;
    reading->ret->wait_ms = wait_ms;
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

/* An answer without what keeps middleboxes from harming it, to show what that is for. */
static bool read_careless(struct reading *reading, const struct options *options)
{
    if (!read_flag(reading, CARELESS, "1", &reading->ret->careless))
        return false;
    if (!reading->ret->careless || options->lab)
        return true;
    reply_error(reading->reply, 400, "careless=1 is for labs: start the server with --lab");
    return false;
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
    if (ret->account && ret->careless) /* for labs: to show what this is for */
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
    memset(ret, 0, offsetof(struct subscribe_request, text));
    ret->transport = transport;
    split_query(&reading);
    if (!origin_host_served(server->options, server->loopback, request)) {
        reply_error(reply, 421,
                    "this server does not answer for that Host; start it with "
                    "--host NAME if it should");
        return false;
    }
    if (!read_topics(&reading, server) || !read_since(&reading) ||
        !read_numbers(&reading, server->options) ||
        !read_flag(&reading, CLOSE, "1", &ret->close) ||
        !read_flag(&reading, FORMAT, "json", &ret->json) ||
        !read_careless(&reading, server->options) || !check_since(&reading))
        return false;
    return judge_origin(&reading, server);
}
