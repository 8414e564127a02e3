/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "options_table.h"
#include "request.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PUSHLAB_WEB_DIR
#define PUSHLAB_WEB_DIR ""
#endif
#ifndef PUSHLAB_VERSION
#define PUSHLAB_VERSION "unknown"
#endif

enum { KIB = 1024, MIB = 1024 * KIB, GIB = 1024 * MIB, SECOND = 1000, HOUR = 3600 * SECOND };

#define AT(member) offsetof(struct options, member)

static const char serving[] = "What to serve, to whom";
static const char holding[] = "What to hold";
static const char limits[] = "Limits on what a peer can use";
static const char times[] = "Times (500ms, 10s, 5m, 1h; a bare number is seconds)";
static const char other[] = "Other";

const struct option_entry option_table[] = {
    {serving, "listen", OPTION_LISTEN, AT(listen), "localhost:8765", 0, 0, "ADDR:PORT",
     "where to listen; port 0 takes a free one; localhost means 127.0.0.1 and [::1], * all "
     "addresses"},
    {serving, "workers", OPTION_UNSIGNED, AT(workers), NULL, 1, WORKERS_LIMIT, "COUNT",
     "threads that serve (default: one for each CPU, at most 8)"},
    {serving, "flush", OPTION_CHOICE, AT(flush), "auto", 0, 0, "auto|send|uring",
     "write streams with a system call each, or many at once through io_uring where the system "
     "allows it"},
    {serving, "origin", OPTION_ORIGIN, AT(origins), "", 0, 0, "PATTERN",
     "pages from here may read and publish too: https://a.example, https://*.a.example (any "
     "one "
     "label), null, or * for all"},
    {serving, "public", OPTION_TOPIC, AT(publics), "frames", 0, 0, "TOPIC",
     "pages from anywhere may read this topic; none: no topic"},
    {serving, "host", OPTION_HOST, AT(hosts), "", 0, 0, "NAME",
     "answer to this name too when listening on loopback only, or in a class; *: to any"},
    {serving, "publish-token", OPTION_TOKEN, AT(publish_token), NULL, 0, 0, "FILE",
     "publishers must send the first line of this file (Authorization: Bearer ...)"},
    {serving, "transport", OPTION_LIST, AT(modules), "", 0, 0, "MODULE.so",
     "load a further transport"},
    {serving, "feed", OPTION_FEED, AT(feeds), "clock,host,frames", 0, 0, "NAME[=RATE]",
     "publish this demo feed, RATE messages a second; none: no feed"},
    {serving, "web", OPTION_TEXT, AT(web_dir), NULL, 0, 0, "DIR",
     "the pages (default: those that came with the program)"},
    {serving, "lab", OPTION_FLAG, AT(lab), "no", 0, 0, NULL,
     "turn on what only a lab should have: echo, inspector, faults, careless=1"},
    {serving, "doors", OPTION_TEXT, AT(doors), NULL, 0, 0, "URL",
     "lab: where a pushrelay takes commands from the page, such as http://localhost:8764/"},
    {serving, "bench", OPTION_TEXT, AT(bench), NULL, 0, 0, "URL",
     "lab: where pushbench serve runs experiments for the page, such as "
     "http://localhost:8763/"},
    {serving, "class", OPTION_FLAG, AT(classroom), "no", 0, 0, NULL,
     "a lesson: listen on all networks (unless --listen says where), and print the teacher's "
     "address; students watch, predict and chat"},
    {serving, "teacher-token", OPTION_TOKEN, AT(teacher_token), NULL, 0, 0, "FILE",
     "class: the teacher's token is the first line of this file (default: a new one each "
     "time)"},

    {holding, "history", OPTION_HISTORY, 0, "1000,1h,16M", 0, 0, "COUNT,AGE,BYTES",
     "messages held in each topic: at most so many, so old, so large together"},
    {holding, "max-topics", OPTION_COUNT, AT(topics_limit), "10000", 1, 10000000, "COUNT",
     "topics"},
    {holding, "max-memory", OPTION_SIZE, AT(memory_limit), "512M", MIB, (uint64_t)1 << 40,
     "SIZE", "messages held in all topics together"},
    {holding, "max-input", OPTION_SIZE, AT(input_limit), "256M", MIB, (uint64_t)1 << 40, "SIZE",
     "bytes of unfinished requests and messages, all connections"},

    {limits, "max-connections", OPTION_COUNT, AT(connections_limit), "19000", 1, 10000000,
     "COUNT", "connections; fewer when the system allows fewer open files"},
    {limits, "max-connections-per-peer", OPTION_COUNT, AT(connections_per_peer_limit), "0", 0,
     10000000, "COUNT", "connections from one address; 0: no limit of its own"},
    {limits, "head-limit", OPTION_SIZE, AT(head_limit), "8k", 256, MIB, "SIZE",
     "a request's head"},
    {limits, "target-limit", OPTION_SIZE, AT(target_limit), "4k", 64, MIB, "SIZE",
     "a request's path and query"},
    {limits, "headers-limit", OPTION_COUNT, AT(headers_limit), "64", 4, REQUEST_HEADERS_LIMIT,
     "COUNT", "a request's header lines"},
    {limits, "publish-limit", OPTION_SIZE, AT(publish_limit), "1M", 1, GIB / 2, "SIZE",
     "the data of one publish"},
    {limits, "publish-rate", OPTION_COUNT, AT(publish_rate), "0", 0, 1000000, "COUNT",
     "messages a second from one address; 0: no limit"},
    {limits, "message-limit", OPTION_SIZE, AT(message_limit), "16M", 1, GIB / 2, "SIZE",
     "one WebSocket message from a client"},
    {limits, "fragment-limit", OPTION_COUNT, AT(fragment_limit), "65536", 1, 16777216, "COUNT",
     "fragments of one WebSocket message"},
    {limits, "outbox-limit", OPTION_SIZE, AT(outbox_limit), "1M", KIB, GIB / 2, "SIZE",
     "bytes a peer may leave unread beside the log"},

    {times, "head-timeout", OPTION_TIME, AT(head_timeout_ms), "10s", 100, HOUR, "TIME",
     "for a whole request head to arrive"},
    {times, "body-timeout", OPTION_TIME, AT(body_timeout_ms), "30s", 100, HOUR, "TIME",
     "for a whole request body to arrive"},
    {times, "idle-timeout", OPTION_TIME, AT(idle_timeout_ms), "75s", 100, HOUR, "TIME",
     "between requests on one connection"},
    {times, "hold", OPTION_TIME, AT(hold_ms), "25s", 0, 120 * SECOND, "TIME",
     "long polls are held so long, unless wait= says otherwise"},
    {times, "heartbeat", OPTION_TIME, AT(heartbeat_ms), "15s", 100, HOUR, "TIME",
     "between signs of life on streams"},
    {times, "heartbeat-timeout", OPTION_TIME, AT(heartbeat_timeout_ms), "10s", 100, HOUR,
     "TIME", "for the answer to a WebSocket ping"},
    {times, "retry", OPTION_TIME, AT(retry_ms), "3s", 0, HOUR, "TIME",
     "SSE clients are told to wait so long before they return"},
    {times, "coalesce", OPTION_TIME, AT(coalesce_ms), "0", 0, SECOND, "TIME",
     "gather messages so long before writing, unless coalesce= says otherwise"},
    {times, "drain", OPTION_TIME, AT(drain_ms), "4s", 0, 60 * SECOND, "TIME",
     "to finish answers when told to stop"},

    {other, "config", OPTION_CONFIG, 0, NULL, 0, 0, "FILE",
     "read options from FILE, lines of `name = value` with the names above; the command line "
     "overrides them"},
    {other, "help", OPTION_HELP, 0, NULL, 0, 0, NULL, "print this and exit"},
    {other, "version", OPTION_VERSION, 0, NULL, 0, 0, NULL, "print the version and exit"},
    {.name = NULL},
};

static unsigned table_count(void)
{
    unsigned count = 0;
    while (option_table[count].name)
        count++;
    return count;
}

/* ---- defaults --------------------------------------------------------------------------- */

static void set_default(struct options_reading *reading, const struct option_entry *entry)
{
    if (!entry->standard)
        return;
    if (!option_is_list(entry->kind)) {
        option_set(reading, entry, entry->standard, LEVEL_DEFAULT);
        return;
    }
    for (const char *at = entry->standard; *at;) {
        size_t len = strcspn(at, ",");
        const char *item = option_keep(at, len);
        if (item)
            option_set(reading, entry, item, LEVEL_DEFAULT);
        at += len + (at[len] == ',');
    }
}

void options_default(struct options *ret_options)
{
    enum { DEFAULT_WORKERS_LIMIT = 8 };
    *ret_options = (struct options){0};
    struct options_reading reading = {.options = ret_options};
    for (const struct option_entry *entry = option_table; entry->name; entry++)
        set_default(&reading, entry);
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (cpus < 1)
        cpus = 1;
    ret_options->workers =
        cpus > DEFAULT_WORKERS_LIMIT ? DEFAULT_WORKERS_LIMIT : (unsigned)cpus;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The pages: as given; or where the build has put them; or beside the program. */
static int find_web_dir(struct options *options)
{
    char path[PATH_MAX + sizeof("/../web")];
    if (options->web_dir) {
        if (is_folder(options->web_dir))
            return 0;
        fprintf(stderr, "pushlab: --web %s: is no folder\n", options->web_dir);
        return -EINVAL;
    }
    if (is_folder(PUSHLAB_WEB_DIR)) {
        options->web_dir = PUSHLAB_WEB_DIR;
        return 0;
    }
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len > 0) {
        memcpy(path + len, "../web", sizeof("../web"));
        options->web_dir = is_folder(path) ? option_keep(path, strlen(path)) : NULL;
    }
    if (options->web_dir)
        return 0;
    fprintf(stderr, "pushlab: the pages were not found: say where they are with --web DIR\n");
    return -EINVAL;
}

/* ---- the command line ------------------------------------------------------------------- */

enum { FIRST_VALUE = 256 }; /* getopt_long's value of the table's first entry */

static void fill_getopt(struct option *ret_long)
{
    unsigned count = table_count();
    for (unsigned i = 0; i < count; i++)
        ret_long[i] = (struct option){
            option_table[i].name, option_table[i].argument ? required_argument : no_argument,
            NULL, FIRST_VALUE + (int)i};
    ret_long[count] = (struct option){0};
}

/* How many options the name, cut short, could mean. */
static unsigned count_meanings(const char *name)
{
    unsigned count = 0;
    for (const struct option_entry *entry = option_table; entry->name; entry++)
        count += strncmp(entry->name, name, strlen(name)) == 0;
    return count;
}

static void complain_unknown(const char *argument, int known)
{
    const char *name = strncmp(argument, "--", 2) == 0 ? argument + 2 : NULL;
    const char *nearest = name ? option_nearest(name) : NULL;
    if (known >= FIRST_VALUE)
        fprintf(stderr, "pushlab: %s: --%s takes no argument\n", argument,
                option_table[known - FIRST_VALUE].name);
    else if (name && count_meanings(name) > 1)
        fprintf(stderr, "pushlab: %s: could mean several options: write more of it\n",
                argument);
    else if (nearest)
        fprintf(stderr, "pushlab: %s: no such option: did you mean --%s?\n", argument, nearest);
    else
        fprintf(stderr, "pushlab: %s: no such option: see pushlab --help\n", argument);
}

/* One option of the command line. 0, 1 when all is said and done, or -1. */
static int take_argument(struct options_reading *reading, const struct option_entry *entry,
                         const char *text)
{
    switch (entry->kind) {
    case OPTION_HELP:
        options_print_help(stdout);
        return 1;
    case OPTION_VERSION:
        puts("pushlab " PUSHLAB_VERSION);
        return 1;
    case OPTION_CONFIG:
        reading->config = text;
        return 0;
    default:
        break;
    }
    if (option_set(reading, entry, text ? text : "yes", LEVEL_COMMAND) == 0)
        return 0;
    fprintf(stderr, "pushlab: --%s %s\n", entry->name, reading->error);
    return -1;
}

static int read_arguments(struct options_reading *reading, int argc, char **argv)
{
    struct option long_options[OPTION_TABLE_LIMIT + 1];
    fill_getopt(long_options);
    optind = 0; /* glibc: start afresh, even when it was used before */
    opterr = 0;
    int value;
    while ((value = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
        int outcome;
        if (value >= FIRST_VALUE) {
            outcome = take_argument(reading, &option_table[value - FIRST_VALUE], optarg);
        } else if (value == 'h') {
            outcome = take_argument(reading, option_find("help"), NULL);
        } else if (value == ':') {
            const struct option_entry *entry = &option_table[optopt - FIRST_VALUE];
            fprintf(stderr, "pushlab: --%s needs an argument: --%s %s\n", entry->name,
                    entry->name, entry->argument);
            outcome = -1;
        } else {
            complain_unknown(argv[optind > 1 ? optind - 1 : 1], optopt);
            outcome = -1;
        }
        if (outcome)
            return outcome;
    }
    if (optind < argc) {
        fprintf(stderr, "pushlab: %s: options start with --: see pushlab --help\n",
                argv[optind]);
        return -1;
    }
    return 0;
}

/* A class is on other machines. */
static int listen_for_class(struct options_reading *reading)
{
    const struct option_entry *listen = option_find("listen");
    if (!reading->options->classroom || reading->levels[listen - option_table] > LEVEL_DEFAULT)
        return 0;
    return option_set(reading, listen, "*:8765", LEVEL_FILE);
}

int options_read(int argc, char **argv, struct options *ret_options)
{
    struct options options;
    options_default(&options);
    struct options_reading reading = {.options = &options};
    /* The command line first: it says which file to read, and its values stand against the
     * file's by their level. */
    int outcome = read_arguments(&reading, argc, argv);
    if (outcome)
        return outcome;
    if (reading.config && config_read(reading.config, &reading))
        return -1;
    if (listen_for_class(&reading) || find_web_dir(&options))
        return -1;
    /* A target lies in a head. */
    if (options.target_limit > options.head_limit)
        options.target_limit = options.head_limit;
    *ret_options = options;
    return 0;
}
