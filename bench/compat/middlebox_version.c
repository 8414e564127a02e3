/* SPDX-License-Identifier: MIT
 *
 * What a product says its version is: each in a sentence of its own, most with its name before.
 */
#include "middlebox.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_LIMIT = 512 };

static void ask(const struct middlebox *box, const char *program, int to)
{
    char *const arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)box->asks_version,
                               NULL};
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    dup2(to, STDERR_FILENO); /* where half of them say it */
    execv(program, arguments);
    _exit(127);
}

static void read_said(int fd, char said[SAID_LIMIT])
{
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len < SAID_LIMIT - 1) {
        got = read(fd, said + len, SAID_LIMIT - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    said[len] = '\0';
}

/* The first number with a dot in it. */
static void find_version(const char *said, char ret[MIDDLEBOX_VERSION_LIMIT])
{
    static const char digits[] = "0123456789";
    ret[0] = '\0';
    for (; *(said += strcspn(said, digits)); said += strspn(said, digits)) {
        size_t whole = strspn(said, digits), len = strspn(said, "0123456789.");
        if (said[whole] != '.' || !isdigit((unsigned char)said[whole + 1]))
            continue;
        len = len < MIDDLEBOX_VERSION_LIMIT ? len : MIDDLEBOX_VERSION_LIMIT - 1;
        memcpy(ret, said, len);
        ret[len] = '\0';
        return;
    }
}

void middlebox_version(const struct middlebox *box, const char *program,
                       char ret[MIDDLEBOX_VERSION_LIMIT])
{
    char said[SAID_LIMIT];
    int ends[2];
    ret[0] = '\0';
    if (!box->asks_version || pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0)
        ask(box, program, ends[1]);
    close(ends[1]);
    read_said(ends[0], said);
    close(ends[0]);
    if (pid > 0 && waitpid(pid, NULL, 0) == pid)
        find_version(said, ret);
}
