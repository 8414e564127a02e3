/* SPDX-License-Identifier: MIT
 *
 * Arguments: a command's options as a table, which is read and from which --help is printed.
 */
#ifndef PUSHBENCH_ARGUMENTS_H
#define PUSHBENCH_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

enum argument_kind {
    ARGUMENT_FLAG,   /* bool */
    ARGUMENT_COUNT,  /* uint64_t, min to max */
    ARGUMENT_NUMBER, /* double, min to max */
    ARGUMENT_TEXT,   /* const char * */
    ARGUMENT_FILE,   /* const char *, its value may be left out: "-" */
    ARGUMENT_LIST,   /* struct count_list: counts with commas between, each min to max */
    /* struct operand_list: what is no option, min to max of them. Stands at the table's end;
     * metavar is how the usage line names them. */
    ARGUMENT_OPERANDS,
};

enum { COUNT_LIST_LIMIT = 16 };

struct count_list {
    uint64_t values[COUNT_LIST_LIMIT];
    unsigned count;
};

enum { OPERANDS_LIMIT = 4 };

struct operand_list {
    const char *values[OPERANDS_LIMIT];
    unsigned count;
};

struct argument {
    const char *name;
    char letter; /* its short form, or 0 */
    enum argument_kind kind;
    void *value;         /* of that kind; holds the default, which --help shows */
    const char *metavar; /* NULL for flags */
    const char *help;
    uint64_t min, max;
};

enum { ARGUMENTS_LIMIT = 32 };

/* Where the server comes from and where figures go: the same for every command. */
struct common_options {
    const char *server;  /* URL of a running one, or NULL: start one */
    const char *pushlab; /* the program to start, or NULL: the one built beside pushbench */
    uint64_t pid;        /* of the running one; 0: unknown */
    const char *json;    /* "-": standard output, in place of the table; NULL: none */
};

/* Of commands that only measure servers of their own. */
#define OWN_SERVER_ARGUMENTS(common)                                                           \
    {.name = "pushlab",                                                                        \
     .kind = ARGUMENT_TEXT,                                                                    \
     .value = &(common)->pushlab,                                                              \
     .metavar = "PATH",                                                                        \
     .help = "the program to start; default: the one built beside pushbench, or $PUSHLAB"},    \
    {                                                                                          \
        .name = "json", .kind = ARGUMENT_FILE, .value = &(common)->json, .metavar = "FILE",    \
        .help = "the figures as JSON, to FILE or in place of the table"                        \
    }

#define COMMON_ARGUMENTS(common)                                                               \
    {.name = "server",                                                                         \
     .kind = ARGUMENT_TEXT,                                                                    \
     .value = &(common)->server,                                                               \
     .metavar = "URL",                                                                         \
     .help = "measure a running server instead of starting one"},                              \
        {.name = "pid",                                                                        \
         .kind = ARGUMENT_COUNT,                                                               \
         .value = &(common)->pid,                                                              \
         .metavar = "PID",                                                                     \
         .help = "its process, for memory and CPU (with --server)",                            \
         .max = 1 << 22},                                                                      \
        OWN_SERVER_ARGUMENTS(common)

/*
 * Reads the arguments into the values. -1: go on; otherwise the exit status: --help was
 * printed, or one line on standard error says what is wrong. The table ends with an entry
 * without name.
 */
int arguments_read(int argc, char **argv, const char *summary,
                   const struct argument *arguments);

#endif
