/* SPDX-License-Identifier: MIT
 *
 * A whole run, as compare.h describes it: warm-up, repeats, what is still on its way, and a
 * stretch in which nothing is published.
 */
#include "compare.h"

#include "../proc_stat.h"
#include "loss.h"
#include "timetable.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SERVER_PROCESSOR, CLIENT_PROCESSOR };

static const int64_t s_ns = 1000000000;

/* Each part of the run has a timetable of its own, so that all repeats have as many messages.
 */
bool compare_plan(struct compare *compare)
{
    struct compare_plan *plan = &compare->plan;
    int64_t warm_up_s = 1 + (compare->settings.interval_ns + s_ns - 1) / s_ns;
    unsigned each = (unsigned)fmax(1, round(compare->rate * compare->duration_s));
    unsigned warm_up = (unsigned)fmax(1, round(compare->rate * (double)warm_up_s));
    unsigned messages = warm_up + each * compare->repeats;
    plan->warm_up_ns = warm_up_s * s_ns;
    plan->repeat_ns = (int64_t)(compare->duration_s * 1e9);
    /* Streams have one heartbeat in it, wherever it begins. */
    plan->quiet_ns = compare->settings.heartbeat_s * s_ns;
    plan->due_ns = calloc(messages, sizeof(*plan->due_ns));
    if (!plan->due_ns)
        return false;
    timetable_fill(compare->poisson, compare->seed, warm_up, plan->warm_up_ns, plan->due_ns);
    for (unsigned repeat = 0; repeat < compare->repeats; repeat++) {
        int64_t *due_ns = plan->due_ns + warm_up + repeat * each;
        timetable_fill(compare->poisson, compare->seed + repeat + 1, each, plan->repeat_ns,
                       due_ns);
        for (unsigned i = 0; i < each; i++)
            due_ns[i] += plan->warm_up_ns + repeat * plan->repeat_ns;
    }
    compare->messages = each;
    compare->rate = each / compare->duration_s;
    compare->settings.due_ns = plan->due_ns;
    compare->settings.messages = messages;
    return true;
}

/* Side by side on one processor, servers share what disturbs it. */
static void pin(const struct compare *compare)
{
    bool good = process_pin(getpid(), CLIENT_PROCESSOR);
    for (unsigned i = 0; i < compare->lane_count; i++) {
        const struct lane *lane = &compare->lanes[i];
        good = process_pin(lane->server.pid, SERVER_PROCESSOR) && good;
        if (lane->burden > 0)
            good = process_pin(lane->burden, SERVER_PROCESSOR) && good;
        if (lane->relay.pid > 0)
            good = process_pin(lane->relay.pid, CLIENT_PROCESSOR) && good;
    }
    if (!good)
        fprintf(stderr, "pushbench compare: cannot pin to processors %d and %d\n",
                SERVER_PROCESSOR, CLIENT_PROCESSOR);
}

static bool run(struct compare *compare, const char *label)
{
    const struct compare_plan *plan = &compare->plan;
    struct progress progress;
    struct compare_run running = {compare, &progress, now_ns()};
    int64_t all_ns = plan->warm_up_ns + compare->repeats * plan->repeat_ns + plan->quiet_ns;
    int64_t begin_ns = running.begun_ns + plan->warm_up_ns;
    progress_init(&progress, label, (uint64_t)all_ns);
    for (unsigned i = 0; i < compare->lane_count; i++)
        lane_begin(&compare->lanes[i], running.begun_ns);
    bool good = compare_run_until(&running, begin_ns) &&
                compare_run_repeats(&running, begin_ns, plan->repeat_ns) &&
                compare_drain(&running) && compare_settle(&running) &&
                compare_run_quiet(&running, plan->quiet_ns);
    progress_finish(&progress);
    return good;
}

/* Clients come to a lane's relay where it has one, else to its server. */
static bool lose(const struct compare *compare)
{
    uint16_t ports[COMPARE_LANES_LIMIT];
    for (unsigned i = 0; i < compare->lane_count; i++) {
        const struct lane *lane = &compare->lanes[i];
        const struct endpoint *door =
            lane->relay.pid > 0 ? &lane->relay.endpoint : &lane->server.endpoint;
        ports[i] = ntohs(((const struct sockaddr_in *)&door->address)->sin_port);
    }
    return loss_set(compare->loss_percent, compare->seed, ports, compare->lane_count);
}

bool compare_measure(struct compare *compare, const char *label)
{
    compare_space_lanes(compare);
    if (compare->pin)
        pin(compare);
    if (!compare_open_lanes(compare) || (compare->loss_percent > 0 && !lose(compare)))
        return false;
    bool good = run(compare, label);
    if (!good && process_interrupted() && compare->finished > 0) {
        compare->cut_short = good = true;
        compare->repeats = compare->finished;
    }
    if (good)
        compare_finish_figures(compare);
    return good;
}

bool compare_stop(struct compare *compare)
{
    bool good = compare_stop_lanes(compare);
    free(compare->plan.due_ns);
    compare->plan.due_ns = NULL;
    return good;
}
