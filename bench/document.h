/* SPDX-License-Identifier: MIT
 *
 * Document: what a command has left as JSON, read again.
 */
#ifndef PUSHBENCH_DOCUMENT_H
#define PUSHBENCH_DOCUMENT_H

#include <cjson/cJSON.h>

/* The file's, to be deleted by the caller; "-" is standard input. NULL: one line on standard
 * error says why not. */
cJSON *document_read(const char *path);

#endif
