/* SPDX-License-Identifier: MIT */
#include "instructions.h"

#include "proc_stat.h"

#include <linux/perf_event.h>
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Pinned: a counter that had to share the processor's with others would be a guess. */
static int open_counter(pid_t tid, enum instruction_mode mode)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attributes),
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .inherit = 1,
        .pinned = 1,
        .exclude_user = mode == INSTRUCTIONS_KERNEL,
        .exclude_kernel = mode == INSTRUCTIONS_USER,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

struct opening {
    struct counter_set *set;
    enum instruction_mode mode;
};

static bool add_counter(pid_t pid, pid_t tid, void *arg)
{
    struct opening *opening = arg;
    struct counter_set *set = opening->set;
    (void)pid;
    int fd = set->count < COUNTERS_LIMIT ? open_counter(tid, opening->mode) : -1;
    if (fd < 0)
        return false;
    set->fds[set->count++] = fd;
    return true;
}

static void close_set(struct counter_set *set)
{
    for (unsigned i = 0; i < set->count; i++)
        close(set->fds[i]);
    set->count = 0;
}

void instructions_open(const pid_t *pids, unsigned count, struct instructions *ret_instructions)
{
    for (enum instruction_mode mode = 0; mode < INSTRUCTION_MODES; mode++) {
        struct opening opening = {&ret_instructions->modes[mode], mode};
        bool good = true;
        opening.set->count = 0;
        for (unsigned i = 0; good && i < count; i++)
            good = process_each_thread(pids[i], add_counter, &opening);
        if (!good)
            close_set(opening.set); /* of some threads only: worse than none */
    }
}

void instructions_close(struct instructions *instructions)
{
    for (unsigned mode = 0; mode < INSTRUCTION_MODES; mode++)
        close_set(&instructions->modes[mode]);
}

static double read_set(const struct counter_set *set)
{
    double sum = set->count ? 0 : (double)NAN;
    for (unsigned i = 0; i < set->count; i++) {
        uint64_t value;
        if (read(set->fds[i], &value, sizeof(value)) != sizeof(value))
            return NAN;
        sum += (double)value;
    }
    return sum;
}

void instructions_read(const struct instructions *instructions,
                       double ret_counts[INSTRUCTION_MODES])
{
    for (unsigned mode = 0; mode < INSTRUCTION_MODES; mode++)
        ret_counts[mode] = read_set(&instructions->modes[mode]);
}
