/* SPDX-License-Identifier: MIT */
#include "proc_stat.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PSS_POLL_MS = 25, PSS_STEADY = 4, CPU_POLL_MS = 2, CPU_POLLS_LIMIT = 500 };

static void pause_ms(unsigned ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/* The number behind prefix on the line that begins with it; 0 when there is none. */
static uint64_t number_after(const char *path, const char *prefix)
{
    FILE *file = fopen(path, "re");
    char line[512];
    uint64_t number = 0;
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, prefix, strlen(prefix)) == 0) {
            number = strtoull(line + strlen(prefix), NULL, 10);
            break;
        }
    if (file)
        fclose(file);
    return number;
}

struct process_memory process_memory_read(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    return (struct process_memory){
        .pss_bytes = number_after(path, "Pss:") * 1024,
        .anon_bytes = number_after(path, "Pss_Anon:") * 1024,
    };
}

struct process_memory process_memory_settled(pid_t pid, unsigned limit_ms)
{
    struct process_memory last = process_memory_read(pid);
    for (unsigned waited = 0, steady = 0; steady < PSS_STEADY && waited < limit_ms;
         waited += PSS_POLL_MS) {
        pause_ms(PSS_POLL_MS);
        struct process_memory now = process_memory_read(pid);
        steady = now.anon_bytes == last.anon_bytes ? steady + 1 : 0;
        last = now;
    }
    return last;
}

unsigned process_files(pid_t pid)
{
    char path[64];
    unsigned count = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

bool process_sanitized(pid_t pid)
{
    char path[64], line[1024];
    bool found = false;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof(line), file))
        found = strstr(line, "libasan") || strstr(line, "libtsan") || strstr(line, "libubsan");
    if (file)
        fclose(file);
    return found;
}

/* ---- threads ----------------------------------------------------------------------------- */

bool process_each_thread(pid_t pid, bool (*on_thread)(pid_t pid, pid_t tid, void *arg),
                         void *arg)
{
    char path[64];
    bool good = true, any = false;
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && good && (entry = readdir(folder));)
        if (entry->d_name[0] != '.') {
            good = on_thread(pid, (pid_t)strtol(entry->d_name, NULL, 10), arg);
            any = true;
        }
    if (folder)
        closedir(folder);
    return good && any;
}

static bool add_cpu(pid_t pid, pid_t tid, void *arg)
{
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)pid, (int)tid);
    FILE *file = fopen(path, "re");
    bool good = file && fscanf(file, "%llu", &ns) == 1;
    if (file)
        fclose(file);
    *(uint64_t *)arg += ns;
    return good;
}

bool process_cpu_ns(pid_t pid, uint64_t *ret_ns)
{
    uint64_t ns = 0;
    if (pid <= 0 || !process_each_thread(pid, add_cpu, &ns))
        return false;
    *ret_ns = ns;
    return true;
}

static bool processes_cpu_ns(const pid_t *pids, unsigned count, uint64_t *ret_ns)
{
    uint64_t sum = 0, ns;
    for (unsigned i = 0; i < count; i++) {
        if (!process_cpu_ns(pids[i], &ns))
            return false;
        sum += ns;
    }
    *ret_ns = sum;
    return count > 0;
}

bool processes_settled_cpu_ns(const pid_t *pids, unsigned count, uint64_t *ret_ns)
{
    uint64_t last = 0, now = 1;
    for (unsigned i = 0; i < CPU_POLLS_LIMIT && last != now; i++) {
        last = now;
        pause_ms(CPU_POLL_MS);
        if (!processes_cpu_ns(pids, count, &now))
            return false;
    }
    *ret_ns = now;
    return true;
}

/* Busy is what is neither idle, waiting for a disk, nor taken by the host: the kernel knows how
 * long a processor slept; what it did otherwise, it only samples. */
bool machine_busy_ns(int64_t *ret_ns)
{
    unsigned long long idle, iowait, steal;
    struct timespec now;
    FILE *file = fopen("/proc/stat", "re");
    bool good = file && fscanf(file, "cpu %*u %*u %*u %llu %llu %*u %*u %llu", &idle, &iowait,
                               &steal) == 3;
    if (file)
        fclose(file);
    if (!good)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    int64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
    *ret_ns = ns * sysconf(_SC_NPROCESSORS_ONLN) - (int64_t)(idle + iowait + steal) * tick_ns;
    return true;
}

static bool pin_thread(pid_t pid, pid_t tid, void *arg)
{
    (void)pid;
    return sched_setaffinity(tid, sizeof(cpu_set_t), arg) == 0;
}

bool process_pin(pid_t pid, unsigned processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pid > 0 && process_each_thread(pid, pin_thread, &set);
}

/* ---- the kernel's own -------------------------------------------------------------------- */

struct kernel_memory kernel_memory_read(void)
{
    struct kernel_memory memory = {
        .slab_bytes = number_after("/proc/meminfo", "Slab:") * 1024,
    };
    FILE *file = fopen("/proc/net/sockstat", "re");
    char line[256];
    while (file && fgets(line, sizeof(line), file)) {
        const char *pages = strncmp(line, "TCP:", 4) == 0 ? strstr(line, " mem ") : NULL;
        if (pages)
            memory.tcp_bytes = strtoull(pages + 5, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
    }
    if (file)
        fclose(file);
    return memory;
}

struct network_traffic network_traffic_read(void)
{
    struct network_traffic traffic = {0};
    unsigned long long bytes, segments, retransmitted;
    char line[512];
    FILE *file = fopen("/proc/net/dev", "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, " %*[^:]: %llu", &bytes) == 1)
            traffic.bytes += bytes;
    if (file)
        fclose(file);
    file = fopen("/proc/net/snmp", "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Tcp: %*d %*d %*d %*d %*d %*d %*d %*d %*d %*d %llu %llu", &segments,
                   &retransmitted) == 2) {
            traffic.segments = segments;
            traffic.retransmitted = retransmitted;
        }
    if (file)
        fclose(file);
    return traffic;
}
