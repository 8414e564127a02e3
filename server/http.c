/* SPDX-License-Identifier: MIT */
#include "http.h"

#include "connection.h"
#include "date.h"
#include "logger.h"
#include "worker.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <evhtp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,
    LOANS_BACKLOG = 128,
    ACCEPTS_IN_A_ROW = 64, /* and their first requests; then it is the others' turn */
    ACCEPT_PAUSE_MS = 100, /* without descriptors, trying again at once would only spin */
    WRITE_TIMEOUT_S = 30,
};

/* A socket lent to libevhtp, with the reply it is to deliver. */
struct loan {
    struct loan *next;
    struct front *front;
    evhtp_connection_t *connection; /* NULL until libevhtp has accepted it */
    struct reply reply;
    int fd;
    uint16_t peer_bucket;
    bool keep_alive;
};

struct front {
    struct worker *worker;
    struct evconnlistener *listeners[OPTION_LIST_LIMIT];
    unsigned listener_count;
    unsigned accepted;         /* since the last pause */
    struct event *pause_event; /* ends a pause in accepting */
    int spare_fd;              /* given up for a moment to tell a peer that we are full */
    /*
     * libevhtp has no call to take a socket that is open already. It accepts our own
     * connections to a private listener, and finds the lent socket in their place (pre-accept
     * comes before it looks at the socket). What else connects there, if anything, gets
     * nothing.
     */
    evhtp_t *lender;
    struct sockaddr_un lender_address;
    socklen_t lender_address_len;
    struct loan *waiting; /* connected, not accepted yet; oldest first */
    struct loan **waiting_end;
    struct loan *delivering;
    struct loan *current; /* between its pre-accept and post-accept, and while it is parsed */
};

/* ---- counting connections ---------------------------------------------------------------- */

static uint16_t bucket_of(const struct sockaddr *address)
{
    const unsigned char *bytes = (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    size_t len = sizeof(struct in_addr);
    if (address->sa_family == AF_INET6) {
        bytes = (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
        len = 8; /* a network is one peer: whoever has it has all its addresses */
    }
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return (uint16_t)(hash ^ hash >> 16);
}

void front_forget(struct front *front, uint16_t peer_bucket)
{
    struct server *server = front->worker->server;
    atomic_fetch_sub(&server->peer_counts[peer_bucket], 1);
    atomic_fetch_sub(&server->connections, 1);
}

/* Counts one in; whether it is within the limits. */
static bool count_in(struct server *server, uint16_t peer_bucket)
{
    const struct options *options = server->options;
    uint64_t all = atomic_fetch_add(&server->connections, 1) + 1;
    unsigned peers = atomic_fetch_add(&server->peer_counts[peer_bucket], 1) + 1;
    return all <= options->connections_limit && (options->connections_per_peer_limit == 0 ||
                                                 peers <= options->connections_per_peer_limit);
}

/* ---- accepting --------------------------------------------------------------------------- */

static void pause_accepting(struct front *front, unsigned ms)
{
    for (unsigned i = 0; i < front->listener_count; i++)
        evconnlistener_disable(front->listeners[i]);
    event_add(front->pause_event, &(struct timeval){.tv_usec = ms * 1000});
}

static void on_pause_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct front *front = arg;
    bool good = true;
    front->accepted = 0;
    for (unsigned i = 0; i < front->listener_count; i++)
        good &= evconnlistener_enable(front->listeners[i]) == 0;
    if (!good) /* the kernel has no room to watch one more: later, then */
        pause_accepting(front, ACCEPT_PAUSE_MS);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int address_len, void *arg)
{
    (void)listener, (void)address_len;
    struct front *front = arg;
    uint16_t bucket = bucket_of(address);
    bool within = count_in(front->worker->server, bucket);
    counter_add(&front->worker->stats->accepted, 1);
    worker_look_at_clock(front->worker);
    connection_create(front->worker, fd, bucket, !within);
    /* The listener would go on for as long as somebody comes. */
    if (++front->accepted == ACCEPTS_IN_A_ROW)
        pause_accepting(front, 0);
}

/* Out of descriptors: one is kept aside, so that a waiting peer can be told instead of left
 * hanging. */
static void refuse_one(struct front *front, int listen_fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                 "Retry-After: 5\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n";
    close(front->spare_fd);
    int fd = accept(listen_fd, NULL, NULL);
    if (fd >= 0) {
        ssize_t sent = send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)sent;
        shutdown(fd, SHUT_WR);
        close(fd);
    }
    front->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    struct front *front = arg;
    int error = EVUTIL_SOCKET_ERROR();
    counter_add(&front->worker->stats->accept_errors, 1);
    log_line_limited(
        LOG_LEVEL_WARNING,
        "cannot accept a connection: %s; raise the limit of open files (ulimit -n)",
        strerror(error));
    if (error == EMFILE || error == ENFILE)
        refuse_one(front, evconnlistener_get_fd(listener));
    pause_accepting(front, ACCEPT_PAUSE_MS);
}

/* ---- delivering pages -------------------------------------------------------------------- */

static void loan_end(struct loan *loan)
{
    struct loan **link = &loan->front->delivering;
    while (*link && *link != loan)
        link = &(*link)->next;
    if (*link)
        *link = loan->next;
    loan->front->worker->connection_count--;
    reply_finish(&loan->reply);
    free(loan);
}

/* libevhtp has closed it: the peer left, or did not read. */
static evhtp_res on_lost(evhtp_connection_t *connection, void *arg)
{
    (void)connection;
    struct loan *loan = arg;
    front_forget(loan->front, loan->peer_bucket);
    loan_end(loan);
    return EVHTP_RES_OK;
}

/* The page is out: the socket comes back. */
static void on_delivered(struct bufferevent *bev, void *arg)
{
    struct loan *loan = arg;
    struct worker *worker = loan->front->worker;
    if (evbuffer_get_length(bufferevent_get_output(bev)) > 0)
        return;
    int fd = bufferevent_getfd(bev);
    uint16_t bucket = loan->peer_bucket;
    bool keep_alive = loan->keep_alive && !worker->draining;
    evhtp_connection_t *connection = loan->connection;
    evhtp_connection_take_ownership(connection); /* the hooks go uncalled */
    evhtp_connection_free(connection);
    bufferevent_setfd(bev, -1);
    bufferevent_free(bev);
    loan_end(loan);
    worker_look_at_clock(worker);
    connection_return(worker, fd, bucket, keep_alive);
}

static void on_lender_event(struct bufferevent *bev, short events, void *arg)
{
    struct loan *loan = arg;
    (void)bev, (void)events;
    evhtp_connection_free(loan->connection); /* calls on_lost */
}

static void add_header(evhtp_request_t *request, const char *name, const char *value)
{
    evhtp_headers_add_header(request->headers_out, evhtp_header_new(name, value, 1, 1));
}

/* lines: NUL-terminated here, `Name: value` CRLF each, of our own making. */
static void add_header_lines(evhtp_request_t *request, char *lines)
{
    char *rest;
    for (char *line = strtok_r(lines, "\r\n", &rest); line;
         line = strtok_r(NULL, "\r\n", &rest)) {
        char *colon = strstr(line, ": ");
        if (!colon)
            continue;
        *colon = '\0';
        add_header(request, line, colon + 2);
    }
}

static void add_date(evhtp_request_t *request)
{
    struct builder line = {0};
    date_add(&line);
    builder_add(&line, "", 1);
    if (!line.failed)
        add_header_lines(request, line.bytes->data);
    builder_finish(&line);
}

static void on_body_sent(const void *data, size_t len, void *arg)
{
    (void)data, (void)len;
    bytes_unref(arg);
}

/* Not copied: a page that many ask for and do not read is held once. */
static void add_body(evhtp_request_t *request, struct loan *loan)
{
    struct bytes *body = bytes_ref(loan->reply.body);
    struct evbuffer *out = request->buffer_out;
    if (evbuffer_add_reference(out, body->data, body->len, on_body_sent, body) < 0) {
        bytes_unref(body);
        loan->keep_alive = false; /* the end tells that a part is missing */
    }
}

/* libevhtp has parsed the request that we wrote: this is its answer. */
static void on_request(evhtp_request_t *request, void *arg)
{
    struct front *front = arg;
    struct loan *loan = front->current;
    struct reply *reply = &loan->reply;
    char len[24];
    snprintf(len, sizeof(len), "%u", reply->body ? reply->body->len : 0u);
    add_date(request);
    if (reply->content_type)
        add_header(request, "Content-Type", reply->content_type);
    add_header(request, "Content-Length", len);
    if (!loan->keep_alive)
        add_header(request, "Connection", "close");
    add_header_lines(request, reply->headers.bytes->data);
    if (reply->body && reply->body->len > 0)
        add_body(request, loan);
    counter_add(&front->worker->stats->evhtp_requests, 1);
    evhtp_send_reply(request, (evhtp_res)reply->status);
}

/* Pre-accept: the lent socket takes the place of the one that was accepted. */
static evhtp_res on_lent(evhtp_connection_t *accepted, void *arg)
{
    struct front *front = arg;
    struct loan *loan = front->waiting;
    if (!loan)
        return EVHTP_RES_ERROR; /* a stranger: libevhtp closes it */
    front->waiting = loan->next;
    if (!front->waiting)
        front->waiting_end = &front->waiting;
    loan->next = front->delivering;
    front->delivering = loan;
    front->current = loan;
    close(accepted->sock);
    if (front->spare_fd < 0)
        front->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    accepted->sock = loan->fd;
    loan->connection = accepted;
    return EVHTP_RES_OK;
}

/* Out of descriptors with a loan on its way in: the spare one is what it takes, if nobody else
 * gets it. */
static void on_lender_error(struct evconnlistener *listener, void *arg)
{
    struct front *front = ((evhtp_t *)arg)->arg;
    (void)listener;
    pause_accepting(front, ACCEPT_PAUSE_MS);
    if (front->spare_fd >= 0)
        close(front->spare_fd);
    front->spare_fd = -1;
}

static void on_lender_read(struct bufferevent *bev, void *arg)
{
    (void)bev, (void)arg; /* nothing is read while a page is on its way */
}

/* Post-accept: libevhtp is ready to read, and reads what we wrote for it. */
static evhtp_res on_lent_ready(evhtp_connection_t *connection, void *arg)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct front *front = arg;
    struct loan *loan = front->current;
    struct bufferevent *bev = connection->bev;
    bufferevent_data_cb parse;
    evhtp_connection_set_hook(connection, evhtp_hook_on_connection_fini,
                              (evhtp_hook)(void (*)(void))on_lost, loan);
    bufferevent_getcb(bev, &parse, NULL, NULL, NULL);
    bufferevent_setcb(bev, on_lender_read, on_delivered, on_lender_event, loan);
    bufferevent_disable(bev, EV_READ);
    evbuffer_prepend(bufferevent_get_input(bev), request, sizeof(request) - 1);
    parse(bev, connection);
    front->current = NULL;
    return EVHTP_RES_OK;
}

static bool connect_lender(struct front *front)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool connected = connect(fd, (const struct sockaddr *)&front->lender_address,
                             front->lender_address_len) == 0;
    close(fd); /* it waits in the backlog all the same */
    return connected;
}

bool front_answer(struct front *front, struct connection *connection, struct reply *reply,
                  bool keep_alive)
{
    size_t headers_len = builder_len(&reply->headers);
    struct loan *loan = front->lender ? calloc(1, sizeof(*loan)) : NULL;
    builder_add(&reply->headers, "", 1); /* ends the text */
    if (!loan || reply->headers.failed || !connect_lender(front)) {
        builder_truncate(&reply->headers, headers_len);
        free(loan);
        return false;
    }
    loan->front = front;
    loan->reply = *reply;
    *reply = (struct reply){0};
    loan->peer_bucket = connection->peer_bucket;
    loan->keep_alive = keep_alive && !loan->reply.close;
    loan->fd = connection_release(connection);
    front->worker->connection_count++;
    *front->waiting_end = loan;
    front->waiting_end = &loan->next;
    return true;
}

/* ---- life -------------------------------------------------------------------------------- */

/* Not by libevhtp, which would make a connection of its own for each, for us to throw away. */
static bool listen_on(struct front *front, int fd)
{
    struct evconnlistener *listener =
        evconnlistener_new(front->worker->base, on_accept, front,
                           LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
    if (!listener)
        return false;
    evconnlistener_set_error_cb(listener, on_accept_error);
    front->listeners[front->listener_count++] = listener;
    return true;
}

static bool lender_open(struct front *front)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    front->lender_address.sun_family = AF_UNIX;
    front->lender_address_len = sizeof(front->lender_address);
    /* Bound to nothing in particular, the kernel finds an unused name outside the file system.
     */
    bool named =
        fd >= 0 &&
        bind(fd, (struct sockaddr *)&front->lender_address, sizeof(sa_family_t)) == 0 &&
        getsockname(fd, (struct sockaddr *)&front->lender_address,
                    &front->lender_address_len) == 0;
    evhtp_t *htp = named ? evhtp_new(front->worker->base, front) : NULL;
    if (!htp) {
        close(fd);
        return false;
    }
    const struct timeval write_timeout = {.tv_sec = WRITE_TIMEOUT_S};
    front->lender = htp;
    evhtp_disable_flag(htp, EVHTP_FLAG_ENABLE_100_CONT);
    evhtp_set_timeouts(htp, NULL, &write_timeout);
    evhtp_set_pre_accept_cb(htp, on_lent, front);
    evhtp_set_post_accept_cb(htp, on_lent_ready, front);
    evhtp_set_gencb(htp, on_request, front);
    if (evhtp_accept_socket(htp, fd, LOANS_BACKLOG) < 0)
        return false;
    evconnlistener_set_error_cb(htp->server, on_lender_error);
    return true;
}

struct front *front_create(struct worker *worker, const int *take_listen_fds, unsigned count)
{
    struct front *front = calloc(1, sizeof(*front));
    if (!front)
        return NULL;
    front->worker = worker;
    front->waiting_end = &front->waiting;
    front->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    front->pause_event = evtimer_new(worker->base, on_pause_over, front);
    bool good = front->pause_event && lender_open(front);
    for (unsigned i = 0; good && i < count; i++)
        good = listen_on(front, take_listen_fds[i]);
    if (good)
        return front;
    front_destroy(front);
    return NULL;
}

void front_close(struct front *front)
{
    event_del(front->pause_event);
    while (front->listener_count > 0)
        evconnlistener_free(front->listeners[--front->listener_count]);
}

void front_destroy(struct front *front)
{
    if (!front)
        return;
    while (front->delivering)
        evhtp_connection_free(front->delivering->connection);
    while (front->waiting) {
        struct loan *loan = front->waiting;
        front->waiting = loan->next;
        close(loan->fd);
        front_forget(front, loan->peer_bucket);
        loan_end(loan);
    }
    if (front->pause_event) {
        front_close(front);
        event_free(front->pause_event);
    }
    if (front->lender && front->lender->server)
        evhtp_unbind_socket(front->lender);
    if (front->lender)
        evhtp_free(front->lender);
    close(front->spare_fd);
    free(front);
}
