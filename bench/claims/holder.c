/* SPDX-License-Identifier: MIT */
#include "holder.h"

#include "../proc_stat.h"
#include "../server_process.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST_SIZE = 4096, STACK_MAPPINGS = 2 };

/* ---- the process ------------------------------------------------------------------------- */

/* Reads whatever comes, as a thread that serves a held request would, until the peer leaves. */
static void *hold(void *arg)
{
    char request[REQUEST_SIZE];
    int fd = (int)(intptr_t)arg;
    while (recv(fd, request, sizeof(request), 0) > 0)
        ;
    close(fd);
    return NULL;
}

static void run(int listen_fd)
{
    pthread_attr_t attributes;
    signal(SIGINT, SIG_DFL);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (;;) {
        pthread_t thread;
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0 && pthread_create(&thread, &attributes, hold, (void *)(intptr_t)fd) != 0)
            close(fd);
    }
}

/* ---- its owner --------------------------------------------------------------------------- */

bool holder_start(struct holder *ret_holder)
{
    struct holder holder = {.pid = -1};
    int fd = endpoint_listen(&holder.endpoint);
    if (fd >= 0)
        holder.pid = process_fork();
    if (holder.pid == 0)
        run(fd);
    if (fd >= 0)
        close(fd);
    if (holder.pid > 0)
        process_guard(holder.pid);
    else
        fputs("pushbench: cannot start a server with a thread for each connection\n", stderr);
    *ret_holder = holder;
    return holder.pid > 0;
}

static bool count(pid_t pid, pid_t tid, void *arg)
{
    unsigned *threads = arg;
    *threads += tid != pid;
    return true;
}

unsigned holder_threads(const struct holder *holder)
{
    unsigned threads = 0;
    process_each_thread(holder->pid, count, &threads);
    return threads;
}

void holder_stop(struct holder *holder)
{
    if (holder->pid <= 0)
        return;
    kill(holder->pid, SIGTERM);
    waitpid(holder->pid, NULL, 0);
    process_unguard(holder->pid);
    holder->pid = 0;
}

/* ---- what the kernel says ---------------------------------------------------------------- */

uint64_t holder_kernel_stack_bytes(void)
{
    unsigned long long kibibytes = 0;
    char line[256];
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof(line), file) &&
           sscanf(line, "KernelStack: %llu", &kibibytes) != 1)
        ;
    if (file)
        fclose(file);
    return kibibytes * 1024;
}

/* The number in a file; INFINITY: there is none, or it is "max". */
static double number_in(const char *path)
{
    double number = INFINITY;
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%lf", &number) != 1)
        number = INFINITY;
    if (file)
        fclose(file);
    return number;
}

double holder_threads_limit(void)
{
    struct rlimit processes;
    double least =
        fmin(number_in("/proc/sys/kernel/threads-max"), number_in("/proc/sys/kernel/pid_max"));
    /* A thread's stack, and the page that guards it. */
    least = fmin(least, number_in("/proc/sys/vm/max_map_count") / STACK_MAPPINGS);
    least = fmin(least, number_in("/sys/fs/cgroup/pids.max"));
    if (getrlimit(RLIMIT_NPROC, &processes) == 0 && processes.rlim_cur != RLIM_INFINITY)
        least = fmin(least, (double)processes.rlim_cur);
    return isinf(least) ? NAN : least;
}
