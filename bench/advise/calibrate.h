/* SPDX-License-Identifier: MIT
 *
 * Calibrating: finding this machine's constants for cost.h, by a short tour of a few points, or
 * from the points of a finished map.
 */
#ifndef PUSHBENCH_CALIBRATE_H
#define PUSHBENCH_CALIBRATE_H

#include "../arguments.h"
#include "cost.h"

#include <cjson/cJSON.h>

/* Between the least and the largest of what was measured; beyond it is extrapolated. */
struct calibrated_range {
    double least, most;
};

void calibrated_range_widen(struct calibrated_range *range, double value);

struct calibration {
    struct cost_constants constants;
    struct calibrated_range rate, clients, payload_bytes;
    unsigned points;   /* measured, each with all transports */
    bool browser;      /* requests had the headers of one */
    bool delays_known; /* what the machine itself adds to them; otherwise 0 */
    /* What a write costs is known apart from what a message costs, since some servers gathered
     * messages (--coalesce). */
    bool windows_known;
};

/* Under a minute. False: one line on standard error says why. */
bool calibrate(const struct common_options *common, struct calibration *ret_calibration);
/* (calibrate_map.c) From a file that `pushbench map --json=FILE` has written. The same. */
bool calibrate_from_map(const char *path, struct calibration *ret_calibration);

/* What one event costs, by transport, figure and event; for programs. */
cJSON *calibration_json(const struct calibration *calibration);

#endif
