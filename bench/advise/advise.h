/* SPDX-License-Identifier: MIT
 *
 * What `pushbench advise` is made of: advise.c is the command, advise_once.c measures a single
 * fetch, advise_check.c holds predictions against measurements.
 */
#ifndef PUSHBENCH_ADVISE_H
#define PUSHBENCH_ADVISE_H

#include "../report.h"
#include "calibrate.h"

/*
 * A figure as it is told: for each message that a client gets where it adds up, in the units of
 * `pushbench compare`.
 */
struct advise_unit {
    enum cost_figure figure;
    const char *key; /* as compare's */
    double scale;
    bool adds_up;
};

extern const struct advise_unit advise_units[]; /* ended by a key of NULL */
double advise_value(const struct advise_unit *unit, const struct cost_figures *figures,
                    const struct cost_point *point);

/* The last so many messages, fetched once over each transport: adds what that takes. False: one
 * line on standard error says why. */
bool advise_once(struct report *report, const struct common_options *common, unsigned messages,
                 unsigned payload_bytes);

/* Predicts and measures at so many points drawn from the seed. The same; what is out of bounds
 * makes the report a broken one. */
bool advise_check(struct report *report, const struct common_options *common,
                  const struct calibration *calibration, unsigned points, uint64_t seed);

#endif
