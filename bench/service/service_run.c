/* SPDX-License-Identifier: MIT */
#include "service_run.h"

#include "../server_process.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RUN_ARGUMENTS_LIMIT = 24,
    PATIENCE_S = 5, /* with a child that was told to end */
    READ_SIZE = 4096,
    OUTPUT_LIMIT = 4 << 20,
};

struct service_run {
    struct run_listener listener;
    pid_t pid;
    int output_fd, complaint_fd; /* files in memory: whoever still holds them keeps nobody
                                    waiting */
    int progress_fd;
    struct evbuffer *lines;
    struct event *on_progress, *on_child, *on_impatience;
    bool cancelled;
};

/* ---- the child --------------------------------------------------------------------------- */

/* Only what is named goes along into the child. */
static void run_program(const struct service_run *run, int progress_fd,
                        const char *const *arguments)
{
    const char *all[RUN_ARGUMENTS_LIMIT + 2] = {"pushbench"};
    char number[16];
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(run->output_fd, STDOUT_FILENO);
    dup2(run->complaint_fd, STDERR_FILENO);
    fcntl(progress_fd, F_SETFD, 0);
    snprintf(number, sizeof(number), "%d", progress_fd);
    setenv("PUSHBENCH_PROGRESS", number, 1);
    for (unsigned i = 0; arguments[i] && i < RUN_ARGUMENTS_LIMIT; i++)
        all[i + 1] = arguments[i];
    execv("/proc/self/exe", (char *const *)all);
    _exit(127);
}

/* ---- its end ----------------------------------------------------------------------------- */

static void run_destroy(struct service_run *run)
{
    struct event *const events[] = {run->on_progress, run->on_child, run->on_impatience};
    const int files[] = {run->output_fd, run->complaint_fd, run->progress_fd};
    for (unsigned i = 0; i < 3; i++) {
        if (events[i])
            event_free(events[i]);
        if (files[i] >= 0)
            close(files[i]);
    }
    if (run->lines)
        evbuffer_free(run->lines);
    free(run);
}

static void read_file(int fd, struct builder *text)
{
    off_t at = 0;
    ssize_t got = 1;
    while (got > 0 && at < OUTPUT_LIMIT) {
        char *room = builder_reserve(text, READ_SIZE);
        got = room ? pread(fd, room, READ_SIZE, at) : 0;
        if (got > 0)
            builder_claim(text, (size_t)got);
        at += got;
    }
}

static struct slice last_line(struct slice text)
{
    while (text.len && text.at[text.len - 1] == '\n')
        text.len--;
    const char *before = text.len ? memrchr(text.at, '\n', text.len) : NULL;
    size_t skipped = before ? (size_t)(before + 1 - text.at) : 0;
    return (struct slice){text.at + skipped, text.len - skipped};
}

static void tell_lines(struct service_run *run)
{
    size_t len;
    for (char *line; (line = evbuffer_readln(run->lines, &len, EVBUFFER_EOL_LF)); free(line))
        run->listener.on_progress(run->listener.arg, line, len);
}

static void on_progress(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct service_run *run = arg;
    if (evbuffer_read(run->lines, fd, READ_SIZE) <= 0)
        event_del(run->on_progress);
    else
        tell_lines(run);
}

static void on_child(evutil_socket_t number, short what, void *arg)
{
    (void)number, (void)what;
    struct service_run *run = arg;
    struct builder output = {0}, complaint = {0};
    int status;
    if (waitpid(run->pid, &status, WNOHANG) != run->pid)
        return;
    read_file(run->output_fd, &output);
    read_file(run->complaint_fd, &complaint);
    const struct run_end end = {.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                                .output = builder_slice(&output),
                                .complaint = last_line(builder_slice(&complaint))};
    run->listener.on_end(run->listener.arg, &end);
    builder_finish(&output);
    builder_finish(&complaint);
    run_destroy(run);
}

static void on_impatience(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    const struct service_run *run = arg;
    kill(run->pid, SIGKILL);
}

void service_run_cancel(struct service_run *run)
{
    if (!run || run->cancelled)
        return;
    run->cancelled = true;
    kill(run->pid, SIGINT);
    event_add(run->on_impatience, &(struct timeval){.tv_sec = PATIENCE_S});
}

/* ---- its start --------------------------------------------------------------------------- */

static bool prepare(struct service_run *run, struct event_base *base)
{
    run->output_fd = memfd_create("output", MFD_CLOEXEC);
    run->complaint_fd = memfd_create("complaint", MFD_CLOEXEC);
    run->lines = evbuffer_new();
    run->on_child = evsignal_new(base, SIGCHLD, on_child, run);
    run->on_impatience = evtimer_new(base, on_impatience, run);
    return run->output_fd >= 0 && run->complaint_fd >= 0 && run->lines && run->on_child &&
           run->on_impatience && event_add(run->on_child, NULL) == 0;
}

struct service_run *service_run_start(struct event_base *base, const char *const *arguments,
                                      const struct run_listener *listener)
{
    int ends[2] = {-1, -1};
    struct service_run *run = calloc(1, sizeof(*run));
    if (!run)
        return NULL;
    *run = (struct service_run){
        .listener = *listener, .output_fd = -1, .complaint_fd = -1, .progress_fd = -1};
    bool good = prepare(run, base) && pipe2(ends, O_CLOEXEC) == 0;
    run->progress_fd = ends[0];
    if (good)
        run->on_progress = event_new(base, ends[0], EV_READ | EV_PERSIST, on_progress, run);
    good = good && run->on_progress && event_add(run->on_progress, NULL) == 0 &&
           (run->pid = process_fork()) >= 0;
    if (good && run->pid == 0)
        run_program(run, ends[1], arguments);
    if (ends[1] >= 0)
        close(ends[1]);
    if (good)
        return run;
    run_destroy(run);
    return NULL;
}
