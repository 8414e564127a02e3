/* SPDX-License-Identifier: MIT
 *
 * pushbench churn: does a server get over clients that come and go badly?
 *
 * N short lives, a few dozen at a time, while messages are published: some stay a while, some
 * are cut in the handshake, pipeline, speak too early, or leave in mid-message; by FIN, RST or
 * half-close. Afterwards the server must be alive and hold what it held before: connections,
 * subscribers, descriptors, memory.
 */
#include "arguments.h"
#include "churn_plan.h"
#include "clients/swarm.h"
#include "command.h"
#include "level.h"
#include "progress.h"
#include "report.h"
#include "server_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    LIVES_AT_ONCE = 64,
    PUBLISHER = LIVES_AT_ONCE, /* its index in the swarm */
    LIFE_LIMIT_MS = 15000,
    WARM_UP_LEAST = 2000,
    BODY_LIMIT = 20000,
    TURN_MS = 5,
    ANSWERS_LIMIT = 8, /* of a poll that has nothing to take */
};

static const int64_t ms_ns = 1000000;

struct churn_options {
    struct common_options common;
    uint64_t count, seed, max_growth;
    const char *transport;
};

struct life {
    struct churn_plan plan;
    int64_t begin_ns;
    unsigned messages; /* STAY: taken */
    unsigned answers;
    bool leaving; /* half-closed, waits for the end */
};

/* By transport and manner, for the report. */
struct score {
    uint64_t lives, opened, messages, refused, stuck;
};

struct run {
    const struct churn_options *options;
    const struct client_kind *kinds[CLIENT_KINDS_LIMIT];
    unsigned kind_count;
    struct client_options now, first;
    struct server_process server;
    struct control control;
    struct swarm swarm;
    struct life lives[LIVES_AT_ONCE];
    struct score scores[CLIENT_KINDS_LIMIT][CHURN_MANNERS];
    uint64_t state; /* of the random generator */
    uint64_t begun, goal, ended;
    uint64_t published;
    bool publisher_busy;
    int64_t publisher_ns; /* when it has asked */
    char *body;
    struct builder request;
    const char *broken;
};

/* ---- one life ---------------------------------------------------------------------------- */

static struct score *score_of(struct run *run, const struct life *life)
{
    unsigned kind = 0;
    while (run->kinds[kind] != life->plan.kind)
        kind++;
    return &run->scores[kind][life->plan.manner];
}

static void end_life(struct run *run, struct member *member)
{
    swarm_close(member);
    run->ended++;
}

static void leave(struct run *run, struct member *member)
{
    struct life *life = &run->lives[member->index];
    if (member->fd < 0 || life->leaving)
        return;
    if (life->plan.leave == CHURN_HALF) {
        shutdown(member->fd, SHUT_WR);
        life->leaving = member->mute = true;
        return;
    }
    if (life->plan.leave == CHURN_RESET) {
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(member->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    end_life(run, member);
}

static void begin_life(struct run *run, unsigned index)
{
    struct life *life = &run->lives[index];
    struct member *member = &run->swarm.members[index];
    *life = (struct life){.plan = churn_draw(&run->state, run->kinds, run->kind_count),
                          .begin_ns = now_ns()};
    run->begun++;
    score_of(run, life)->lives++;
    const struct client_options *options =
        life->plan.manner == CHURN_MIDWAY ? &run->first : &run->now;
    int error = swarm_connect(&run->swarm, index, life->plan.kind, options, false);
    if (error) {
        run->broken = strerror(-error);
        return;
    }
    member->mute = life->plan.manner != CHURN_STAY;
    builder_truncate(&run->request, 0);
    churn_request(&life->plan, &member->client, &run->request);
    swarm_send(member, builder_slice(&run->request));
    if (life->plan.manner == CHURN_CUT ||
        (life->plan.manner == CHURN_STAY && life->plan.messages == 0 &&
         life->plan.kind->reads == READS_WAIT)) /* held, with nothing to show for it */
        leave(run, member);
}

/* ---- events ------------------------------------------------------------------------------ */

/* Something has come for one that does not read it as an answer. */
static void on_bytes(struct member *member, void *arg)
{
    leave(arg, member);
}

static void on_poll_answered(struct run *run, struct member *member)
{
    struct life *life = &run->lives[member->index];
    if (life->messages >= life->plan.messages || ++life->answers > ANSWERS_LIMIT)
        leave(run, member);
    else
        swarm_ask(member);
}

static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct run *run = arg;
    if (member->index == PUBLISHER) {
        run->publisher_busy = false;
        run->published += event->kind == CLIENT_PUBLISHED;
        if (event->kind == CLIENT_CLOSED)
            run->broken = event->reason;
        return;
    }
    struct life *life = &run->lives[member->index];
    struct score *score = score_of(run, life);
    bool streams = life->plan.kind->reads == READS_ON;
    if (event->kind == CLIENT_CLOSED) {
        score->refused += life->plan.manner == CHURN_STAY && !life->leaving;
        end_life(run, member);
    } else if (event->kind == CLIENT_OPEN) {
        score->opened++;
        if (streams && life->plan.messages == 0)
            leave(run, member);
    } else if (event->kind == CLIENT_MESSAGE) {
        score->messages++;
        if (++life->messages == life->plan.messages && streams)
            leave(run, member);
    } else if (event->kind == CLIENT_ANSWERED) {
        on_poll_answered(run, member);
    }
}

/* ---- many lives -------------------------------------------------------------------------- */

/* One after the other, each as large as chance will have it. */
static void publish(struct run *run)
{
    struct member *member = &run->swarm.members[PUBLISHER];
    if (run->publisher_busy || run->broken)
        return;
    member->client.body =
        (struct slice){run->body, 1 + (churn_random(&run->state) >> 32) % BODY_LIMIT};
    run->publisher_busy = true;
    run->publisher_ns = now_ns();
    swarm_ask(member);
}

/* A server that never ends what a client has ended holds it for ever. */
static void end_stuck(struct run *run)
{
    int64_t limit = now_ns() - LIFE_LIMIT_MS * ms_ns;
    for (unsigned i = 0; i < LIVES_AT_ONCE; i++) {
        struct member *member = &run->swarm.members[i];
        if (member->fd < 0 || run->lives[i].begin_ns > limit)
            continue;
        score_of(run, &run->lives[i])->stuck++;
        end_life(run, member);
    }
    if (run->publisher_busy && run->publisher_ns < limit)
        run->broken = "the server does not answer a publisher";
}

static bool live(struct run *run, uint64_t lives, const char *label)
{
    struct progress progress;
    run->goal = run->begun + lives;
    uint64_t ended_before = run->ended;
    progress_init(&progress, label, lives);
    while (!run->broken && (run->begun < run->goal || run->swarm.open > 1)) {
        for (unsigned i = 0; i < LIVES_AT_ONCE && run->begun < run->goal && !run->broken; i++)
            if (run->swarm.members[i].fd < 0)
                begin_life(run, i);
        publish(run);
        swarm_turn(&run->swarm, TURN_MS * ms_ns);
        end_stuck(run);
        progress_update(&progress, run->ended - ended_before);
    }
    while (run->publisher_busy && !run->broken) {
        swarm_turn(&run->swarm, TURN_MS * ms_ns);
        end_stuck(run);
    }
    progress_finish(&progress);
    if (run->broken)
        fprintf(stderr, "pushbench churn: %s\n", run->broken);
    return !run->broken;
}

/* ---- before and after -------------------------------------------------------------------- */

/* What the messages held take is no growth: their sizes are chance's. */
static void judge_memory(struct report *report, struct run *run, const struct level *before,
                         struct level *after)
{
    bool sanitized = run->server.pid && process_sanitized(run->server.pid);
    double held = after->held_bytes - before->held_bytes;
    double limit = (double)run->options->max_growth * 1024;
    if (!sanitized)
        level_await_memory(after, &run->control, run->server.pid, before, held + limit);
    double before_bytes = (double)before->memory.anon_bytes;
    double after_bytes = (double)after->memory.anon_bytes;
    double growth = after_bytes - before_bytes - held;
    double used = after->heap_bytes - before->heap_bytes - held;
    report_note(report,
                "memory %.2f -> %.2f MiB, beside the messages held %+.0f KiB, in use %+.0f "
                "KiB%s",
                before_bytes / 1048576, after_bytes / 1048576, growth / 1024, used / 1024,
                sanitized ? ", not judged: a sanitizer's" : "");
    if (!sanitized && (growth > limit || used > limit))
        report_broken(report, "memory has grown by more than --max-growth %llu KiB",
                      (unsigned long long)run->options->max_growth);
}

static void judge(struct report *report, struct run *run, const struct level *before,
                  struct level *after)
{
    uint64_t stuck = 0;
    for (unsigned i = 0; i < run->kind_count; i++)
        for (unsigned j = 0; j < CHURN_MANNERS; j++)
            stuck += run->scores[i][j].stuck;
    if (!server_alive(&run->server) || after->connections < 0)
        report_broken(report, "the server is gone or answers no more");
    if (after->connections > before->connections)
        report_broken(report, "connections: %.0f before, %.0f after", before->connections,
                      after->connections);
    if (after->subscribers != 0)
        report_broken(report, "subscribers left behind: %lld", (long long)after->subscribers);
    if (after->files > before->files)
        report_broken(report, "open files: %u before, %u after", before->files, after->files);
    if (stuck)
        report_broken(report, "%llu half-closed or waiting connections were never ended",
                      (unsigned long long)stuck);
    report_note(report,
                "before -> after: connections %.0f -> %.0f, subscribers %lld -> %lld, files "
                "%u -> %u",
                before->connections, after->connections, (long long)before->subscribers,
                (long long)after->subscribers, before->files, after->files);
    judge_memory(report, run, before, after);
}

static void report_scores(struct report *report, const struct run *run)
{
    for (unsigned i = 0; i < run->kind_count; i++)
        for (unsigned j = 0; j < CHURN_MANNERS; j++) {
            const struct score *score = &run->scores[i][j];
            if (score->lives == 0)
                continue;
            report_row(report);
            report_text(report, "transport", run->kinds[i]->name);
            report_text(report, "manner", churn_manner_name((enum churn_manner)j));
            report_number(report, "lives", (double)score->lives);
            report_number(report, "opened", (double)score->opened);
            report_number(report, "messages", (double)score->messages);
            report_number(report, "refused", (double)score->refused);
            report_number(report, "stuck", (double)score->stuck);
            if (score->refused)
                report_broken(report, "%s: %llu proper clients were turned away",
                              run->kinds[i]->name, (unsigned long long)score->refused);
        }
    cJSON_AddNumberToObject(report->document, "lives", (double)run->ended);
    cJSON_AddNumberToObject(report->document, "published", (double)run->published);
    cJSON_AddNumberToObject(report->document, "seed", (double)run->options->seed);
}

/* ---- the command ------------------------------------------------------------------------- */

static bool begin(struct run *run)
{
    run->body = malloc(BODY_LIMIT);
    if (!run->body ||
        !swarm_init(&run->swarm, &run->server.endpoint, LIVES_AT_ONCE + 1, on_event, run))
        return false;
    memset(run->body, 'x', BODY_LIMIT);
    run->swarm.on_bytes = on_bytes;
    run->now.authority = run->first.authority = run->server.endpoint.authority;
    return swarm_connect(&run->swarm, PUBLISHER, &publisher_client, &run->now, false) == 0 &&
           control_open(&run->control, &run->server.endpoint);
}

/* The first lives fill what stays filled: the history, libraries' caches, the allocator. */
static bool churn(struct run *run, struct report *report)
{
    uint64_t count = run->options->count;
    uint64_t warm_up = count / 5 > WARM_UP_LEAST ? count / 5 : WARM_UP_LEAST;
    if (warm_up > count)
        warm_up = count;
    if (!begin(run) || !live(run, warm_up, "warm-up"))
        return false;
    double own = 2; /* control and publisher */
    struct level before = level_read(&run->control, run->server.pid, run->now.topic, own);
    bool good = live(run, count, "churn");
    struct level after = level_read(&run->control, run->server.pid, run->now.topic, own);
    report_scores(report, run);
    judge(report, run, &before, &after);
    level_report(report, "before", &before);
    level_report(report, "after", &after);
    return good;
}

static void describe(struct report *report)
{
    report_column(report, "transport", "transport", 0);
    report_column(report, "manner", "manner", 0);
    report_column(report, "lives", "lives", 0);
    report_column(report, "opened", "opened", 0);
    report_column(report, "messages", "messages", 0);
    report_column(report, "refused", "refused", 0);
    report_column(report, "stuck", "stuck", 0);
}

static int churn_run(int argc, char **argv)
{
    /* A short history, so that it is full when measuring begins. */
    static const char *const server_options[] = {"--workers", "1",        "--feed", "none",
                                                 "--history", "64,1h,1M", NULL};
    struct churn_options options = {
        .count = 20000, .seed = 1, .max_growth = 512, .transport = "all"};
    const struct argument arguments[] = {
        {"count", 'n', ARGUMENT_COUNT, &options.count, "N", "lives", 1, 100000000},
        {"transport", 't', ARGUMENT_TEXT, &options.transport, "NAME", "or all", 0, 0},
        {"seed", 0, ARGUMENT_COUNT, &options.seed, "S", "repeats a run's plans", 1, UINT32_MAX},
        {"max-growth", 0, ARGUMENT_COUNT, &options.max_growth, "KIB",
         "of the server's memory, above which it fails", 0, UINT32_MAX},
        COMMON_ARGUMENTS(&options.common),
        {0},
    };
    int status = arguments_read(argc, argv, churn_command.summary, arguments);
    if (status >= 0)
        return status;
    struct run *run = calloc(1, sizeof(*run));
    if (!run || !client_choose(options.transport, run->kinds, &run->kind_count)) {
        free(run);
        return EXIT_USAGE;
    }
    run->options = &options;
    run->state = options.seed;
    run->swarm.epoll_fd = run->control.fd = -1;
    run->now = (struct client_options){.topic = "churn", .wait_s = 10};
    run->first = (struct client_options){.topic = "churn", .wait_s = 10, .since = "first"};
    struct report report;
    report_init(&report, "churn", "Clients that come and go badly");
    describe(&report);
    bool good = server_start(&options.common, server_options, &run->server);
    good = good && churn(run, &report);
    swarm_finish(&run->swarm);
    control_close(&run->control);
    if (!server_stop(&run->server))
        report_broken(&report, "the server did not end well on SIGTERM");
    if (!good)
        report_broken(&report, "the run failed; see standard error");
    builder_finish(&run->request);
    free(run->body);
    free(run);
    status = report_print(&report, options.common.json);
    report_finish(&report);
    return status;
}

const struct command churn_command = {
    .name = "churn",
    .summary = "Lets N clients come and go badly, and checks that the server gets over it.",
    .run = churn_run,
};
