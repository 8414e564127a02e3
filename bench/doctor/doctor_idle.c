/* SPDX-License-Identifier: MIT
 *
 * Idle limits: many probes at once, each with a longer silence than the one before. Where a
 * connection is closed the time is seen, and there is no need to wait any longer; where it is
 * forgotten, it lies between the longest silence that was borne and the shortest that was not.
 */
#include "doctor.h"

#include "../progress.h"
#include "../server_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    STEPS = 10,
    IDLE_TRANSPORTS = PATH_TRANSPORTS - 1, /* a short poll is never silent */
    HELD_S = 120,                          /* the longest that pushlab holds a poll */
    SECOND_US = 1000000,
    LEAD_MS = 500,
    LATER_MS = 2000, /* every other one has its first message so much later */
};

/* What is known of one that was broken off: no end until now. */
static void take_part(const struct probe *probe, struct idle_limit *limit)
{
    int64_t begun_ns = probe->sent_ns[1];
    int64_t waited_ms = begun_ns ? (now_ns() - begun_ns) / 1000000 : 0;
    if (waited_ms > limit->waited_ms)
        limit->waited_ms = waited_ms;
}

/* Since the last that was sent: what is held back may come together with the end. */
static int64_t silence_us(const struct probe *probe, bool *ret_held)
{
    const struct probe_seen *seen = &probe->seen;
    int64_t sent_us = (probe->sent_ns[1] - probe->first_asked_ns) / 1000;
    bool streams = seen->reads == READS_ON && probe->sent_ns[1] && seen->heartbeats == 0;
    *ret_held = streams && seen->cut_age_us - sent_us > seen->cut_after_us + SECOND_US;
    return *ret_held ? seen->cut_age_us - sent_us : seen->cut_after_us;
}

static void take_cut(const struct probe *probe, struct idle_limit *limit)
{
    const struct probe_seen *seen = &probe->seen;
    bool held, later = probe->plan.times.lead_ms > LEAD_MS;
    int64_t cut_us = silence_us(probe, &held);
    limit->beaten |= seen->heartbeats > 0;
    if (limit->by_lead[later].age_us == 0 || cut_us > limit->by_lead[later].cut_us) {
        limit->by_lead[later].age_us = seen->cut_age_us;
        limit->by_lead[later].cut_us = cut_us;
    }
    if (limit->cut_us >= 0 && cut_us >= limit->cut_us)
        return;
    limit->cut_us = cut_us;
    limit->cut_status = seen->cut_status;
    limit->cut_error = seen->cut_error;
    limit->held = held;
}

bool idle_limit_is_by_age(const struct idle_limit *limit)
{
    int64_t apart_us = limit->by_lead[0].age_us - limit->by_lead[1].age_us;
    int64_t silences_us = limit->by_lead[0].cut_us - limit->by_lead[1].cut_us;
    bool both = limit->by_lead[0].age_us && limit->by_lead[1].age_us;
    return both && llabs(apart_us) < SECOND_US &&
           (llabs(silences_us) > SECOND_US || limit->beaten);
}

static void take(const struct probe *probe, bool whole, struct idle_limit *limit)
{
    const struct probe_seen *seen = &probe->seen;
    int64_t silence_ms = probe->plan.times.silence_ms;
    enum probe_outcome outcome = probe_judge(seen);
    if (probe->trouble)
        return;
    if (!whole) {
        take_part(probe, limit);
        return;
    }
    if (outcome == PROBE_REFUSED) {
        limit->refused_status = seen->status ? seen->status : -1;
        return;
    }
    if (outcome == PROBE_WORKS || outcome == PROBE_LATE) {
        if (silence_ms > limit->borne_ms)
            limit->borne_ms = silence_ms;
        return;
    }
    if (limit->failed_ms == 0 || silence_ms < limit->failed_ms)
        limit->failed_ms = silence_ms;
    limit->forgotten |= outcome == PROBE_SILENT;
    if (seen->cuts > 0)
        take_cut(probe, limit);
}

bool doctor_idle(struct doctor *doctor, unsigned limit_s, struct idle_limits *ret_limits)
{
    struct probe *probes = calloc((size_t)STEPS * IDLE_TRANSPORTS, sizeof(*probes));
    int64_t limit_ms = limit_s * INT64_C(1000);
    *ret_limits = (struct idle_limits){.limit_ms = limit_ms, .heartbeats = !doctor->lab};
    if (!probes)
        return false;
    for (unsigned i = 0; i < STEPS * IDLE_TRANSPORTS; i++) {
        unsigned transport = PATH_LONG_POLL + i % IDLE_TRANSPORTS;
        const struct probe_plan plan = {
            .kind = client_kinds[transport],
            .path = &doctor->probe_path,
            .topic = doctor->topic,
            .ends_when_cut = true,
            .more = doctor->lab ? "&careless=1" : NULL,
            .times = {.interval_ms = 250,
                      .wait_s = HELD_S,
                      .lead_ms = LEAD_MS + i / IDLE_TRANSPORTS % 2 * LATER_MS,
                      .silence_ms = limit_ms * (i / IDLE_TRANSPORTS + 1) / STEPS,
                      .patience_ms = 4000}};
        ret_limits->transports[transport].cut_us = -1;
        probe_init(&probes[i], &plan, i);
    }
    probes_run(probes, STEPS * IDLE_TRANSPORTS, "doctor --idle (Ctrl-C keeps what was found)");
    ret_limits->broken_off = process_interrupted();
    for (unsigned i = 0; i < STEPS * IDLE_TRANSPORTS; i++) {
        take(&probes[i], probes[i].phase == PROBE_IS_DONE,
             &ret_limits->transports[PATH_LONG_POLL + i % IDLE_TRANSPORTS]);
        probe_finish(&probes[i]);
    }
    free(probes);
    return true;
}

static void tell_end(const struct idle_limit *limit, char ret[64])
{
    if (limit->cut_status)
        snprintf(ret, 64, "by an error answer (%d)", limit->cut_status);
    else
        snprintf(ret, 64, "by %s",
                 limit->cut_error == ECONNRESET ? "a reset (RST)"
                                                : "closing the connection (FIN)");
}

void idle_limit_tell(const struct idle_limits *limits, unsigned transport,
                     char ret[OBSERVED_LIMIT])
{
    const struct idle_limit *limit = &limits->transports[transport];
    const char *kept = limits->heartbeats && transport != PATH_LONG_POLL
                           ? ", with the server's heartbeats"
                           : "";
    char end[64];
    int64_t borne_ms = limit->borne_ms;
    tell_end(limit, end);
    if (transport == PATH_LONG_POLL && borne_ms > HELD_S * 1000)
        borne_ms = HELD_S * 1000; /* then it was answered, and asked again */
    if (limit->refused_status)
        snprintf(ret, OBSERVED_LIMIT, "does not get through at all, as told above");
    else if (idle_limit_is_by_age(limit))
        snprintf(ret, OBSERVED_LIMIT, "ended %.1f s after it was asked, silent or not, %s",
                 (double)limit->by_lead[0].age_us / SECOND_US, end);
    else if (limit->cut_us >= 0)
        snprintf(ret, OBSERVED_LIMIT, "silence is cut after %.1f s, %s%s",
                 (double)limit->cut_us / SECOND_US, end,
                 limit->held ? "; without pushlab's care, as it was asked here, the message "
                               "before was held back until then"
                             : "");
    else if (limit->forgotten)
        snprintf(ret, OBSERVED_LIMIT,
                 "forgotten between %.1f and %.1f s of silence: the message was lost, and "
                 "neither end was told",
                 (double)limit->borne_ms / 1000, (double)limit->failed_ms / 1000);
    else if (limit->failed_ms)
        snprintf(ret, OBSERVED_LIMIT, "messages do not come behind %.1f s of silence",
                 (double)limit->failed_ms / 1000);
    else if (limit->waited_ms > borne_ms)
        snprintf(ret, OBSERVED_LIMIT, "not cut within %.0f s%s, when this was broken off",
                 (double)limit->waited_ms / 1000, kept);
    else if (borne_ms == 0)
        snprintf(ret, OBSERVED_LIMIT, "not measured");
    else
        snprintf(ret, OBSERVED_LIMIT, "bears %.0f s and more%s%s", (double)borne_ms / 1000,
                 kept, borne_ms == HELD_S * 1000 ? ", the longest that a poll is held" : "");
}
