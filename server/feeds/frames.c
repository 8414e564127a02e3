/* SPDX-License-Identifier: MIT
 *
 * The feed `frames`: pictures of a running clock, as PNG. Shown side by side over two
 * transports, the later one is seen to be late, by the hands, and by how much, by the digits.
 *
 * The amber hand goes round once in four seconds, the short cyan one once a second. On the
 * right: the picture's number, the time of day, and the machine's CPU use as it passes by, a
 * column to a picture.
 */
#include "canvas.h"
#include "feed.h"
#include "png_encode.h"
#include "proc.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    DIAL_X = 124,
    DIAL_Y = 135,
    DIAL_RADIUS = 116,
    DIAL_S = 4, /* once round */
    COLUMN_X = 260,
    COLUMN_WIDTH = 212,
    NUMBER_Y = 40,
    TIME_Y = 100,
    PLOT_Y = 160,
    PLOT_HEIGHT = 92,
    SAMPLE_WIDTH = 2,
    SAMPLES = COLUMN_WIDTH / SAMPLE_WIDTH,
    SAMPLES_PER_GRID = 10,
    SMOOTH_PER_CENT = 30 /* of what is shown is the newest reading */
};

struct frames {
    int stat; /* /proc/stat, -1 when there is none */
    struct cpu_time before;
    unsigned samples[SAMPLES]; /* tenths of a percent; a ring: sample n is at n % SAMPLES */
    uint64_t sample_count;
    struct canvas still; /* what is the same in all pictures, drawn once */
    struct canvas canvas;
    char text[512]; /* only the first line of /proc/stat is wanted */
};

/* ---- the dial --------------------------------------------------------------------------- */

/* From the middle, in a direction given as a share of the circle, 0 at the top, clockwise. */
static void draw_ray(struct canvas *canvas, float turn, float from, float to, float thickness,
                     enum ink ink)
{
    float angle = turn * 2 * (float)M_PI;
    float x = sinf(angle), y = -cosf(angle);
    canvas_line(canvas, DIAL_X + x * from, DIAL_Y + y * from, DIAL_X + x * to, DIAL_Y + y * to,
                thickness, ink);
}

static void draw_dial(struct canvas *canvas)
{
    canvas_ring(canvas, DIAL_X, DIAL_Y, DIAL_RADIUS, 3, INK_GREY);
    for (int tenth = 0; tenth < DIAL_S * 10; tenth++) {
        float turn = (float)tenth / (DIAL_S * 10);
        bool second = tenth % 10 == 0;
        draw_ray(canvas, turn, second ? DIAL_RADIUS - 18 : DIAL_RADIUS - 10, DIAL_RADIUS - 5,
                 second ? 4 : 1.5F, second ? INK_WHITE : INK_GREY);
    }
    for (int second = 0; second < DIAL_S; second++) {
        static const int x[] = {0, 1, 0, -1}, y[] = {-1, 0, 1, 0};
        canvas_text(canvas, DIAL_X + x[second] * (DIAL_RADIUS - 34) - 7,
                    DIAL_Y + y[second] * (DIAL_RADIUS - 34) - 10, 3, INK_GREY,
                    (char[]){(char)('0' + second), '\0'});
    }
}

static void draw_hands(struct canvas *canvas, uint64_t time_us)
{
    float slow = (float)(time_us % (DIAL_S * 1000000)) / (DIAL_S * 1e6F);
    float fast = (float)(time_us % 1000000) / 1e6F;
    draw_ray(canvas, fast, -10, 52, 5, INK_CYAN);
    draw_ray(canvas, slow, -18, DIAL_RADIUS - 8, 5, INK_AMBER);
    canvas_ring(canvas, DIAL_X, DIAL_Y, 3, 8, INK_WHITE);
}

/* ---- the column on the right ------------------------------------------------------------ */

static void draw_number(struct canvas *canvas, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%06llu", (unsigned long long)number);
    int scale = 6;
    while (canvas_text_width(scale, text) > COLUMN_WIDTH)
        scale--;
    canvas_text(canvas, COLUMN_X, NUMBER_Y, scale, INK_WHITE, text);
}

static void draw_time(struct canvas *canvas, uint64_t time_us)
{
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm local = {0};
    localtime_r(&seconds, &local); /* as on the clock on the wall */
    char text[48];
    snprintf(text, sizeof(text), "%02d:%02d:%02d.%03u", local.tm_hour, local.tm_min,
             local.tm_sec, (unsigned)(time_us / 1000 % 1000));
    canvas_text(canvas, COLUMN_X, TIME_Y, 3, INK_AMBER, text);
}

static void take_sample(struct frames *frames)
{
    unsigned last = frames->samples[frames->sample_count % SAMPLES];
    struct cpu_time now = frames->before;
    proc_read(frames->stat, frames->text, sizeof(frames->text));
    proc_cpu(frames->text, &now);
    unsigned busy = cpu_busy(frames->before, now, last);
    frames->before = now;
    frames->sample_count++;
    frames->samples[frames->sample_count % SAMPLES] =
        (busy * SMOOTH_PER_CENT + last * (100 - SMOOTH_PER_CENT)) / 100;
}

static void draw_plot(struct canvas *canvas, const struct frames *frames)
{
    char text[16];
    snprintf(text, sizeof(text), "%3u%%",
             (frames->samples[frames->sample_count % SAMPLES] + 5) / 10);
    canvas_text(canvas, COLUMN_X + COLUMN_WIDTH - canvas_text_width(2, text), PLOT_Y - 20, 2,
                INK_GREEN, text);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        /* The newest is on the right; the grid travels with the samples. */
        uint64_t sample = frames->sample_count + 1 + i;
        int x = COLUMN_X + (int)i * SAMPLE_WIDTH;
        int height = 2 + (int)(frames->samples[sample % SAMPLES] * (PLOT_HEIGHT - 2) / 1000);
        int top = PLOT_Y + PLOT_HEIGHT - height;
        if (sample % SAMPLES_PER_GRID == 0)
            canvas_box(canvas, x, PLOT_Y, 1, PLOT_HEIGHT, INK_GREY, 1);
        canvas_box(canvas, x, top, SAMPLE_WIDTH, height, INK_GREEN, 2);
        canvas_box(canvas, x, top, SAMPLE_WIDTH, 2, INK_GREEN, CANVAS_LEVELS - 1);
    }
}

/* ---- the feed --------------------------------------------------------------------------- */

static int frames_create(void **ret_state)
{
    struct frames *frames = calloc(1, sizeof(*frames));
    if (!frames)
        return -ENOMEM;
    frames->stat = proc_open("/proc/stat");
    take_sample(frames);
    frames->samples[frames->sample_count % SAMPLES] = 0; /* that was the mean since boot */
    draw_dial(&frames->still);
    canvas_text(&frames->still, COLUMN_X, NUMBER_Y - 24, 2, INK_GREY, "PICTURE");
    canvas_text(&frames->still, COLUMN_X, PLOT_Y - 20, 2, INK_GREY, "CPU");
    canvas_box(&frames->still, COLUMN_X, PLOT_Y, COLUMN_WIDTH, 1, INK_GREY, 1);
    *ret_state = frames;
    return 0;
}

static int frames_make(void *state, uint64_t number, uint64_t time_us, struct builder *ret_data)
{
    struct frames *frames = state;
    struct canvas *canvas = &frames->canvas;
    take_sample(frames);
    *canvas = frames->still;
    draw_hands(canvas, time_us);
    draw_number(canvas, number);
    draw_time(canvas, time_us);
    draw_plot(canvas, frames);
    return png_encode(canvas, ret_data);
}

static void frames_destroy(void *state)
{
    struct frames *frames = state;
    if (!frames)
        return;
    if (frames->stat >= 0)
        close(frames->stat);
    free(frames);
}

const struct feed frames_feed = {
    .name = "frames",
    .summary = "PNG pictures of a running clock, ten a second",
    .rate = 10,
    .type = MESSAGE_BINARY,
    .create = frames_create,
    .make = frames_make,
    .destroy = frames_destroy,
};
