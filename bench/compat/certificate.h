/* SPDX-License-Identifier: MIT
 *
 * Certificate: one for localhost that nobody has signed, made for a run.
 */
#ifndef PUSHBENCH_CERTIFICATE_H
#define PUSHBENCH_CERTIFICATE_H

#include <stdbool.h>

/* Writes cert.pem and key.pem to a folder; for a day from now. False: one line on standard
 * error says why. */
bool certificate_write(const char *folder);

#endif
