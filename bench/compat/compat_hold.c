/* SPDX-License-Identifier: MIT */
#include "compat_hold.h"

#include "../arguments.h"
#include "../command.h"
#include "product.h"

#include <cjson/cJSON.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_MS = 200 };

struct hold {
    struct common_options common;
    const char *configurations, *folders;
    const char *variant; /* "default" or "cured" */
    bool list, json;
    struct product product;
    struct server_process server;
    struct middlebox_run runs[PRODUCT_RUNS];
};

/* A padded one is a matter of what clients ask for: the product and its name are another's. */
static bool can_be_held(const struct middlebox *box)
{
    return !box->padded;
}

static bool has_cure(const struct middlebox *box)
{
    return box->remedy.in[ENGLISH] != NULL;
}

static const struct middlebox *box_named(const char *name)
{
    const struct middlebox *box = middleboxes;
    while (box->name && (!can_be_held(box) || strcmp(box->name, name) != 0))
        box++;
    return box->name ? box : NULL;
}

/* ---- the list ---------------------------------------------------------------------------- */

static cJSON *describe(const struct middlebox *box, const char *folders)
{
    struct product product;
    char version[MIDDLEBOX_VERSION_LIMIT] = "";
    const char *missing = product_find(box, folders, &product);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", box->name);
    cJSON_AddStringToObject(object, "title", words_in(&box->title, ENGLISH));
    cJSON_AddBoolToObject(object, "cured", has_cure(box));
    cJSON_AddBoolToObject(object, "forward", box->forward);
    if (missing) {
        cJSON_AddStringToObject(object, "missing", missing);
    } else {
        middlebox_version(box, product.program, version);
        cJSON_AddStringToObject(object, "version", version);
    }
    return object;
}

static void print_line(const cJSON *object)
{
    const char *missing = cJSON_GetStringValue(cJSON_GetObjectItem(object, "missing"));
    printf("  %-14s %-24s", cJSON_GetStringValue(cJSON_GetObjectItem(object, "name")),
           cJSON_GetStringValue(cJSON_GetObjectItem(object, "title")));
    if (missing)
        printf(" SKIP: not installed (apt install %s)\n", missing);
    else
        printf(" %-9s %s\n", cJSON_GetStringValue(cJSON_GetObjectItem(object, "version")),
               cJSON_IsTrue(cJSON_GetObjectItem(object, "cured")) ? "default, cured"
                                                                  : "default");
}

static void print_json(const cJSON *json)
{
    char *text = cJSON_PrintUnformatted(json);
    if (text)
        puts(text);
    fflush(stdout);
    free(text);
}

static int print_list(const struct hold *hold)
{
    cJSON *list = cJSON_CreateArray(), *object;
    for (const struct middlebox *box = middleboxes; box->name; box++)
        if (can_be_held(box))
            cJSON_AddItemToArray(list, describe(box, hold->folders));
    if (hold->json)
        print_json(list);
    else
        cJSON_ArrayForEach(object, list) print_line(object);
    cJSON_Delete(list);
    return EXIT_HELD;
}

/* ---- holding ----------------------------------------------------------------------------- */

static void add_address(cJSON *object, const char *name, const char *scheme,
                        const struct endpoint *endpoint)
{
    char text[sizeof(endpoint->authority) + 16];
    snprintf(text, sizeof(text), "%s://%s/", scheme, endpoint->authority);
    cJSON_AddStringToObject(object, name, text);
}

/* One line of JSON: where everything is. */
static void announce(const struct hold *hold, const struct endpoint *first)
{
    const struct middlebox *box = hold->product.box;
    const struct endpoint *open = box->forward ? &hold->server.endpoint : first;
    char text[MIDDLEBOX_VERSION_LIMIT];
    cJSON *object = cJSON_CreateObject();
    middlebox_version(box, hold->product.program, text);
    cJSON_AddStringToObject(object, "name", box->name);
    cJSON_AddStringToObject(object, "title", words_in(&box->title, ENGLISH));
    cJSON_AddStringToObject(object, "version", text);
    cJSON_AddStringToObject(object, "configuration", hold->variant);
    add_address(object, "server", "http", &hold->server.endpoint);
    add_address(object, "open", "http", open);
    if (box->forward)
        add_address(object, "proxy", "http", first);
    if (box->secure)
        add_address(object, "secure", "https", &hold->runs[0].process.endpoint);
    print_json(object);
    cJSON_Delete(object);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "Open http://%s/ in a browser%s%s. Ctrl-C ends it.\n", open->authority,
                box->forward ? " whose proxy is " : "", box->forward ? first->authority : "");
}

/* Who started us may tell by closing it that there is nobody any more. A terminal and /dev/null
 * say nothing. */
static bool is_worth_watching(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode));
}

static bool has_ended(int fd)
{
    struct pollfd waiting = {.fd = is_worth_watching(fd) ? fd : -1, .events = POLLIN};
    char ignored[256];
    return poll(&waiting, 1, LOOK_MS) > 0 && read(fd, ignored, sizeof(ignored)) <= 0;
}

static bool all_alive(const struct hold *hold)
{
    for (unsigned i = 0; i < PRODUCT_RUNS; i++)
        if (hold->runs[i].process.own && !server_alive(&hold->runs[i].process))
            return false;
    return server_alive(&hold->server);
}

static bool keep_up(struct hold *hold)
{
    static const char *const options[] = {"--lab", NULL};
    if (!server_start(&hold->common, options, &hold->server))
        return false;
    const struct endpoint *first =
        product_start(&hold->product, hold->variant, hold->configurations,
                      &hold->server.endpoint, hold->runs);
    if (!first)
        return false;
    announce(hold, first);
    while (!process_interrupted() && !has_ended(STDIN_FILENO))
        if (!all_alive(hold)) {
            fprintf(stderr, "pushbench compat hold: %s or the server has ended by itself\n",
                    words_in(&hold->product.box->title, ENGLISH));
            return false;
        }
    return true;
}

/* -1: go on; otherwise the exit status. */
static int choose(struct hold *hold, const struct operand_list *names)
{
    const char *name = names->count > 0 ? names->values[0] : "";
    const struct middlebox *box = box_named(name);
    hold->variant = names->count > 1 ? names->values[1] : "default";
    bool cured = strcmp(hold->variant, "cured") == 0;
    if (!box) {
        fprintf(stderr, "pushbench compat hold: %s%s%s; --list says what there is\n",
                names->count > 0 ? "there is no '" : "name a product", name,
                names->count > 0 ? "'" : "");
        return EXIT_USAGE;
    }
    if ((!cured && strcmp(hold->variant, "default") != 0) || (cured && !has_cure(box))) {
        fprintf(stderr, "pushbench compat hold: %s has no configuration '%s': %s\n", name,
                hold->variant, has_cure(box) ? "default or cured" : "default is all it needs");
        return EXIT_USAGE;
    }
    const char *missing = product_find(box, hold->folders, &hold->product);
    if (!missing)
        return -1;
    fprintf(stderr, "SKIP %s: not installed (apt install %s)\n", words_in(&box->title, ENGLISH),
            missing);
    return EXIT_BROKEN;
}

static int read_options(int argc, char **argv, struct hold *hold, struct operand_list *names)
{
    const struct argument arguments[] = {
        {"list", 0, ARGUMENT_FLAG, &hold->list, NULL,
         "tell what there is, and what is not installed", 0, 0},
        {"json", 0, ARGUMENT_FLAG, &hold->json, NULL, "the list as JSON", 0, 0},
        {"server", 0, ARGUMENT_TEXT, &hold->common.server, "URL",
         "hold it before a running server; default: one of its own, with --lab", 0, 0},
        {"pushlab", 0, ARGUMENT_TEXT, &hold->common.pushlab, "PATH",
         "the program to start; default: the one built beside pushbench, or $PUSHLAB", 0, 0},
        {"middleboxes", 0, ARGUMENT_TEXT, &hold->configurations, "FOLDER",
         "where the products' configurations lie", 0, 0},
        {"programs", 0, ARGUMENT_TEXT, &hold->folders, "FOLDERS",
         "where the products lie, with colons between; default: $PATH and the sbin folders", 0,
         0},
        {.name = "",
         .kind = ARGUMENT_OPERANDS,
         .value = names,
         .metavar = "NAME [default|cured]",
         .min = 1,
         .max = 2},
        {0},
    };
    return arguments_read(
        argc, argv,
        "Holds one product up in front of a server, with the configuration of compat real, "
        "and\n"
        "prints one line of JSON: open is the address for a browser, proxy the proxy to set\n"
        "there. So a class can see what nginx, as it comes, does to a page. Ctrl-C or the end\n"
        "of standard input (a pipe's) ends all, and leaves nothing behind.",
        arguments);
}

int compat_hold(int argc, char **argv)
{
    char name[] = "compat hold", room[4096];
    struct hold hold = {.configurations = PUSHBENCH_MIDDLEBOXES, .server.ready_fd = -1};
    struct operand_list names = {.count = 0};
    argv[0] = name; /* as it is called in help and complaints */
    int status = read_options(argc, argv, &hold, &names);
    if (status >= 0)
        return status;
    hold.folders = product_folders(hold.folders, room, sizeof(room));
    if (hold.list)
        return print_list(&hold);
    status = choose(&hold, &names);
    if (status >= 0)
        return status;
    process_keep_going(); /* so that what was started is ended, and folders removed */
    status = keep_up(&hold) ? EXIT_HELD : EXIT_BROKEN;
    for (unsigned i = PRODUCT_RUNS; i-- > 0;)
        middlebox_stop(&hold.runs[i]);
    if (hold.server.own)
        server_stop(&hold.server);
    return status;
}
