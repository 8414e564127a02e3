/* SPDX-License-Identifier: MIT */
#include "proc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS_COUNTED_LIMIT = 4096 };

int proc_open(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool proc_read(int fd, char *text, size_t room)
{
    size_t len = 0;
    /* The kernel may hand out a long file in several pieces. */
    while (fd >= 0 && len + 1 < room) {
        ssize_t got = pread(fd, text + len, room - 1 - len, (off_t)len);
        if (got <= 0)
            break;
        len += (size_t)got;
    }
    text[len] = '\0';
    return len > 0;
}

/* The text behind the line end, or NULL after the last line. */
static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end && end[1] ? end + 1 : NULL;
}

/* Reads count numbers with blanks in front; stays on the line. False when there are fewer. */
static bool read_numbers(const char *at, uint64_t *ret, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        at += strspn(at, " \t");
        if (!isdigit((unsigned char)*at))
            return false;
        char *end;
        ret[i] = strtoull(at, &end, 10);
        at = end;
    }
    return true;
}

/* ---- processors ------------------------------------------------------------------------- */

static bool read_cpu_time(const char *at, struct cpu_time *ret)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
    uint64_t ticks[FIELDS];
    if (!read_numbers(at, ticks, FIELDS))
        return false;
    /* Waiting for a disk is idle time. Guests' time, further right, is within USER and NICE. */
    struct cpu_time time = {0};
    for (unsigned i = 0; i < FIELDS; i++) {
        time.total += ticks[i];
        if (i != IDLE && i != IOWAIT)
            time.busy += ticks[i];
    }
    *ret = time;
    return true;
}

bool proc_cpu(const char *text, struct cpu_time *ret)
{
    return strncmp(text, "cpu ", 4) == 0 && read_cpu_time(text + 4, ret);
}

unsigned proc_cores(const char *text, struct cpu_time *ret_cores, unsigned limit)
{
    unsigned count = 0;
    for (const char *line = next_line(text); line && strncmp(line, "cpu", 3) == 0;
         line = next_line(line)) {
        char *end;
        unsigned long core = strtoul(line + 3, &end, 10);
        if (core < limit && read_cpu_time(end, &ret_cores[core]) && core >= count)
            count = (unsigned)core + 1;
    }
    return count;
}

unsigned cpu_busy(struct cpu_time before, struct cpu_time after, unsigned otherwise)
{
    if (after.total <= before.total)
        return otherwise;
    uint64_t total = after.total - before.total;
    /* The kernel's idle counters may step back a little. */
    uint64_t busy = after.busy > before.busy ? after.busy - before.busy : 0;
    return busy >= total ? 1000 : (unsigned)(busy * 1000 / total);
}

/* ---- memory, network, the rest ---------------------------------------------------------- */

bool proc_memory(const char *text, struct memory *ret)
{
    bool has_total = false, has_available = false;
    uint64_t kib;
    for (const char *line = text; line && !(has_total && has_available);
         line = next_line(line)) {
        if (strncmp(line, "MemTotal:", 9) == 0 && read_numbers(line + 9, &kib, 1)) {
            ret->total = kib * 1024;
            has_total = true;
        } else if (strncmp(line, "MemAvailable:", 13) == 0 &&
                   read_numbers(line + 13, &kib, 1)) {
            ret->available = kib * 1024;
            has_available = true;
        }
    }
    return has_total && has_available;
}

bool proc_traffic(const char *text, struct traffic *ret_network, struct traffic *ret_loopback)
{
    enum { RX_BYTES = 0, TX_BYTES = 8, FIELDS };
    struct traffic network = {0}, loopback = {0};
    bool found = false;
    for (const char *line = text; line; line = next_line(line)) {
        const char *name = line + strspn(line, " ");
        size_t name_len = strcspn(name, ":|\n"); /* '|' only in the two lines of headings */
        uint64_t fields[FIELDS];
        if (name[name_len] != ':' || !read_numbers(name + name_len + 1, fields, FIELDS))
            continue;
        bool is_loopback = name_len == 2 && memcmp(name, "lo", 2) == 0;
        struct traffic *sum = is_loopback ? &loopback : &network;
        sum->rx_bytes += fields[RX_BYTES];
        sum->tx_bytes += fields[TX_BYTES];
        found = true;
    }
    if (found) {
        *ret_network = network;
        *ret_loopback = loopback;
    }
    return found;
}

bool proc_load(const char *text, char ret[3][16])
{
    for (unsigned i = 0; i < 3; i++) {
        text += strspn(text, " ");
        size_t whole = strspn(text, "0123456789");
        size_t len = strspn(text, "0123456789.");
        /* Digits, one point, digits: what is a number in JSON, too. */
        if (whole == 0 || text[whole] != '.' || len < whole + 2 || len >= sizeof(ret[i]) ||
            memchr(text + whole + 1, '.', len - whole - 1))
            return false;
        memcpy(ret[i], text, len);
        ret[i][len] = '\0';
        text += len;
    }
    return true;
}

bool proc_uptime(const char *text, uint64_t *ret_s)
{
    return read_numbers(text, ret_s, 1);
}

bool proc_resident(const char *text, uint64_t *ret_bytes)
{
    uint64_t pages[2]; /* whole size, resident */
    if (!read_numbers(text, pages, 2))
        return false;
    *ret_bytes = pages[1] * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

bool proc_descriptors(uint64_t *ret)
{
    /* Since Linux 6.2 the folder's size is their number. */
    struct stat folder;
    if (stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) {
        *ret = (uint64_t)folder.st_size;
        return true;
    }
    DIR *entries = opendir("/proc/self/fd");
    if (!entries)
        return false;
    uint64_t count = 0;
    const struct dirent *entry;
    while (count <= DESCRIPTORS_COUNTED_LIMIT && (entry = readdir(entries)))
        count += entry->d_name[0] != '.';
    closedir(entries);
    if (count == 0 || count > DESCRIPTORS_COUNTED_LIMIT)
        return false;
    *ret = count - 1; /* without the one that was counting */
    return true;
}
