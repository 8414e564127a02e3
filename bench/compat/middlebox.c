/* SPDX-License-Identifier: MIT */
#include "middlebox.h"

#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    READY_LIMIT_MS = 20000,
    READY_POLL_MS = 20,
    FOLDER_DEPTH = 8,
    WORDS_LIMIT = 300, /* of what a program says when it does not start */
};

/* ---- marks ------------------------------------------------------------------------------- */

/* What is put in place of {{NAME}}. */
struct mark {
    const char *name, *text;
};

enum { MARKS_LIMIT = 12 };

struct marks {
    struct mark list[MARKS_LIMIT];
    char port[8], host[64], config[PATH_MAX];
};

static const char *text_of(const struct marks *marks, struct slice name)
{
    for (const struct mark *mark = marks->list; mark->name; mark++)
        if (slice_equal(name, slice_of(mark->name)))
            return mark->text;
    return "";
}

static void add_filled_in(const struct marks *marks, const char *text, struct builder *out)
{
    const char *open, *close;
    while ((open = strstr(text, "{{")) && (close = strstr(open, "}}"))) {
        builder_add(out, text, (size_t)(open - text));
        builder_add_text(out,
                         text_of(marks, (struct slice){open + 2, (size_t)(close - open - 2)}));
        text = close + 2;
    }
    builder_add_text(out, text);
}

static void set_marks(struct marks *marks, const struct endpoint *origin,
                      const struct middlebox_run *run)
{
    const struct passwd *user = getpwuid(geteuid());
    const struct group *group = getgrgid(getegid());
    const char *own_port = strrchr(run->process.endpoint.authority, ':') + 1;
    const char *port = strrchr(origin->authority, ':');
    snprintf(marks->port, sizeof(marks->port), "%s", own_port);
    snprintf(marks->host, sizeof(marks->host), "%.*s", (int)(port - origin->authority),
             origin->authority);
    snprintf(marks->config, sizeof(marks->config), "%s/middlebox.conf", run->folder);
    const struct mark list[] = {
        {"port", marks->port},
        {"origin", origin->authority},
        {"origin_host", marks->host},
        {"origin_port", port + 1},
        {"folder", run->folder},
        {"config", marks->config},
        {"user", user ? user->pw_name : "root"},
        {"group", group ? group->gr_name : "root"},
        /* Some refuse to be root's. */
        {"nobody", geteuid() != 0 && user ? user->pw_name : "nobody"},
        {NULL, NULL},
    };
    memcpy(marks->list, list, sizeof(list));
}

/* ---- its folder -------------------------------------------------------------------------- */

static int on_entry(const char *path, const struct stat *stat, int type, struct FTW *place)
{
    (void)stat, (void)type, (void)place;
    return remove(path);
}

/* As root, a program may change to a user of its own, which has to write here. */
static bool make_folder(struct middlebox_run *run)
{
    return process_folder(run->folder) && (geteuid() != 0 || chmod(run->folder, 01777) == 0);
}

static bool read_text(const char *path, struct builder *out)
{
    FILE *file = fopen(path, "re");
    size_t got = 0;
    if (!file)
        return false;
    do {
        char *room = builder_reserve(out, BUFSIZ);
        got = room ? fread(room, 1, BUFSIZ, file) : 0;
        builder_claim(out, got);
    } while (got > 0);
    builder_add(out, "", 1);
    bool good = !ferror(file) && !out->failed;
    fclose(file);
    return good;
}

static bool write_filled_in(const struct marks *marks, const char *from, const char *to)
{
    struct builder text = {0}, filled = {0};
    bool good = read_text(from, &text);
    FILE *file = good ? fopen(to, "we") : NULL;
    if (file) {
        add_filled_in(marks, builder_slice(&text).at, &filled);
        struct slice slice = builder_slice(&filled);
        good = fwrite(slice.at, 1, slice.len, file) == slice.len;
        good &= fclose(file) == 0 && !filled.failed;
    }
    builder_finish(&text);
    builder_finish(&filled);
    return file && good;
}

/* NAME.VARIANT.conf, and NAME.VARIANT.action where there is one. */
static bool write_configuration(const struct middlebox *box, const char *variant,
                                const char *configurations, const struct marks *marks,
                                const struct middlebox_run *run)
{
    char from[PATH_MAX], to[PATH_MAX];
    snprintf(from, sizeof(from), "%s/%s.%s.action", configurations, box->name, variant);
    snprintf(to, sizeof(to), "%s/push.action", run->folder);
    if (access(from, R_OK) == 0 && !write_filled_in(marks, from, to))
        return false;
    snprintf(from, sizeof(from), "%s/%s.%s.conf", configurations, box->name, variant);
    if (write_filled_in(marks, from, marks->config))
        return true;
    fprintf(stderr, "pushbench: %s: %s\n", from, strerror(errno));
    return false;
}

/* ---- the process ------------------------------------------------------------------------- */

bool middlebox_find(const struct middlebox *box, const char *folders, char *ret, size_t room)
{
    while (*folders) {
        size_t len = strcspn(folders, ":");
        snprintf(ret, room, "%.*s/%s", (int)len, folders, box->program);
        if (len > 0 && access(ret, X_OK) == 0)
            return true;
        folders += len + (folders[len] == ':');
    }
    return false;
}

static void run_program(const struct middlebox *box, const char *program,
                        const struct marks *marks, const struct middlebox_run *run)
{
    char *arguments[MIDDLEBOX_ARGUMENTS_LIMIT + 2] = {(char *)(uintptr_t)program};
    for (unsigned i = 0; box->arguments[i]; i++) {
        struct builder text = {0};
        add_filled_in(marks, box->arguments[i], &text);
        builder_add(&text, "", 1);
        arguments[i + 1] = (char *)(uintptr_t)builder_slice(&text).at;
    }
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/output", run->folder);
    int output = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600),
        null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    setenv("HOME", run->folder, 1);
    setenv("XDG_CONFIG_HOME", run->folder, 1);
    setenv("XDG_DATA_HOME", run->folder, 1);
    execv(program, arguments);
    _exit(127);
}

/* What it said last, in one line. */
static void complain(const struct middlebox *box, const char *variant,
                     const struct middlebox_run *run)
{
    char path[PATH_MAX];
    struct builder text = {0};
    snprintf(path, sizeof(path), "%s/output", run->folder);
    const char *said = read_text(path, &text) ? builder_slice(&text).at : "";
    size_t len = strlen(said);
    if (len > WORDS_LIMIT)
        said += len - WORDS_LIMIT;
    fprintf(stderr, "pushbench compat: %s (%s) did not start: %s\n",
            words_in(&box->title, ENGLISH), variant, *said ? said : "it says nothing");
    builder_finish(&text);
}

static bool await_listening(const struct server_process *process)
{
    for (unsigned waited = 0; waited < READY_LIMIT_MS; waited += READY_POLL_MS) {
        int fd = endpoint_connect(&process->endpoint, 0, false);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        if (!server_alive(process))
            return false;
        nanosleep(&(struct timespec){.tv_nsec = READY_POLL_MS * 1000000L}, NULL);
    }
    return false;
}

/* A port that was free a moment ago: these programs take none that is handed to them. */
static bool choose_port(struct endpoint *ret_endpoint)
{
    int fd = endpoint_listen(ret_endpoint);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool middlebox_start(const struct middlebox *box, const char *program, const char *variant,
                     const char *configurations, const struct endpoint *origin,
                     struct middlebox_run *ret_run)
{
    struct marks marks;
    *ret_run = (struct middlebox_run){.process.ready_fd = -1};
    if (!choose_port(&ret_run->process.endpoint) || !make_folder(ret_run)) {
        fprintf(stderr, "pushbench compat: %s: %s\n", words_in(&box->title, ENGLISH),
                strerror(errno));
        return false;
    }
    set_marks(&marks, origin, ret_run);
    if ((box->secure && !certificate_write(ret_run->folder)) ||
        !write_configuration(box, variant, configurations, &marks, ret_run))
        return false;
    pid_t pid = process_fork();
    if (pid == 0)
        run_program(box, program, &marks, ret_run);
    if (pid < 0)
        return false;
    ret_run->process.pid = pid;
    ret_run->process.own = true;
    process_guard(pid);
    if (await_listening(&ret_run->process))
        return true;
    complain(box, variant, ret_run);
    return false;
}

void middlebox_stop(struct middlebox_run *run)
{
    if (run->process.own)
        server_stop(&run->process);
    if (run->folder[0])
        nftw(run->folder, on_entry, FOLDER_DEPTH, FTW_DEPTH | FTW_PHYS);
    *run = (struct middlebox_run){.process.ready_fd = -1};
}
