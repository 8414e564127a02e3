/* SPDX-License-Identifier: MIT
 *
 * Advice: which transport to take, and why. Pure; what each would cost comes from cost.h.
 */
#ifndef PUSHBENCH_ADVICE_H
#define PUSHBENCH_ADVICE_H

#include "advice_words.h"
#include "cost.h"

struct advice_question {
    struct cost_point point; /* an interval of 0: the longest that the delay allows */
    double max_delay_s;      /* no message may come later, but for disturbances */
    bool both;               /* clients speak too */
    bool proxy;              /* something stands between that reads HTTP */
};

enum advice_standing { ADVICE_FITS, ADVICE_DOUBTFUL, ADVICE_EXCLUDED };

/* What is polled more often is no short poll any more. */
#define ADVICE_LEAST_INTERVAL_S 0.01

struct advice {
    enum cost_transport transport;
    enum advice_standing standing;
    struct cost_figures figures;
    char remark[LANGUAGES][ADVICE_TEXT_SIZE]; /* why it is doubtful or excluded; "" */
};

/* Of a short poll: what was asked for, or else the longest between two polls that keeps within
 * the delay, and lets no poll find more messages than a server gives at once. 0: none does. */
double advice_interval_s(const struct advice_question *question);
/* Best first: those that fit before doubtful ones, these before excluded ones; among each, the
 * least CPU, and where that is level (within 15 %), the fewest wire bytes. */
void advice_rank(const struct cost_constants *constants, const struct advice_question *question,
                 struct advice ret_ranked[COST_TRANSPORTS]);
/* Why the first is the first, in a sentence. */
void advice_reason(const struct advice ranked[COST_TRANSPORTS],
                   const struct advice_question *question, enum language language,
                   char ret_text[ADVICE_TEXT_SIZE]);

/* Push that takes its place back from a short poll, by gathering as a poll does. */
struct advice_window {
    double window_s; /* of the server, as long as the delay allows */
    struct advice push;
};

/* Where a short poll is the first of ranked. False: it is not, or stays so. */
bool advice_gather(const struct cost_constants *constants,
                   const struct advice_question *question,
                   const struct advice ranked[COST_TRANSPORTS],
                   struct advice_window *ret_window);
/* That in a sentence. */
void advice_gather_reason(const struct advice ranked[COST_TRANSPORTS],
                          const struct advice_window *window, enum language language,
                          char ret_text[ADVICE_TEXT_SIZE]);

#endif
