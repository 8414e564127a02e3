/* SPDX-License-Identifier: MIT
 *
 * pushbench serve: lets pages run the bench, over HTTP on loopback. A page POSTs what it wants
 * (service_ask.h), and gets a line of JSON at a time: {"progress":0.2,"left_s":7}, and at the
 * end
 * {"result":…}, what `pushbench … --json` prints, or {"error":"…"}. One run at a time; when the
 * page goes away, its run is given up.
 *
 * A page is only obeyed when its origin is listed (Origin, RFC 6454), as with the relay: any
 * page that a browser on this machine shows could send a POST here. And what it sends must say
 * that it is JSON, which no page can do for another origin without asking first.
 */
#include "../arguments.h"
#include "../claims/claims.h"
#include "../command.h"
#include "service_ask.h"
#include "service_run.h"

#include "../../server/request.h"
#include "../../server/utf8.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_LIMIT = 4096, HEAD_LIMIT = 16384, BEAT_MS = 500, PATIENCE_S = 30 };

struct service {
    struct event_base *base;
    struct evhttp *http;
    const char *origins;            /* separated by commas */
    struct service_run *run;        /* NULL: nothing runs */
    struct evhttp_request *request; /* of the page that waits for it; NULL: it went away */
    bool begun;                     /* the answer's head is out */
    struct event *beat;             /* a page that went away is noticed by writing to it */
    char progress[64];              /* the newest line */
    bool ending;
};

/* ---- answers ----------------------------------------------------------------------------- */

static void add_header(struct evhttp_request *request, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static const char *header(struct evhttp_request *request, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(request), name);
}

/* What a page may read the answer by. */
static void add_page_headers(struct evhttp_request *request)
{
    const char *origin = header(request, "Origin");
    add_header(request, "Vary", "Origin");
    add_header(request, "Cache-Control", "no-store");
    if (!origin)
        return;
    add_header(request, "Access-Control-Allow-Origin", origin);
    add_header(request, "Access-Control-Allow-Methods", "GET, POST");
    add_header(request, "Access-Control-Allow-Headers", "Content-Type");
}

/* Takes json over. */
static void answer(struct evhttp_request *request, int status, cJSON *json)
{
    struct evbuffer *body = evbuffer_new();
    char *text = cJSON_PrintUnformatted(json);
    if (body && text)
        evbuffer_add_printf(body, "%s\n", text);
    add_header(request, "Content-Type", "application/json");
    evhttp_send_reply(request, status, NULL, body);
    if (body)
        evbuffer_free(body);
    free(text);
    cJSON_Delete(json);
}

static void refuse(struct evhttp_request *request, int status, const char *error)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "error", error);
    answer(request, status, json);
}

/* ---- the run's answer -------------------------------------------------------------------- */

/* A line of the answer; the first begins it. */
static void send_line(struct service *service, const char *line, size_t len)
{
    struct evbuffer *out = evbuffer_new();
    if (!service->begun) {
        add_header(service->request, "Content-Type", "application/x-ndjson");
        evhttp_send_reply_start(service->request, HTTP_OK, NULL);
    }
    service->begun = true;
    if (out && evbuffer_add(out, line, len) == 0 && evbuffer_add(out, "\n", 1) == 0)
        evhttp_send_reply_chunk(service->request, out);
    if (out)
        evbuffer_free(out);
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct service *service = arg;
    if (service->request)
        send_line(service, service->progress, strlen(service->progress));
}

static void on_progress(void *arg, const char *line, size_t len)
{
    struct service *service = arg;
    if (len < sizeof(service->progress))
        snprintf(service->progress, sizeof(service->progress), "%.*s", (int)len, line);
}

/* The page has closed the connection: evhttp leaves the request to us, whose answer is not
 * done. */
static void on_gone(struct evhttp_connection *connection, void *arg)
{
    (void)connection;
    struct service *service = arg;
    evhttp_send_reply_end(service->request);
    service->request = NULL;
    service_run_cancel(service->run);
}

/* The last line: what was found, or what went wrong. */
static cJSON *conclusion(const struct run_end *end)
{
    static const char nothing[] = "pushbench ended without a result";
    cJSON *line = cJSON_CreateObject();
    cJSON *result = cJSON_ParseWithLength(end->output.at, end->output.len);
    char complaint[ASK_ERROR_SIZE];
    snprintf(complaint, sizeof(complaint), "%.*s", (int)end->complaint.len, end->complaint.at);
    utf8_mend(complaint);
    if (result)
        cJSON_AddItemToObject(line, "result", result);
    else
        cJSON_AddStringToObject(line, "error", *complaint ? complaint : nothing);
    if (result && *complaint)
        cJSON_AddStringToObject(line, "complaint", complaint);
    return line;
}

static void on_end(void *arg, const struct run_end *end)
{
    struct service *service = arg;
    struct evhttp_request *request = service->request;
    service->run = NULL;
    event_del(service->beat);
    if (service->ending)
        event_base_loopbreak(service->base);
    if (!request)
        return;
    cJSON *line = conclusion(end);
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), NULL, NULL);
    if (end->status == EXIT_USAGE && !service->begun) {
        answer(request, HTTP_BADREQUEST, line);
    } else {
        char *text = cJSON_PrintUnformatted(line);
        if (text)
            send_line(service, text, strlen(text));
        evhttp_send_reply_end(request);
        free(text);
        cJSON_Delete(line);
    }
    service->request = NULL;
}

static void start(struct service *service, struct evhttp_request *request,
                  const char *const *arguments)
{
    static const struct timeval beat = {.tv_usec = BEAT_MS * 1000};
    const struct run_listener listener = {on_progress, on_end, service};
    service->run = service_run_start(service->base, arguments, &listener);
    if (!service->run) {
        refuse(request, HTTP_SERVUNAVAIL, strerror(errno));
        return;
    }
    service->request = request;
    service->begun = false;
    snprintf(service->progress, sizeof(service->progress), "{\"progress\":0,\"left_s\":null}");
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_gone, service);
    event_add(service->beat, &beat);
}

/* ---- requests ---------------------------------------------------------------------------- */

static bool is_listed(const char *origins, const char *origin)
{
    struct slice rest = slice_of(origins), one;
    while (header_list_next(&rest, &one))
        if (slice_equal_nocase(one, slice_of(origin)))
            return true;
    return false;
}

static void on_post(struct service *service, struct evhttp_request *request, const char *path)
{
    static const char json[] = "application/json";
    struct evbuffer *in = evhttp_request_get_input_buffer(request);
    const char *type = header(request, "Content-Type");
    size_t len = evbuffer_get_length(in);
    struct service_ask ask;
    char error[ASK_ERROR_SIZE];
    if (!type || strncasecmp(type, json, sizeof(json) - 1) != 0) {
        refuse(request, 415, "send JSON, and Content-Type: application/json");
    } else if (!service_ask_read(path, (const char *)evbuffer_pullup(in, -1), len, &ask,
                                 error)) {
        refuse(request, HTTP_BADREQUEST, error);
    } else if (service->run || service->ending) {
        add_header(request, "Retry-After", "1");
        refuse(request, 409, "another run is under way: try again when it has ended");
    } else {
        start(service, request, ask.arguments);
    }
}

/* What can be run, about how long it takes, and whether something runs. */
static cJSON *describe(const struct service *service)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "busy", service->run != NULL);
    cJSON *claims = cJSON_AddArrayToObject(json, "claims");
    for (const struct claim *claim = claims_table; claim->id; claim++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddNumberToObject(one, "id", claim->id);
        cJSON_AddNumberToObject(one, "seconds", claim->seconds);
        cJSON_AddNumberToObject(one, "quick_seconds", claim->quick_seconds);
        cJSON *sentence = cJSON_AddObjectToObject(one, "sentence");
        cJSON_AddStringToObject(sentence, "en", claim->sentence.en);
        cJSON_AddStringToObject(sentence, "zh", claim->sentence.zh);
        cJSON_AddItemToArray(claims, one);
    }
    return json;
}

static void on_request(struct evhttp_request *request, void *arg)
{
    struct service *service = arg;
    enum evhttp_cmd_type method = evhttp_request_get_command(request);
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    const char *origin = header(request, "Origin");
    if (origin && !is_listed(service->origins, origin)) {
        refuse(request, 403,
               "start pushbench serve with --control-origin for this page's origin");
        return;
    }
    add_page_headers(request);
    if (method == EVHTTP_REQ_OPTIONS)
        evhttp_send_reply(request, HTTP_NOCONTENT, NULL, NULL);
    else if (method == EVHTTP_REQ_GET && path && strcmp(path, "/") == 0)
        answer(request, HTTP_OK, describe(service));
    else if (!path || !service_ask_is(path))
        refuse(request, HTTP_NOTFOUND, "there are GET /, POST /claims and POST /advise");
    else if (method != EVHTTP_REQ_POST)
        refuse(request, HTTP_BADMETHOD, "POST what is to be run, as JSON");
    else
        on_post(service, request, path);
}

/* ---- the command ------------------------------------------------------------------------- */

/* The run ends first, so that nothing of it is left behind. */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)number, (void)what;
    struct service *service = arg;
    service->ending = true;
    if (service->run)
        service_run_cancel(service->run);
    else
        event_base_loopbreak(service->base);
}

static bool listen_at(struct service *service, uint64_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof(at);
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(service->http, "127.0.0.1", (ev_uint16_t)port);
    if (!bound) {
        fprintf(stderr, "pushbench serve: cannot listen at 127.0.0.1:%u: %s\n", (unsigned)port,
                errno == EADDRINUSE ? "another program holds this port; 0 takes a free one"
                                    : strerror(errno));
        return false;
    }
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &size);
    printf("service 127.0.0.1:%u\n", ntohs(at.sin_port));
    fflush(stdout);
    return true;
}

static bool serve(struct service *service, uint64_t port)
{
    struct event *term = evsignal_new(service->base, SIGTERM, on_signal, service);
    struct event *interrupt = evsignal_new(service->base, SIGINT, on_signal, service);
    service->beat = event_new(service->base, -1, EV_PERSIST, on_beat, service);
    bool good = term && interrupt && service->beat && event_add(term, NULL) == 0 &&
                event_add(interrupt, NULL) == 0 && listen_at(service, port);
    if (good)
        event_base_dispatch(service->base);
    struct event *const events[] = {term, interrupt, service->beat};
    for (unsigned i = 0; i < 3; i++)
        if (events[i])
            event_free(events[i]);
    return good;
}

static int serve_run(int argc, char **argv)
{
    struct service service = {.origins = ""};
    uint64_t port = 0;
    const struct argument arguments[] = {
        {"listen", 0, ARGUMENT_COUNT, &port, "PORT",
         "on 127.0.0.1; 0: a free one, which is printed (default)", 0, UINT16_MAX},
        {"control-origin", 0, ARGUMENT_TEXT, &service.origins, "ORIGIN,…",
         "pages that are obeyed, such as http://localhost:8765", 0, 0},
        {0},
    };
    int status = arguments_read(argc, argv, serve_command.summary, arguments);
    if (status >= 0)
        return status;
    service.base = event_base_new();
    service.http = service.base ? evhttp_new(service.base) : NULL;
    bool good = service.http;
    if (good) {
        evhttp_set_allowed_methods(service.http,
                                   EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_OPTIONS);
        evhttp_set_max_body_size(service.http, BODY_LIMIT);
        evhttp_set_max_headers_size(service.http, HEAD_LIMIT);
        evhttp_set_timeout(service.http, PATIENCE_S);
        evhttp_set_gencb(service.http, on_request, &service);
        good = serve(&service, port);
        evhttp_free(service.http);
    }
    if (service.base)
        event_base_free(service.base);
    libevent_global_shutdown();
    return good ? EXIT_HELD : EXIT_BROKEN;
}

const struct command serve_command = {
    .name = "serve",
    .summary = "Lets pages of the lab run claims and advise: HTTP on loopback.",
    .run = serve_run,
};
