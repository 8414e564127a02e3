/* SPDX-License-Identifier: MIT */
#include "doctor_judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS = 1000,
    LATE_US = 150 * MS, /* as in probe_judge: above what a busy machine adds */
    UPGRADE_REQUIRED = 426,
    /* How long HAProxy gathers: as long as Linux does for MSG_MORE. */
    CORKED_LEAST_US = 180 * MS,
    CORKED_MOST_US = 260 * MS,
    AT_ONCE_US = 400 * MS, /* what ends sooner has not waited for anything */
    OUTDATED_US = PATH_INTERVAL_MS * MS + 350 * MS,
    ALIKE_US = PATH_LATER_MS * MS / 3,
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

/* Closed as soon as it was asked. */
static bool is_shut(const struct probe_seen *seen)
{
    return seen->cuts > 0 && !seen->answered && seen->cut_age_us < AT_ONCE_US;
}

/* Of two tries, the second had its first message later: ended at the same age all the same, and
 * not after the same silence. */
static bool is_cut_by_age(const struct path_transport *at)
{
    return at->second_age_us > 0 && llabs(at->second_age_us - at->seen.cut_age_us) < ALIKE_US &&
           llabs(at->second_cut_us - at->seen.cut_after_us) > ALIKE_US;
}

/* Asked again and again, it answered quickly, and yet had both messages that followed a silence
 * later than the next answers. */
static bool is_outdated(const struct path_seen *path, const struct probe_seen *seen)
{
    int64_t round_us = path->round_us > 0 ? path->round_us : 0;
    return seen->reads == READS_NOW && seen->least_us > OUTDATED_US + 2 * round_us;
}

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
        if (is_outdated(path, seen))
            return FAULT_CACHES;
        return probe_resumed(seen) ? -1 : FAULT_HOLDS;
    case PROBE_LATE:
        return is_later_than_the_line(path, seen) ? FAULT_GATHERS : -1;
    case PROBE_BUFFERED:
        return seen->compressed ? FAULT_COMPRESSES : FAULT_HOLDS;
    case PROBE_REFUSED:
        return fault_of_refusal(path, transport);
    case PROBE_CUT:
        if (is_shut(seen))
            return FAULT_REFUSES;
        return is_cut_by_age(at) ? FAULT_ENDS : FAULT_CUTS;
    case PROBE_STALE:
    case PROBE_LOOPING:
        return FAULT_CACHES;
    case PROBE_SILENT:
        return seen->got == 0 && seen->reads == READS_ON ? FAULT_HOLDS : FAULT_FORGETS;
    case PROBE_BROKEN:
        return at->foreign[0] ? FAULT_REFUSES : FAULT_CHANGES;
    }
    return FAULT_CHANGES;
}

static void observe_refusal(const struct path_seen *path, unsigned transport,
                            char ret[OBSERVED_LIMIT])
{
    const struct path_transport *at = &path->transports[transport];
    const struct probe_seen *seen = &at->seen;
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
    else if (at->foreign[0])
        snprintf(ret, OBSERVED_LIMIT, "answered with 200, but by somebody else: %s",
                 at->foreign);
    else if (is_shut(seen))
        snprintf(ret, OBSERVED_LIMIT, "the connection was closed without an answer");
    else
        snprintf(ret, OBSERVED_LIMIT, "answered with %d: %s", seen->status,
                 answer_meaning(seen->status));
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

static void observe_cut(const struct probe_seen *seen, char ret[OBSERVED_LIMIT])
{
    char how[40] = "closing the connection";
    if (seen->cut_status)
        snprintf(how, sizeof(how), "an error answer (%d)", seen->cut_status);
    else if (seen->cut_error == ECONNRESET)
        snprintf(how, sizeof(how), "a reset (RST)");
    snprintf(ret, OBSERVED_LIMIT, "ended after %.1f s of silence, by %s%s",
             (double)seen->cut_after_us / MS / 1000, how,
             seen->got == 0 && seen->sent > 0
                 ? "; and none of the messages had come by then, so it may hold them back, too"
                 : "");
}

static void observe_cache(const struct probe_seen *seen, char ret[OBSERVED_LIMIT])
{
    if (seen->hasty > PROBE_HASTY_LIMIT)
        snprintf(ret, OBSERVED_LIMIT,
                 "%u polls that asked to be held were answered at once, and empty",
                 seen->hasty);
    else if (seen->got < seen->sent)
        snprintf(ret, OBSERVED_LIMIT, "%u answers, and %u of %u messages in them",
                 seen->answers, seen->got, seen->sent);
    else
        snprintf(
            ret, OBSERVED_LIMIT,
            "answers took %.0f ms, and messages were only in those that were asked for %.0f ms "
            "after they were sent",
            (double)seen->answer_us / MS, (double)seen->least_us / MS);
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
        observe_cut(seen, ret);
        break;
    case FAULT_ENDS:
        snprintf(ret, OBSERVED_LIMIT,
                 "ended %.1f s after it was asked, in two tries, whatever had come by then",
                 (double)seen->cut_age_us / MS / 1000);
        break;
    case FAULT_FORGETS:
        snprintf(ret, OBSERVED_LIMIT,
                 "%u of %u messages came, then nothing, and no end of the connection",
                 seen->got, seen->sent);
        break;
    case FAULT_CACHES:
        observe_cache(seen, ret);
        break;
    case FAULT_LOSES:
        snprintf(
            ret, OBSERVED_LIMIT,
            "asked by Last-Event-ID for what follows a message, it began with what is new");
        break;
    case FAULT_CHANGES:
    case FAULTS:
        snprintf(ret, OBSERVED_LIMIT,
                 seen->flooded ? "more came than any message has: it was not read any further"
                               : "messages were changed, repeated, lost or out of order");
        break;
    }
}

static void add_finding(const struct path_seen *path, unsigned transport, int fault,
                        struct diagnosis *diagnosis)
{
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
        add_finding(path, i, path_fault(path, i), ret_diagnosis);
        if (path_passes(&path->transports[i]))
            ret_diagnosis->best = (int)i;
    }
    if (path->place_lost)
        add_finding(path, PATH_SSE, FAULT_LOSES, ret_diagnosis);
    add_clues_of_behaviour(path, ret_diagnosis);
    ret_diagnosis->product = clues_product(&path->clues, &ret_diagnosis->certainty);
}
