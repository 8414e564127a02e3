/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A poll is given 1,000 messages at most. */
static const double messages_per_poll = 900, most_interval_s = 3600;
static const double most_window_s = 1; /* as pushlab's --coalesce */
static const double level = 1.15;

enum { NUMBER_SIZE = 24 };

double advice_interval_s(const struct advice_question *question)
{
    const struct model_point *times = &question->point.times;
    if (times->interval_s > 0)
        return times->interval_s;
    double longest_s = question->max_delay_s - times->round_trip_s / 2;
    if (times->rate > 0)
        longest_s = fmin(longest_s, messages_per_poll / times->rate);
    longest_s = floor(fmin(longest_s, most_interval_s) * 1e3) / 1e3;
    return longest_s >= ADVICE_LEAST_INTERVAL_S && longest_s > times->round_trip_s ? longest_s
                                                                                   : 0;
}

/* ---- what speaks against it -------------------------------------------------------------- */

static bool is_short(enum cost_transport transport)
{
    return transport == COST_SHORT_POLL || transport == COST_SHORT_POLL_CLOSE;
}

static void object(struct advice *advice, enum advice_standing standing, enum advice_word word,
                   const char *const arguments[])
{
    advice->standing = standing;
    for (enum language language = 0; language < LANGUAGES; language++)
        advice_say(word, language, arguments, advice->remark[language]);
}

static void write_number(double value, char ret_text[NUMBER_SIZE])
{
    snprintf(ret_text, NUMBER_SIZE, "%.3g", value);
}

static void judge_delay(struct advice *advice, const struct advice_question *question)
{
    double worst_s = advice->figures.of[COST_WORST_S], allowed_s = question->max_delay_s;
    char worst[NUMBER_SIZE], allowed[NUMBER_SIZE], interval[NUMBER_SIZE];
    const char *const arguments[] = {worst, allowed, interval, NULL};
    enum advice_word word = ADVICE_TOO_LATE;
    if (isnan(worst_s) || worst_s <= allowed_s)
        return;
    write_number(worst_s * 1e3, worst);
    write_number(allowed_s * 1e3, allowed);
    write_number(question->point.times.interval_s * 1e3, interval);
    if (is_short(advice->transport))
        word = ADVICE_TOO_LATE_POLL;
    else if (advice->transport == COST_LONG_POLL)
        word = ADVICE_TOO_LATE_BETWEEN;
    object(advice, ADVICE_EXCLUDED, word, arguments);
}

static void judge(struct advice *advice, const struct advice_question *question)
{
    enum cost_transport transport = advice->transport;
    judge_delay(advice, question);
    if (advice->standing == ADVICE_EXCLUDED)
        return;
    if (question->both && transport == COST_SSE)
        object(advice, ADVICE_EXCLUDED, ADVICE_ONE_WAY, NULL);
    else if (question->both && transport == COST_LONG_POLL)
        object(advice, ADVICE_EXCLUDED, ADVICE_WAITS, NULL);
    else if (question->proxy && transport == COST_WEBSOCKET)
        object(advice, ADVICE_DOUBTFUL, ADVICE_NEEDS_UPGRADE, NULL);
    else if (question->proxy && transport == COST_SSE)
        object(advice, ADVICE_FITS, ADVICE_MAY_BE_GATHERED, NULL);
}

/* ---- ranking ----------------------------------------------------------------------------- */

static int by_cpu(const void *a, const void *b)
{
    const struct advice *left = a, *right = b;
    if (left->standing != right->standing)
        return left->standing < right->standing ? -1 : 1;
    double ours = left->figures.of[COST_CPU_S], theirs = right->figures.of[COST_CPU_S];
    return (ours > theirs) - (ours < theirs);
}

static int by_wire_bytes(const void *a, const void *b)
{
    const struct advice *left = a, *right = b;
    double ours = left->figures.of[COST_WIRE_BYTES];
    double theirs = right->figures.of[COST_WIRE_BYTES];
    return (ours > theirs) - (ours < theirs);
}

void advice_rank(const struct cost_constants *constants, const struct advice_question *question,
                 struct advice ret_ranked[COST_TRANSPORTS])
{
    struct advice *ranked = ret_ranked;
    struct advice_question settled = *question;
    double interval_s = advice_interval_s(question);
    settled.point.times.interval_s = interval_s > 0 ? interval_s : ADVICE_LEAST_INTERVAL_S;
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++) {
        ranked[transport] = (struct advice){
            .transport = transport,
            .figures = cost_predict(constants, transport, &settled.point),
        };
        judge(&ranked[transport], &settled);
    }
    qsort(ranked, COST_TRANSPORTS, sizeof(*ranked), by_cpu);
    for (unsigned first = 0, end; first < COST_TRANSPORTS; first = end) {
        double most = ranked[first].figures.of[COST_CPU_S] * level;
        for (end = first + 1; end < COST_TRANSPORTS; end++)
            if (ranked[end].standing != ranked[first].standing ||
                !(ranked[end].figures.of[COST_CPU_S] <= most))
                break;
        qsort(ranked + first, end - first, sizeof(*ranked), by_wire_bytes);
    }
}

/* ---- why --------------------------------------------------------------------------------- */

/* What the winner's nature has to do with this rate. */
static void describe_nature(const struct advice *best, const struct advice_question *question,
                            enum language language, char ret_text[ADVICE_TEXT_SIZE])
{
    double interval_s = advice_interval_s(question);
    double messages = question->point.times.rate * interval_s;
    char interval[NUMBER_SIZE], per_poll[NUMBER_SIZE];
    const char *const of_poll[] = {interval, per_poll, NULL};
    const char *const of_stream[] = {per_poll, NULL};
    write_number(interval_s, interval);
    write_number(messages, per_poll);
    if (is_short(best->transport))
        advice_say(ADVICE_FOR_BATCHES, language, of_poll, ret_text);
    else if (best->transport == COST_LONG_POLL)
        advice_say(ADVICE_FOR_HOLDING, language, NULL, ret_text);
    else if (interval_s > 0 && messages < 3)
        advice_say(ADVICE_FOR_SILENCE, language, of_stream, ret_text);
    else
        advice_say(ADVICE_FOR_STREAMS, language, NULL, ret_text);
}

/* One's CPU and wire bytes by another's; false: they are not known. */
static bool write_ratios(const struct advice *one, const struct advice *other,
                         char ret_cpu[NUMBER_SIZE], char ret_wire[NUMBER_SIZE])
{
    double cpu = one->figures.of[COST_CPU_S] / other->figures.of[COST_CPU_S];
    double wire = one->figures.of[COST_WIRE_BYTES] / other->figures.of[COST_WIRE_BYTES];
    snprintf(ret_cpu, NUMBER_SIZE, "%.2g", cpu);
    snprintf(ret_wire, NUMBER_SIZE, "%.2g", wire);
    return isfinite(cpu) && isfinite(wire);
}

void advice_reason(const struct advice ranked[COST_TRANSPORTS],
                   const struct advice_question *question, enum language language,
                   char ret_text[ADVICE_TEXT_SIZE])
{
    const struct advice *best = &ranked[0], *next = &ranked[1];
    char nature[ADVICE_TEXT_SIZE], rest[ADVICE_TEXT_SIZE], cpu[NUMBER_SIZE], wire[NUMBER_SIZE];
    const char *const taken[] = {advice_name(best->transport, language), nature, NULL};
    const char *const left[] = {advice_name(next->transport, language), cpu, wire, NULL};
    if (best->standing == ADVICE_EXCLUDED) {
        advice_say(ADVICE_NO_TRANSPORT, language, NULL, ret_text);
        return;
    }
    describe_nature(best, question, language, nature);
    advice_say(ADVICE_TAKE, language, taken, ret_text);
    if (write_ratios(next, best, cpu, wire) && next->standing == best->standing)
        advice_say(ADVICE_NEXT, language, left, rest);
    else
        advice_say(next->standing == ADVICE_DOUBTFUL ? ADVICE_ALONE_BUT_DOUBTFUL : ADVICE_ALONE,
                   language, NULL, rest);
    size_t len = strlen(ret_text);
    snprintf(ret_text + len, ADVICE_TEXT_SIZE - len, "%s", rest);
}

/* ---- gathering --------------------------------------------------------------------------- */

/* The longest window with which a stream is still in time; 0: there is none. */
static double longest_window_s(const struct advice_question *question,
                               const struct advice ranked[COST_TRANSPORTS])
{
    double worst_s = 0;
    for (unsigned i = 0; i < COST_TRANSPORTS; i++)
        if (ranked[i].transport == COST_SSE || ranked[i].transport == COST_WEBSOCKET)
            worst_s = fmax(worst_s, ranked[i].figures.of[COST_WORST_S]);
    double window_s = fmin(most_window_s, question->max_delay_s - worst_s);
    return fmax(0, floor(window_s * 1e3) / 1e3);
}

bool advice_gather(const struct cost_constants *constants,
                   const struct advice_question *question,
                   const struct advice ranked[COST_TRANSPORTS],
                   struct advice_window *ret_window)
{
    struct advice_question gathering = *question;
    struct advice again[COST_TRANSPORTS];
    double window_s = longest_window_s(question, ranked);
    if (!is_short(ranked[0].transport) || ranked[0].standing != ADVICE_FITS || window_s <= 0)
        return false;
    gathering.point.coalesce_s = window_s;
    advice_rank(constants, &gathering, again);
    if (is_short(again[0].transport))
        return false;
    *ret_window = (struct advice_window){.window_s = window_s, .push = again[0]};
    return true;
}

void advice_gather_reason(const struct advice ranked[COST_TRANSPORTS],
                          const struct advice_window *window, enum language language,
                          char ret_text[ADVICE_TEXT_SIZE])
{
    char window_ms[NUMBER_SIZE], cpu[NUMBER_SIZE], wire[NUMBER_SIZE];
    const char *const arguments[] = {
        window_ms, advice_name(window->push.transport, language), cpu,
        wire,      advice_name(ranked[0].transport, language),    NULL};
    snprintf(window_ms, NUMBER_SIZE, "%.0f", window->window_s * 1e3);
    write_ratios(&window->push, &ranked[0], cpu, wire);
    advice_say(ADVICE_GATHER, language, arguments, ret_text);
}
