/* SPDX-License-Identifier: MIT */
#include "server_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY_LIMIT_MS = 20000, STOP_LIMIT_MS = 15000, STOP_POLL_MS = 5, OPTIONS_LIMIT = 32 };

/* ---- nothing outlives pushbench ---------------------------------------------------------- */

enum { GUARDED_LIMIT = 128 }; /* compat has all products up at once */
static volatile pid_t guarded[GUARDED_LIMIT];
static volatile sig_atomic_t kept_going;
static volatile sig_atomic_t interrupted; /* a signal's number, or 0 */

static void on_signal(int number)
{
    if (kept_going && !interrupted) {
        interrupted = number;
        return;
    }
    for (unsigned i = 0; i < GUARDED_LIMIT; i++)
        if (guarded[i] > 0)
            kill(guarded[i], SIGTERM);
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_signals(void)
{
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
}

void process_guard(pid_t pid)
{
    unsigned i = 0;
    while (i < GUARDED_LIMIT - 1 && guarded[i] > 0)
        i++;
    guarded[i] = pid;
    catch_signals();
}

void process_unguard(pid_t pid)
{
    for (unsigned i = 0; i < GUARDED_LIMIT; i++)
        if (guarded[i] == pid)
            guarded[i] = 0;
}

pid_t process_fork(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    /* The parent's handler, which takes a signal for it, is the child's as well. */
    signal(SIGTERM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it has ended before that */
        _exit(0);
    return 0;
}

bool process_folder(char ret_path[PROCESS_FOLDER_LIMIT])
{
    const char *named = getenv("TMPDIR");
    int len = snprintf(ret_path, PROCESS_FOLDER_LIMIT, "%s/pushbench-XXXXXX",
                       named && *named ? named : "/tmp");
    if (len < PROCESS_FOLDER_LIMIT && mkdtemp(ret_path))
        return true;
    if (len >= PROCESS_FOLDER_LIMIT)
        errno = ENAMETOOLONG;
    ret_path[0] = '\0';
    return false;
}

void process_keep_going(void)
{
    kept_going = 1;
    catch_signals();
}

int process_interrupted(void)
{
    return interrupted;
}

/* ---- starting ---------------------------------------------------------------------------- */

const char *program_beside(const char *path, char *room, size_t size)
{
    char self[1024];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[len < 0 ? 0 : len] = '\0';
    char *slash = strrchr(self, '/');
    snprintf(room, size, "%.*s/%s", slash ? (int)(slash - self) : 1, slash ? self : ".", path);
    return room;
}

/* Beside pushbench in the build folder, unless named. */
static const char *find_program(const char *named, char *room, size_t size)
{
    if (named || (named = getenv("PUSHLAB")))
        return named;
    return program_beside("../server/pushlab", room, size);
}

static void run_program(const char *const *arguments, int output_fd)
{
    setpgid(0, 0); /* a terminal's Ctrl-C is for pushbench, which ends what it started */
    dup2(output_fd, STDOUT_FILENO);
    execvp(arguments[0], (char *const *)arguments);
    _exit(127);
}

/* Reads `ready URL` within the time. */
static bool await_ready(int fd, char *ret_url, size_t room)
{
    char line[256];
    size_t len = 0;
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    while (len + 1 < sizeof(line) && poll(&waiting, 1, READY_LIMIT_MS) > 0) {
        if (read(fd, line + len, 1) != 1)
            return false;
        if (line[len++] == '\n')
            break;
    }
    line[len] = '\0';
    static const char word[] = "ready ";
    if (strncmp(line, word, sizeof(word) - 1) != 0)
        return false;
    snprintf(ret_url, room, "%.*s", (int)strcspn(line + sizeof(word) - 1, "\n"),
             line + sizeof(word) - 1);
    return true;
}

static bool start_own(const char *const *arguments, struct server_process *server)
{
    int ends[2];
    char url[256];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    server->pid = process_fork();
    if (server->pid == 0)
        run_program(arguments, ends[1]);
    close(ends[1]);
    server->ready_fd = ends[0];
    server->own = true;
    if (server->pid < 0)
        return false;
    process_guard(server->pid);
    return await_ready(ends[0], url, sizeof(url)) &&
           endpoint_parse(url, &server->endpoint) == 0;
}

bool server_spawn(const char *const *arguments, struct server_process *ret_server)
{
    *ret_server = (struct server_process){.ready_fd = -1};
    if (strchr(arguments[0], '/') && access(arguments[0], X_OK) != 0) {
        fprintf(stderr, "pushbench: there is no program at %s: build it (./dev build)\n",
                arguments[0]);
        return false;
    }
    if (start_own(arguments, ret_server))
        return true;
    fprintf(stderr, "pushbench: %s did not become ready\n", arguments[0]);
    server_stop(ret_server);
    return false;
}

bool server_start(const struct common_options *common, const char *const *options,
                  struct server_process *ret_server)
{
    char room[1100];
    *ret_server = (struct server_process){.pid = (pid_t)common->pid, .ready_fd = -1};
    if (common->server) {
        if (endpoint_parse(common->server, &ret_server->endpoint) == 0)
            return true;
        fprintf(stderr, "pushbench: --server %s: give http://HOST:PORT\n", common->server);
        return false;
    }
    const char *program = find_program(common->pushlab, room, sizeof(room));
    if (access(program, X_OK) != 0) {
        fprintf(stderr,
                "pushbench: no server at %s: build it (./dev build), or name one with "
                "--pushlab PATH or --server URL\n",
                program);
        return false;
    }
    const char *arguments[OPTIONS_LIMIT] = {program, "--listen", "127.0.0.1:0", NULL};
    for (unsigned i = 3; *options && i < OPTIONS_LIMIT - 1; i++)
        arguments[i] = *options++;
    return server_spawn(arguments, ret_server);
}

/* ---- stopping ---------------------------------------------------------------------------- */

bool server_alive(const struct server_process *server)
{
    siginfo_t ended = {.si_pid = 0};
    if (server->own)
        return waitid(P_PID, (id_t)server->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               ended.si_pid == 0;
    return server->pid == 0 || kill(server->pid, 0) == 0;
}

bool server_stop(struct server_process *server)
{
    int status = -1;
    if (server->own && server->pid > 0) {
        kill(server->pid, SIGTERM);
        pid_t ended = 0;
        for (unsigned waited = 0; ended == 0 && waited < STOP_LIMIT_MS;
             waited += STOP_POLL_MS) {
            ended = waitpid(server->pid, &status, WNOHANG);
            if (ended == 0)
                nanosleep(&(struct timespec){.tv_nsec = STOP_POLL_MS * 1000000L}, NULL);
        }
        if (ended == 0) {
            kill(server->pid, SIGKILL);
            waitpid(server->pid, &status, 0);
        }
        process_unguard(server->pid);
    }
    if (server->ready_fd >= 0)
        close(server->ready_fd);
    server->ready_fd = -1;
    server->pid = 0;
    return !server->own || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
