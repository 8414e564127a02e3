/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "clients/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_LIMIT_S = 10, READ_SIZE = 16 * 1024, POLL_MS = 10 };

bool control_open(struct control *control, const struct endpoint *endpoint)
{
    const struct timeval limit = {.tv_sec = ANSWER_LIMIT_S};
    *control = (struct control){endpoint, endpoint_connect(endpoint, 0, false)};
    if (control->fd < 0) {
        fprintf(stderr, "pushbench: cannot connect to http://%s/: %s\n", endpoint->authority,
                strerror(-control->fd));
        return false;
    }
    setsockopt(control->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return true;
}

void control_close(struct control *control)
{
    if (control->fd >= 0)
        close(control->fd);
    control->fd = -1;
}

/* Reads one whole answer; its status, and the body left in answer. 0: none came. */
static int receive(struct control *control, struct builder *answer, struct slice *ret_body)
{
    static const struct client_options options = {.topic = ""};
    struct client client;
    struct answer_head head = {0};
    ssize_t head_len = 0;
    client_init(&client, &publisher_client, &options);
    do {
        char *room = builder_reserve(answer, READ_SIZE);
        ssize_t got = room ? recv(control->fd, room, READ_SIZE, 0) : 0;
        if (got <= 0)
            return 0;
        builder_claim(answer, (size_t)got);
        struct slice all = builder_slice(answer);
        client.scanned = 0; /* the bytes may have moved: the head is read anew */
        head_len = answer_head_read(&client, all.at, all.len, &head);
    } while (head_len == 0 ||
             (head_len > 0 && builder_len(answer) < (size_t)head_len + head.content_length));
    if (head_len < 0)
        return 0;
    *ret_body = (struct slice){builder_slice(answer).at + head_len, head.content_length};
    return head.status;
}

/* The answer's status; 0: none came. */
static int try_call(struct control *control, struct slice request, cJSON **ret_json)
{
    struct builder answer = {0};
    struct slice body;
    int status = 0;
    if (send(control->fd, request.at, request.len, MSG_NOSIGNAL) == (ssize_t)request.len)
        status = receive(control, &answer, &body);
    if (status == 200)
        *ret_json = cJSON_ParseWithLength(body.at, body.len);
    builder_finish(&answer);
    return status;
}

static cJSON *call(struct control *control, struct builder *request)
{
    cJSON *json = NULL;
    /* A server ends a connection that was quiet for long: then another one is due. */
    if (try_call(control, builder_slice(request), &json) == 0) {
        control_close(control);
        if (control_open(control, control->endpoint))
            try_call(control, builder_slice(request), &json);
    }
    builder_finish(request);
    return json;
}

cJSON *control_get(struct control *control, const char *path)
{
    struct builder request = {0};
    builder_format(&request, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\n\r\n",
                   path, control->endpoint->authority);
    return call(control, &request);
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : -1;
}

int64_t control_publish(struct control *control, const char *topic, struct slice text)
{
    struct client client;
    const struct client_options options = {.authority = control->endpoint->authority,
                                           .topic = topic};
    struct builder request = {0};
    client_init(&client, &publisher_client, &options);
    client.body = text;
    publisher_client.ask(&client, &request);
    cJSON *json = call(control, &request);
    double count = number_of(json, "subscribers");
    cJSON_Delete(json);
    return (int64_t)count;
}

int64_t control_subscribers(struct control *control, const char *topic)
{
    cJSON *topics = control_get(control, "/topics");
    double count = topics ? 0 : -1;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, topics)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(entry, "name");
        if (cJSON_IsString(name) && strcmp(name->valuestring, topic) == 0)
            count = number_of(entry, "subscribers");
    }
    cJSON_Delete(topics);
    return (int64_t)count;
}

int64_t control_await_subscribers(struct control *control, const char *topic, int64_t count,
                                  unsigned limit_ms)
{
    int64_t now = control_subscribers(control, topic);
    for (unsigned waited = 0; now >= 0 && now != count && waited < limit_ms;
         waited += POLL_MS) {
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
        now = control_subscribers(control, topic);
    }
    return now;
}

double control_stat(struct control *control, const char *name)
{
    cJSON *stats = control_get(control, "/stats");
    double value = number_of(stats, name);
    cJSON_Delete(stats);
    return value;
}
