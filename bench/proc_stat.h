/* SPDX-License-Identifier: MIT
 *
 * What the kernel says about a process and about memory of its own, from /proc. A figure that
 * cannot be had (not our process, another kernel) is 0, or false where 0 is a figure.
 */
#ifndef PUSHBENCH_PROC_STAT_H
#define PUSHBENCH_PROC_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* User memory by smaps_rollup. */
struct process_memory {
    uint64_t pss_bytes;  /* own pages, and of shared ones the process's share */
    uint64_t anon_bytes; /* of these what lies in no file: heap, stacks. The rest, program and
                            libraries, changes with whoever else runs the same ones */
};

struct process_memory process_memory_read(pid_t pid);
/* Polls until anon_bytes has stood still for a few readings, at most so long. */
struct process_memory process_memory_settled(pid_t pid, unsigned limit_ms);
/* Open descriptors. */
unsigned process_files(pid_t pid);
/* Built with a sanitizer, whose own memory drowns any other figure. */
bool process_sanitized(pid_t pid);

/* Calls on_thread for each thread until it gives false. Whether it never did, and there was
 * one. */
bool process_each_thread(pid_t pid, bool (*on_thread)(pid_t pid, pid_t tid, void *arg),
                         void *arg);
/* Time on a processor, user and kernel together, of all the process's threads (schedstat). */
bool process_cpu_ns(pid_t pid, uint64_t *ret_ns);
/* The same of several, once they have gone to sleep: the kernel brings a running thread's
 * figure up to date only every few milliseconds. */
bool processes_settled_cpu_ns(const pid_t *pids, unsigned count, uint64_t *ret_ns);
/* Time that the machine's processors were busy with anything, from some moment on: only a
 * difference means something. The kernel counts it in steps of 10 ms; a difference of less than
 * a second is worth little. */
bool machine_busy_ns(int64_t *ret_ns);
/* Keeps all threads of a process on one processor. */
bool process_pin(pid_t pid, unsigned processor);

/* Of the whole machine: only a difference means something, and only on a quiet one. */
struct kernel_memory {
    uint64_t tcp_bytes;  /* socket buffers (sockstat, TCP mem) */
    uint64_t slab_bytes; /* all kernel objects, sockets among them (meminfo, Slab) */
};

struct kernel_memory kernel_memory_read(void);

/* What went over the network, loopback included, since the machine came up. All 0: not known.
 */
struct network_traffic {
    uint64_t bytes;         /* received by all interfaces, with headers (net/dev) */
    uint64_t segments;      /* of TCP, sent (net/snmp) */
    uint64_t retransmitted; /* of these */
};

struct network_traffic network_traffic_read(void);

#endif
