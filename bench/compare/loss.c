/* SPDX-License-Identifier: MIT */
#include "loss.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTS = 100000 }; /* in which nftables draws */

static bool complain(const char *what, int error)
{
    fprintf(stderr, "pushbench: --loss: %s%s%s\n", what, error ? ": " : "",
            error ? strerror(error) : "");
    return false;
}

/* ---- the namespace ----------------------------------------------------------------------- */

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return good;
}

/* We are root in there, and who we were outside. */
static bool keep_identity(unsigned user, unsigned group)
{
    char users[48], groups[48];
    snprintf(users, sizeof(users), "0 %u 1", user);
    snprintf(groups, sizeof(groups), "0 %u 1", group);
    return write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", users) && write_file("/proc/self/gid_map", groups);
}

static bool raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

bool loss_prepare(void)
{
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        /* Where user namespaces are forbidden, root may still do without. */
        if (unshare(CLONE_NEWNET) < 0)
            return complain("this system grants no network namespace (allow them: sysctl "
                            "user.max_user_namespaces=10000, and where there is one "
                            "kernel.unprivileged_userns_clone=1; or be root, and outside of "
                            "a container)",
                            errno);
    } else if (!keep_identity(user, group)) {
        return complain("this system grants no user namespace (AppArmor may forbid it: sysctl "
                        "kernel.apparmor_restrict_unprivileged_userns=0)",
                        errno);
    }
    if (!raise_loopback())
        return complain("loopback stays down in the network namespace", errno);
    return loss_set(0);
}

/* ---- the rule ---------------------------------------------------------------------------- */

static bool run_nft(const char *rules)
{
    int ends[2], status = -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        /* Often not in PATH for those who are not root. */
        execlp("nft", "nft", "-f", "-", (char *)NULL);
        execl("/usr/sbin/nft", "nft", "-f", "-", (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    bool good = pid > 0 && write(ends[1], rules, strlen(rules)) == (ssize_t)strlen(rules);
    close(ends[1]);
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return complain("there is no nft: apt install nftables", 0);
    return (good && WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           complain("nft takes no rules here (see above): this kernel may lack nf_tables", 0);
}

bool loss_set(double percent)
{
    /* Over loopback each segment comes in once, whichever way it goes. */
    static const char clients[] = "127.0.0.2-127.255.255.255";
    char rules[512], drop[64] = "";
    if (percent > 0)
        snprintf(drop, sizeof(drop), "numgen random mod %d < %.0f drop;", PARTS,
                 percent / 100 * PARTS);
    snprintf(rules, sizeof(rules),
             "table ip pushbench\n"
             "delete table ip pushbench\n"
             "table ip pushbench {\n"
             "  chain lossy { %s }\n"
             "  chain input {\n"
             "    type filter hook input priority 0;\n"
             "    ip protocol tcp ip saddr %s jump lossy\n"
             "    ip protocol tcp ip daddr %s jump lossy\n"
             "  }\n"
             "}\n",
             drop, clients, clients);
    return run_nft(rules);
}
