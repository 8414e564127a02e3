/* SPDX-License-Identifier: MIT
 *
 * The lanes together, on one thread: started, opened, run for so long, stopped.
 */
#include "compare.h"

#include "../proc_stat.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
    SILENCE_LIMIT_MS = 10000, /* besides the interval and the round trip */
    LANE_SHIFT_LIMIT_MS = 20,
    DRAIN_TURN_MS = 50,
    SETTLE_MS = 1000,
};

static const int64_t ms_ns = 1000000, s_ns = 1000000000;

/* ---- the lanes --------------------------------------------------------------------------- */

static const struct client_kind *kind_of(const char *name)
{
    return strcmp(name, ndjson_client.name) == 0 ? &ndjson_client : client_find(name);
}

struct lane *compare_add_lane(struct compare *compare, const struct client_kind *kind,
                              bool close)
{
    struct lane *lane = &compare->lanes[compare->lane_count++];
    lane->kind = kind;
    lane->name = close ? "short_poll_close" : kind->name;
    lane->close = close;
    lane->settings = &compare->settings;
    return lane;
}

/* The server of the first lane says what there is besides. */
static bool add_loaded(struct compare *compare, struct report *report)
{
    cJSON *list = control_get(&compare->lanes[0].control, "/transports");
    const cJSON *item;
    bool good = list;
    cJSON_ArrayForEach(item, list)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
        if (!good || !name || client_find(name))
            continue;
        if (kind_of(name) && compare->lane_count < COMPARE_LANES_LIMIT)
            good = lane_start(compare_add_lane(compare, kind_of(name), false));
        else
            report_note(report, "%s is left out: pushbench has no client for it.", name);
    }
    cJSON_Delete(list);
    return good;
}

bool compare_start_lanes(struct compare *compare, struct report *report)
{
    bool good = lane_start(compare_add_lane(compare, &short_poll_client, true));
    for (unsigned i = 0; good && client_kinds[i]; i++)
        good = lane_start(compare_add_lane(compare, client_kinds[i], false));
    return good && add_loaded(compare, report);
}

void compare_space_lanes(struct compare *compare)
{
    int64_t shift_ns = (int64_t)(1e9 / compare->rate / compare->lane_count / 2);
    if (shift_ns > LANE_SHIFT_LIMIT_MS * ms_ns)
        shift_ns = LANE_SHIFT_LIMIT_MS * ms_ns;
    for (unsigned i = 0; i < compare->lane_count; i++) {
        struct lane *lane = &compare->lanes[i];
        lane->shift_ns = i * shift_ns;
        lane->shift_step_ns = shift_ns;
        lane->place = i;
        lane->places = compare->lane_count;
    }
}

bool compare_open_lanes(struct compare *compare)
{
    for (unsigned i = 0; i < compare->lane_count; i++) {
        if (process_interrupted() || !lane_open(&compare->lanes[i]))
            return false;
        compare_enter_open(compare, i);
    }
    return true;
}

bool compare_stop_lanes(struct compare *compare)
{
    bool good = true;
    for (unsigned i = 0; i < compare->lane_count; i++)
        good = lane_stop(&compare->lanes[i]) && good;
    return good;
}

/* ---- running ----------------------------------------------------------------------------- */

/* Does what is due in all lanes and waits for what comes, until then at most. */
static bool turn(struct compare_run *run, int64_t until_ns)
{
    struct compare *compare = run->compare;
    struct pollfd ready[2 * COMPARE_LANES_LIMIT];
    int64_t next_ns = until_ns;
    for (unsigned i = 0; i < compare->lane_count; i++) {
        struct lane *lane = &compare->lanes[i];
        int64_t due_ns = lane_work(lane);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
        ready[2 * i] = (struct pollfd){lane->subscribers.epoll_fd, POLLIN, 0};
        ready[2 * i + 1] = (struct pollfd){lane->publisher.epoll_fd, POLLIN, 0};
    }
    int64_t wait_ns = next_ns - now_ns();
    wait_ns = wait_ns > 0 ? wait_ns : 0;
    const struct timespec wait = {.tv_sec = wait_ns / s_ns, .tv_nsec = wait_ns % s_ns};
    ppoll(ready, 2 * compare->lane_count, &wait, NULL);
    if (process_interrupted())
        return false;
    for (unsigned i = 0; i < compare->lane_count; i++) {
        struct lane *lane = &compare->lanes[i];
        if (ready[2 * i].revents)
            lane_turn(lane, &lane->subscribers);
        if (ready[2 * i + 1].revents)
            lane_turn(lane, &lane->publisher);
        if (lane->broken) {
            lane_complain(lane);
            return false;
        }
    }
    progress_update(run->progress, (uint64_t)(now_ns() - run->begun_ns));
    return true;
}

bool compare_run_until(struct compare_run *run, int64_t until_ns)
{
    bool good = true;
    while (good && now_ns() < until_ns)
        good = turn(run, until_ns);
    return good;
}

static void count_all(const struct compare *compare, struct lane_counts ret_counts[])
{
    for (unsigned i = 0; i < compare->lane_count; i++)
        ret_counts[i] = lane_count(&compare->lanes[i]);
}

bool compare_run_repeats(struct compare_run *run, int64_t begin_ns, int64_t repeat_ns)
{
    struct compare *compare = run->compare;
    struct lane_counts before[COMPARE_LANES_LIMIT];
    uint64_t client_before = 0, client_after = 0;
    int64_t end_ns = begin_ns, first_ns = now_ns();
    bool good = true;
    process_cpu_ns(getpid(), &client_before);
    for (unsigned repeat = 0; good && repeat < compare->repeats; repeat++) {
        count_all(compare, before);
        for (unsigned i = 0; i < compare->lane_count; i++)
            delivery_restart(&compare->lanes[i].delivery);
        int64_t from_ns = now_ns();
        end_ns += repeat_ns;
        good = compare_run_until(run, end_ns);
        double seconds = (double)(now_ns() - from_ns) / 1e9;
        for (unsigned i = 0; good && i < compare->lane_count; i++)
            compare_enter_repeat(compare, i, repeat, &before[i], seconds);
        compare->finished += good;
    }
    process_cpu_ns(getpid(), &client_after);
    compare->client_percent =
        100 * (double)(client_after - client_before) / (double)(now_ns() - first_ns);
    return good;
}

bool compare_drain(struct compare_run *run)
{
    const struct compare *compare = run->compare;
    int64_t limit_ns = now_ns() + SILENCE_LIMIT_MS * ms_ns + compare->settings.interval_ns +
                       (int64_t)(compare->settings.round_trip_ms * 1e6);
    bool done = false, good = true;
    while (good && !done && now_ns() < limit_ns) {
        good = turn(run, now_ns() + DRAIN_TURN_MS * ms_ns);
        done = true;
        for (unsigned i = 0; i < compare->lane_count; i++)
            done = done && lane_done(&compare->lanes[i]);
    }
    return good;
}

bool compare_settle(struct compare_run *run)
{
    return compare_run_until(run, now_ns() + SETTLE_MS * ms_ns);
}

bool compare_run_quiet(struct compare_run *run, int64_t quiet_ns)
{
    struct compare *compare = run->compare;
    struct lane_counts before[COMPARE_LANES_LIMIT];
    int64_t begin_ns = now_ns();
    count_all(compare, before);
    if (!compare_run_until(run, begin_ns + quiet_ns))
        return false;
    double seconds = (double)(now_ns() - begin_ns) / 1e9;
    for (unsigned i = 0; i < compare->lane_count; i++)
        compare_enter_quiet(compare, i, &before[i], seconds);
    return true;
}
