/* SPDX-License-Identifier: MIT
 *
 * Map as a drawing, from nothing but its JSON: whoever has a map's document can draw it.
 */
#ifndef PUSHBENCH_MAP_SVG_H
#define PUSHBENCH_MAP_SVG_H

#include "../report/html.h"

#include <cjson/cJSON.h>

/*
 * Adds an <svg> element: a map for each aspect (bands of clients along the rate, each stretch
 * in the colours of whatever is cheapest there; several: a tie), one of where the textbook's
 * order holds, and curves of one number of clients with theory beside them. Pure: the same
 * document gives the same bytes. A document that is no map: an empty drawing.
 */
void map_svg(const cJSON *document, enum language language, struct builder *out);

#endif
