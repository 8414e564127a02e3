/* SPDX-License-Identifier: MIT
 *
 * Machine: what a figure's reader must know of where it came from.
 */
#ifndef PUSHBENCH_MACHINE_H
#define PUSHBENCH_MACHINE_H

#include <cjson/cJSON.h>

/* Adds `date` (UTC, now), `command_line` and `machine`: kernel, processors, memory, what the
 * program was built with, and how busy the machine was. What cannot be found out is left out.
 */
void machine_describe(cJSON *document);

#endif
