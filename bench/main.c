/* SPDX-License-Identifier: MIT
 *
 * pushbench: the table of its commands.
 */
#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const struct command *const commands[] = {
    &compare_command, &map_command,   &advise_command, &claims_command, &idle_command,
    &fanout_command,  &scale_command, &versus_command, &churn_command,  &report_command,
    &compat_command,  &serve_command, &doctor_command,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
    fputs("Usage: pushbench COMMAND [OPTION…]\n\nLoads a server and measures it from outside. "
          "Without --server it starts a pushlab of\nits own on a free port and ends it "
          "afterwards.\n\n",
          out);
    for (unsigned i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\npushbench COMMAND --help lists its options. Exit status: 0 all held, 1 a check or "
          "a\nbound did not, 2 wrong usage.\n",
          out);
}

/* Each client is an open file; the server started from here inherits the limit. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_HELD;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("pushbench " PUSHLAB_VERSION);
        return EXIT_HELD;
    }
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    fprintf(stderr, "pushbench: no command '%s'; pushbench --help lists them\n", argv[1]);
    return EXIT_USAGE;
}
