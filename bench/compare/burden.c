/* SPDX-License-Identifier: MIT */
#include "burden.h"

#include "../proc_stat.h"
#include "../server_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 50 };

static uint64_t own_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* Looking at the other one is part of what is burnt. */
static void burn(pid_t other, double share)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    uint64_t begin_ns, now_ns, own_begin_ns = own_ns();
    if (!process_cpu_ns(other, &begin_ns))
        return;
    while (nanosleep(&pause, NULL) == 0 && process_cpu_ns(other, &now_ns)) {
        uint64_t wanted_ns = (uint64_t)((double)(now_ns - begin_ns) * share);
        while (own_ns() - own_begin_ns < wanted_ns)
            ;
    }
}

pid_t burden_start(pid_t other, double share)
{
    pid_t pid = process_fork();
    if (pid < 0)
        fprintf(stderr, "pushbench: cannot start a process: %s\n", strerror(errno));
    if (pid > 0)
        process_guard(pid);
    if (pid != 0)
        return pid;
    signal(SIGHUP, SIG_DFL);
    signal(SIGINT, SIG_IGN);
    close_range(STDERR_FILENO + 1, ~0U, 0); /* sockets end when pushbench closes them */
    burn(other, share);
    _exit(0);
}

void burden_stop(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    process_unguard(pid);
}
