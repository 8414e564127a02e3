/* SPDX-License-Identifier: MIT */
#include "empty_polls.h"

#include "progress.h"

#include <stdio.h>
#include <string.h>

enum { CONNECTIONS = 32, SILENCE_LIMIT_MS = 10000 };

/* ---- asking ------------------------------------------------------------------------------ */

static void ask(struct empty_polls *polls, struct member *member)
{
    if (polls->asked == polls->goal || polls->broken)
        return;
    if (member->fd < 0) {
        int error = swarm_connect(&polls->swarm, member->index, polls->side->options.kind,
                                  &polls->options, true);
        if (error) {
            polls->broken = strerror(-error);
            return;
        }
    }
    polls->asked++;
    swarm_ask(member);
}

/* With close, a poll is over when the server has ended the connection behind its answer. */
static void on_event(struct member *member, const struct client_event *event, void *arg)
{
    struct empty_polls *polls = arg;
    bool answered = member->client.opened;
    if (event->kind == CLIENT_CLOSED && !(polls->close && answered)) {
        polls->broken = event->reason;
        polls->status = event->status;
    } else if (event->kind == (polls->close ? CLIENT_CLOSED : CLIENT_ANSWERED)) {
        polls->answered++;
        ask(polls, member);
    }
}

/* ---- measuring --------------------------------------------------------------------------- */

static bool run_stretch(struct empty_polls *polls, uint64_t count)
{
    struct side *side = polls->side;
    uint64_t before = 0, after = 0, seen = 0;
    int64_t since_ns = now_ns();
    polls->asked = polls->answered = 0;
    polls->goal = count;
    processes_settled_cpu_ns(side->pids, side->pid_count, &before);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        ask(polls, &polls->swarm.members[i]);
    while (polls->answered < count && !polls->broken) {
        swarm_turn(&polls->swarm, SILENCE_LIMIT_MS * INT64_C(1000000));
        if (polls->answered != seen)
            since_ns = now_ns();
        else if (now_ns() - since_ns > SILENCE_LIMIT_MS * INT64_C(1000000))
            polls->broken = "no answer to a poll";
        seen = polls->answered;
    }
    if (polls->broken) {
        fprintf(stderr, "pushbench: %s, empty polls: %s%s%.0d\n", side->name, polls->broken,
                polls->status ? " " : "", polls->status);
        return false;
    }
    processes_settled_cpu_ns(side->pids, side->pid_count, &after);
    side->costs[COST_CPU_US][side->stretches++] =
        (double)(after - before) / 1e3 / (double)count;
    return true;
}

static bool begin(struct empty_polls *polls, const struct side_plan *plan)
{
    polls->options = (struct client_options){
        .authority = polls->endpoint->authority, .topic = polls->topic, .close = polls->close};
    if (!swarm_init(&polls->swarm, polls->endpoint, CONNECTIONS, on_event, polls) ||
        !run_stretch(polls, plan->messages))
        return false;
    polls->side->stretches = 0; /* that one has warmed up */
    return true;
}

bool empty_polls_run(struct empty_polls *const polls[], unsigned count,
                     const struct side_plan *plan)
{
    struct progress progress;
    bool good = true;
    progress_init(&progress, plan->label, plan->stretches + 1);
    for (unsigned i = 0; i < count; i++)
        polls[i]->swarm.epoll_fd = -1;
    for (unsigned i = 0; good && i < count; i++)
        good = begin(polls[i], plan);
    for (unsigned round = 0; good && round < plan->stretches; round++) {
        progress_update(&progress, round + 1);
        for (unsigned turn = 0; good && turn < count; turn++)
            good = run_stretch(polls[(round + turn) % count], plan->messages);
    }
    progress_finish(&progress);
    for (unsigned i = 0; i < count; i++)
        swarm_finish(&polls[i]->swarm);
    return good;
}
