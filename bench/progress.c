/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 30, REDRAW_MS = 100 };

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void progress_init(struct progress *progress, const char *label, uint64_t total)
{
    *progress = (struct progress){.label = label,
                                  .total = total,
                                  .started_ns = now_ns(),
                                  .shown = total > 0 && isatty(STDERR_FILENO)};
}

void progress_update(struct progress *progress, uint64_t done)
{
    if (!progress->shown)
        return;
    int64_t now = now_ns();
    if (now - progress->drawn_ns < (int64_t)REDRAW_MS * 1000000)
        return;
    progress->drawn_ns = now;
    /* What takes longer than it was thought to is nearly done. */
    double share = done < progress->total ? (double)done / (double)progress->total : 1;
    int filled = (int)(share * WIDTH);
    fprintf(stderr, "\r\033[K%s [%.*s%*s] %3.0f %%", progress->label, filled,
            "##############################", WIDTH - filled, "", share * 100);
    if (share > 0.05) {
        double passed_s = (double)(now - progress->started_ns) / 1e9;
        fprintf(stderr, ", %.0f s left", passed_s / share - passed_s);
    }
    fflush(stderr);
}

void progress_finish(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}
