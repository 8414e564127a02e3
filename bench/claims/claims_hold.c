/* SPDX-License-Identifier: MIT
 *
 * What it costs to hold connections: by an event loop on each transport, by a thread each; and
 * what happens when a server may hold no more (12).
 */
#include "../proc_stat.h"
#include "../progress.h"
#include "claims.h"
#include "claims_run.h"
#include "holder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KINDS = 3,
    HELD = 1000,
    QUICK_HELD = 300,
    OPEN_LIMIT_MS = 20000,
    POLL_MS = 10,
    STILL_LIMIT_MS = 3000,
    SETTLE_MS = 2000,
    FULL = 12, /* connections that a small server may have, the control connection among them */
};

static const struct client_kind *const kinds[KINDS] = {&long_poll_client, &sse_client,
                                                       &websocket_client};
static const struct text user_label = {"user memory B/held connection",
                                       "用户态内存字节/保持的连接"};
static const struct text kernel_label = {"kernel memory B/held connection, both ends",
                                         "内核内存字节/保持的连接（两端）"};
static const struct text threads_label = {"threads of the server", "服务器的线程数"};

/* ---- a thread each ----------------------------------------------------------------------- */

struct threads {
    unsigned held;
    double user_bytes, kernel_bytes; /* for each */
};

/* Until all are there, or there have been no more for a while: then the system gives no more.
 */
static unsigned await_threads(const struct holder *holder, unsigned wanted)
{
    unsigned threads = holder_threads(holder), before = 0, still_ms = 0;
    while (threads < wanted && still_ms < STILL_LIMIT_MS) {
        usleep(POLL_MS * 1000);
        before = threads;
        threads = holder_threads(holder);
        still_ms = threads > before ? 0 : still_ms + POLL_MS;
    }
    return threads;
}

static double kernel_bytes(void)
{
    struct kernel_memory memory = kernel_memory_read();
    return (double)(memory.tcp_bytes + memory.slab_bytes + holder_kernel_stack_bytes());
}

static bool hold_by_threads(unsigned count, struct threads *ret_threads)
{
    static const char request[] = "GET / HTTP/1.1\r\n\r\n";
    struct holder holder;
    int *fds = calloc(count, sizeof(*fds));
    unsigned open = 0;
    if (!fds || !holder_start(&holder)) {
        free(fds);
        return false;
    }
    struct process_memory before = process_memory_settled(holder.pid, SETTLE_MS);
    double kernel_before = kernel_bytes();
    while (open < count && (fds[open] = endpoint_connect(&holder.endpoint, open, false)) >= 0)
        if (send(fds[open++], request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
            break;
    unsigned held = await_threads(&holder, open);
    struct process_memory after = process_memory_settled(holder.pid, SETTLE_MS);
    *ret_threads = (struct threads){
        .held = held,
        .user_bytes =
            held ? ((double)after.anon_bytes - (double)before.anon_bytes) / held : NAN,
        .kernel_bytes = held ? (kernel_bytes() - kernel_before) / held : NAN,
    };
    for (unsigned i = 0; i < open; i++)
        close(fds[i]);
    free(fds);
    holder_stop(&holder);
    return true;
}

/* ---- full -------------------------------------------------------------------------------- */

struct full {
    unsigned opened, messages;
    unsigned closed; /* of those that were there before */
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct full *full = arg;
    (void)member;
    full->opened += event->kind == CLIENT_OPEN;
    full->messages += event->kind == CLIENT_MESSAGE;
    full->closed += event->kind == CLIENT_CLOSED;
}

/* What one more is told; cut to the room. */
static void ask_once(const struct endpoint *endpoint, const char *path, char *ret_answer,
                     size_t room)
{
    const struct timeval limit = {.tv_sec = OPEN_LIMIT_MS / 1000};
    struct builder request = {0};
    size_t len = 0;
    int fd = endpoint_connect(endpoint, 0, false);
    builder_format(&request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, endpoint->authority);
    struct slice text = builder_slice(&request);
    if (fd >= 0 && send(fd, text.at, text.len, MSG_NOSIGNAL) == (ssize_t)text.len) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        ssize_t got;
        while (len + 1 < room && (got = recv(fd, ret_answer + len, room - 1 - len, 0)) > 0)
            len += (size_t)got;
    }
    ret_answer[len] = '\0';
    builder_finish(&request);
    if (fd >= 0)
        close(fd);
}

static void turn_until(struct swarm *swarm, const unsigned *count, unsigned wanted)
{
    int64_t limit_ns = now_ns() + OPEN_LIMIT_MS * INT64_C(1000000);
    while (*count < wanted && now_ns() < limit_ns)
        swarm_turn(swarm, 50 * 1000000);
}

/* Half of them SSE, half WebSocket; then one more of each kind; then a message for all. */
static bool fill_up(struct finding *finding, const struct server_process *server,
                    struct control *control)
{
    enum { HOLDERS = FULL - 1 };
    const struct client_options options = {.authority = server->endpoint.authority,
                                           .topic = "full"};
    struct full full = {0};
    struct swarm swarm;
    char poll_answer[1024], sse_answer[1024];
    if (!swarm_init(&swarm, &server->endpoint, HOLDERS, on_event, &full))
        return false;
    for (unsigned i = 0; i < HOLDERS; i++)
        if (swarm_connect(&swarm, i, i % 2 ? &sse_client : &websocket_client, &options,
                          false) == 0) {
            swarm_ask(&swarm.members[i]);
            turn_until(&swarm, &full.opened, i + 1);
        }
    ask_once(&server->endpoint, "/long_poll/full", poll_answer, sizeof(poll_answer));
    ask_once(&server->endpoint, "/sse/full", sse_answer, sizeof(sse_answer));
    control_publish(control, options.topic, SLICE("for those who hold"));
    turn_until(&swarm, &full.messages, HOLDERS);
    finding_figure(finding, "limit_held", NULL,
                   (struct text){"connections a small server may have", "小服务器允许的连接数"},
                   FULL);
    bool refused = strstr(poll_answer, " 503 ") && strstr(poll_answer, "Retry-After:");
    bool polite = strstr(sse_answer, " 200 ") && strstr(sse_answer, "retry:");
    finding_figure(finding, "refused", "long_poll",
                   (struct text){"one more is told 503 and Retry-After (1: yes)",
                                 "再来一个得到 503 和 Retry-After（1 为是）"},
                   refused);
    finding_figure(finding, "refused", "sse",
                   (struct text){"one more is told retry: and ended (1: yes)",
                                 "再来一个得到 retry: 后结束（1 为是）"},
                   polite);
    finding_figure(
        finding, "held_reached", NULL,
        (struct text){"of those held, reached by a message", "保持的连接中收到消息的"},
        full.messages);
    if (!refused || !polite || full.messages != HOLDERS || full.closed)
        finding_broken(finding, "a full server did not refuse as it should, or harmed those it "
                                "held");
    swarm_finish(&swarm);
    return true;
}

static bool fill_a_server(const struct claims *claims, struct finding *finding)
{
    char limit[16];
    const char *const options[] = {
        "--feed", "none",           "--workers", "1", "--max-connections",
        limit,    "--idle-timeout", "10m",       NULL};
    struct server_process server;
    struct control control;
    snprintf(limit, sizeof(limit), "%u", FULL);
    if (!server_start(&claims->common, options, &server))
        return false;
    bool good = control_open(&control, &server.endpoint);
    if (good) {
        good = fill_up(finding, &server, &control);
        control_close(&control);
    }
    return server_stop(&server) && good;
}

/* ---- the claim --------------------------------------------------------------------------- */

/* What was given back meanwhile by somebody else makes it less than nothing. */
static double known(double bytes)
{
    return bytes < 0 ? NAN : bytes;
}

bool claim_12_run(const struct claims *claims, struct finding *finding)
{
    const unsigned held = claims->quick ? QUICK_HELD : HELD;
    struct claims_point points[KINDS];
    struct threads threads;
    double dearest = 0;
    for (unsigned i = 0; i < KINDS; i++) {
        points[i] = (struct claims_point){.kind = kinds[i],
                                          .rate = 1,
                                          .clients = held,
                                          .payload = 100,
                                          .interval_ms = 1000,
                                          .hold_s = 60};
        if (!claims_run_points(claims, finding, &points[i], 1, 1))
            return false;
        dearest = fmax(dearest, points[i].outcome.user_bytes);
        finding_figure(finding, "user_bytes", kinds[i]->name, user_label,
                       points[i].outcome.user_bytes);
        finding_figure(finding, "kernel_bytes", kinds[i]->name, kernel_label,
                       known(points[i].outcome.kernel_bytes));
        finding_figure(finding, "threads", kinds[i]->name, threads_label,
                       points[i].outcome.threads);
    }
    if (!hold_by_threads(held, &threads))
        return false;
    finding_figure(finding, "user_bytes", "thread each", user_label, threads.user_bytes);
    finding_figure(finding, "kernel_bytes", "thread each", kernel_label,
                   known(threads.kernel_bytes));
    finding_figure(finding, "threads", "thread each", threads_label, threads.held);
    finding_figure(finding, "threads_limit", NULL,
                   (struct text){"threads a process may have on this machine, by its settings",
                                 "按设置，本机一个进程可有的线程数"},
                   holder_threads_limit());
    if (!fill_a_server(claims, finding))
        return false;
    finding_regime(
        finding,
        "%u connections of each kind, held at once, on loopback; the event loop has one "
        "thread for all. Kernel memory is the whole machine's growth: an estimate.",
        "每种方式同时保持 %u 个连接，本机回环；事件循环只有一个工作线程。"
        "内核内存是整机的增量，只是估计。",
        held);
    finding_note(finding,
                 (struct text){"A stream of SSE or WebSocket is held, too: the limit on "
                               "connections is theirs as much as long poll's.",
                               "SSE 和 WebSocket 的流同样要保持连接，"
                               "连接数的上限对它们也一样。"});
    finding_verdict(finding, claim_12_verdict(dearest, threads.user_bytes));
    return true;
}
