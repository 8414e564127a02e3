/* SPDX-License-Identifier: MIT
 *
 * Heartbeats: how soon a frozen peer is declared dead, at both ends, and that a living one
 * never is (7).
 */
#include "../clients/swarm.h"
#include "../control.h"
#include "../progress.h"
#include "../server_process.h"
#include "claims.h"

#include "../../server/timers.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    PEERS = 5, /* each at another moment of its interval when all freeze */
    INTERVAL_MS = 1000,
    TIMEOUT_MS = 500,
    QUICK_INTERVAL_MS = 400,
    QUICK_TIMEOUT_MS = 300,
    SPARE_MS = 250, /* what a busy machine may add to a timer */
    LIMIT_MS = 10000,
    OPEN_LIMIT_MS = 10000,
    SIMULATED_INTERVAL_MS = 15000,
    SIMULATED_TIMEOUT_MS = 10000,
    SIMULATED_HOURS = 1000,
    SIMULATED_DEATHS = 2000,
};

static const int64_t ms_ns = 1000000;
static const char topic[] = "heartbeat";

/* ---- one who watches a peer -------------------------------------------------------------- */

enum watch_event { WATCH_NOTHING, WATCH_PROBE, WATCH_DEAD };

/* Time is given from outside. */
struct watch {
    int64_t interval_ms, timeout_ms;
    int64_t probe_ms; /* when the next one goes out; while awaiting, when the last one did */
    bool awaiting;
};

/* When there is something to do. */
static int64_t watch_due_ms(const struct watch *watch)
{
    return watch->probe_ms + (watch->awaiting ? watch->timeout_ms : 0);
}

static enum watch_event watch_turn(struct watch *watch, int64_t now_ms)
{
    if (now_ms < watch_due_ms(watch))
        return WATCH_NOTHING;
    if (watch->awaiting)
        return WATCH_DEAD;
    watch->awaiting = true;
    watch->probe_ms = now_ms;
    return WATCH_PROBE;
}

static void watch_answered(struct watch *watch)
{
    if (watch->awaiting)
        watch->probe_ms += watch->interval_ms;
    watch->awaiting = false;
}

/* ---- in simulated time ------------------------------------------------------------------- */

/* The server's wheel of timers and a watch, on a clock that jumps. */
struct simulation {
    struct timers timers;
    struct timer timer;
    struct watch watch;
    uint64_t state; /* of the random generator */
    int64_t now_ms;
    int64_t answer_ms; /* when the answer comes that is on its way; -1: none */
    int64_t freezes_ms;
    bool dead;
};

static double chance(struct simulation *simulation)
{
    simulation->state = simulation->state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (double)(simulation->state >> 11) / 9007199254740992.0;
}

static void on_due(struct timer *timer, void *arg)
{
    struct simulation *simulation = arg;
    enum watch_event event = watch_turn(&simulation->watch, simulation->now_ms);
    if (event == WATCH_DEAD) {
        simulation->dead = true;
        return;
    }
    /* An answer may take until just before the timer runs out. */
    if (event == WATCH_PROBE && simulation->now_ms < simulation->freezes_ms)
        simulation->answer_ms =
            simulation->now_ms + (int64_t)(chance(simulation) * SIMULATED_TIMEOUT_MS);
    timer_set(&simulation->timers, timer, watch_due_ms(&simulation->watch));
}

/* Until the peer, which freezes at that time, has been declared dead, or time is over. */
static void simulate(struct simulation *simulation, uint64_t seed, int64_t freezes_ms,
                     int64_t until_ms)
{
    *simulation = (struct simulation){
        .watch = {.interval_ms = SIMULATED_INTERVAL_MS, .timeout_ms = SIMULATED_TIMEOUT_MS},
        .state = seed,
        .answer_ms = -1,
        .freezes_ms = freezes_ms,
    };
    timers_init(&simulation->timers, 0, on_due, simulation);
    timer_set(&simulation->timers, &simulation->timer, 0);
    while (!simulation->dead && simulation->now_ms < until_ms) {
        int64_t next_ms = timers_next_ms(&simulation->timers);
        if (simulation->answer_ms >= 0 && simulation->answer_ms <= next_ms) {
            simulation->now_ms = simulation->answer_ms;
            simulation->answer_ms = -1;
            if (simulation->now_ms >= freezes_ms)
                continue; /* it was never sent */
            watch_answered(&simulation->watch);
            timer_set(&simulation->timers, &simulation->timer,
                      watch_due_ms(&simulation->watch));
        } else {
            simulation->now_ms =
                next_ms > simulation->now_ms ? next_ms : simulation->now_ms + 1;
            timers_advance(&simulation->timers, simulation->now_ms);
        }
    }
}

/* False alarms of a peer that lives for so many hours. */
static unsigned simulate_life(void)
{
    struct simulation simulation;
    const int64_t until_ms = SIMULATED_HOURS * INT64_C(3600000);
    simulate(&simulation, 1, INT64_MAX, until_ms);
    return simulation.dead;
}

/* The longest that it took of many deaths. */
static double simulate_deaths(void)
{
    struct simulation simulation;
    double longest_ms = 0;
    for (unsigned i = 0; i < SIMULATED_DEATHS; i++) {
        int64_t freezes_ms = 3 * SIMULATED_INTERVAL_MS + 7 * (int64_t)i;
        simulate(&simulation, i + 2, freezes_ms, INT64_MAX);
        longest_ms = fmax(longest_ms, (double)(simulation.now_ms - freezes_ms));
    }
    return longest_ms;
}

/* ---- on real connections ----------------------------------------------------------------- */

struct frozen {
    int64_t interval_ms, timeout_ms;
    struct server_process server;
    struct client_options options;
    struct swarm swarm;
    unsigned opened;
    struct watch watches[PEERS];
    bool client_watches;
    double alarms;     /* before anybody was frozen */
    double longest_ms; /* NAN: somebody was not found out */
};

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct frozen *frozen = arg;
    if (event->kind == CLIENT_OPEN) {
        frozen->opened++;
        member->mute = frozen->client_watches; /* any byte is a sign of life */
    } else if (event->kind == CLIENT_CLOSED) {
        frozen->alarms++;
    }
}

static void on_bytes(struct member *member, void *arg)
{
    struct frozen *frozen = arg;
    watch_answered(&frozen->watches[member->index]);
}

static void probe(struct member *member)
{
    static const char ping[] = "\x89\x80\0\0\0"; /* masked, with nothing in it */
    swarm_send(member, (struct slice){ping, 6});
}

/* Of the clients' watches, how many find their peer dead now. */
static unsigned watch_all(struct frozen *frozen, bool dead[PEERS])
{
    unsigned count = 0;
    for (unsigned i = 0; frozen->client_watches && i < frozen->opened; i++) {
        if (dead[i])
            continue;
        enum watch_event event = watch_turn(&frozen->watches[i], now_ns() / ms_ns);
        if (event == WATCH_PROBE)
            probe(&frozen->swarm.members[i]);
        dead[i] = event == WATCH_DEAD;
        count += dead[i];
    }
    return count;
}

static void live_until(struct frozen *frozen, int64_t until_ns)
{
    bool dead[PEERS] = {false};
    while (now_ns() < until_ns) {
        frozen->alarms += watch_all(frozen, dead);
        swarm_turn(&frozen->swarm, 2 * ms_ns);
    }
}

/* They come one after the other, so that each is at another place of its interval. */
static bool connect_all(struct frozen *frozen)
{
    for (unsigned i = 0; i < PEERS; i++) {
        int error =
            swarm_connect(&frozen->swarm, i, &websocket_client, &frozen->options, false);
        if (error) {
            fprintf(stderr, "pushbench claims: heartbeats: %s\n", strerror(-error));
            return false;
        }
        swarm_ask(&frozen->swarm.members[i]);
        for (int64_t limit_ns = now_ns() + OPEN_LIMIT_MS * ms_ns;
             frozen->opened == i && now_ns() < limit_ns;)
            swarm_turn(&frozen->swarm, 10 * ms_ns);
        if (frozen->opened == i) {
            fputs("pushbench claims: heartbeats: no answer to a handshake\n", stderr);
            return false;
        }
        frozen->watches[i] = (struct watch){.interval_ms = frozen->interval_ms,
                                            .timeout_ms = frozen->timeout_ms,
                                            .probe_ms = now_ns() / ms_ns};
        live_until(frozen, now_ns() + frozen->interval_ms * ms_ns / PEERS);
    }
    return true;
}

/* The clients are frozen: nobody reads, and the server ends one connection after the other. */
static void await_server(struct frozen *frozen, int64_t from_ns)
{
    unsigned ended = 0;
    struct pollfd fds[PEERS];
    for (unsigned i = 0; i < PEERS; i++)
        fds[i] = (struct pollfd){frozen->swarm.members[i].fd, POLLRDHUP, 0};
    while (ended < PEERS && now_ns() < from_ns + LIMIT_MS * ms_ns) {
        poll(fds, PEERS, 100);
        for (unsigned i = 0; i < PEERS; i++)
            if (fds[i].fd >= 0 && fds[i].revents) {
                ended++;
                fds[i].fd = -1;
                frozen->longest_ms = (double)(now_ns() - from_ns) / 1e6;
            }
    }
    if (ended < PEERS)
        frozen->longest_ms = NAN;
}

/* The server is stopped: the clients' own timers must tell. */
static void await_clients(struct frozen *frozen, int64_t from_ns)
{
    bool dead[PEERS] = {false};
    unsigned count = 0;
    while (count < PEERS && now_ns() < from_ns + LIMIT_MS * ms_ns) {
        unsigned more = watch_all(frozen, dead);
        count += more;
        if (more > 0)
            frozen->longest_ms = (double)(now_ns() - from_ns) / 1e6;
        swarm_turn(&frozen->swarm, ms_ns);
    }
    if (count < PEERS)
        frozen->longest_ms = NAN;
}

/* Whoever interrupts us meanwhile waits: a stopped server could not be ended. */
static void stop_server(struct frozen *frozen, int64_t from_ns)
{
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, &before);
    kill(frozen->server.pid, SIGSTOP);
    await_clients(frozen, from_ns);
    kill(frozen->server.pid, SIGCONT);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static bool freeze(const struct claims *claims, struct frozen *frozen)
{
    char interval[24], timeout[24];
    const char *const options[] = {"--feed",      "none",   "--workers",           "1",
                                   "--heartbeat", interval, "--heartbeat-timeout", timeout,
                                   NULL};
    /* Where the clients watch, the server is to be silent by itself. */
    snprintf(interval, sizeof(interval), "%lldms",
             frozen->client_watches ? 600000LL : (long long)frozen->interval_ms);
    snprintf(timeout, sizeof(timeout), "%lldms", (long long)frozen->timeout_ms);
    if (!server_start(&claims->common, options, &frozen->server))
        return false;
    frozen->options =
        (struct client_options){.authority = frozen->server.endpoint.authority, .topic = topic};
    bool good = swarm_init(&frozen->swarm, &frozen->server.endpoint, PEERS, on_event, frozen);
    frozen->swarm.on_bytes = on_bytes;
    good = good && connect_all(frozen);
    if (good) {
        live_until(frozen, now_ns() + 2 * frozen->interval_ms * ms_ns);
        int64_t from_ns = now_ns();
        if (frozen->client_watches) {
            stop_server(frozen, from_ns);
        } else {
            await_server(frozen, from_ns);
        }
    }
    swarm_finish(&frozen->swarm);
    return server_stop(&frozen->server) && good;
}

bool claim_7_run(const struct claims *claims, struct finding *finding)
{
    static const struct text detected = {"frozen peer declared dead after ms, at most",
                                         "对端冻结后最多多少毫秒判定死亡"};
    static const struct text alarms = {"living peers declared dead", "被误判死亡的存活对端数"};
    struct frozen frozen[2];
    const double simulated_alarms = simulate_life();
    double longest_ms = 0, false_alarms = simulated_alarms;
    for (unsigned i = 0; i < 2; i++) {
        frozen[i] = (struct frozen){
            .interval_ms = claims->quick ? QUICK_INTERVAL_MS : INTERVAL_MS,
            .timeout_ms = claims->quick ? QUICK_TIMEOUT_MS : TIMEOUT_MS,
            .client_watches = i == 1,
            .longest_ms = NAN,
        };
        if (!freeze(claims, &frozen[i]))
            return false;
        const char *of = i == 1 ? "client watches" : "server watches";
        finding_figure(finding, "detected_ms", of, detected, frozen[i].longest_ms);
        finding_figure(finding, "false_alarms", of, alarms, frozen[i].alarms);
        longest_ms =
            fmax(longest_ms, isnan(frozen[i].longest_ms) ? INFINITY : frozen[i].longest_ms);
        false_alarms += frozen[i].alarms;
    }
    double bound_ms = (double)(frozen[0].interval_ms + frozen[0].timeout_ms);
    finding_figure(finding, "bound_ms", NULL,
                   (struct text){"interval and timeout together, ms", "间隔加超时（毫秒）"},
                   bound_ms);
    finding_figure(finding, "detected_ms", "simulated", detected, simulate_deaths());
    finding_figure(finding, "false_alarms", "simulated", alarms, simulated_alarms);
    finding_regime(
        finding,
        "%u WebSocket peers, frozen at different moments: clients that stop reading, a "
        "server that is stopped (SIGSTOP). Simulated: the server's wheel of timers on a "
        "virtual clock, 15 s and 10 s, %u hours and %u deaths.",
        "%u 个 WebSocket 对端，在不同时刻冻结：客户端停止读取，服务器被 SIGSTOP 停住。"
        "模拟：服务器的计时轮用虚拟时钟，15 秒和 10 秒，%u 小时，%u 次死亡。",
        PEERS, SIMULATED_HOURS, SIMULATED_DEATHS);
    finding_verdict(finding, claim_7_verdict(longest_ms, bound_ms, SPARE_MS, false_alarms));
    return true;
}
