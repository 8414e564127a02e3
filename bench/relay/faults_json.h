/* SPDX-License-Identifier: MIT
 *
 * Faults as JSON: {"delay_ms": 40, "down": {"rate_bytes_s": 10000}, "strip_upgrade": true}.
 * What holds for each way alone stands in "up" and "down"; outside of them it means both.
 */
#ifndef PUSHRELAY_FAULTS_JSON_H
#define PUSHRELAY_FAULTS_JSON_H

#include "faults.h"

#include <cjson/cJSON.h>

/* Sets what the object names. Numbers are in the key's unit; texts are read as on the command
 * line; null is off. 0; or -EINVAL with the faults untouched and error (FAULT_ERROR_LIMIT
 * bytes) filled in. */
int faults_set_json(struct faults *faults, const cJSON *object, char *error);
/* All of them, for the caller to delete; NULL when out of memory. */
cJSON *faults_to_json(struct faults *faults);

#endif
