/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include "../server_process.h"

/* Messages by the same path take that path's time, so there is more patience than in compat. */
static const struct probe_times times = {
    .interval_ms = 250, .wait_s = 10, .lead_ms = 500, .silence_ms = 3000, .patience_ms = 2000};

enum { TRIES_AGAIN = 2, SERVER_ERROR = 500, SLOW_US = 150000 };

static bool run(struct doctor *doctor, const unsigned *transports, unsigned count,
                const char *label, bool again)
{
    struct probe probes[PATH_TRANSPORTS];
    for (unsigned i = 0; i < count; i++) {
        const struct probe_plan plan = {.kind = client_kinds[transports[i]],
                                        .path = &doctor->probe_path,
                                        .topic = doctor->topic,
                                        .times = times};
        probe_init(&probes[i], &plan, transports[i] + (again ? PATH_TRANSPORTS : 0));
    }
    probes_run(probes, count, label);
    for (unsigned i = 0; i < count; i++) {
        struct path_transport *at = &doctor->path.transports[transports[i]];
        struct path_transport now = {probes[i].seen, probe_judge(&probes[i].seen),
                                     probes[i].trouble};
        if (now.outcome != PROBE_REFUSED && probes[i].head[0])
            clues_of_names(slice_of(probes[i].head), &doctor->path.clues);
        if (!again || (!now.trouble && (at->trouble || now.outcome < at->outcome)))
            *at = now;
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
    if (at->trouble || at->outcome == PROBE_LATE)
        return true;
    if (tries > 0 || reason || at->outcome == PROBE_BUFFERED)
        return false;
    return at->outcome != PROBE_WORKS || !probe_resumed(&at->seen);
}

bool doctor_probe(struct doctor *doctor)
{
    static const unsigned all[PATH_TRANSPORTS] = {PATH_SHORT_POLL, PATH_LONG_POLL, PATH_SSE,
                                                  PATH_WEBSOCKET};
    bool good = run(doctor, all, PATH_TRANSPORTS, "doctor", false);
    for (unsigned tries = 0; good && tries < TRIES_AGAIN; tries++) {
        unsigned doubtful[PATH_TRANSPORTS], count = 0;
        for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
            if (is_doubtful(&doctor->path, i, tries))
                doubtful[count++] = i;
        good = count == 0 || run(doctor, doubtful, count, "doctor, once more", true);
    }
    return good;
}
