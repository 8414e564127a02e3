/* SPDX-License-Identifier: MIT */
#include "doctor_judge.h"

#include <stdio.h>
#include <string.h>

enum {
    MS = 1000,
    LATE_US = 150 * MS, /* as in probe_judge: above what a busy machine adds */
    UPGRADE_REQUIRED = 426,
    /* How long HAProxy gathers: as long as Linux does for MSG_MORE. */
    CORKED_LEAST_US = 180 * MS,
    CORKED_MOST_US = 260 * MS,
};

bool path_passes(const struct path_transport *transport)
{
    bool came = transport->outcome == PROBE_WORKS || transport->outcome == PROBE_LATE;
    return !transport->trouble && came;
}

/* ---- late: far away, or gathered --------------------------------------------------------- */

/* Both answers came at once, though they were asked for one after the other. */
static bool comes_in_lumps(const struct path_seen *path)
{
    return path->round_us > LATE_US && path->apart_us >= 0 &&
           path->apart_us < PATH_APART_MS * MS / 3;
}

static bool is_far(const struct path_seen *path)
{
    return path->round_us > LATE_US && !comes_in_lumps(path);
}

static int64_t delay_us(const struct probe_seen *seen)
{
    return seen->reads == READS_NOW ? seen->answer_us : seen->least_us;
}

/* Later than any small answer over the same line is. What is published may take that line, too:
 * so it is there and back. */
static bool is_later_than_the_line(const struct path_seen *path, const struct probe_seen *seen)
{
    int64_t line_us = is_far(path) ? path->round_us : 0;
    return delay_us(seen) > line_us + LATE_US;
}

/* ---- faults ------------------------------------------------------------------------------ */

static int fault_of_refusal(const struct path_seen *path, unsigned transport)
{
    const struct probe_seen *seen = &path->transports[transport].seen;
    if (seen->tunnel_refused)
        return FAULT_NO_TUNNEL;
    return transport == PATH_WEBSOCKET && seen->status == UPGRADE_REQUIRED ? FAULT_NO_UPGRADE
                                                                           : FAULT_REFUSES;
}

int path_fault(const struct path_seen *path, unsigned transport)
{
    const struct path_transport *at = &path->transports[transport];
    const struct probe_seen *seen = &at->seen;
    if (at->trouble)
        return -1;
    switch (at->outcome) {
    case PROBE_WORKS:
        return probe_resumed(seen) ? -1 : FAULT_HOLDS;
    case PROBE_LATE:
        return is_later_than_the_line(path, seen) ? FAULT_GATHERS : -1;
    case PROBE_BUFFERED:
        return seen->compressed ? FAULT_COMPRESSES : FAULT_HOLDS;
    case PROBE_REFUSED:
        return fault_of_refusal(path, transport);
    case PROBE_CUT:
        return FAULT_CUTS;
    case PROBE_STALE:
    case PROBE_LOOPING:
        return FAULT_CACHES;
    case PROBE_SILENT:
        return seen->got == 0 && seen->reads == READS_ON ? FAULT_HOLDS : FAULT_FORGETS;
    case PROBE_BROKEN:
        break;
    }
    return FAULT_CHANGES;
}

static void observe_refusal(const struct path_seen *path, unsigned transport,
                            char ret[OBSERVED_LIMIT])
{
    const struct probe_seen *seen = &path->transports[transport].seen;
    if (seen->tunnel_refused)
        snprintf(ret, OBSERVED_LIMIT, "CONNECT was answered with %d", seen->status);
    else if (seen->status == UPGRADE_REQUIRED)
        snprintf(ret, OBSERVED_LIMIT,
                 path->plain_get
                     ? "pushlab itself answered the handshake with 426: what it saw "
                       "was a plain GET"
                     : "the handshake was answered with 426, not in pushlab's words");
    else if (!seen->connected)
        snprintf(ret, OBSERVED_LIMIT, "no connection was taken");
    else
        snprintf(ret, OBSERVED_LIMIT, "answered with %d", seen->status);
}

static void observe_hold(const struct probe_seen *seen, char ret[OBSERVED_LIMIT])
{
    if (!seen->answered)
        snprintf(ret, OBSERVED_LIMIT, "no answer came at all, not even its head");
    else if (!probe_resumed(seen))
        snprintf(ret, OBSERVED_LIMIT,
                 "what was missed while away did not come with the head, but only when more "
                 "follows: the next message or heartbeat");
    else if (seen->let_go_bytes > 0)
        snprintf(ret, OBSERVED_LIMIT, "nothing came until about %llu KiB more had been sent",
                 (unsigned long long)(seen->let_go_bytes + 1023) / 1024);
    else if (seen->got < seen->sent)
        snprintf(ret, OBSERVED_LIMIT,
                 "the head came, and nothing of %llu KiB that were sent behind it",
                 (unsigned long long)seen->offered_bytes / 1024);
    else
        snprintf(ret, OBSERVED_LIMIT, "the first message waited %.1f s, until more came",
                 (double)seen->first_us / MS / 1000);
}

static void observe(const struct path_seen *path, unsigned transport, enum fault fault,
                    char ret[OBSERVED_LIMIT])
{
    const struct probe_seen *seen = &path->transports[transport].seen;
    switch (fault) {
    case FAULT_NO_UPGRADE:
    case FAULT_NO_TUNNEL:
    case FAULT_REFUSES:
        observe_refusal(path, transport, ret);
        break;
    case FAULT_HOLDS:
    case FAULT_COMPRESSES:
        observe_hold(seen, ret);
        break;
    case FAULT_GATHERS:
        snprintf(ret, OBSERVED_LIMIT, "each piece was %.0f ms late, where %s",
                 (double)delay_us(seen) / MS,
                 comes_in_lumps(path) ? "answers asked for one after the other came together"
                                      : "a whole answer is not");
        break;
    case FAULT_CUTS:
        snprintf(ret, OBSERVED_LIMIT, "ended after %.1f s of silence, %s",
                 (double)seen->cut_after_us / MS / 1000,
                 seen->cut_status ? "by an error answer" : "by closing the connection");
        break;
    case FAULT_FORGETS:
        snprintf(ret, OBSERVED_LIMIT,
                 "%u of %u messages came, then nothing, and no end of the connection",
                 seen->got, seen->sent);
        break;
    case FAULT_CACHES:
        snprintf(ret, OBSERVED_LIMIT, "%u answers, and %u of %u messages in them",
                 seen->answers, seen->got, seen->sent);
        break;
    case FAULT_CHANGES:
    case FAULTS:
        snprintf(ret, OBSERVED_LIMIT, "messages were changed, repeated, lost or out of order");
        break;
    }
}

static void add_finding(const struct path_seen *path, unsigned transport,
                        struct diagnosis *diagnosis)
{
    int fault = path_fault(path, transport);
    if (fault < 0)
        return;
    for (unsigned i = 0; i < diagnosis->count; i++)
        if (diagnosis->findings[i].fault == (enum fault)fault) {
            diagnosis->findings[i].transports |= 1U << transport;
            return;
        }
    struct finding *finding = &diagnosis->findings[diagnosis->count++];
    finding->fault = (enum fault)fault;
    finding->transports = 1U << transport;
    observe(path, transport, finding->fault, finding->observed);
}

/* ---- who --------------------------------------------------------------------------------- */

static const struct finding *find(const struct diagnosis *diagnosis, enum fault fault)
{
    for (unsigned i = 0; i < diagnosis->count; i++)
        if (diagnosis->findings[i].fault == fault)
            return &diagnosis->findings[i];
    return NULL;
}

/* What only one product is known for. */
static void add_clues_of_behaviour(struct path_seen *path, const struct diagnosis *diagnosis)
{
    const struct path_transport *sse = &path->transports[PATH_SSE];
    int64_t sse_us = sse->seen.least_us;
    bool corked = find(diagnosis, FAULT_GATHERS) && !comes_in_lumps(path) &&
                  sse->outcome == PROBE_LATE && sse_us > CORKED_LEAST_US &&
                  sse_us < CORKED_MOST_US;
    if (path->forward && find(diagnosis, FAULT_NO_TUNNEL))
        clue_add(&path->clues, PRODUCT_SQUID, CERTAINTY_LOOKS,
                 "CONNECT to this port is refused: Squid's own rules allow 443 alone");
    if (path->forward && find(diagnosis, FAULT_HOLDS) &&
        path_passes(&path->transports[PATH_WEBSOCKET]))
        clue_add(&path->clues, PRODUCT_PRIVOXY, CERTAINTY_LOOKS,
                 "a forward proxy that holds what it can read, and opens tunnels: a filter");
    if (corked)
        clue_add(&path->clues, PRODUCT_HAPROXY, CERTAINTY_LOOKS,
                 "streams are 200 ms late and whole answers are not: HAProxy's way");
}

void path_judge(struct path_seen *path, struct diagnosis *ret_diagnosis)
{
    *ret_diagnosis = (struct diagnosis){.best = -1, .far = is_far(path)};
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++) {
        add_finding(path, i, ret_diagnosis);
        if (path_passes(&path->transports[i]))
            ret_diagnosis->best = (int)i;
    }
    add_clues_of_behaviour(path, ret_diagnosis);
    ret_diagnosis->product = clues_product(&path->clues, &ret_diagnosis->certainty);
}
