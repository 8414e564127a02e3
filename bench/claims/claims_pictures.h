/* SPDX-License-Identifier: MIT
 *
 * The feed `frames` over requests on one connection, and over streams: how many of its pictures
 * a second can be shown.
 */
#ifndef PUSHBENCH_CLAIMS_PICTURES_H
#define PUSHBENCH_CLAIMS_PICTURES_H

#include "claims.h"

struct pictures {
    double drawn;     /* a second, by the server */
    double near, far; /* shown a second over polls, without a round trip and with one */
};

/* Enters what was seen. False: one line on standard error says what failed. */
bool claims_show_pictures(const struct claims *claims, struct finding *finding, double seconds,
                          struct pictures *ret_pictures);

/* The round trip of those that are far. */
enum { PICTURES_FAR_MS = 100, PICTURES_PER_S = 25 };

#endif
