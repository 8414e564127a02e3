/* SPDX-License-Identifier: MIT
 *
 * The option table and what reads it: the command line (options.c), the config file (config.c)
 * and --help (options_help.c). Used by one thread, before the server starts.
 */
#ifndef PUSHLAB_OPTIONS_TABLE_H
#define PUSHLAB_OPTIONS_TABLE_H

#include "options.h"

#include <stdio.h>

enum option_kind {
    OPTION_CHOICE,   /* unsigned: which of the words in `argument`, a|b|c */
    OPTION_FLAG,     /* bool; no argument on the command line, yes or no in a file */
    OPTION_COUNT,    /* uint64_t */
    OPTION_UNSIGNED, /* unsigned */
    OPTION_SIZE,     /* uint64_t, bytes; 64k, 16M, 1G */
    OPTION_TIME,     /* uint64_t, milliseconds; 500ms, 10s, 5m, 1h; a bare number is seconds */
    OPTION_TEXT,     /* const char * */
    OPTION_HISTORY,  /* COUNT,AGE,BYTES: three members at once */
    OPTION_TOKEN,    /* const char *, the first line of the file that is named */
    /* struct option_list, by what an item must look like */
    OPTION_LIST,
    OPTION_LISTEN,
    OPTION_ORIGIN,
    OPTION_HOST,
    OPTION_TOPIC, /* `none` empties the list */
    OPTION_FEED,  /* `none` empties the list */
    /* for the command line alone */
    OPTION_CONFIG,
    OPTION_HELP,
    OPTION_VERSION,
};

struct option_entry {
    const char *group; /* heading in --help; entries of one group follow each other */
    const char *name;
    enum option_kind kind;
    size_t offset;        /* into struct options */
    const char *standard; /* the default as it would be written; lists: items with commas */
    uint64_t min;         /* for counts, sizes and times */
    uint64_t max;
    const char *argument; /* its name in --help; NULL: takes none */
    const char *help;
};

/* Ends with an entry without a name. */
extern const struct option_entry option_table[];

enum { OPTION_TABLE_LIMIT = 64, OPTION_ERROR_LIMIT = 320 };

/* Where a value comes from; one from a higher place replaces those from lower ones. */
enum option_level { LEVEL_DEFAULT, LEVEL_FILE, LEVEL_COMMAND };

struct options_reading {
    struct options *options;
    unsigned char levels[OPTION_TABLE_LIMIT]; /* enum option_level, by index in the table */
    const char *config;                       /* --config, or NULL */
    char error[OPTION_ERROR_LIMIT]; /* what is wrong with the last value, and the remedy */
};

/* The entry by its whole name, or NULL. */
const struct option_entry *option_find(const char *name);
/* The name that is most like this one, or NULL when none is near. */
const char *option_nearest(const char *name);
bool option_is_list(enum option_kind kind);

/* Sets one value. text must live as long as the options. 0; or -EINVAL with reading->error
 * filled in ("0: must be 1 to 64"). */
int option_set(struct options_reading *reading, const struct option_entry *entry,
               const char *text, enum option_level level);

/* A copy that lives until the process ends, or NULL when out of memory. */
const char *option_keep(const char *text, size_t len);

/* Reads the file's `name = value` lines. 0, or -EINVAL after a line on standard error that
 * names file and line. */
int config_read(const char *path, struct options_reading *reading);

void options_print_help(FILE *out);

#endif
