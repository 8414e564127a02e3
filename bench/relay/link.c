/* SPDX-License-Identifier: MIT */
#include "link_parts.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CLOSING_US = 2000000 }; /* how long the other side has to close, too */

static struct alarms *alarms_of(const struct link *link)
{
    return &link->door->relay->alarms;
}

/* ---- its end ----------------------------------------------------------------------------- */

void link_die(struct link *link, bool reset)
{
    struct door *door = link->door;
    if (link->state == LINK_DEAD)
        return;
    link->state = LINK_DEAD;
    end_close(&link->client, reset);
    end_close(&link->server, reset);
    for (unsigned way = 0; way < WAYS; way++)
        pipe_clear(&link->pipes[way]);
    alarm_cancel(&link->alarm);
    *link->here = link->next;
    if (link->next)
        link->next->here = link->here;
    door->link_count--;
    link->next = door->relay->graves;
    door->relay->graves = link;
    event_active(door->relay->bury, EV_TIMEOUT, 0);
}

void link_free(struct link *link)
{
    http_fault_destroy(link->http);
    free(link);
}

void link_lost_end(struct link *link)
{
    bool client = link->client.fd < 0 || link->client.gone;
    bool server = link->server.fd < 0 || link->server.gone;
    if (client && server)
        link_die(link, false);
}

static void stop_pipes(struct link *link)
{
    for (unsigned way = 0; way < WAYS; way++)
        alarm_cancel(&link->pipes[way].alarm);
}

static void freeze(struct link *link)
{
    link->state = LINK_FROZEN;
    stop_pipes(link);
    end_await_close(&link->client);
    end_await_close(&link->server);
}

static void forget(struct link *link)
{
    freeze(link);
    link->state = LINK_FORGOTTEN;
    end_await_bytes(&link->client, true);
    end_await_bytes(&link->server, true);
}

void link_close(struct link *link)
{
    struct end *const ends[] = {&link->client, &link->server};
    link->state = LINK_CLOSING;
    for (unsigned way = 0; way < WAYS; way++)
        pipe_clear(&link->pipes[way]);
    for (unsigned i = 0; i < 2; i++) {
        if (ends[i]->fd < 0)
            continue;
        end_await_close(ends[i]);
        end_forget_close(ends[i]);
        shutdown(ends[i]->fd, SHUT_WR);
        end_await_bytes(ends[i], true);
    }
    alarm_cancel(&link->alarm);
    alarm_set(alarms_of(link), &link->alarm, now_us() + CLOSING_US);
}

/* ---- time -------------------------------------------------------------------------------- */

static void cut_idle(struct link *link)
{
    const struct faults *faults = &link->door->faults;
    link->door->counts.idle_cuts++;
    link->last_us = now_us();
    if (link->http && faults->http.idle_answer &&
        http_fail(link->http, (int)faults->http.idle_answer)) {
        end_close(&link->server, false);
        pipe_clear(&link->pipes[WAY_UP]);
        link_run(link);
    } else if (faults->idle_how == IDLE_RST) {
        link_act(link, ACT_RESET);
    } else if (faults->idle_how == IDLE_DROP) {
        freeze(link);
    } else if (faults->idle_how == IDLE_NAT) {
        forget(link);
    } else {
        link_close(link);
    }
}

static int64_t earlier(int64_t a_us, int64_t b_us, uint64_t span_us)
{
    int64_t due_us = b_us + (int64_t)span_us;
    return span_us && due_us < a_us ? due_us : a_us;
}

/* Does what is due by time, and sets the alarm for the next. */
static void check_time(struct link *link)
{
    const struct faults *faults = &link->door->faults;
    int64_t now = now_us(), next;
    do {
        int64_t reset = INT64_MAX, freezing = INT64_MAX;
        if (link->state != LINK_OPEN)
            return;
        for (unsigned way = 0; way < WAYS; way++) {
            reset = earlier(reset, link->born_us, faults->ways[way].reset_after.us);
            if (!link->thawed)
                freezing = earlier(freezing, link->born_us, faults->ways[way].freeze_after.us);
        }
        int64_t idle = earlier(INT64_MAX, link->last_us, faults->idle_cut_us);
        next = reset < freezing ? reset : freezing;
        next = idle < next ? idle : next;
        if (reset <= now)
            link_act(link, ACT_RESET);
        else if (freezing <= now)
            link_act(link, ACT_FREEZE);
        else if (idle <= now)
            cut_idle(link);
    } while (next <= now);
    alarm_cancel(&link->alarm);
    if (next < INT64_MAX)
        alarm_set(alarms_of(link), &link->alarm, next);
}

static void on_link_due(void *arg)
{
    struct link *link = arg;
    if (link->state == LINK_CLOSING)
        link_die(link, false);
    else
        check_time(link);
}

void link_changed(struct link *link)
{
    check_time(link);
    link_run(link);
}

/* ---- from outside ------------------------------------------------------------------------ */

static void thaw(struct link *link)
{
    link->state = LINK_OPEN;
    link->last_us = now_us();
    link->thawed = link->pipes[WAY_UP].thawed = link->pipes[WAY_DOWN].thawed = true;
    end_forget_close(&link->client);
    end_forget_close(&link->server);
    if (link->server.fd >= 0)
        end_await_room(&link->server);
    else if (!link->http)
        link_connect(link);
    link_run(link);
    check_time(link);
}

void link_act(struct link *link, enum door_act act)
{
    struct door_counts *counts = &link->door->counts;
    if (act == ACT_RESET) {
        counts->resets += link->state != LINK_CLOSING; /* one that was cut is over */
        link_die(link, true);
    } else if (act == ACT_THAW && link->state == LINK_FROZEN) {
        thaw(link);
    } else if (act == ACT_FREEZE && link->state == LINK_OPEN) {
        counts->freezes++;
        freeze(link);
    } else if (act == ACT_CUT && (link->state == LINK_OPEN || link->state == LINK_FROZEN)) {
        counts->cuts++;
        link_close(link);
    }
}

/* Who comes from another machine must not be taken for one of this machine's: the server sees
 * an address of loopback that is none of its own, the same for all connections of that peer. */
static unsigned source_of(int fd)
{
    struct sockaddr_in6 peer = {.sin6_family = AF_UNSPEC};
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&peer;
    socklen_t len = sizeof(peer);
    uint32_t last;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0)
        return 1;
    if (peer.sin6_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127 ? 0 : ntohl(v4->sin_addr.s_addr);
    memcpy(&last, &peer.sin6_addr.s6_addr[12], sizeof(last));
    return IN6_IS_ADDR_LOOPBACK(&peer.sin6_addr) ? 0 : ntohl(last) | 1;
}

void link_start(struct door *door, int fd)
{
    struct link *link = calloc(1, sizeof(*link));
    if (!link) {
        evutil_closesocket(fd);
        return;
    }
    link->door = door;
    link->born_us = link->last_us = now_us();
    link->source = source_of(fd);
    link->alarm.on_due = on_link_due;
    link->alarm.arg = link;
    link_open_client(link, fd);
    link->next = door->links;
    if (link->next)
        link->next->here = &link->next;
    link->here = &door->links;
    door->links = link;
    door->link_count++;
    if (faults_need_http(&door->faults)) {
        link->http =
            http_fault_create(&door->faults, door->to.len, door->cache, &door->counts.http);
        if (!link->http) {
            link_die(link, true);
            return;
        }
    }
    if (door->frozen) {
        link_act(link, ACT_FREEZE);
        return;
    }
    if (!link->http)
        link_connect(link);
    link_run(link);
    check_time(link);
}
