/* SPDX-License-Identifier: MIT */
#include "ws_json.h"

#include "json_message.h"

#include "../server/json_check.h"
#include "../server/json_scan.h"
#include "../server/origin.h"
#include "../server/publish.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

/* One command being carried out. */
struct command {
    struct subscriber *subscriber;
    struct slice text;
    struct slice value; /* of the member that names the command */
    struct builder *out;
    struct gap *gap;
};

/* ---- answers ----------------------------------------------------------------------------- */

static void end_answer(struct command *command)
{
    struct slice ref;
    if (json_member(command->text, "ref", &ref)) {
        builder_add_text(command->out, ",\"ref\":");
        builder_add_slice(command->out, ref);
    }
    builder_add(command->out, "}", 1);
}

static void answer_error(struct command *command, int status, const char *text)
{
    builder_format(command->out, "{\"error\":{\"status\":%d,\"message\":", status);
    json_add_string(command->out, slice_of(text));
    builder_add(command->out, "}", 1);
    end_answer(command);
}

static void add_ready(struct subscriber *subscriber, struct builder *out)
{
    builder_add_text(out, "{\"ready\":[");
    for (unsigned i = 0; i < subscriber->count; i++) {
        if (i > 0)
            builder_add(out, ",", 1);
        json_add_string(out, subscriber_topic(subscriber, i));
    }
    builder_add_text(out, "],\"next\":\"");
    subscriber_add_cursor(subscriber, out);
    builder_add(out, "\"", 1);
}

void ws_json_add_ready(struct subscriber *subscriber, struct builder *out)
{
    add_ready(subscriber, out);
    builder_add(out, "}", 1);
}

/* A string member, unescaped into room; an absent one leaves room empty. False: it is there and
 * is no string. */
static bool string_member(struct slice object, const char *name, struct builder *room)
{
    struct slice value;
    return !json_member(object, name, &value) || json_unescape(value, room);
}

/* ---- publish ----------------------------------------------------------------------------- */

static bool decode_base64(struct slice text, struct builder *out)
{
    char *room = builder_reserve(out, text.len / 4 * 3 + 3);
    const char *padding = text.len > 0 ? memchr(text.at, '=', text.len) : NULL;
    /* EVP_DecodeBlock would take padding anywhere. */
    if (!room || text.len % 4 != 0 || (padding && text.at + text.len - padding > 2) ||
        (padding && text.at[text.len - 1] != '='))
        return false;
    int len =
        EVP_DecodeBlock((unsigned char *)room, (const unsigned char *)text.at, (int)text.len);
    if (len < 0)
        return false;
    if (padding) /* it counts what the padding stands for */
        len -= (int)(text.at + text.len - padding);
    builder_claim(out, (size_t)len);
    return true;
}

/* The bytes to publish: json as it stands in the command, a text's or picture's own bytes. */
static const char *read_data(struct slice value, struct slice type, struct builder *room,
                             struct publication *ret)
{
    bool is_string = value.at[0] == '"';
    if (slice_equal(type, SLICE("json")) || (type.len == 0 && !is_string)) {
        ret->type = MESSAGE_JSON;
        ret->data = value;
        return NULL;
    }
    if (!json_unescape(value, room))
        return "data must be a string, or type json";
    ret->data = builder_slice(room);
    if (type.len == 0 || slice_equal(type, SLICE("text"))) {
        ret->type = MESSAGE_TEXT;
        return NULL;
    }
    if (!slice_equal(type, SLICE("binary")))
        return "type must be text, json or binary";
    struct builder decoded = {0};
    if (!decode_base64(ret->data, &decoded)) {
        builder_finish(&decoded);
        return "data of type binary must be base64";
    }
    builder_finish(room);
    *room = decoded;
    ret->type = MESSAGE_BINARY;
    ret->data = builder_slice(room);
    return NULL;
}

static void answer_published(struct command *command, const struct publish_result *result)
{
    if (result->status != 200) {
        answer_error(command, result->status, result->error);
        return;
    }
    builder_format(command->out,
                   "{\"published\":{\"id\":\"%s-%llu\",\"seq\":%llu,\"subscribers\":%u}",
                   result->published.epoch, (unsigned long long)result->published.seq,
                   (unsigned long long)result->published.seq, result->published.subscribers);
    end_answer(command);
}

static void on_publish(struct command *command)
{
    struct builder topic = {0}, event = {0}, type = {0}, data = {0};
    struct publication publication = {.peer = subscriber_peer(command->subscriber),
                                      .teacher = command->subscriber->teacher};
    struct slice value;
    const char *wrong = NULL;
    if (!string_member(command->value, "topic", &topic) ||
        !string_member(command->value, "event", &event) ||
        !string_member(command->value, "type", &type))
        wrong = "topic, event and type must be strings";
    else if (!json_member(command->value, "data", &value))
        wrong = "name what to publish: {\"publish\":{\"topic\":…,\"data\":…}}";
    else
        wrong = read_data(value, builder_slice(&type), &data, &publication);
    if (!command->subscriber->may_publish) {
        answer_error(command, 403,
                     "this connection may not publish: its origin is foreign, or "
                     "the handshake had no valid publish token");
    } else if (wrong) {
        answer_error(command, 400, wrong);
    } else {
        struct publish_result result;
        publication.topic = builder_slice(&topic);
        publication.event = builder_slice(&event);
        publish_message(subscriber_server(command->subscriber), &publication, &result);
        answer_published(command, &result);
    }
    builder_finish(&topic);
    builder_finish(&event);
    builder_finish(&type);
    builder_finish(&data);
}

/* ---- subscribe, unsubscribe, ping -------------------------------------------------------- */

static bool may_read(const struct subscriber *subscriber, struct slice topic)
{
    return !subscriber->foreign ||
           origin_topic_public(subscriber_server(subscriber)->options, topic);
}

static void on_subscribe(struct command *command)
{
    struct subscriber *subscriber = command->subscriber;
    struct builder topic = {0}, since = {0};
    int status = 400;
    if (string_member(command->value, "topic", &topic) &&
        string_member(command->value, "since", &since))
        status = may_read(subscriber, builder_slice(&topic))
                     ? subscriber_follow(subscriber, builder_slice(&topic),
                                         builder_slice(&since), command->gap)
                     : 403;
    switch (status) {
    case 0:
        add_ready(subscriber, command->out);
        end_answer(command);
        break;
    case 403:
        answer_error(command, 403,
                     "this topic is not public, and the page's origin is foreign");
        break;
    case 503:
        answer_error(command, 503, "too many topics on this connection, or the server is full");
        break;
    default:
        answer_error(command, 400,
                     "name a topic and, if you like, a cursor, first, now or -N: "
                     "{\"subscribe\":{\"topic\":\"T\",\"since\":\"first\"}}");
    }
    builder_finish(&topic);
    builder_finish(&since);
}

static void on_unsubscribe(struct command *command)
{
    struct builder topic = {0};
    if (!json_unescape(command->value, &topic)) {
        answer_error(command, 400, "name the topic: {\"unsubscribe\":\"T\"}");
    } else if (subscriber_unfollow(command->subscriber, builder_slice(&topic)) != 0) {
        answer_error(command, 404, "this connection does not follow that topic");
    } else {
        builder_add_text(command->out, "{\"unsubscribed\":");
        builder_add_slice(command->out, command->value);
        end_answer(command);
    }
    builder_finish(&topic);
}

static void on_ping(struct command *command)
{
    builder_add_text(command->out, "{\"pong\":");
    builder_add_slice(command->out, command->value);
    end_answer(command);
}

static const struct {
    const char *name;
    void (*carry_out)(struct command *command);
} commands[] = {
    {"publish", on_publish},
    {"subscribe", on_subscribe},
    {"unsubscribe", on_unsubscribe},
    {"ping", on_ping},
};

void ws_json_command(struct subscriber *subscriber, struct slice text, struct builder *out,
                     struct gap *ret_gap)
{
    struct command command = {subscriber, text, {0}, out, ret_gap};
    struct json_error wrong;
    int error = json_check(text, &wrong);
    if (error) {
        command.text = (struct slice){0}; /* no ref can be read from it */
        answer_error(&command, error == -ENOMEM ? 503 : 400,
                     error == -ENOMEM ? "the server is out of memory" : wrong.reason);
        return;
    }
    void (*carry_out)(struct command * command) = NULL;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct slice value;
        if (!json_member(text, commands[i].name, &value))
            continue;
        if (carry_out) { /* none of them is carried out: which came first is not ours to guess
                          */
            answer_error(&command, 400, "send one command in a message");
            return;
        }
        carry_out = commands[i].carry_out;
        command.value = value;
    }
    if (carry_out)
        carry_out(&command);
    else
        answer_error(&command, 400, "send publish, subscribe, unsubscribe or ping");
}
