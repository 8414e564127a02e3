/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "acceptor.h"
#include "control_http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWERS_LIMIT = 1 << 20 };

struct control_client {
    struct control_port *port;
    struct control_client *next, **here;
    struct bufferevent *stream;
    bool spoken, http; /* what its first bytes were */
};

struct control_port {
    struct relay *relay;
    struct slice origins; /* as the plan has them */
    struct acceptor acceptor;
    struct control_client *clients;
    unsigned count;
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* empty: TCP */
};

/* ---- clients ----------------------------------------------------------------------------- */

static void client_destroy(struct control_client *client)
{
    *client->here = client->next;
    if (client->next)
        client->next->here = client->here;
    client->port->count--;
    bufferevent_free(client->stream);
    free(client);
}

/* False when the client is gone. */
static bool answer_line(struct control_client *client, const char *line, size_t len)
{
    struct evbuffer *out = bufferevent_get_output(client->stream);
    char *answer = control_answer(client->port->relay, line, len);
    if (answer)
        evbuffer_add_printf(out, "%s\n", answer);
    free(answer);
    if (answer && evbuffer_get_length(out) <= ANSWERS_LIMIT)
        return true;
    client_destroy(client); /* it asks, and does not read */
    return false;
}

static void on_answered(struct bufferevent *stream, void *arg)
{
    (void)stream;
    client_destroy(arg);
}

static void on_end(struct bufferevent *stream, short what, void *arg)
{
    (void)stream, (void)what;
    client_destroy(arg);
}

static struct slice held(struct evbuffer *in)
{
    size_t len = evbuffer_get_length(in);
    return (struct slice){(const char *)evbuffer_pullup(in, (ev_ssize_t)len), len};
}

static void on_http(struct control_client *client, struct evbuffer *in)
{
    struct builder out = {0};
    if (control_http_answer(client->port->relay, client->port->origins, held(in), &out)) {
        struct slice answer = builder_slice(&out);
        bufferevent_setcb(client->stream, NULL, on_answered, on_end, client);
        bufferevent_disable(client->stream, EV_READ);
        bufferevent_write(client->stream, answer.at, answer.len);
    } else if (evbuffer_get_length(in) >= CONTROL_LINE_LIMIT) {
        client_destroy(client);
    }
    builder_finish(&out);
}

static void on_bytes(struct bufferevent *stream, void *arg)
{
    struct control_client *client = arg;
    struct evbuffer *in = bufferevent_get_input(stream);
    if (!client->spoken && evbuffer_search_eol(in, NULL, NULL, EVBUFFER_EOL_LF).pos >= 0) {
        client->spoken = true;
        client->http = control_http_is(held(in));
    }
    if (client->http) {
        on_http(client, in);
        return;
    }
    char *line;
    size_t len;
    bool stays = true;
    while (stays && (line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF))) {
        if (len)
            stays = answer_line(client, line, len);
        free(line);
    }
    if (stays && evbuffer_get_length(in) >= CONTROL_LINE_LIMIT)
        client_destroy(client);
}

static void on_accept(void *owner, int fd)
{
    struct control_port *port = owner;
    struct control_client *client =
        port->count < CONTROL_CLIENTS_LIMIT ? calloc(1, sizeof(*client)) : NULL;
    if (client)
        client->stream = bufferevent_socket_new(port->relay->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!client || !client->stream) {
        free(client);
        close(fd);
        return;
    }
    client->port = port;
    client->next = port->clients;
    if (client->next)
        client->next->here = &client->next;
    client->here = &port->clients;
    port->clients = client;
    port->count++;
    bufferevent_setcb(client->stream, on_bytes, NULL, on_end, client);
    bufferevent_setwatermark(client->stream, EV_READ, 0, CONTROL_LINE_LIMIT);
    bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* ---- the port ---------------------------------------------------------------------------- */

/* A socket that nobody listens at any longer is left over from a relay that was killed. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat found;
    if (stat(address->sun_path, &found) < 0 || !S_ISSOCK(found.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
        errno == ECONNREFUSED)
        unlink(address->sun_path);
    if (fd >= 0)
        close(fd);
}

static bool listen_at_path(struct control_port *port, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        fprintf(stderr, "pushrelay: --control %s: the path is too long for a socket\n", path);
        return false;
    }
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    remove_stale(&address);
    mode_t before = umask(077); /* nobody else's to command */
    int error = acceptor_open(&port->acceptor, port->relay->base,
                              (const struct sockaddr *)&address, sizeof(address));
    umask(before);
    if (error)
        fprintf(stderr, "pushrelay: --control %s: %s\n", path, strerror(-error));
    else
        snprintf(port->path, sizeof(port->path), "%s", path);
    return error == 0;
}

struct control_port *control_port_create(struct relay *relay, const char *text,
                                         const char *origins, char *ret_address, size_t room)
{
    struct control_port *port = calloc(1, sizeof(*port));
    if (!port)
        return NULL;
    port->relay = relay;
    port->origins = slice_of(origins);
    snprintf(ret_address, room, "%s", text);
    port->acceptor =
        (struct acceptor){.alarms = &relay->alarms, .on_accept = on_accept, .owner = port};
    if (strchr(text, '/')
            ? listen_at_path(port, text)
            : acceptor_open_text(&port->acceptor, relay->base, text, ret_address, room))
        return port;
    free(port);
    return NULL;
}

void control_port_destroy(struct control_port *port)
{
    if (!port)
        return;
    for (struct control_client *client = port->clients, *next; client; client = next) {
        next = client->next;
        client_destroy(client);
    }
    acceptor_close(&port->acceptor);
    if (*port->path)
        unlink(port->path);
    free(port);
}
