/* SPDX-License-Identifier: MIT
 *
 * What the kernel says about this machine, read from the text files in /proc (see proc(5)).
 *
 * Reading and understanding are kept apart: proc_read fetches a file's text through a
 * descriptor that stays open, the others take such text and do no I/O, so that a test can give
 * them any machine it likes. A figure that the text does not hold is reported as absent.
 */
#ifndef PUSHLAB_PROC_H
#define PUSHLAB_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens a file for proc_read; -1 when it is not there, which proc_read takes as well. */
int proc_open(const char *path);
/* The file's text as it is now, from its beginning, NUL-terminated; cut off when it does not
 * fit. False, and an empty text, when there is none. */
bool proc_read(int fd, char *text, size_t room);

/* Time spent since the machine started, in ticks of the kernel's clock. */
struct cpu_time {
    uint64_t busy;
    uint64_t total; /* busy and idle */
};

/* /proc/stat: all processors together. */
bool proc_cpu(const char *text, struct cpu_time *ret);
/* /proc/stat: each processor by its number, at most limit of them. Returns one more than the
 * highest number seen. Entries of those not mentioned (switched off) are left as they are. */
unsigned proc_cores(const char *text, struct cpu_time *ret_cores, unsigned limit);
/* Share of busy time between two readings in tenths of a percent, 0 to 1000; `otherwise` when
 * no tick has passed. */
unsigned cpu_busy(struct cpu_time before, struct cpu_time after, unsigned otherwise);

struct memory {
    uint64_t total;     /* bytes */
    uint64_t available; /* bytes that could be had without swapping */
};

/* /proc/meminfo */
bool proc_memory(const char *text, struct memory *ret);

struct traffic {
    uint64_t rx_bytes;
    uint64_t tx_bytes;
};

/* /proc/net/dev: the sum over all interfaces but the loopback, and the loopback `lo`. */
bool proc_traffic(const char *text, struct traffic *ret_network, struct traffic *ret_loopback);

/* /proc/loadavg: the three averages as the kernel wrote them, like "0.12". */
bool proc_load(const char *text, char ret[3][16]);
/* /proc/uptime: whole seconds. */
bool proc_uptime(const char *text, uint64_t *ret_s);
/* /proc/self/statm: resident set in bytes. */
bool proc_resident(const char *text, uint64_t *ret_bytes);

/* How many descriptors this process has open. False when it cannot be told cheaply: kernels
 * before 6.2 have to be asked for each one, and a full house has tens of thousands. */
bool proc_descriptors(uint64_t *ret);

#endif
