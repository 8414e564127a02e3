/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include "presets.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXIT_USAGE = 2,
    HELP_COLUMN = 27,
    FAULT_NAMES_LIMIT = 96, /* with those of a direction */
    FAULT_BASE = 256,       /* getopt's value of the first fault */
    WAY_SUFFIX_ROOM = 32,
};

enum {
    OPT_LIKE = 1,
    OPT_LISTEN,
    OPT_TO,
    OPT_DOOR,
    OPT_CONFIG,
    OPT_CONTROL,
    OPT_CONTROL_ORIGIN,
    OPT_SEED,
    OPT_VERSION
};

static const struct {
    const char *name, *argument, *help;
    int value;
} own_options[] = {
    {"listen", "[ADDR:]PORT", "a door called main; 0: a free port, which is printed (default)",
     OPT_LISTEN},
    {"to", "HOST:PORT", "the server behind it, such as localhost:8765", OPT_TO},
    {"door", "NAME:PORT[:FAULTS]",
     "a further door, such as slow:0:delay=40,like=nginx (repeatable)", OPT_DOOR},
    {"config", "FILE", "doors and faults as JSON; bench/relay/README.md shows one", OPT_CONFIG},
    {"control", "PATH|PORT", "take JSON commands at a Unix socket or a loopback port",
     OPT_CONTROL},
    {"control-origin", "ORIGIN,…", "pages that may command, such as http://localhost:8765",
     OPT_CONTROL_ORIGIN},
    {"seed", "NUMBER", "of what is left to chance", OPT_SEED},
    {"like", "PRODUCT", "the faults of a product as it comes; list shows them", OPT_LIKE},
    {"version", NULL, "print the version", OPT_VERSION},
    {"help", NULL, "print this", 'h'},
};

enum { OWN_OPTIONS = sizeof(own_options) / sizeof(own_options[0]) };

/* What the command line said, before it becomes a plan: faults hold for every door, wherever
 * they stand. */
struct reading {
    struct faults base;
    const char *listen, *to, *config;
    const char *doors[DOORS_LIMIT + 1]; /* ends with NULL */
    unsigned door_count;
};

/* ---- help -------------------------------------------------------------------------------- */

static void print_option(const char *name, const char *argument, const char *help)
{
    int column = printf("  --%s%s%s", name, argument ? " " : "", argument ? argument : "");
    if (column > HELP_COLUMN - 2) {
        putchar('\n');
        column = 0;
    }
    printf("%*s%s\n", HELP_COLUMN - column, "", help);
}

static void print_help(void)
{
    puts("Usage: pushrelay --to HOST:PORT [OPTION…]\n\n"
         "Stands between clients and a server, and delays, cuts, holds and rewrites what "
         "passes, "
         "as\nreal networks and proxies do. Without a fault it changes nothing.\n");
    for (unsigned i = 0; i < OWN_OPTIONS; i++)
        print_option(own_options[i].name, own_options[i].argument, own_options[i].help);
    puts("\nFaults, both ways; with -up or -down behind the name (--delay-up) one way alone:");
    const struct fault *fault = fault_table;
    for (; fault->each_way; fault++)
        print_option(fault->name, fault->argument, fault->help);
    puts("\nFaults of a connection, and of HTTP/1.x:");
    for (; fault->name; fault++)
        print_option(fault->name, fault->argument, fault->help);
    puts("\nSizes are bytes, or 64k, 16M. Times may have a unit: 40ms, 2s, 5m.");
}

static void print_presets(void)
{
    for (const struct preset *preset = preset_table; preset->name; preset++)
        printf("%-14s %s\n%-14s %s\n", preset->name, preset->story, "", preset->faults);
}

/* ---- options ----------------------------------------------------------------------------- */

/* Each fault's names, the order of which getopt's values follow. */
struct fault_names {
    char names[FAULT_NAMES_LIMIT][WAY_SUFFIX_ROOM];
    unsigned count;
    struct option options[FAULT_NAMES_LIMIT + OWN_OPTIONS + 1];
};

static void add_name(struct fault_names *all, const struct fault *fault, const char *suffix)
{
    snprintf(all->names[all->count], WAY_SUFFIX_ROOM, "%s%s", fault->name, suffix);
    all->options[all->count] = (struct option){
        all->names[all->count], fault->kind == FAULT_FLAG ? no_argument : required_argument,
        NULL, FAULT_BASE + (int)all->count};
    all->count++;
}

static void list_options(struct fault_names *all)
{
    for (const struct fault *fault = fault_table; fault->name; fault++) {
        add_name(all, fault, "");
        if (fault->each_way) {
            add_name(all, fault, "-up");
            add_name(all, fault, "-down");
        }
    }
    for (unsigned i = 0; i < OWN_OPTIONS; i++)
        all->options[all->count + i] = (struct option){
            own_options[i].name, own_options[i].argument ? required_argument : no_argument,
            NULL, own_options[i].value};
}

static int complain(const char *error)
{
    fprintf(stderr, "pushrelay: %s\n", error);
    return EXIT_USAGE;
}

static int take_fault(struct reading *reading, const char *name, const char *text)
{
    char error[FAULT_ERROR_LIMIT];
    if (faults_set(&reading->base, name, text ? text : "on", error) < 0)
        return complain(error);
    return PLAN_GO;
}

static int take_option(struct reading *reading, struct plan *plan, int option, const char *text)
{
    char *end;
    switch (option) {
    case OPT_LISTEN:
        reading->listen = text;
        return PLAN_GO;
    case OPT_TO:
        reading->to = text;
        return PLAN_GO;
    case OPT_CONFIG:
        reading->config = text;
        return PLAN_GO;
    case OPT_DOOR:
        if (reading->door_count == DOORS_LIMIT)
            return complain("--door: too many doors");
        reading->doors[reading->door_count++] = text;
        return PLAN_GO;
    case OPT_CONTROL:
        if (strlen(text) >= sizeof(plan->control))
            return complain("--control: the path is too long");
        snprintf(plan->control, sizeof(plan->control), "%s", text);
        return PLAN_GO;
    case OPT_CONTROL_ORIGIN:
        if (strlen(text) >= sizeof(plan->control_origins))
            return complain("--control-origin: too long");
        snprintf(plan->control_origins, sizeof(plan->control_origins), "%s", text);
        return PLAN_GO;
    case OPT_SEED:
        plan->seed = strtoull(text, &end, 10);
        return *text && !*end ? PLAN_GO : complain("--seed: must be a whole number");
    case OPT_LIKE:
        if (strcmp(text, "list") != 0)
            return take_fault(reading, "like", text);
        print_presets();
        return EXIT_SUCCESS;
    case OPT_VERSION:
        puts("pushrelay " PUSHLAB_VERSION);
        return EXIT_SUCCESS;
    case 'h':
        print_help();
        return EXIT_SUCCESS;
    default:
        return EXIT_USAGE; /* getopt has said why */
    }
}

static int read_arguments(int argc, char **argv, struct reading *reading, struct plan *plan)
{
    static struct fault_names all; /* large, and getopt points into it */
    int option, status = PLAN_GO;
    all = (struct fault_names){.count = 0};
    list_options(&all);
    while (status == PLAN_GO &&
           (option = getopt_long(argc, argv, "h", all.options, NULL)) != -1)
        status = option >= FAULT_BASE
                     ? take_fault(reading, all.names[option - FAULT_BASE], optarg)
                     : take_option(reading, plan, option, optarg);
    if (status == PLAN_GO && optind < argc) {
        fprintf(stderr, "pushrelay: '%s' is no option; --help lists them\n", argv[optind]);
        return EXIT_USAGE;
    }
    return status;
}

/* ---- doors ------------------------------------------------------------------------------- */

struct door_plan *plan_add(struct plan *plan, const char *name, size_t name_len,
                           const struct faults *base, const char *to)
{
    if (plan->count == DOORS_LIMIT || name_len == 0 || name_len >= DOOR_NAME_LIMIT ||
        (to && strlen(to) >= PLAN_ADDRESS_LIMIT))
        return NULL;
    struct door_plan *door = &plan->doors[plan->count];
    *door = (struct door_plan){.faults = *base};
    memcpy(door->name, name, name_len);
    snprintf(door->to, sizeof(door->to), "%s", to ? to : "");
    for (unsigned i = 0; i < plan->count; i++)
        if (strcmp(plan->doors[i].name, door->name) == 0)
            return NULL;
    plan->count++;
    return door;
}

/* NAME:PORT[:FAULTS] */
static int add_door(struct plan *plan, const struct reading *reading, const char *text)
{
    char error[FAULT_ERROR_LIMIT];
    size_t name_len = strcspn(text, ":");
    const char *port = text + name_len + (text[name_len] == ':');
    size_t port_len = strcspn(port, ":");
    struct door_plan *door = plan_add(plan, text, name_len, &reading->base, reading->to);
    if (!door || port_len == 0 || port_len > 5) {
        fprintf(stderr,
                "pushrelay: --door %s: give NAME:PORT[:FAULTS], such as "
                "slow:0:delay=40, and each name once\n",
                text);
        return EXIT_USAGE;
    }
    memcpy(door->listen, port, port_len);
    if (port[port_len] && faults_set_list(&door->faults, port + port_len + 1, error) < 0)
        return complain(error);
    return PLAN_GO;
}

int plan_read(int argc, char **argv, struct plan *ret_plan)
{
    struct reading reading = {.base = FAULTS_NONE};
    *ret_plan = (struct plan){.seed = 1};
    int status = read_arguments(argc, argv, &reading, ret_plan);
    bool alone = !reading.door_count && !reading.config;
    if (status == PLAN_GO && (reading.listen || alone)) {
        struct door_plan *door = plan_add(ret_plan, "main", 4, &reading.base, reading.to);
        if (!door)
            return complain("--to: the name is too long");
        snprintf(door->listen, sizeof(door->listen), "%s",
                 reading.listen ? reading.listen : "0");
    }
    for (unsigned i = 0; status == PLAN_GO && reading.doors[i]; i++)
        status = add_door(ret_plan, &reading, reading.doors[i]);
    if (status == PLAN_GO && reading.config &&
        !plan_read_config(ret_plan, reading.config, &reading.base, reading.to))
        status = EXIT_USAGE;
    return status;
}
