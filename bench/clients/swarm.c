/* SPDX-License-Identifier: MIT */
#include "swarm.h"

#include "../proc_stat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    SCRATCH_SIZE = 256 * 1024,
    READ_SIZE = 4096,      /* room made behind bytes that were kept */
    KEPT_LIMIT = 64 << 20, /* of an answer or a frame that is not whole */
    BATCH = 512,
    SPARE_FILES = 48, /* the command's own */
};

static bool files_suffice(unsigned count)
{
    struct rlimit limit;
    unsigned long long taken = process_files(getpid()) + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= taken + count)
        return true;
    unsigned long long room = limit.rlim_cur > taken ? limit.rlim_cur - taken : 0;
    fprintf(stderr,
            "pushbench: %u connections do not fit into what is left of %llu open files: %llu. "
            "Choose fewer (-n), or raise the hard limit (ulimit -Hn, LimitNOFILE=, "
            "limits.conf)\n",
            count, (unsigned long long)limit.rlim_cur, room);
    return false;
}

bool swarm_init(struct swarm *swarm, const struct endpoint *endpoint, unsigned count,
                void (*on_event)(struct member *member, const struct client_event *event,
                                 void *arg),
                void *arg)
{
    *swarm = (struct swarm){
        .endpoint = endpoint, .count = count, .epoll_fd = -1, .on_event = on_event, .arg = arg};
    if (!files_suffice(count))
        return false;
    swarm->members = calloc(count ? count : 1, sizeof(*swarm->members));
    swarm->scratch = malloc(SCRATCH_SIZE);
    swarm->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; swarm->members && i < count; i++) {
        swarm->members[i].fd = -1;
        swarm->members[i].index = i;
        swarm->members[i].swarm = swarm;
    }
    if (swarm->members && swarm->scratch && swarm->epoll_fd >= 0)
        return true;
    fprintf(stderr, "pushbench: out of memory or descriptors\n");
    swarm_finish(swarm);
    return false;
}

void swarm_finish(struct swarm *swarm)
{
    for (unsigned i = 0; swarm->members && i < swarm->count; i++)
        swarm_close(&swarm->members[i]);
    if (swarm->epoll_fd >= 0)
        close(swarm->epoll_fd);
    free(swarm->members);
    free(swarm->scratch);
    builder_finish(&swarm->request);
    builder_finish(&swarm->reply);
    *swarm = (struct swarm){.epoll_fd = -1};
}

/* ---- connecting, sending ----------------------------------------------------------------- */

static int watch(struct swarm *swarm, struct member *member, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = member};
    return epoll_ctl(swarm->epoll_fd, operation, member->fd, &event) < 0 ? -errno : 0;
}

int swarm_connect(struct swarm *swarm, unsigned index, const struct client_kind *kind,
                  const struct client_options *options, bool begin_only)
{
    struct member *member = &swarm->members[index];
    int fd = endpoint_connect(swarm->endpoint, swarm->first_number + index, begin_only);
    if (fd < 0)
        return fd;
    client_init(&member->client, kind, options);
    member->fd = fd;
    member->mute = false;
    member->received = 0;
    member->connecting = begin_only;
    swarm->open++;
    swarm->connecting += begin_only;
    int error = watch(swarm, member, EPOLL_CTL_ADD, begin_only ? EPOLLOUT : EPOLLIN);
    if (error)
        swarm_close(member);
    return error;
}

void swarm_close(struct member *member)
{
    if (member->fd < 0 || !member->swarm)
        return;
    if (member->swarm->on_close)
        member->swarm->on_close(member, member->swarm->arg);
    close(member->fd);
    member->fd = -1;
    member->swarm->open--;
    member->swarm->connecting -= member->connecting;
    member->connecting = false;
    free(member->kept);
    member->kept = NULL;
    member->kept_len = member->kept_size = 0;
}

static void tell_closed(struct member *member, const char *reason, int status)
{
    const struct client_event event = {
        .kind = CLIENT_CLOSED, .reason = reason, .status = status};
    member->swarm->on_event(member, &event, member->swarm->arg);
}

void swarm_send(struct member *member, struct slice bytes)
{
    if (member->fd < 0)
        return;
    ssize_t sent = send(member->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
    if (sent != (ssize_t)bytes.len) {
        swarm_close(member);
        tell_closed(member, sent < 0 ? strerror(errno) : "the server does not read", 0);
        return;
    }
    member->swarm->sent_bytes += bytes.len;
}

void swarm_ask(struct member *member)
{
    struct swarm *swarm = member->swarm;
    if (member->connecting)
        return; /* asked for when it stands */
    builder_truncate(&swarm->request, 0);
    member->client.kind->ask(&member->client, &swarm->request);
    swarm->asked++;
    swarm->asked_bytes += builder_len(&swarm->request);
    swarm_send(member, builder_slice(&swarm->request));
}

/* ---- receiving --------------------------------------------------------------------------- */

static void on_client_event(struct client *client, const struct client_event *event, void *arg)
{
    struct swarm *swarm = arg;
    swarm->on_event((struct member *)client, event, swarm->arg);
}

/* Keeps what was not used, in memory of the member's own. bytes may lie there already. */
static bool keep(struct member *member, const char *bytes, size_t len)
{
    member->kept_len = len;
    if (len == 0)
        return true;
    if (member->kept_size < len) { /* then bytes lie elsewhere */
        free(member->kept);
        member->kept = malloc(len + READ_SIZE);
        member->kept_size = len + READ_SIZE;
    }
    if (!member->kept)
        return false;
    memmove(member->kept, bytes, len);
    return true;
}

static void take(struct member *member, char *bytes, size_t len)
{
    struct swarm *swarm = member->swarm;
    const struct client_sink sink = {on_client_event, swarm, &swarm->reply};
    ssize_t used = member->client.kind->read(&member->client, bytes, len, &sink);
    if (builder_len(&swarm->reply) > 0) {
        swarm_send(member, builder_slice(&swarm->reply));
        builder_truncate(&swarm->reply, 0);
    }
    if (member->fd < 0)
        return; /* closed by a callback */
    if (used < 0 || !keep(member, bytes + used, len - (size_t)used))
        swarm_close(member);
}

static void on_end(struct member *member, ssize_t got)
{
    const char *reason = got == 0 ? "the server ended the connection" : strerror(errno);
    swarm_close(member);
    tell_closed(member, reason, 0);
}

static void on_readable(struct member *member)
{
    struct swarm *swarm = member->swarm;
    char *room = swarm->scratch;
    size_t size = SCRATCH_SIZE;
    if (member->kept_len > KEPT_LIMIT) {
        swarm_close(member);
        tell_closed(member, "what the server sends has no end", 0);
        return;
    }
    if (member->kept_len > 0) {
        if (member->kept_size - member->kept_len < READ_SIZE) {
            size_t grown_size = member->kept_size * 2;
            char *grown = realloc(member->kept, grown_size);
            if (!grown)
                return;
            member->kept = grown;
            member->kept_size = grown_size;
        }
        room = member->kept + member->kept_len;
        size = member->kept_size - member->kept_len;
    }
    ssize_t got = recv(member->fd, room, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        on_end(member, got);
        return;
    }
    member->received += (uint64_t)got;
    swarm->received_bytes += (uint64_t)got;
    if (member->mute)
        swarm->on_bytes(member, swarm->arg);
    else if (member->kept_len > 0)
        take(member, member->kept, member->kept_len + (size_t)got);
    else
        take(member, room, (size_t)got);
}

static void on_connected(struct member *member)
{
    int error = 0;
    socklen_t size = sizeof(error);
    member->connecting = false;
    member->swarm->connecting--;
    getsockopt(member->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        swarm_close(member);
        tell_closed(member, strerror(error), 0);
        return;
    }
    watch(member->swarm, member, EPOLL_CTL_MOD, EPOLLIN);
    swarm_ask(member);
}

void swarm_turn(struct swarm *swarm, int64_t wait_ns)
{
    struct epoll_event events[BATCH];
    const struct timespec wait = {.tv_sec = wait_ns / 1000000000,
                                  .tv_nsec = wait_ns % 1000000000};
    int count = epoll_pwait2(swarm->epoll_fd, events, BATCH, wait_ns < 0 ? NULL : &wait, NULL);
    for (int i = 0; i < count; i++) {
        struct member *member = events[i].data.ptr;
        if (member->fd < 0)
            continue; /* closed by an earlier one's callback */
        if (member->connecting)
            on_connected(member);
        else
            on_readable(member);
    }
}
