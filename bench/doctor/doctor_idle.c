/* SPDX-License-Identifier: MIT
 *
 * Idle limits: many probes at once, each with a longer silence than the one before. Where a
 * connection is closed the time is seen; where it is forgotten, it lies between the longest
 * silence that was borne and the shortest that was not.
 */
#include "doctor.h"

#include "../server_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    STEPS = 10,
    IDLE_TRANSPORTS = PATH_TRANSPORTS - 1, /* a short poll is never silent */
    HELD_S = 120,                          /* the longest that pushlab holds a poll */
    SECOND_US = 1000000,
    RETRIED_LEAST_US =
        SECOND_US / 2, /* sooner, it may be a server that ends kept connections */
};

static void take(const struct probe *probe, int64_t silence_ms, struct idle_limit *limit)
{
    struct probe_seen cut = probe->seen, *seen = &cut;
    if (seen->cuts == 0 && seen->retried_after_us > RETRIED_LEAST_US) {
        seen->cuts = 1; /* it was, and got over it */
        seen->cut_after_us = seen->retried_after_us;
    }
    enum probe_outcome outcome = probe_judge(seen);
    if (probe->trouble)
        return;
    if (outcome == PROBE_WORKS || outcome == PROBE_LATE) {
        if (silence_ms > limit->borne_ms)
            limit->borne_ms = silence_ms;
        return;
    }
    if (limit->failed_ms == 0 || silence_ms < limit->failed_ms)
        limit->failed_ms = silence_ms;
    limit->forgotten |= outcome == PROBE_SILENT;
    if (seen->cuts > 0 && (limit->cut_us < 0 || seen->cut_after_us < limit->cut_us)) {
        limit->cut_us = seen->cut_after_us;
        limit->cut_status = seen->cut_status;
        limit->cut_error = seen->cut_error;
    }
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
            .more = doctor->lab ? "&careless=1" : NULL,
            .times = {.interval_ms = 250,
                      .wait_s = HELD_S,
                      .lead_ms = 500,
                      .silence_ms = limit_ms * (i / IDLE_TRANSPORTS + 1) / STEPS,
                      .patience_ms = 4000}};
        ret_limits->transports[transport].cut_us = -1;
        probe_init(&probes[i], &plan, i);
    }
    probes_run(probes, STEPS * IDLE_TRANSPORTS, "doctor --idle");
    for (unsigned i = 0; i < STEPS * IDLE_TRANSPORTS; i++) {
        take(&probes[i], probes[i].plan.times.silence_ms,
             &ret_limits->transports[PATH_LONG_POLL + i % IDLE_TRANSPORTS]);
        probe_finish(&probes[i]);
    }
    free(probes);
    return !process_interrupted();
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
    if (limit->cut_us >= 0)
        snprintf(ret, OBSERVED_LIMIT, "silence is cut after %.1f s, %s",
                 (double)limit->cut_us / SECOND_US, end);
    else if (limit->forgotten)
        snprintf(ret, OBSERVED_LIMIT,
                 "forgotten between %.1f and %.1f s of silence: the message was lost, and "
                 "neither end was told",
                 (double)limit->borne_ms / 1000, (double)limit->failed_ms / 1000);
    else if (limit->failed_ms)
        snprintf(ret, OBSERVED_LIMIT, "messages do not come behind %.1f s of silence",
                 (double)limit->failed_ms / 1000);
    else if (borne_ms == 0)
        snprintf(ret, OBSERVED_LIMIT, "not measured");
    else
        snprintf(ret, OBSERVED_LIMIT, "bears %.0f s and more%s%s", (double)borne_ms / 1000,
                 kept, borne_ms == HELD_S * 1000 ? ", the longest that a poll is held" : "");
}
