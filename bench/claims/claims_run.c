/* SPDX-License-Identifier: MIT */
#include "claims_run.h"

#include "../compare/timetable.h"
#include "../proc_stat.h"
#include "../progress.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DRAIN_LIMIT_MS = 15000, /* besides interval and round trip */
    SHIFT_MS = 2,           /* from lane to lane, so that their messages do not meet */
    SEED = 7,
};

static const int64_t ms_ns = 1000000, s_ns = 1000000000;

struct run {
    struct claims_point *points;
    unsigned count;
    struct lane *lanes;
    struct lane_settings settings[CLAIMS_LANES_LIMIT];
    int64_t *due_ns[CLAIMS_LANES_LIMIT];
    int64_t warm_up_ns, slowest_ns;
};

const char *claims_point_name(const struct claims_point *point)
{
    return point->close ? "short_poll_close" : point->kind->name;
}

/* ---- the lanes --------------------------------------------------------------------------- */

static bool start(struct run *run, const struct claims *claims, double seconds)
{
    for (unsigned i = 0; i < run->count; i++) {
        const struct claims_point *point = &run->points[i];
        struct lane *lane = &run->lanes[i];
        double all_s = seconds + (double)run->warm_up_ns / 1e9;
        unsigned messages = (unsigned)fmax(1, round(point->rate * all_s));
        run->due_ns[i] = calloc(messages, sizeof(*run->due_ns[i]));
        if (!run->due_ns[i])
            return false;
        timetable_fill(point->poisson, SEED, messages, (int64_t)(all_s * 1e9), run->due_ns[i]);
        run->settings[i] = (struct lane_settings){
            .common = claims->common,
            .flush = "send",
            .clients = point->clients,
            .payload = point->payload,
            .heartbeat_s = point->hold_s,
            .round_trip_ms = point->round_trip_ms,
            .interval_ns = point->interval_ms * ms_ns,
            .browser = true,
            .due_ns = run->due_ns[i],
            .messages = messages,
        };
        lane->kind = point->kind;
        lane->close = point->close;
        lane->name = claims_point_name(point);
        lane->settings = &run->settings[i];
        if (!lane_start(lane) || !lane_open(lane))
            return false;
        lane->shift_ns = i * SHIFT_MS * ms_ns;
    }
    return true;
}

/* Serves all lanes once, waiting until this time at most. False: one cannot go on. */
static bool turn(struct run *run, int64_t until_ns)
{
    struct pollfd sockets[2 * CLAIMS_LANES_LIMIT];
    for (unsigned i = 0; i < run->count; i++) {
        int64_t due_ns = lane_work(&run->lanes[i]);
        if (due_ns < until_ns)
            until_ns = due_ns;
        sockets[i].fd = run->lanes[i].subscribers.epoll_fd;
        sockets[run->count + i].fd = run->lanes[i].publisher.epoll_fd;
        sockets[i].events = sockets[run->count + i].events = POLLIN;
    }
    int64_t left_ns = until_ns - now_ns();
    struct timespec wait = {0};
    if (left_ns > 0)
        wait = (struct timespec){left_ns / s_ns, left_ns % s_ns};
    if (ppoll(sockets, 2 * run->count, &wait, NULL) < 0)
        return true; /* a signal: its handler ends this process */
    bool good = true;
    for (unsigned i = 0; i < run->count && good; i++) {
        struct lane *lane = &run->lanes[i];
        if (sockets[run->count + i].revents)
            lane_turn(lane, &lane->publisher);
        if (sockets[i].revents)
            lane_turn(lane, &lane->subscribers);
        good = !lane->broken;
        if (!good)
            lane_complain(lane);
    }
    return good;
}

static bool turn_until(struct run *run, int64_t until_ns)
{
    while (now_ns() < until_ns)
        if (!turn(run, until_ns))
            return false;
    return true;
}

static bool all_done(const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        if (!lane_done(&run->lanes[i]))
            return false;
    return true;
}

/* ---- counting ---------------------------------------------------------------------------- */

static struct lane_counts within(const struct lane_counts *before,
                                 const struct lane_counts *after)
{
    struct lane_counts counts = *after;
    counts.published -= before->published;
    counts.delivered -= before->delivered;
    counts.asked -= before->asked;
    counts.answered -= before->answered;
    counts.useless -= before->useless;
    counts.skipped -= before->skipped;
    counts.opened -= before->opened;
    counts.up_bytes -= before->up_bytes;
    counts.request_bytes -= before->request_bytes;
    counts.down_bytes -= before->down_bytes;
    counts.head_bytes -= before->head_bytes;
    counts.payload_bytes -= before->payload_bytes;
    counts.traffic.segments -= before->traffic.segments;
    counts.traffic.bytes -= before->traffic.bytes;
    counts.stale_ns -= before->stale_ns;
    counts.cpu_ns -= before->cpu_ns;
    return counts;
}

/* Connections of this server that wait for stray segments, by the kernel's table. */
static double time_waits(const struct endpoint *endpoint)
{
    enum { TIME_WAIT = 6 };
    const char *colon = strrchr(endpoint->authority, ':');
    unsigned long wanted = colon ? strtoul(colon + 1, NULL, 10) : 0;
    unsigned port, state, count = 0;
    char line[512];
    FILE *file = fopen("/proc/net/tcp", "re");
    if (!file)
        return NAN;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, " %*d: %*8x:%4x %*8x:%*4x %2x", &port, &state) == 2)
            count += port == wanted && state == TIME_WAIT;
    fclose(file);
    return count;
}

static bool count_thread(pid_t pid, pid_t tid, void *arg)
{
    unsigned *threads = arg;
    (void)pid;
    (void)tid;
    ++*threads;
    return true;
}

static void enter(struct claims_outcome *outcome, const struct lane *lane,
                  const struct lane_counts *before, double seconds)
{
    const struct histogram *delays = &lane->delivery.latency_ns;
    struct lane_counts after = lane_count(lane);
    outcome->seconds = seconds;
    outcome->counts = within(before, &after);
    outcome->rate = (double)outcome->counts.published / seconds;
    outcome->delay_ms = delays->count > 0 ? histogram_mean(delays) / 1e6 : NAN;
    outcome->user_bytes = lane->user_bytes;
    outcome->kernel_bytes = lane->kernel_bytes;
    outcome->threads = 0;
    process_each_thread(lane->server.pid, count_thread, &outcome->threads);
    outcome->time_waits = time_waits(&lane->server.endpoint);
}

static void check(struct finding *finding, const struct lane *lane)
{
    const struct delivery *delivery = &lane->delivery;
    unsigned long long lost = delivery_missing(delivery);
    if (lost || delivery->duplicates || delivery->reordered || delivery->strange)
        finding_broken(finding,
                       "%s: %llu messages lost, %llu repeated, %llu reordered, %llu "
                       "changed",
                       lane->name, lost, (unsigned long long)delivery->duplicates,
                       (unsigned long long)delivery->reordered,
                       (unsigned long long)delivery->strange);
}

static bool measure(struct run *run, struct finding *finding, double seconds)
{
    struct lane_counts before[CLAIMS_LANES_LIMIT] = {{0}};
    int64_t start_ns = now_ns(), begin_ns;
    for (unsigned i = 0; i < run->count; i++)
        lane_begin(&run->lanes[i], start_ns);
    if (!turn_until(run, start_ns + run->warm_up_ns))
        return false;
    for (unsigned i = 0; i < run->count; i++) {
        before[i] = lane_count(&run->lanes[i]);
        delivery_restart(&run->lanes[i].delivery);
    }
    begin_ns = now_ns();
    if (!turn_until(run, start_ns + run->warm_up_ns + (int64_t)(seconds * 1e9)))
        return false;
    double passed_s = (double)(now_ns() - begin_ns) / 1e9;
    for (unsigned i = 0; i < run->count; i++)
        enter(&run->points[i].outcome, &run->lanes[i], &before[i], passed_s);
    int64_t limit_ns = now_ns() + DRAIN_LIMIT_MS * ms_ns + 2 * run->slowest_ns;
    while (!all_done(run) && now_ns() < limit_ns)
        if (!turn(run, now_ns() + 20 * ms_ns))
            return false;
    for (unsigned i = 0; i < run->count; i++) {
        run->points[i].outcome.whole = lane_count(&run->lanes[i]);
        check(finding, &run->lanes[i]);
    }
    return true;
}

bool claims_run_points(const struct claims *claims, struct finding *finding,
                       struct claims_point points[], unsigned count, double seconds)
{
    struct run run = {.points = points, .count = count};
    run.lanes = calloc(count, sizeof(*run.lanes));
    for (unsigned i = 0; i < count; i++) {
        int64_t interval_ns =
            points[i].interval_ms * ms_ns + (int64_t)(points[i].round_trip_ms * 1e6);
        run.slowest_ns = interval_ns > run.slowest_ns ? interval_ns : run.slowest_ns;
    }
    run.warm_up_ns = run.slowest_ns + SHIFT_MS * count * ms_ns;
    bool good = run.lanes && start(&run, claims, seconds) && measure(&run, finding, seconds);
    for (unsigned i = 0; i < count; i++) {
        if (run.lanes && run.lanes[i].settings)
            good = lane_stop(&run.lanes[i]) && good;
        free(run.due_ns[i]);
    }
    free(run.lanes);
    return good;
}

bool claims_start_relay(const struct endpoint *to, const char *fault, unsigned ms,
                        struct server_process *ret_relay)
{
    char room[1100], text[16];
    const char *program = program_beside("relay/pushrelay", room, sizeof(room));
    const char *const arguments[] = {program,       "--listen", "127.0.0.1:0", "--to",
                                     to->authority, fault,      text,          NULL};
    snprintf(text, sizeof(text), "%u", ms);
    return server_spawn(arguments, ret_relay);
}

/* ---- figures ----------------------------------------------------------------------------- */

static double each(const struct claims_point *point, double sum)
{
    double delivered = (double)point->outcome.counts.delivered;
    return delivered > 0 ? sum / delivered : NAN;
}

double claims_requests(const struct claims_point *point)
{
    return each(point, (double)point->outcome.counts.asked);
}

double claims_wire_bytes(const struct claims_point *point)
{
    const struct tcp_traffic *traffic = &point->outcome.counts.traffic;
    return each(point,
                (double)traffic->bytes + (double)traffic->segments * TCP_SEGMENT_HEADERS);
}

double claims_cpu_us(const struct claims_point *point)
{
    return each(point, (double)point->outcome.counts.cpu_ns / 1e3);
}

struct model_figures claims_model(const struct claims_point *point)
{
    const struct model_point at = {
        .poisson = point->poisson,
        .rate = point->outcome.rate > 0 ? point->outcome.rate : point->rate,
        .interval_s = point->interval_ms / 1e3,
        .round_trip_s = point->round_trip_ms / 1e3,
        .hold_s = point->hold_s,
    };
    return model_of(point->kind->reads, &at);
}

void claims_add_requests(struct finding *finding, const struct claims_point *point)
{
    cJSON *figure = finding_figure(finding, "requests", claims_point_name(point),
                                   (struct text){"requests/message", "请求数/消息"},
                                   claims_requests(point));
    figure_model(figure, claims_model(point).requests);
}

void claims_add_delay(struct finding *finding, const struct claims_point *point)
{
    cJSON *figure = finding_figure(finding, "delay_mean_ms", claims_point_name(point),
                                   (struct text){"delay, mean ms", "平均延迟（毫秒）"},
                                   point->outcome.delay_ms);
    figure_model(figure, claims_model(point).delay_s * 1e3);
}

void claims_at_per_poll(cJSON *figure, const struct claims_point *point)
{
    figure_at(figure, "messages_per_poll", (struct text){"messages a poll", "条消息/轮询间隔"},
              point->rate * point->interval_ms / 1e3);
}
