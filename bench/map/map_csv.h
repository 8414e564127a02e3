/* SPDX-License-Identifier: MIT
 *
 * A map for spreadsheets: a line for each point and transport, with a heading.
 */
#ifndef PUSHBENCH_MAP_CSV_H
#define PUSHBENCH_MAP_CSV_H

#include "../../server/bytes.h"

#include <cjson/cJSON.h>

/* Of the JSON of a map; a figure that is not known is an empty field. */
void map_csv(const cJSON *document, struct builder *out);

#endif
