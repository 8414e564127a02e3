/* SPDX-License-Identifier: MIT */
#include "arguments.h"

#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONG_BASE = 256, HELP_COLUMN = 26 };

static void print_default(const struct argument *argument)
{
    const uint64_t *count = argument->value;
    const double *number = argument->value;
    const char *const *text = argument->value;
    const struct count_list *list = argument->value;
    if (argument->kind == ARGUMENT_COUNT && *count)
        printf(" (default %llu)", (unsigned long long)*count);
    else if (argument->kind == ARGUMENT_NUMBER && *number > 0)
        printf(" (default %g)", *number);
    else if (argument->kind == ARGUMENT_TEXT && *text)
        printf(" (default %s)", *text);
    else if (argument->kind == ARGUMENT_LIST)
        for (unsigned i = 0; i < list->count; i++)
            printf("%s%llu%s", i ? "," : " (default ", (unsigned long long)list->values[i],
                   i + 1 == list->count ? ")" : "");
}

static bool is_option(const struct argument *argument)
{
    return argument->name && argument->kind != ARGUMENT_OPERANDS;
}

/* The entry for what is no option; NULL: the command takes nothing of the kind. */
static const struct argument *operands_of(const struct argument *arguments)
{
    while (is_option(arguments))
        arguments++;
    return arguments->name ? arguments : NULL;
}

static void print_help(const char *command, const char *summary,
                       const struct argument *arguments)
{
    const struct argument *operands = operands_of(arguments);
    printf("Usage: pushbench %s [OPTION…]%s%s\n\n%s\n\n", command, operands ? " " : "",
           operands ? operands->metavar : "", summary);
    for (const struct argument *argument = arguments; is_option(argument); argument++) {
        char text[64], letter[8] = "    ";
        if (argument->letter)
            snprintf(letter, sizeof(letter), "-%c, ", argument->letter);
        const char *format = argument->kind == ARGUMENT_FILE ? "  %s--%s[=%s]"
                             : argument->metavar             ? "  %s--%s %s"
                                                             : "  %s--%s%s";
        snprintf(text, sizeof(text), format, letter, argument->name,
                 argument->metavar ? argument->metavar : "");
        printf("%-*s  %s", HELP_COLUMN, text, argument->help);
        print_default(argument);
        putchar('\n');
    }
}

static int complain(const char *command, const struct argument *argument, const char *text)
{
    fprintf(stderr, "pushbench %s: --%s %s: must be %llu to %llu%s\n", command, argument->name,
            text, (unsigned long long)argument->min, (unsigned long long)argument->max,
            argument->kind == ARGUMENT_LIST ? ", or several with commas between" : "");
    return EXIT_USAGE;
}

/* The count at the text's beginning; *ret_end: what follows it. */
static bool read_count(const struct argument *argument, const char *text, uint64_t *ret_count,
                       char **ret_end)
{
    errno = 0;
    unsigned long long count = strtoull(text, ret_end, 10);
    *ret_count = count;
    return errno == 0 && *ret_end != text && *text != '-' && count >= argument->min &&
           count <= argument->max;
}

static bool read_list(const struct argument *argument, const char *text)
{
    struct count_list list = {.count = 0};
    char *end;
    do {
        if (list.count == COUNT_LIST_LIMIT ||
            !read_count(argument, text, &list.values[list.count++], &end))
            return false;
        text = end + 1;
    } while (*end == ',');
    *(struct count_list *)argument->value = list;
    return *end == '\0';
}

/* Asked before minutes of measuring, not after them. Makes nothing. */
static bool can_write(const char *path)
{
    char folder[PATH_MAX];
    if (access(path, W_OK) == 0)
        return true;
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + 1 : 1;
    if (errno != ENOENT || len >= sizeof(folder))
        return false;
    memcpy(folder, slash ? path : ".", len);
    folder[len] = '\0';
    return access(folder, W_OK) == 0;
}

/* -1, or the exit status. */
static int set(const char *command, const struct argument *argument, const char *text)
{
    char *end;
    errno = 0;
    if (argument->kind == ARGUMENT_FLAG) {
        *(bool *)argument->value = true;
    } else if (argument->kind == ARGUMENT_COUNT) {
        uint64_t count;
        if (!read_count(argument, text, &count, &end) || *end)
            return complain(command, argument, text);
        *(uint64_t *)argument->value = count;
    } else if (argument->kind == ARGUMENT_LIST) {
        if (!read_list(argument, text))
            return complain(command, argument, text);
    } else if (argument->kind == ARGUMENT_NUMBER) {
        double number = strtod(text, &end);
        if (errno || end == text || *end || !(number >= (double)argument->min) ||
            !(number <= (double)argument->max))
            return complain(command, argument, text);
        *(double *)argument->value = number;
    } else if (text && argument->kind == ARGUMENT_FILE &&
               strcmp(argument->metavar, "FILE") == 0 && !can_write(text)) {
        fprintf(stderr, "pushbench %s: --%s=%s: %s\n", command, argument->name, text,
                strerror(errno));
        return EXIT_USAGE;
    } else {
        *(const char **)argument->value = text ? text : "-";
    }
    return -1;
}

static const struct argument *chosen(const struct argument *arguments, int choice)
{
    if (choice >= LONG_BASE)
        return &arguments[choice - LONG_BASE];
    while (arguments->letter != choice)
        arguments++;
    return arguments;
}

/* What getopt has left; -1, or the exit status. */
static int read_operands(int argc, char **argv, const struct argument *operands)
{
    unsigned count = (unsigned)(argc - optind);
    if (count == 0)
        return -1;
    if (!operands) {
        fprintf(stderr, "pushbench %s: '%s' is no option; --help lists them\n", argv[0],
                argv[optind]);
        return EXIT_USAGE;
    }
    struct operand_list *list = operands->value;
    if (count < operands->min || count > operands->max || count > OPERANDS_LIMIT) {
        fprintf(stderr, "pushbench %s: takes %s, and no more\n", argv[0], operands->metavar);
        return EXIT_USAGE;
    }
    while (list->count < count)
        list->values[list->count++] = argv[optind++];
    return -1;
}

int arguments_read(int argc, char **argv, const char *summary, const struct argument *arguments)
{
    struct option long_options[ARGUMENTS_LIMIT + 2] = {{"help", no_argument, NULL, 'h'}};
    char letters[3 * ARGUMENTS_LIMIT] = "h";
    for (int i = 0; is_option(&arguments[i]); i++) {
        int has = arguments[i].kind == ARGUMENT_FLAG   ? no_argument
                  : arguments[i].kind == ARGUMENT_FILE ? optional_argument
                                                       : required_argument;
        long_options[i + 1] = (struct option){arguments[i].name, has, NULL, LONG_BASE + i};
        if (arguments[i].letter) {
            const char letter[] = {arguments[i].letter, has == required_argument ? ':' : '\0',
                                   '\0'};
            strncat(letters, letter, sizeof(letters) - strlen(letters) - 1);
        }
    }
    int choice;
    while ((choice = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        if (choice == '?') { /* getopt has said what is wrong */
            fprintf(stderr, "pushbench %s --help lists the options\n", argv[0]);
            return EXIT_USAGE;
        }
        if (choice == 'h') {
            print_help(argv[0], summary, arguments);
            return EXIT_HELD;
        }
        int status = set(argv[0], chosen(arguments, choice), optarg);
        if (status >= 0)
            return status;
    }
    return read_operands(argc, argv, operands_of(arguments));
}
