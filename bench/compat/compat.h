/* SPDX-License-Identifier: MIT
 *
 * Compat: which transport gets through what. A row is an environment (what stands between
 * client and server) and how careful the server is; each of its cells is a probe of one
 * transport.
 */
#ifndef PUSHBENCH_COMPAT_H
#define PUSHBENCH_COMPAT_H

#include "../arguments.h"
#include "../report.h"
#include "../report/html.h"
#include "../server_process.h"
#include "probe.h"

enum {
    COMPAT_TRANSPORTS = 4,
    COMPAT_ROWS_LIMIT = 64,
    COMPAT_TRIES_AGAIN = 2,
    COMPAT_TOLD_LIMIT = 64,
};

/* Who speaks, and what is set up on its way. */
enum compat_care {
    CARE_NONE,  /* a server that says nothing but what it has to: careless=1 */
    CARE_TAKEN, /* pushlab as it is */
    CARE_CURED, /* and what stands between is set up for push */
    CARES,
};

/* Text is borrowed. */
struct compat_row {
    struct words environment;
    enum compat_care care;
    const char *version; /* of the product; NULL: it has none, or does not say */
    const char *more;    /* as in struct probe_plan */
    struct words remedy; /* what cures it, there; NULL: nothing is to be cured */
    struct probe_path path;
    struct probe_times times;
    struct compat_cell {
        struct probe_seen seen;
        enum probe_outcome outcome;
        const char *trouble;    /* as in struct probe, in English only */
    } cells[COMPAT_TRANSPORTS]; /* by client_kinds */
};

/* Short poll in place of the times' own waits, and the silence in fast motion. */
extern const struct probe_times compat_times;

extern const char *const compat_care_names[CARES];
/* A server for compat, with heartbeats at this interval; common as in server_start. */
bool compat_start_server(const struct common_options *common, const char *heartbeat,
                         struct server_process *ret_server);
/* Fills the cells. One that does not work is tried again, and the better outcome counts, so
 * that a busy machine is not taken for a proxy. False: out of memory. */
bool compat_probe(struct compat_row *rows, unsigned count, const char *label,
                  unsigned tries_again);
/* Whether all messages came in time, and what was missed after a cut. */
bool compat_passes(const struct compat_cell *cell);
/* Why a cell does not work; empty: it does. */
struct words compat_reason(const struct compat_cell *cell, const struct client_kind *kind);
/* In short what became of it, as in "late by 208 ms". */
void compat_tell(const struct compat_cell *cell, enum language language,
                 char ret[COMPAT_TOLD_LIMIT]);
/* A row as JSON: words in each language, and each cell's figures. */
void compat_document_row(cJSON *object, const struct compat_row *row);
/* Where one gets through better than another that is said to be more compatible: as JSON and as
 * notes. */
void compat_document_reversals(struct report *report, const struct compat_row *rows,
                               unsigned count);

/* The rows, their reasons and remedies, and what they come to. A direct or cured row that does
 * not pass breaks the report. */
void compat_report(struct report *report, const struct compat_row *rows, unsigned count);

/* The tiers. False: nothing could be measured, one line on standard error says why. */
bool compat_quick(const struct common_options *common, struct report *report);
/* configurations: the folder they lie in; folders: where programs are looked for, with colons
 * between. silence_s: how long nothing is said before the burst, in real time, with heartbeats
 * each 15 s; 0: in fast motion. */
bool compat_real(const struct common_options *common, const char *configurations,
                 const char *folders, unsigned silence_s, struct report *report);

#endif
