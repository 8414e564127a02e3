/* SPDX-License-Identifier: MIT
 *
 * The feed `host`: how this machine is doing, read from its kernel. What a monitoring page
 * shows, and real: start something heavy and the figures move.
 *
 *   {"number":7,                      readings so far
 *    "time_us":1795347000123456,      when, microseconds since the Unix epoch
 *    "cpu":{"total":12.5,             percent busy since the last reading: all processors
 *           "cores":[20.0,5.0]},      … and each
 *    "memory":{"total":B,"available":B},                       bytes
 *    "network":{"rx_rate":R,"tx_rate":R,                       bytes a second, received and
 *               "rx_bytes":B,"tx_bytes":B},                    sent, and bytes in all
 *    "loopback":{…},                  the same for the machine talking to itself
 *    "load":[0.12,0.08,0.01],         average number of tasks over 1, 5, 15 minutes
 *    "uptime":3600,                   seconds
 *    "server":{"rss":B,"fds":N}}      this server: bytes in memory, open descriptors
 *
 * A part the kernel does not tell (a container may hide it) is left out. The machine's name is
 * left out on purpose: the feed may be shown to a class.
 */
#include "feed.h"
#include "proc.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { CORES_LIMIT = 512, TEXT_LIMIT = 1 << 16 };

enum source {
    SOURCE_STAT,
    SOURCE_MEMORY,
    SOURCE_NETWORK,
    SOURCE_LOAD,
    SOURCE_UPTIME,
    SOURCE_SELF,
    SOURCE_COUNT
};

/* Figures that say something only beside the ones before them. */
struct reading {
    uint64_t time_ns; /* monotonic: the clock on the wall may be set */
    struct cpu_time all;
    struct cpu_time cores[CORES_LIMIT];
    struct traffic network;
    struct traffic loopback;
};

struct host {
    int files[SOURCE_COUNT]; /* kept open; -1 when missing */
    bool has_cpu;
    bool has_traffic;
    unsigned core_count;
    unsigned all_busy; /* what was said last, in tenths of a percent */
    unsigned core_busy[CORES_LIMIT];
    struct reading before;
    struct reading now;
    char text[TEXT_LIMIT];
};

static void take_reading(struct host *host)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    host->before = host->now;
    struct reading *now = &host->now;
    now->time_ns = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
    proc_read(host->files[SOURCE_STAT], host->text, sizeof(host->text));
    host->has_cpu = proc_cpu(host->text, &now->all);
    host->core_count = proc_cores(host->text, now->cores, CORES_LIMIT);
    proc_read(host->files[SOURCE_NETWORK], host->text, sizeof(host->text));
    host->has_traffic = proc_traffic(host->text, &now->network, &now->loopback);
}

static int host_create(void **ret_state)
{
    static const char *const paths[SOURCE_COUNT] = {
        [SOURCE_STAT] = "/proc/stat",       [SOURCE_MEMORY] = "/proc/meminfo",
        [SOURCE_NETWORK] = "/proc/net/dev", [SOURCE_LOAD] = "/proc/loadavg",
        [SOURCE_UPTIME] = "/proc/uptime",   [SOURCE_SELF] = "/proc/self/statm",
    };
    struct host *host = calloc(1, sizeof(*host));
    if (!host)
        return -ENOMEM;
    for (unsigned i = 0; i < SOURCE_COUNT; i++)
        host->files[i] = proc_open(paths[i]);
    take_reading(host); /* so that the first message has something to compare with */
    *ret_state = host;
    return 0;
}

static void host_destroy(void *state)
{
    struct host *host = state;
    if (!host)
        return;
    for (unsigned i = 0; i < SOURCE_COUNT; i++)
        if (host->files[i] >= 0)
            close(host->files[i]);
    free(host);
}

/* ---- the parts of a message ------------------------------------------------------------- */

static void add_number(struct builder *out, const char *name, uint64_t number)
{
    builder_add_text(out, name);
    builder_add_u64(out, number);
}

/* Not by printf's %f, whose decimal point depends on the locale. */
static void add_tenths(struct builder *out, unsigned tenths)
{
    builder_add_u64(out, tenths / 10);
    builder_add(out, (char[]){'.', (char)('0' + tenths % 10)}, 2);
}

static void add_cpu(struct builder *out, struct host *host)
{
    const struct reading *before = &host->before, *now = &host->now;
    if (!host->has_cpu)
        return;
    host->all_busy = cpu_busy(before->all, now->all, host->all_busy);
    builder_add_text(out, ",\"cpu\":{\"total\":");
    add_tenths(out, host->all_busy);
    builder_add_text(out, ",\"cores\":[");
    for (unsigned i = 0; i < host->core_count; i++) {
        unsigned *busy = &host->core_busy[i];
        *busy = cpu_busy(before->cores[i], now->cores[i], *busy);
        if (i > 0)
            builder_add(out, ",", 1);
        add_tenths(out, *busy);
    }
    builder_add_text(out, "]}");
}

static uint64_t rate(uint64_t before, uint64_t now, uint64_t interval_ns)
{
    /* An interface that went away takes its count with it. */
    if (now <= before || interval_ns == 0)
        return 0;
    return (uint64_t)((double)(now - before) * 1e9 / (double)interval_ns);
}

static void add_traffic(struct builder *out, const char *name, struct traffic before,
                        struct traffic now, uint64_t interval_ns)
{
    builder_add_text(out, name);
    add_number(out, ":{\"rx_rate\":", rate(before.rx_bytes, now.rx_bytes, interval_ns));
    add_number(out, ",\"tx_rate\":", rate(before.tx_bytes, now.tx_bytes, interval_ns));
    add_number(out, ",\"rx_bytes\":", now.rx_bytes);
    add_number(out, ",\"tx_bytes\":", now.tx_bytes);
    builder_add(out, "}", 1);
}

static const char *read_source(struct host *host, enum source source)
{
    proc_read(host->files[source], host->text, sizeof(host->text));
    return host->text;
}

static void add_machine(struct builder *out, struct host *host)
{
    struct memory memory;
    if (proc_memory(read_source(host, SOURCE_MEMORY), &memory)) {
        add_number(out, ",\"memory\":{\"total\":", memory.total);
        add_number(out, ",\"available\":", memory.available);
        builder_add(out, "}", 1);
    }
    const struct reading *before = &host->before, *now = &host->now;
    uint64_t interval_ns = now->time_ns - before->time_ns;
    if (host->has_traffic) {
        add_traffic(out, ",\"network\"", before->network, now->network, interval_ns);
        add_traffic(out, ",\"loopback\"", before->loopback, now->loopback, interval_ns);
    }
    char load[3][16];
    if (proc_load(read_source(host, SOURCE_LOAD), load))
        builder_format(out, ",\"load\":[%s,%s,%s]", load[0], load[1], load[2]);
    uint64_t uptime_s;
    if (proc_uptime(read_source(host, SOURCE_UPTIME), &uptime_s))
        add_number(out, ",\"uptime\":", uptime_s);
}

static void add_server(struct builder *out, struct host *host)
{
    uint64_t resident, descriptors;
    bool has_resident = proc_resident(read_source(host, SOURCE_SELF), &resident);
    bool has_descriptors = proc_descriptors(&descriptors);
    if (!has_resident && !has_descriptors)
        return;
    builder_add_text(out, ",\"server\":{");
    if (has_resident)
        add_number(out, "\"rss\":", resident);
    if (has_descriptors)
        add_number(out, has_resident ? ",\"fds\":" : "\"fds\":", descriptors);
    builder_add(out, "}", 1);
}

static int host_make(void *state, uint64_t number, uint64_t time_us, struct builder *ret_data)
{
    struct host *host = state;
    take_reading(host);
    add_number(ret_data, "{\"number\":", number);
    add_number(ret_data, ",\"time_us\":", time_us);
    add_cpu(ret_data, host);
    add_machine(ret_data, host);
    add_server(ret_data, host);
    builder_add(ret_data, "}", 1);
    return 0;
}

const struct feed host_feed = {
    .name = "host",
    .summary = "this machine's CPU, memory and network, once a second",
    .rate = 1,
    .type = MESSAGE_JSON,
    .create = host_create,
    .make = host_make,
    .destroy = host_destroy,
};
