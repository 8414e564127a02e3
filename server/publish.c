/* SPDX-License-Identifier: MIT */
#include "publish.h"

#include "bearer.h"
#include "classroom.h"
#include "json_check.h"
#include "limiter.h"
#include "origin.h"
#include "utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { RETRY_AFTER_S = 1 };

__attribute__((format(printf, 3, 4))) static bool refuse(struct publish_result *result,
                                                         int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->error, sizeof(result->error), format, arguments);
    va_end(arguments);
    result->status = status;
    if (status == 429 || status == 503)
        result->retry_after_s = RETRY_AFTER_S;
    return false;
}

/* ---- judging a publication -------------------------------------------------------------- */

/* Control characters: C0, DEL and, as UTF-8 writes them, C1. The text is valid UTF-8. */
static bool has_control(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c == 0x7f)
            return true;
        if (c == 0xc2 && i + 1 < text.len && (unsigned char)text.at[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static size_t count_characters(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return count;
}

static bool event_reserved(struct slice event)
{
    /* What EventSource, the streams and the clients use for themselves. */
    static const char *const names[] = {"heartbeat", "gap",   "ready",  "bye",
                                        "open",      "error", "message"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_equal(event, slice_of(names[i])))
            return true;
    return false;
}

static bool judge_event(struct slice event, struct publish_result *result)
{
    if (!event.len)
        return true;
    if (!utf8_valid(event.at, event.len))
        return refuse(result, 400, "the event must be valid UTF-8");
    if (has_control(event) || count_characters(event) > EVENT_LIMIT)
        return refuse(result, 400, "the event must have 1 to %d characters, none of control",
                      EVENT_LIMIT);
    if (event_reserved(event))
        return refuse(result, 400, "the event %.*s is the server's own: choose another name",
                      (int)event.len, event.at);
    return true;
}

static bool judge_data(const struct publication *publication, struct publish_result *result)
{
    struct json_error error;
    if (publication->type == MESSAGE_TEXT &&
        !utf8_valid(publication->data.at, publication->data.len))
        return refuse(result, 400, "the text is not valid UTF-8: publish it as binary");
    if (publication->type != MESSAGE_JSON)
        return true;
    switch (json_check(publication->data, &error)) {
    case 0:
        return true;
    case -EINVAL:
        return refuse(result, 400, "the data is not valid JSON: %s, at byte %zu", error.reason,
                      error.offset);
    default:
        return refuse(result, 503, "out of memory: try again");
    }
}

static int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What only a lesson has (--class): rights, and a teacher's word. */
static bool judge_in_class(struct server *server, const struct publication *publication,
                           bool data_judged, struct publish_result *result)
{
    const struct class_post post = {
        .topic = publication->topic,
        .data = publication->data,
        .peer = publication->peer,
        .json = publication->type == MESSAGE_JSON,
        .teacher = publication->teacher,
        .now_us = monotonic_us(),
    };
    const char *why = NULL;
    if (!server->classroom)
        return true;
    int status = data_judged ? classroom_obey(server->classroom, &post, &why)
                             : classroom_refusal(server->classroom, &post, &why);
    return !status || refuse(result, status, "%s", why);
}

/* The cheap questions first, so that a flood is turned away before its data is read. */
static bool judge(struct server *server, const struct publication *publication,
                  struct publish_result *result)
{
    const struct options *options = server->options;
    if (atomic_load(&server->draining))
        return refuse(result, 503, "the server is shutting down: try again");
    if (!topic_name_valid(publication->topic))
        return refuse(result, 400, "a topic's name has 1 to %d of A-Z a-z 0-9 . _ ~ -",
                      TOPIC_NAME_LIMIT);
    if (publication->topic.at[0] == '~')
        return refuse(result, 403, "topics that start with ~ are the server's own");
    if (publication->data.len > options->publish_limit)
        return refuse(result, 413, "the data is above %llu bytes (--publish-limit)",
                      (unsigned long long)options->publish_limit);
    if (!judge_in_class(server, publication, false, result))
        return false;
    if (server->publish_limiter) {
        uint64_t wait_us =
            limiter_take(server->publish_limiter, publication->peer, monotonic_us());
        if (wait_us)
            return refuse(result, 429, "more than %llu messages a second (--publish-rate)",
                          (unsigned long long)options->publish_rate);
    }
    return judge_event(publication->event, result) && judge_data(publication, result) &&
           judge_in_class(server, publication, true, result);
}

static bool append(struct server *server, const struct publication *publication,
                   struct publish_result *result)
{
    struct message *message =
        message_create(publication->type, publication->event, publication->data);
    if (!message)
        return refuse(result, 503, "out of memory: try again");
    switch (bus_publish(server->bus, publication->topic, message, &result->published)) {
    case 0:
        result->status = 200;
        return true;
    case -ENOSPC:
        return refuse(result, 503, "the server holds all it may (--max-memory): try again");
    case -EMFILE:
        return refuse(result, 503, "the server has all its topics (--max-topics): use another");
    default:
        return refuse(result, 503, "out of memory: try again");
    }
}

void publish_message(struct server *server, const struct publication *publication,
                     struct publish_result *ret_result)
{
    *ret_result = (struct publish_result){0};
    if (judge(server, publication, ret_result))
        append(server, publication, ret_result);
}

/* ---- rights ----------------------------------------------------------------------------- */

/* A class has a token of its own: who shows any other is told so, not taken for a student. */
bool publish_token_right(const struct server *server, const struct request *request)
{
    const char *token = server->options->publish_token;
    if (classroom_teacher(server->classroom, request))
        return true;
    if (server->classroom && !token)
        return !request_header(request, "Authorization");
    return !token || bearer_is(request, token);
}

static bool allowed(struct server *server, const struct request *request, enum origin origin,
                    struct reply *reply)
{
    /* A form on another site can post here without asking, but it cannot hide its Origin. */
    if (origin == ORIGIN_FOREIGN) {
        reply_error(reply, 403,
                    "pages of this origin may not publish here: start the server with "
                    "--origin and it");
        return false;
    }
    if (publish_token_right(server, request))
        return true;
    if (request_header(request, "Authorization")) {
        reply_error(reply, 403, "wrong token");
        return false;
    }
    reply_header(reply, "WWW-Authenticate", SLICE("Bearer"));
    reply_error(reply, 401, "publishing needs the token: send Authorization: Bearer TOKEN");
    return false;
}

/* ---- POST /publish/TOPIC ---------------------------------------------------------------- */

static bool starts_with(struct slice text, const char *prefix)
{
    struct slice start = slice_of(prefix);
    return text.len >= start.len &&
           slice_equal_nocase((struct slice){text.at, start.len}, start);
}

/* The media type without its parameters. */
static struct slice media_type(const struct request *request)
{
    const struct slice *header = request_header(request, "Content-Type");
    struct slice type = header ? *header : (struct slice){"", 0};
    const char *end = type.len ? memchr(type.at, ';', type.len) : NULL;
    if (end)
        type.len = (size_t)(end - type.at);
    while (type.len && (type.at[type.len - 1] == ' ' || type.at[type.len - 1] == '\t'))
        type.len--;
    return type;
}

static bool is_binary_type(struct slice type)
{
    static const char *const families[] = {"image/", "audio/", "video/", "font/", "model/"};
    static const char *const names[] = {"octet-stream", "zip",        "gzip",     "x-gzip",
                                        "pdf",          "wasm",       "x-tar",    "zstd",
                                        "msgpack",      "x-protobuf", "protobuf", "cbor"};
    static const size_t application = sizeof("application/") - 1;
    for (unsigned i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (starts_with(type, families[i]))
            return true;
    if (!starts_with(type, "application/"))
        return false;
    struct slice name = {type.at + application, type.len - application};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slice_equal_nocase(name, slice_of(names[i])))
            return true;
    return false;
}

static enum message_type type_of(const struct request *request)
{
    struct slice type = media_type(request);
    if (slice_equal_nocase(type, SLICE("application/json")))
        return MESSAGE_JSON;
    /* Everything else says little: curl calls all it sends a form. The bytes decide. */
    if (is_binary_type(type) || !utf8_valid(request->body.at, request->body.len))
        return MESSAGE_BINARY;
    return MESSAGE_TEXT;
}

static void answer(const struct publish_result *result, struct reply *reply)
{
    struct builder text = {0};
    if (result->status != 200) {
        if (result->retry_after_s) {
            char seconds[16];
            snprintf(seconds, sizeof(seconds), "%u", result->retry_after_s);
            reply_header(reply, "Retry-After", slice_of(seconds));
        }
        reply_error(reply, result->status, "%s", result->error);
        return;
    }
    const struct published *published = &result->published;
    builder_add_text(&text, "{\"id\":\"");
    builder_add_text(&text, published->epoch);
    builder_add(&text, "-", 1);
    builder_add_u64(&text, published->seq);
    builder_add_text(&text, "\",\"seq\":");
    builder_add_u64(&text, published->seq);
    builder_add_text(&text, ",\"subscribers\":");
    builder_add_u64(&text, published->subscribers);
    builder_add_text(&text, "}\n");
    reply_body(reply, 200, "application/json", builder_take(&text));
}

void publish_handle(struct server *server, const struct request *request, struct reply *reply)
{
    static const size_t prefix = sizeof("/publish/") - 1;
    enum origin origin = origin_of(server->options, request);
    origin_add_cors(origin, false, request, &reply->headers);
    if (!allowed(server, request, origin, reply))
        return;

    char name[TOPIC_NAME_LIMIT + 1];
    size_t name_len = 0; /* stays 0, which is no name, when it does not fit */
    struct slice path = request->path;
    percent_decode((struct slice){path.at + prefix, path.len - prefix}, name, sizeof(name),
                   &name_len);
    const struct slice *event = request_header(request, "Pushlab-Event");
    if (event && !event->len) {
        reply_error(reply, 400, "Pushlab-Event is empty: name the event or leave it out");
        return;
    }
    struct publication publication = {
        .topic = {name, name_len},
        .type = type_of(request),
        .event = event ? *event : (struct slice){"", 0},
        .data = request->body,
        .peer = request->peer,
        .teacher = classroom_teacher(server->classroom, request),
    };
    struct publish_result result;
    publish_message(server, &publication, &result);
    answer(&result, reply);
}
