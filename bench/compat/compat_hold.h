/* SPDX-License-Identifier: MIT
 *
 * compat hold: one product, set up as compat real has it, held up in front of a server until
 * somebody has seen enough; for a class to look at, and for tests that bring clients of their
 * own.
 */
#ifndef PUSHBENCH_COMPAT_HOLD_H
#define PUSHBENCH_COMPAT_HOLD_H

/* argv[0] is "hold". Returns the exit status. */
int compat_hold(int argc, char **argv);

#endif
