/* SPDX-License-Identifier: MIT
 *
 * Filling a matrix of compatibility: many probes at once, and those that failed again.
 */
#include "compat.h"

#include <stdio.h>
#include <stdlib.h>

/* A minute is two seconds here, and a heartbeat's 15 s are one. Messages come in the middle
 * between two heartbeats: what gathers for these is then done with it. */
const struct probe_times compat_times = {
    .interval_ms = 250, .wait_s = 1, .lead_ms = 600, .silence_ms = 3000, .patience_ms = 1500};

const char *const compat_care_names[CARES] = {"naive", "careful", "cured"};

bool compat_start_server(const struct common_options *common, const char *heartbeat,
                         struct server_process *ret_server)
{
    const char *const options[] = {"--lab",       "--feed",  "none",   "--workers", "1",
                                   "--heartbeat", heartbeat, "--host", "*",         NULL};
    return server_start(common, options, ret_server);
}

/* ---- probing ----------------------------------------------------------------------------- */

struct task {
    struct compat_row *row;
    unsigned transport;
};

static void plan_probe(const struct task *task, struct probe_plan *ret_plan)
{
    *ret_plan = (struct probe_plan){.kind = client_kinds[task->transport],
                                    .path = &task->row->path,
                                    .more = task->row->more,
                                    .times = task->row->times};
}

static struct compat_cell *cell_of(const struct task *task)
{
    return &task->row->cells[task->transport];
}

static void keep(const struct task *task, const struct probe *probe, bool again)
{
    struct compat_cell *cell = cell_of(task);
    enum probe_outcome outcome = probe_judge(&probe->seen);
    bool better =
        outcome < cell->outcome || (probe_resumed(&probe->seen) && !probe_resumed(&cell->seen));
    if (again && (probe->trouble || (!cell->trouble && !better)))
        return;
    *cell = (struct compat_cell){probe->seen, outcome, probe->trouble};
}

static bool run_tasks(const struct task *tasks, unsigned count, const char *label, bool again)
{
    struct probe *probes = calloc(count ? count : 1, sizeof(*probes));
    if (!probes)
        return false;
    for (unsigned i = 0; i < count; i++) {
        struct probe_plan plan;
        plan_probe(&tasks[i], &plan);
        probe_init(&probes[i], &plan, i);
    }
    probes_run(probes, count, label);
    for (unsigned i = 0; i < count; i++) {
        keep(&tasks[i], &probes[i], again);
        probe_finish(&probes[i]);
    }
    free(probes);
    return true;
}

/* Whether it is worth another try: the first time all that does not work, then what a busy
 * machine may have done. */
static bool is_doubtful(const struct task *task, unsigned tries)
{
    const struct compat_cell *cell = cell_of(task);
    bool must = task->row->care == CARE_CURED || !task->row->remedy.in[ENGLISH];
    if (cell->trouble || (compat_passes(cell) && cell->outcome == PROBE_WORKS))
        return cell->trouble;
    return tries == 0 || must;
}

bool compat_probe(struct compat_row *rows, unsigned count, const char *label,
                  unsigned tries_again)
{
    struct task tasks[COMPAT_ROWS_LIMIT * COMPAT_TRANSPORTS] = {0};
    unsigned left = 0;
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
            tasks[left++] = (struct task){&rows[i], k};
    bool good = run_tasks(tasks, left, label, false);
    for (unsigned tries = 0; good && left > 0 && tries < tries_again; tries++) {
        unsigned doubtful = 0;
        for (unsigned i = 0; i < left; i++)
            if (is_doubtful(&tasks[i], tries))
                tasks[doubtful++] = tasks[i];
        left = doubtful;
        good = run_tasks(tasks, left, label, true) && !process_interrupted();
    }
    return good;
}

/* ---- judging ----------------------------------------------------------------------------- */

bool compat_passes(const struct compat_cell *cell)
{
    bool works = cell->outcome == PROBE_WORKS || cell->outcome == PROBE_LATE;
    return !cell->trouble && works && probe_resumed(&cell->seen);
}
