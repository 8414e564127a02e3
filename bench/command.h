/* SPDX-License-Identifier: MIT
 *
 * Command: one thing pushbench can do. Each lies in a file of its own name; main.c has the
 * table.
 */
#ifndef PUSHBENCH_COMMAND_H
#define PUSHBENCH_COMMAND_H

enum {
    EXIT_HELD = 0,   /* measured, and every check and bound held */
    EXIT_BROKEN = 1, /* a check or bound did not hold, or nothing could be measured */
    EXIT_USAGE = 2,
    EXIT_CUT_SHORT = 130, /* by Ctrl-C; what was measured until then has been told */
};

struct command {
    const char *name;
    const char *summary;
    /* argv[0] is the command's name. Returns the exit status. */
    int (*run)(int argc, char **argv);
};

extern const struct command advise_command;
extern const struct command churn_command;
extern const struct command claims_command;
extern const struct command compare_command;
extern const struct command compat_command;
extern const struct command doctor_command;
extern const struct command fanout_command;
extern const struct command idle_command;
extern const struct command map_command;
extern const struct command report_command;
extern const struct command scale_command;
extern const struct command serve_command;
extern const struct command versus_command;

#endif
