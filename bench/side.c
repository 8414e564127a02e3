/* SPDX-License-Identifier: MIT */
#include "side.h"

#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SERVER_PROCESSOR, CLIENT_PROCESSOR };

/* ---- setting up -------------------------------------------------------------------------- */

static bool complain(const struct side *side)
{
    const struct load *load = &side->load;
    if (load->broken)
        fprintf(stderr, "pushbench: %s, %s: %s%s%.0d\n", side->name, side->options.kind->name,
                load->broken, load->status ? " " : "", load->status);
    return false;
}

bool side_open(struct side *side, const struct side_plan *plan, const struct endpoint *endpoint,
               const char *topic)
{
    side->options.messages = plan->messages * (plan->stretches + 1);
    if (!load_init(&side->load, &side->options, endpoint, topic))
        return false;
    return load_open(&side->load) || complain(side);
}

void side_finish(struct side *side)
{
    if (side->load.options)
        load_finish(&side->load);
    side->load.options = NULL;
    instructions_close(&side->instructions);
}

bool sides_fit(unsigned sides, unsigned clients)
{
    enum { SPARE_FILES = 64 };
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
           (uint64_t)sides * clients + SPARE_FILES <= limit.rlim_cur;
}

/* ---- measuring --------------------------------------------------------------------------- */

/* What was used so far, read when all is at rest. */
struct reading {
    double server_us, machine_us; /* NAN: not known */
    double instructions[INSTRUCTION_MODES];
    uint64_t client_ns;
    struct network_traffic traffic;
};

static struct reading take_reading(const struct side *side)
{
    struct reading reading = {.server_us = NAN, .machine_us = NAN};
    uint64_t server_ns;
    int64_t machine_ns;
    if (processes_settled_cpu_ns(side->pids, side->pid_count, &server_ns))
        reading.server_us = (double)server_ns / 1e3;
    if (machine_busy_ns(&machine_ns))
        reading.machine_us = (double)machine_ns / 1e3;
    instructions_read(&side->instructions, reading.instructions);
    reading.traffic = network_traffic_read();
    process_cpu_ns(getpid(), &reading.client_ns); /* last: all this was its work, too */
    return reading;
}

static void enter_costs(struct side *side, const struct reading *before,
                        const struct reading *after, double delivered)
{
    unsigned index = side->stretches++;
    side->costs[COST_CPU_US][index] = (after->server_us - before->server_us) / delivered;
    for (unsigned mode = 0; mode < INSTRUCTION_MODES; mode++)
        side->costs[COST_USER_INSTRUCTIONS + mode][index] =
            (after->instructions[mode] - before->instructions[mode]) / delivered;
}

static void add_traffic(struct network_traffic *sum, const struct network_traffic *before,
                        const struct network_traffic *after)
{
    sum->bytes += after->bytes - before->bytes;
    sum->segments += after->segments - before->segments;
    sum->retransmitted += after->retransmitted - before->retransmitted;
}

static bool run_stretch(struct side *side, uint64_t messages)
{
    struct side_totals *totals = &side->totals;
    uint64_t delivered = side->load.delivery.delivered;
    uint64_t received = side->load.swarm.received_bytes, client_ns = 0;
    struct reading before = take_reading(side);
    int64_t begin_ns = now_ns();
    if (!load_run(&side->load, messages))
        return complain(side);
    totals->wall_s += (double)(now_ns() - begin_ns) / 1e9;
    process_cpu_ns(getpid(), &client_ns); /* before it waits for the server to rest */
    struct reading after = take_reading(side);
    delivered = side->load.delivery.delivered - delivered;
    enter_costs(side, &before, &after, (double)delivered);
    add_traffic(&totals->traffic, &before.traffic, &after.traffic);
    totals->machine_us += after.machine_us - before.machine_us;
    totals->client_cpu_s += (double)(client_ns - before.client_ns) / 1e9;
    totals->deliveries += delivered;
    totals->received_bytes += side->load.swarm.received_bytes - received;
    return true;
}

/* The first stretch fills caches and pools; it leaves no trace in the books. */
static bool warm_up(struct side *side, uint64_t messages)
{
    instructions_open(side->pids, side->pid_count, &side->instructions);
    if (!run_stretch(side, messages))
        return false;
    delivery_restart(&side->load.delivery);
    side->stretches = 0;
    side->totals = (struct side_totals){0};
    return true;
}

void sides_pin(struct side *const sides[], unsigned count)
{
    bool good = process_pin(getpid(), CLIENT_PROCESSOR);
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < sides[i]->pid_count; k++)
            good = process_pin(sides[i]->pids[k], SERVER_PROCESSOR) && good;
    if (!good)
        fprintf(stderr, "pushbench: --pin: cannot pin to processors %d and %d\n",
                SERVER_PROCESSOR, CLIENT_PROCESSOR);
}

bool sides_run(struct side *const sides[], unsigned count, const struct side_plan *plan)
{
    struct progress progress;
    bool good = true;
    progress_init(&progress, plan->label, plan->label ? plan->stretches + 1 : 0);
    for (unsigned i = 0; good && i < count; i++)
        good = warm_up(sides[i], plan->messages);
    for (unsigned round = 0; good && round < plan->stretches; round++) {
        progress_update(&progress, round + 1);
        for (unsigned turn = 0; good && turn < count; turn++)
            good = run_stretch(sides[(round + turn) % count], plan->messages);
    }
    progress_finish(&progress);
    return good;
}
