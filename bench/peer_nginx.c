/* SPDX-License-Identifier: MIT
 *
 * nginx cannot take a free port by itself, so it is given a socket that listens already, as one
 * nginx gives it to the next when it is replaced by a newer one: by number, in the environment
 * variable NGINX. Nobody can take the port in between, and who connects early waits.
 */
#include "peer_nginx.h"

#include "control.h"

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
#include <unistd.h>

/* Where Debian has them. */
#define PROGRAM "/usr/sbin/nginx"
#define MODULE "/usr/lib/nginx/modules/ngx_nchan_module.so"

enum { FOLDER_DEPTH = 8 };

static const char configuration_name[] = "nginx.conf";

bool nginx_installed(void)
{
    return access(PROGRAM, X_OK) == 0 && access(MODULE, R_OK) == 0;
}

/* ---- its folder -------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *place)
{
    (void)stat, (void)type, (void)place;
    return remove(path);
}

static void remove_folder(const char *folder)
{
    nftw(folder, remove_entry, FOLDER_DEPTH, FTW_DEPTH | FTW_PHYS);
}

static void copy_filled_in(FILE *from, FILE *to, const char *port)
{
    static const char mark[] = "@PORT@";
    char line[1024];
    while (fgets(line, sizeof(line), from)) {
        char *found = strstr(line, mark);
        if (found)
            fprintf(to, "%.*s%s%s", (int)(found - line), line, port, found + sizeof(mark) - 1);
        else
            fputs(line, to);
    }
}

static bool fill_in(const char *configuration, const char *folder, const char *port)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, configuration_name);
    FILE *from = fopen(configuration, "re"), *to = fopen(path, "we");
    if (from && to)
        copy_filled_in(from, to, port);
    bool good = from && to && !ferror(from);
    if (from)
        fclose(from);
    return to && fclose(to) == 0 && good;
}

/* ---- the process ------------------------------------------------------------------------- */

/* Started by root it would make its worker www-data's, unless told; others cannot choose. */
static void name_user(char *ret, size_t room)
{
    const struct passwd *user = getpwuid(geteuid());
    const struct group *group = getgrgid(getegid());
    ret[0] = '\0';
    if (geteuid() == 0 && user && group)
        snprintf(ret, room, "user %s %s;", user->pw_name, group->gr_name);
}

static void run_nginx(const char *folder, int listen_fd)
{
    char inherited[16], user[256];
    snprintf(inherited, sizeof(inherited), "%d;", listen_fd);
    name_user(user, sizeof(user));
    fcntl(listen_fd, F_SETFD, 0);
    fcntl(listen_fd, F_SETFL, O_NONBLOCK);
    setenv("NGINX", inherited, 1);
    execl(PROGRAM, PROGRAM, "-e", "error.log", "-p", folder, "-c", configuration_name, "-g",
          user, (char *)NULL);
    _exit(127);
}

/* Its first answer shows that it has read its configuration and has a worker. */
static bool await_answer(const struct endpoint *endpoint)
{
    struct control control;
    if (!control_open(&control, endpoint))
        return false;
    cJSON *answer = control_get(&control, "/ready");
    cJSON_Delete(answer);
    control_close(&control);
    return answer != NULL;
}

static bool start_in(const char *folder, const char *configuration, int listen_fd,
                     struct server_process *server)
{
    const char *port = strrchr(server->endpoint.authority, ':') + 1;
    if (!fill_in(configuration, folder, port))
        return false;
    server->pid = process_fork();
    if (server->pid == 0)
        run_nginx(folder, listen_fd);
    close(listen_fd); /* so that nobody waits for an nginx that has ended */
    if (server->pid < 0)
        return false;
    server->own = true;
    process_guard(server->pid);
    return await_answer(&server->endpoint);
}

bool nginx_start(const char *configuration, struct server_process *ret_server)
{
    char folder[PROCESS_FOLDER_LIMIT];
    struct server_process server = {.ready_fd = -1};
    int listen_fd = endpoint_listen(&server.endpoint);
    bool good = listen_fd >= 0 && process_folder(folder);
    if (good) {
        good = start_in(folder, configuration, listen_fd, &server);
        /* Once it runs it needs no name of its files any more, and none is left on Ctrl-C. */
        remove_folder(folder);
    }
    *ret_server = server;
    if (good)
        return true;
    fprintf(stderr, "pushbench versus: nginx did not start: %s\n",
            server.pid > 0 ? "see above" : strerror(errno));
    server_stop(ret_server);
    return false;
}
