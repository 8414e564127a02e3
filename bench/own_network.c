/* SPDX-License-Identifier: MIT */
#include "own_network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool complain(const char *what, const char *why, int error)
{
    fprintf(stderr, "pushbench: %s: %s%s%s\n", what, why, error ? ": " : "",
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

/* Servers started by root try to become somebody else, whom this namespace does not know: who
 * is no root stays none in there. */
static bool keep_identity(unsigned user, unsigned group)
{
    char users[48], groups[48];
    snprintf(users, sizeof(users), "%u %u 1", user, user);
    snprintf(groups, sizeof(groups), "%u %u 1", group, group);
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

bool own_network_enter(const char *what)
{
    unsigned user = geteuid(), group = getegid();
    /* Who may needs no users of his own, and would lose rights by them. */
    bool with_users = unshare(CLONE_NEWNET) < 0;
    if (with_users && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return complain(what,
                        "this system grants no network namespace (allow them: sysctl "
                        "user.max_user_namespaces=10000, and where there is one "
                        "kernel.unprivileged_userns_clone=1; or be root, and outside of a "
                        "container)",
                        errno);
    if (with_users && !keep_identity(user, group))
        return complain(what,
                        "this system grants no user namespace (AppArmor may forbid it: sysctl "
                        "kernel.apparmor_restrict_unprivileged_userns=0)",
                        errno);
    return raise_loopback() ||
           complain(what, "loopback stays down in the network namespace", errno);
}

/* ---- the rules --------------------------------------------------------------------------- */

/* The right that came with the namespace would end with exec. */
static void keep_right(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[2];
    if (syscall(SYS_capget, &head, rights) < 0)
        return;
    rights[0].inheritable |= 1u << CAP_NET_ADMIN;
    if (syscall(SYS_capset, &head, rights) == 0)
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0);
}

bool own_network_rules(const char *what, const char *rules)
{
    int ends[2], status = -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return complain(what, "no pipe to nft", errno);
    pid_t pid = fork();
    if (pid == 0) {
        keep_right();
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
        return complain(what, "there is no nft: apt install nftables", 0);
    return (good && WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           complain(what, "nft takes no rules here (see above): this kernel may lack nf_tables",
                    0);
}
