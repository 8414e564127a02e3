/* SPDX-License-Identifier: MIT */
#include "probe_parts.h"

#include "../progress.h"
#include "../server_process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TICK_MS = 5,
    STAGGER_MS = 10, /* between two probes' beginnings, so that their bursts do not meet */
    LAST_MS = 300,   /* from the burst to the last message */
    OFFER_MS = 40,   /* between two that push */
    OFFER_SMALL = 2048,
    OFFER_LARGE = 16 * 1024,
    OFFERS_SMALL = 8,
    AWAY_LIMIT_MS = 5000, /* for the server to take what is published */
    PREPARE_LIMIT_MS = 10000,
};

static const int64_t ms_ns = 1000000;

void probe_init(struct probe *probe, const struct probe_plan *plan, unsigned number)
{
    *probe = (struct probe){.plan = *plan, .reader.fd = -1, .writer.fd = -1};
    snprintf(probe->topic, sizeof(probe->topic), "%.24s-%d-%llx-%u",
             plan->topic ? plan->topic : "probe", (int)getpid(),
             (unsigned long long)now_ns() / 1000, number);
    probe->options = (struct client_options){
        .authority = plan->path->authority,
        .topic = probe->topic,
        .wait_s = plan->times.wait_s,
        .headers = "Accept-Encoding: gzip\r\n",
    };
    probe->writer_options = probe->options;
    if (plan->path->beside.len > 0)
        probe->writer_options.authority = plan->path->beside_authority
                                              ? plan->path->beside_authority
                                              : plan->path->beside.authority;
    probe->seen = (struct probe_seen){
        .reads = plan->kind->reads,
        .first_us = -1,
        .least_us = -1,
        .max_us = -1,
        .silence_us = plan->times.silence_ms * 1000,
        .answer_us = -1,
        .resumed_us = -1,
    };
    client_init(&probe->client, plan->kind, &probe->options);
}

void probe_finish(struct probe *probe)
{
    probe_line_close(&probe->reader);
    probe_line_close(&probe->writer);
    probe_answer_finish(&probe->answer);
    probe_answer_finish(&probe->published);
}

int64_t probe_longest_ms(const struct probe_times *times)
{
    return times->lead_ms + times->silence_ms + LAST_MS + 2 * times->patience_ms +
           (int64_t)PROBE_OFFERS * OFFER_MS;
}

/* ---- phases ------------------------------------------------------------------------------ */

void probe_enter(struct probe *probe, enum probe_phase phase, int64_t now)
{
    probe->phase = phase;
    probe->phase_ns = now;
}

static bool is_over(int64_t now, int64_t since_ns, int64_t limit_ms)
{
    return now - since_ns > limit_ms * ms_ns;
}

/* When the next message is due: one, then silence, then three, and one more. */
static int64_t message_due_ns(const struct probe *probe)
{
    const struct probe_times *times = &probe->plan.times;
    int64_t begin_ns =
        probe->first_asked_ns + times->lead_ms * ms_ns + 2 * probe->reader.connect_us * 1000;
    unsigned sent = probe->published_count;
    if (sent == 0)
        return begin_ns;
    return begin_ns + (times->silence_ms + (sent + 1 == PROBE_MESSAGES ? LAST_MS : 0)) * ms_ns;
}

/* Asked, and left without an answer although there is something to be answered with. */
static bool is_dead(const struct probe *probe, int64_t now)
{
    int64_t since_ns = probe->asked_ns, newest_ns = probe->sent_ns[probe->published_count];
    if (newest_ns > since_ns)
        since_ns = newest_ns;
    return probe->asked && probe->plan.kind != &sse_client && probe->answer.status != 101 &&
           is_over(now, since_ns, probe->plan.times.patience_ms);
}

static void end_watch(struct probe *probe, int64_t now)
{
    struct probe_seen *seen = &probe->seen;
    seen->dead = seen->got < seen->sent && is_dead(probe, now);
    if (seen->got == seen->sent)
        probe_enter(probe, PROBE_IS_AWAY, now);
    else if (seen->reads == READS_ON && reader_open(probe) && !seen->dead)
        probe_enter(probe, PROBE_OFFERS_MORE, now);
    else
        probe_enter(probe, PROBE_IS_DONE, now);
    if (probe->phase == PROBE_IS_AWAY)
        reader_close(probe);
}

static void watch(struct probe *probe, int64_t now)
{
    struct probe_seen *seen = &probe->seen;
    if (probe->published_count < PROBE_MESSAGES) {
        if (!probe->writing && probe->first_asked_ns && now >= message_due_ns(probe)) {
            writer_publish(probe, 0, now);
            seen->sent++;
        }
        return;
    }
    /* A held poll that is still within its time gets that time. */
    bool over = is_over(now, probe->sent_ns[PROBE_MESSAGES], probe->plan.times.patience_ms);
    bool waits =
        probe->asked && seen->reads == READS_WAIT && !is_dead(probe, now) && seen->answers == 0;
    if (seen->got == seen->sent || (over && !waits))
        end_watch(probe, now);
}

static void offer(struct probe *probe, int64_t now)
{
    unsigned offered = probe->published_count - PROBE_MESSAGES;
    struct probe_seen *seen = &probe->seen;
    if (seen->let_go_bytes > 0) {
        probe_enter(probe, PROBE_IS_DONE, now);
    } else if (offered == PROBE_OFFERS) {
        if (is_over(now, probe->phase_ns, probe->plan.times.patience_ms))
            probe_enter(probe, PROBE_IS_DONE, now);
    } else if (!probe->writing && is_over(now, probe->phase_ns, OFFER_MS)) {
        size_t pad = offered < OFFERS_SMALL ? OFFER_SMALL : OFFER_LARGE;
        seen->offered_bytes += pad;
        writer_publish(probe, pad, now);
        probe->phase_ns = now;
    }
}

static void miss(struct probe *probe, int64_t now)
{
    if (probe->writing)
        return;
    if (probe->seen.late_sent < PROBE_MISSED) {
        writer_publish(probe, 0, now);
        probe->seen.late_sent++;
        return;
    }
    probe_enter(probe, PROBE_IS_BACK, now);
    reader_ask(probe, now);
}

static void catch_up(struct probe *probe, int64_t now)
{
    if (probe->seen.late_got == probe->seen.late_sent ||
        is_over(now, probe->phase_ns, probe->plan.times.patience_ms))
        probe_enter(probe, PROBE_IS_DONE, now);
}

/* Polls, and streams that were cut, ask again. */
static void ask_when_due(struct probe *probe, int64_t now)
{
    bool subscribes = probe->phase == PROBE_WATCHES || probe->phase == PROBE_OFFERS_MORE ||
                      probe->phase == PROBE_IS_BACK;
    if (subscribes && !probe->asked && now >= probe->due_ns)
        reader_ask(probe, now);
}

static void prepare(struct probe *probe, int64_t now)
{
    if (strchr(probe->client.cursor, '-')) {
        probe_enter(probe, PROBE_WATCHES, now);
    } else if (is_over(now, probe->phase_ns, PREPARE_LIMIT_MS)) {
        probe->trouble = "the server does not answer";
        probe->phase = PROBE_IS_DONE;
    }
}

static void take_turn(struct probe *probe, int64_t now)
{
    ask_when_due(probe, now);
    switch (probe->phase) {
    case PROBE_PREPARES:
        prepare(probe, now);
        break;
    case PROBE_WATCHES:
        watch(probe, now);
        break;
    case PROBE_OFFERS_MORE:
        offer(probe, now);
        break;
    case PROBE_IS_AWAY:
        miss(probe, now);
        break;
    case PROBE_IS_BACK:
        catch_up(probe, now);
        break;
    case PROBE_IS_DONE:
        break;
    }
    if (probe->phase != PROBE_IS_DONE && probe->writing &&
        is_over(now, probe->phase_ns, AWAY_LIMIT_MS + probe_longest_ms(&probe->plan.times))) {
        probe->trouble = "the server does not answer a publisher";
        probe->phase = PROBE_IS_DONE;
    }
    if (probe->phase == PROBE_IS_DONE)
        probe_finish(probe);
}

/* ---- all at once ------------------------------------------------------------------------- */

static void pump_reader(struct probe *probe)
{
    int result = probe_line_pump(&probe->reader);
    if (result == -EMSGSIZE) {
        reader_on_flood(probe);
        return;
    }
    if (result < 0 && probe->reader.connecting) {
        reader_on_failure(probe);
        return;
    }
    probe->seen.connected |= !probe->reader.connecting;
    if (!probe->seen.connect_us)
        probe->seen.connect_us = probe->reader.connect_us;
    if (result < 0 && probe->seen.cuts == 0)
        probe->seen.cut_error = -result;
    if (result != 0)
        reader_on_bytes(probe, now_ns(), result < 0);
}

static void pump_writer(struct probe *probe)
{
    int result = probe_line_pump(&probe->writer);
    if (result < 0 && probe->writer.connecting)
        writer_on_failure(probe);
    else if (result != 0)
        writer_on_bytes(probe, result < 0);
}

static void add_line(const struct probe_line *line, struct pollfd *waiting)
{
    *waiting = (struct pollfd){.fd = line->fd, .events = probe_line_events(line)};
}

/* One look at all sockets, and a turn for each probe. How many go on. */
static unsigned run_turn(struct probe *probes, unsigned count, struct pollfd *waiting)
{
    unsigned alive = 0;
    for (unsigned i = 0; i < count; i++) {
        add_line(&probes[i].reader, &waiting[2 * i]);
        add_line(&probes[i].writer, &waiting[2 * i + 1]);
    }
    poll(waiting, 2 * count, TICK_MS);
    for (unsigned i = 0; i < count; i++) {
        if (waiting[2 * i].revents && probes[i].phase != PROBE_IS_DONE)
            pump_reader(&probes[i]);
        if (waiting[2 * i + 1].revents && probes[i].phase != PROBE_IS_DONE)
            pump_writer(&probes[i]);
        take_turn(&probes[i], now_ns());
        alive += probes[i].phase != PROBE_IS_DONE;
    }
    return alive;
}

void probes_run(struct probe *probes, unsigned count, const char *label)
{
    struct progress progress;
    struct pollfd *waiting = calloc(2 * (size_t)count + 1, sizeof(*waiting));
    int64_t begun_ns = now_ns(), longest_ms = 0;
    unsigned begun = 0, alive = 1;
    for (unsigned i = 0; i < count; i++)
        if (probe_longest_ms(&probes[i].plan.times) > longest_ms)
            longest_ms = probe_longest_ms(&probes[i].plan.times);
    longest_ms += (int64_t)STAGGER_MS * count;
    progress_init(&progress, label, (uint64_t)longest_ms);
    while (waiting && (alive > 0 || begun < count) && !process_interrupted()) {
        int64_t now = now_ns();
        while (begun < count && is_over(now, begun_ns, (int64_t)begun * STAGGER_MS)) {
            probe_enter(&probes[begun], PROBE_PREPARES, now);
            writer_ask_cursor(&probes[begun++]);
        }
        alive = run_turn(probes, begun, waiting);
        int64_t done_ms = (now - begun_ns) / ms_ns;
        progress_update(&progress, (uint64_t)(done_ms < longest_ms ? done_ms : longest_ms));
    }
    progress_finish(&progress);
    free(waiting);
}
