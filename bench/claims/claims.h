/* SPDX-License-Identifier: MIT
 *
 * What `pushbench claims` is made of: a table of claims, and for each an experiment that enters
 * figures, the regime they were taken in, and a verdict into a finding. claims.c runs them,
 * each in a process of its own; claims_finding.c makes the findings, claims_print.c shows them.
 *
 * A finding is JSON from the beginning on: it is what a program gets, what the experiment's
 * process hands to its parent, and what the text is printed from. Whatever a person reads is
 * there in both languages.
 */
#ifndef PUSHBENCH_CLAIMS_H
#define PUSHBENCH_CLAIMS_H

#include "../arguments.h"
#include "claims_verdict.h"

#include <cjson/cJSON.h>

/* The same said twice. */
struct text {
    const char *en, *zh;
};

/* What an experiment may know of the run. */
struct claims {
    struct common_options common;
    bool quick;
};

/* A zeroed one is begun by finding_begin. */
struct finding {
    cJSON *json;
    cJSON *figures;
};

struct claim {
    unsigned id; /* 0 ends the table */
    struct text sentence;
    unsigned seconds, quick_seconds; /* about; for the progress bar */
    /* False: it could not be run; one line on standard error says why. */
    bool (*run)(const struct claims *claims, struct finding *finding);
};

/* In the order of the text they come from (claims_table.c). */
extern const struct claim claims_table[];

/* ---- findings (claims_finding.c) --------------------------------------------------------- */

/* False: out of memory. */
bool finding_begin(struct finding *finding, const struct claim *claim);
void finding_finish(struct finding *finding);
/*
 * Adds a figure; NAN: it is not known. key has its unit last, of says whose it is (a transport,
 * say; NULL: nobody's). What is returned belongs to the finding.
 */
cJSON *finding_figure(struct finding *finding, const char *key, const char *of,
                      struct text label, double value);
/* Where on an axis the figure was taken, and what theory says of it. */
void figure_at(cJSON *figure, const char *key, struct text label, double at);
void figure_model(cJSON *figure, double value);
/* Of one that is no number: what it came to, and the order of several that are. */
void figure_text(cJSON *figure, struct text result, const char *order);
/* Under what conditions all this was measured. Both formats take the same arguments. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) void
finding_regime(struct finding *finding, const char *en, const char *zh, ...);
/* What should be known besides. */
void finding_note(struct finding *finding, struct text note);
void finding_verdict(struct finding *finding, struct claim_verdict verdict);
/* A check did not hold (a message was lost, say): the exit status will say so. */
__attribute__((format(printf, 2, 3))) void finding_broken(struct finding *finding,
                                                          const char *format, ...);

/* ---- showing (claims_print.c) ------------------------------------------------------------ */

/* lang: "en" or "zh". */
void claims_print(const cJSON *finding, const char *lang);
/* The text of a member that holds both languages; "" when there is none. */
const char *claims_said(const cJSON *object, const char *key, const char *lang);

/* ---- the experiments --------------------------------------------------------------------- */

bool claim_2_run(const struct claims *claims, struct finding *finding);
bool claim_6_run(const struct claims *claims, struct finding *finding);
bool claim_7_run(const struct claims *claims, struct finding *finding);
bool claim_8_run(const struct claims *claims, struct finding *finding);
bool claim_9_run(const struct claims *claims, struct finding *finding);
bool claim_10_run(const struct claims *claims, struct finding *finding);
bool claim_11_run(const struct claims *claims, struct finding *finding);
bool claim_12_run(const struct claims *claims, struct finding *finding);
bool claim_13_run(const struct claims *claims, struct finding *finding);
bool claim_14_run(const struct claims *claims, struct finding *finding);
bool claim_15_run(const struct claims *claims, struct finding *finding);
bool claim_16_run(const struct claims *claims, struct finding *finding);
bool claim_18_run(const struct claims *claims, struct finding *finding);
bool claim_19_run(const struct claims *claims, struct finding *finding);
bool claim_21_run(const struct claims *claims, struct finding *finding);
bool claim_22_run(const struct claims *claims, struct finding *finding);

#endif
