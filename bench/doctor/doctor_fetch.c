/* SPDX-License-Identifier: MIT */
#include "doctor_fetch.h"

#include "../progress.h"
#include "../server_process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3, ROUND_PATIENCE_MS = 4000, TICK_MS = 5 };

static const int64_t ms_ns = 1000000;

void fetch_begin(const struct target *target, const char *method, const char *path,
                 struct builder *out)
{
    builder_format(out, "%s ", method);
    if (target->forward)
        builder_format(out, "http://%s", target->authority);
    builder_format(out, "%s%s HTTP/1.1\r\nHost: %s\r\n", target->path, path, target->authority);
}

void fetch_finish(struct fetched *fetched)
{
    probe_answer_finish(&fetched->answer);
    builder_finish(&fetched->raw);
}

/* Waits for the line a little. As probe_line_pump. */
static int pump(struct probe_line *line)
{
    struct pollfd waiting = {.fd = line->fd, .events = probe_line_events(line)};
    poll(&waiting, 1, TICK_MS);
    return waiting.revents ? probe_line_pump(line) : 0;
}

static bool holds(const struct builder *body, const char *words)
{
    struct slice text = builder_slice(body);
    return words && text.len > 0 && memmem(text.at, text.len, words, strlen(words));
}

/* Reads on until one answer is there, or enough of it. False: none came in time. */
static bool read_one(struct probe_line *line, int64_t until_ns, const char *enough,
                     struct fetched *fetched)
{
    struct probe_answer *answer = &fetched->answer;
    for (;;) {
        struct slice in = builder_slice(&line->in);
        ssize_t used = in.len ? probe_answer_read(answer, in.at, in.len) : 0;
        if (used < 0) {
            builder_add_slice(&fetched->raw, in);
            return false;
        }
        probe_line_took(line, (size_t)used);
        if (answer->complete || holds(&answer->body, enough))
            return true;
        if (fetched->ended)
            return probe_answer_end(answer) && answer->status;
        if (now_ns() > until_ns || process_interrupted()) {
            fetched->late = true;
            return false;
        }
        int result = pump(line);
        fetched->ended = result < 0;
    }
}

/* What is known of TLS before the line is closed. */
static void look_at_cover(const struct probe_line *line, struct fetched *fetched)
{
    snprintf(fetched->trouble, sizeof(fetched->trouble), "%s", probe_line_trouble(line));
    if (line->cover && !line->connecting)
        cover_tell(line->cover, fetched->met);
}

void fetch(const struct target *target, struct slice request, int patience_ms,
           const char *enough, struct fetched *ret_fetched)
{
    struct probe_line line = {.fd = -1};
    int64_t begun_ns = now_ns();
    *ret_fetched = (struct fetched){.answer_us = -1};
    if (probe_line_open(&line, &target->first, &target->way) == 0) {
        probe_line_send(&line, request);
        if (read_one(&line, begun_ns + patience_ms * ms_ns, enough, ret_fetched))
            ret_fetched->answer_us = (now_ns() - begun_ns) / 1000;
        else
            builder_add_slice(&ret_fetched->raw, builder_slice(&line.in));
        look_at_cover(&line, ret_fetched);
    }
    probe_line_close(&line);
}

/* ---- what time a line takes -------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    int64_t ours = *(const int64_t *)a, theirs = *(const int64_t *)b;
    return (ours > theirs) - (ours < theirs);
}

static void add_get(const struct target *target, const char *path, struct builder *out)
{
    fetch_begin(target, "GET", path, out);
    builder_add_text(out, "\r\n");
}

int64_t fetch_round_us(const struct target *target, const char *path)
{
    struct probe_line line = {.fd = -1};
    struct builder request = {0};
    int64_t rounds_us[ROUNDS];
    unsigned count = 0;
    add_get(target, path, &request);
    while (count < ROUNDS) {
        struct fetched fetched = {.answer_us = -1};
        /* The first over a connection pays for opening it, on the way behind the first hop too:
         * the median forgets that. */
        if (line.fd < 0 && probe_line_open(&line, &target->first, &target->way) != 0)
            break;
        probe_line_send(&line, builder_slice(&request));
        int64_t begun_ns = now_ns();
        bool good = read_one(&line, begun_ns + ROUND_PATIENCE_MS * ms_ns, NULL, &fetched);
        bool keeps = fetched.answer.keeps;
        fetch_finish(&fetched);
        if (!good)
            break;
        rounds_us[count++] = (now_ns() - begun_ns) / 1000;
        if (!keeps)
            probe_line_close(&line);
    }
    probe_line_close(&line);
    builder_finish(&request);
    qsort(rounds_us, count, sizeof(*rounds_us), by_size);
    return count ? rounds_us[count / 2] : -1;
}

int64_t fetch_apart_us(const struct target *target, const char *path, int apart_ms)
{
    struct probe_line line = {.fd = -1};
    struct fetched first = {.answer_us = -1}, second = {.answer_us = -1};
    struct builder request = {0};
    int64_t apart_us = -1, begun_ns = now_ns();
    add_get(target, path, &request);
    if (probe_line_open(&line, &target->first, &target->way) == 0) {
        probe_line_send(&line, builder_slice(&request));
        /* Answers that come in the meantime wait in the line. */
        while (now_ns() < begun_ns + apart_ms * ms_ns)
            if (pump(&line) < 0)
                break;
        probe_line_send(&line, builder_slice(&request));
        int64_t until_ns = now_ns() + ROUND_PATIENCE_MS * ms_ns;
        if (read_one(&line, until_ns, NULL, &first)) {
            int64_t came_ns = now_ns();
            if (read_one(&line, until_ns, NULL, &second))
                apart_us = (now_ns() - came_ns) / 1000;
        }
    }
    probe_line_close(&line);
    fetch_finish(&first);
    fetch_finish(&second);
    builder_finish(&request);
    return apart_us;
}
