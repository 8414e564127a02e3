/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A poll is given 1,000 messages at most. */
static const double messages_per_poll = 900, most_interval_s = 3600;
static const double level = 1.15;

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

static void object(struct advice *advice, enum advice_standing standing, const char *remark)
{
    advice->standing = standing;
    snprintf(advice->remark, sizeof(advice->remark), "%s", remark);
}

static void judge_delay(struct advice *advice, const struct advice_question *question)
{
    double worst_s = advice->figures.of[COST_WORST_S], allowed_s = question->max_delay_s;
    if (isnan(worst_s) || worst_s <= allowed_s)
        return;
    double interval_s = question->point.times.interval_s;
    advice->standing = ADVICE_EXCLUDED;
    if (is_short(advice->transport))
        snprintf(advice->remark, sizeof(advice->remark),
                 "too late: up to %.3g ms with a poll each %.3g ms, and %.3g ms are allowed",
                 worst_s * 1e3, interval_s * 1e3, allowed_s * 1e3);
    else
        snprintf(advice->remark, sizeof(advice->remark),
                 "too late: up to %.3g ms%s, and %.3g ms are allowed", worst_s * 1e3,
                 advice->transport == COST_LONG_POLL ? " for what comes while nobody asks" : "",
                 allowed_s * 1e3);
}

static void judge(struct advice *advice, const struct advice_question *question)
{
    enum cost_transport transport = advice->transport;
    judge_delay(advice, question);
    if (advice->standing == ADVICE_EXCLUDED)
        return;
    if (question->both && transport == COST_SSE)
        object(advice, ADVICE_EXCLUDED,
               "one way: to speak back a client needs a second connection, and a POST each "
               "time");
    else if (question->both && transport == COST_LONG_POLL)
        object(advice, ADVICE_EXCLUDED,
               "its connection waits for an answer: to speak back a client needs a second "
               "one, and a POST each time");
    else if (question->proxy && transport == COST_WEBSOCKET)
        object(advice, ADVICE_DOUBTFUL,
               "a proxy that does not pass Upgrade on refuses it: try it there first, and keep "
               "another transport to fall back on");
    else if (question->proxy && transport == COST_SSE)
        object(advice, ADVICE_FITS, "a proxy that gathers answers delays it: try it there");
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
                            char *text, size_t size)
{
    double rate = question->point.times.rate;
    double interval_s = advice_interval_s(question), per_poll = rate * interval_s;
    if (is_short(best->transport))
        snprintf(text, size,
                 "the delay allows a poll each %.3g s, which brings %.3g messages at once",
                 interval_s, per_poll);
    else if (best->transport == COST_LONG_POLL)
        snprintf(text, size,
                 "an answer is held until there is something: no request is in vain");
    else if (interval_s > 0 && per_poll < 3)
        snprintf(text, size,
                 "messages are sparse for the delay allowed (%.2g in each interval of a poll): "
                 "a stream does nothing until there is one",
                 per_poll);
    else
        snprintf(text, size, "a message on a stream needs no request");
}

void advice_reason(const struct advice ranked[COST_TRANSPORTS],
                   const struct advice_question *question, char ret_text[ADVICE_TEXT_SIZE])
{
    const struct advice *best = &ranked[0], *next = &ranked[1];
    char nature[ADVICE_TEXT_SIZE / 2];
    if (best->standing == ADVICE_EXCLUDED) {
        snprintf(ret_text, ADVICE_TEXT_SIZE, "No transport meets this: allow a longer delay.");
        return;
    }
    describe_nature(best, question, nature, sizeof(nature));
    int len = snprintf(ret_text, ADVICE_TEXT_SIZE, "Take %s: %s",
                       cost_transport_names[best->transport], nature);
    double cpu = next->figures.of[COST_CPU_S] / best->figures.of[COST_CPU_S];
    double wire = next->figures.of[COST_WIRE_BYTES] / best->figures.of[COST_WIRE_BYTES];
    if (next->standing == best->standing && isfinite(cpu) && isfinite(wire))
        snprintf(ret_text + len, ADVICE_TEXT_SIZE - (size_t)len,
                 "; %s, the next, takes %.2g x the CPU and %.2g x the wire bytes.",
                 cost_transport_names[next->transport], cpu, wire);
    else
        snprintf(ret_text + len, ADVICE_TEXT_SIZE - (size_t)len, "; no other is left%s.",
                 next->standing == ADVICE_DOUBTFUL ? " but a doubtful one" : "");
}
