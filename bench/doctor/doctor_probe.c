/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include "../progress.h"
#include "../relay/http_head.h"
#include "../server_process.h"

#include <strings.h>

/* Messages by the same path take that path's time, so there is more patience than in compat.
 * The first message is not to ride along with the heartbeat that greets who comes back (300
 * ms). */
static const struct probe_times times = {

    .interval_ms = PATH_INTERVAL_MS,
    .wait_s = 10,
    .lead_ms = 1000,
    .silence_ms = 3000,
    .patience_ms = 2000};

enum {
    TRIES_AGAIN = 2,
    TRY_S = 5, /* of what then gets through */
    SERVER_ERROR = 500,
    SLOW_US = 150000,
};

/* Whether an answer with 200 is none that the server gives there. */
static void look_at_type(const struct probe *probe, char ret[ANSWER_TEXT_LIMIT])
{
    static const char stream[] = "text/event-stream", answer[] = "application/json";
    const char *is = probe->plan.kind == &sse_client         ? stream
                     : probe->plan.kind == &websocket_client ? ""
                                                             : answer;
    struct slice fields, head = slice_of(probe->head);
    if (status_line_read(head_first(head, &fields)) == 200)
        answer_type(head, ret);
    if (strcasecmp(ret, is) == 0)
        ret[0] = '\0';
}

static bool is_better(const struct path_transport *one, const struct path_transport *other)
{
    return one->outcome < other->outcome ||
           (one->outcome == other->outcome && one->seen.least_us < other->seen.least_us);
}

/* Of the better of two tries; of two that were cut, what the second says of the first. */
static void take(const struct probe *probe, bool again, struct path_transport *at)
{
    struct path_transport now = {.seen = probe->seen,
                                 .outcome = probe_judge(&probe->seen),
                                 .trouble = probe->trouble,
                                 .trouble_status = probe->trouble_status};
    if (now.outcome == PROBE_BROKEN)
        look_at_type(probe, now.foreign);
    if (again && now.outcome == PROBE_CUT && at->outcome == PROBE_CUT &&
        at->second_age_us == 0) {
        at->second_cut_us = now.seen.cut_after_us;
        at->second_age_us = now.seen.cut_age_us;
    } else if (!again || (!now.trouble && (at->trouble || is_better(&now, at)))) {
        *at = now;
    }
}

static bool run(struct doctor *doctor, const unsigned *transports, unsigned count,
                const char *label, bool again)
{
    struct probe probes[PATH_TRANSPORTS];
    for (unsigned i = 0; i < count; i++) {
        struct probe_plan plan = {.kind = client_kinds[transports[i]],
                                  .path = &doctor->probe_path,
                                  .topic = doctor->topic,
                                  .times = times};
        plan.ends_when_cut =
            again && doctor->path.transports[transports[i]].outcome == PROBE_CUT;
        plan.times.lead_ms += plan.ends_when_cut ? PATH_LATER_MS : 0;
        probe_init(&probes[i], &plan, transports[i] + (again ? PATH_TRANSPORTS : 0));
    }
    probes_run(probes, count, label);
    for (unsigned i = 0; i < count; i++) {
        take(&probes[i], again, &doctor->path.transports[transports[i]]);
        if (probes[i].seen.answered && probes[i].head[0])
            clues_of_names(slice_of(probes[i].head), &doctor->path.clues);
        probe_finish(&probes[i]);
    }
    return !process_interrupted();
}

/* Whether it is worth another try: what a busy machine may have done is, once more than the
 * rest; what was held back for seconds, refused with reason, or is as late as small answers
 * have been seen to be, is not. */
static bool is_doubtful(const struct path_seen *path, unsigned transport, unsigned tries)
{
    const struct path_transport *at = &path->transports[transport];
    bool reason =
        at->outcome == PROBE_REFUSED && at->seen.status > 0 && at->seen.status < SERVER_ERROR;
    if (at->outcome == PROBE_LATE && path->round_us > SLOW_US)
        return false;
    if (at->trouble || at->outcome == PROBE_LATE ||
        (at->outcome == PROBE_WORKS && path_fault(path, transport) == FAULT_CACHES))
        return true;
    if (tries > 0 || reason || at->outcome == PROBE_BUFFERED)
        return false;
    return at->outcome != PROBE_WORKS || !probe_resumed(&at->seen);
}

static bool has_time(const struct doctor *doctor)
{
    return now_ns() - doctor->begun_ns <= (RUN_LIMIT_S - TRY_S) * INT64_C(1000000000);
}

bool doctor_probe(struct doctor *doctor)
{
    static const unsigned all[PATH_TRANSPORTS] = {PATH_SHORT_POLL, PATH_LONG_POLL, PATH_SSE,
                                                  PATH_WEBSOCKET};
    bool good = run(doctor, all, PATH_TRANSPORTS, "doctor", false);
    for (unsigned tries = 0; good && tries < TRIES_AGAIN && has_time(doctor); tries++) {
        unsigned doubtful[PATH_TRANSPORTS], count = 0;
        for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
            if (is_doubtful(&doctor->path, i, tries))
                doubtful[count++] = i;
        good = count == 0 || run(doctor, doubtful, count, "doctor, once more", true);
    }
    return good;
}
