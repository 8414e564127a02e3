/* SPDX-License-Identifier: MIT
 *
 * The lower part of a map's drawing: figures of one number of clients along the rate, points as
 * measured, lines as the model has them.
 */
#ifndef PUSHBENCH_MAP_CURVES_H
#define PUSHBENCH_MAP_CURVES_H

#include "../report/html.h"

#include <cjson/cJSON.h>

/* Of the number of clients that has the most points. */
void map_curves(const cJSON *document, enum language language, double left, double top,
                struct builder *out);
double map_curves_height(void);

#endif
