/* SPDX-License-Identifier: MIT
 *
 * Counting instructions, with the kernel's part (perf_event_open) played here, since many
 * machines have no such counters. A counter is an eventfd that holds what was counted.
 */
#include "../../bench/instructions.h"
#include "../../bench/proc_stat.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned opened, permitted;
static bool kernel_permitted;

long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
    va_list arguments;
    va_start(arguments, number);
    const struct perf_event_attr *attributes =
        va_arg(arguments, const struct perf_event_attr *);
    va_end(arguments);
    assert_int_equal(attributes->type, PERF_TYPE_HARDWARE);
    assert_int_equal(attributes->config, PERF_COUNT_HW_INSTRUCTIONS);
    assert_true(attributes->exclude_kernel != attributes->exclude_user);
    if (opened == permitted || (attributes->exclude_user && !kernel_permitted)) {
        errno = EACCES;
        return -1;
    }
    opened++;
    return eventfd(attributes->exclude_kernel ? 1000 : 70, EFD_CLOEXEC);
}

static struct instructions instructions;
static double counts[INSTRUCTION_MODES];

static bool count_thread(pid_t pid, pid_t tid, void *arg)
{
    (void)pid, (void)tid;
    ++*(unsigned *)arg;
    return true;
}

/* A sanitizer may have one of its own. */
static unsigned threads(void)
{
    unsigned count = 0;
    process_each_thread(getpid(), count_thread, &count);
    return count;
}

/* Opens what may be opened and reads it. */
static void open_and_read(unsigned allowed, bool kernel)
{
    const pid_t pid = getpid();
    opened = 0;
    permitted = allowed;
    kernel_permitted = kernel;
    instructions_open(&pid, 1, &instructions);
    instructions_read(&instructions, counts);
}

static void test_user_and_kernel(void **state)
{
    (void)state;
    open_and_read(10, true);
    assert_true(counts[INSTRUCTIONS_USER] == 1000 * threads());
    assert_true(counts[INSTRUCTIONS_KERNEL] == 70 * threads());
    instructions_close(&instructions);
    instructions_read(&instructions, counts);
    assert_true(isnan(counts[INSTRUCTIONS_USER]));
}

static void test_only_user_mode_is_permitted(void **state)
{
    (void)state;
    open_and_read(10, false);
    assert_true(counts[INSTRUCTIONS_USER] == 1000 * threads());
    assert_true(isnan(counts[INSTRUCTIONS_KERNEL]));
    instructions_close(&instructions);
}

static void test_nothing_is_permitted(void **state)
{
    unsigned files = process_files(getpid());
    (void)state;
    open_and_read(0, true);
    assert_true(isnan(counts[INSTRUCTIONS_USER]));
    assert_true(isnan(counts[INSTRUCTIONS_KERNEL]));
    assert_int_equal(process_files(getpid()), files);
    instructions_close(&instructions);
}

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void *wait_for_lock(void *arg)
{
    pthread_mutex_lock(&held);
    pthread_mutex_unlock(&held);
    return arg;
}

/* All of the process's threads, or none: half a sum would be a lie. */
static void test_each_thread(void **state)
{
    pthread_t thread;
    unsigned files = process_files(getpid());
    (void)state;
    pthread_mutex_lock(&held);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_lock, NULL), 0);
    open_and_read(1, false);
    assert_true(isnan(counts[INSTRUCTIONS_USER]));
    assert_int_equal(process_files(getpid()), files);
    open_and_read(10, false);
    assert_true(threads() >= 2 && counts[INSTRUCTIONS_USER] == 1000 * threads());
    instructions_close(&instructions);
    pthread_mutex_unlock(&held);
    pthread_join(thread, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user_and_kernel),
        cmocka_unit_test(test_only_user_mode_is_permitted),
        cmocka_unit_test(test_nothing_is_permitted),
        cmocka_unit_test(test_each_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
