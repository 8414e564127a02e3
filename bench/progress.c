/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 30, BESIDE = sizeof(" [] 100 %, 9999 s left"), REDRAW_MS = 100 };

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The descriptor that the environment names, or 0. Asked once: a process started from here
 * would find another file under that number. */
static int listener_fd(void)
{
    static const char name[] = "PUSHBENCH_PROGRESS";
    static int fd;
    const char *text = getenv(name);
    if (text) {
        long number = strtol(text, NULL, 10);
        bool open = number > STDERR_FILENO && number <= INT_MAX &&
                    fcntl((int)number, F_SETFD, FD_CLOEXEC) == 0;
        fd = open ? (int)number : 0;
        unsetenv(name);
    }
    return fd;
}

void progress_init(struct progress *progress, const char *label, uint64_t total)
{
    *progress = (struct progress){.label = label,
                                  .total = total,
                                  .started_ns = now_ns(),
                                  .shown = total > 0 && isatty(STDERR_FILENO),
                                  .told_fd = total > 0 ? listener_fd() : 0};
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* How much of label and bar fits beside the rest: a line that wraps could not be wiped. */
static void fit(const char *label, int *ret_label, int *ret_bar)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > BESIDE;
    int room = known ? size.ws_col - BESIDE : INT_MAX;
    *ret_label = least((int)strlen(label), room);
    *ret_bar = least(room - *ret_label, WIDTH);
}

/* left_s: NAN when it is not known. */
static void draw(const struct progress *progress, double share, double left_s)
{
    int label, bar;
    fit(progress->label, &label, &bar);
    int filled = (int)(share * bar);
    fprintf(stderr, "\r\033[K%.*s [%.*s%*s] %3.0f %%", label, progress->label, filled,
            "##############################", bar - filled, "", share * 100);
    if (!isnan(left_s))
        fprintf(stderr, ", %.0f s left", left_s);
    fflush(stderr);
}

static void tell(const struct progress *progress, double share, double left_s)
{
    if (isnan(left_s))
        dprintf(progress->told_fd, "{\"progress\":%.3f,\"left_s\":null}\n", share);
    else
        dprintf(progress->told_fd, "{\"progress\":%.3f,\"left_s\":%.1f}\n", share, left_s);
}

void progress_update(struct progress *progress, uint64_t done)
{
    if (!progress->shown && !progress->told_fd)
        return;
    int64_t now = now_ns();
    if (now - progress->drawn_ns < (int64_t)REDRAW_MS * 1000000)
        return;
    progress->drawn_ns = now;
    /* What takes longer than it was thought to is nearly done. */
    double share = done < progress->total ? (double)done / (double)progress->total : 1;
    double passed_s = (double)(now - progress->started_ns) / 1e9;
    double left_s = share > 0.05 ? passed_s / share - passed_s : NAN;
    if (progress->shown)
        draw(progress, share, left_s);
    if (progress->told_fd)
        tell(progress, share, left_s);
}

void progress_finish(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}
