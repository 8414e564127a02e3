/* SPDX-License-Identifier: MIT */
#include "../../server/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct message *numbered(uint64_t seq)
{
    struct message *message = message_create(MESSAGE_TEXT, SLICE(""), SLICE("data"));
    assert_non_null(message);
    message->seq = seq;
    return message;
}

static void append(struct log *log, uint64_t seq)
{
    struct message *message = numbered(seq);
    assert_int_equal(log_append(log, message), 0);
    assert_int_equal(message->refs, 2);
    message_unref(message);
}

static void check(const struct log *log, uint64_t first, uint64_t next)
{
    assert_int_equal(log->first, first);
    assert_int_equal(log->next, next);
    for (uint64_t seq = first; seq < next; seq++)
        assert_int_equal(log_at(log, seq)->seq, seq);
    size_t each = sizeof(struct message) + 4;
    assert_int_equal(log->bytes, (next - first) * each);
}

static void test_empty(void **state)
{
    (void)state;
    struct log log;
    log_init(&log, 1);
    check(&log, 1, 1);
    log_drop(&log, 1);
    check(&log, 1, 1);
    log_finish(&log);
    check(&log, 1, 1);
}

/* Growing while the oldest lies in the middle of the ring. */
static void test_wraps_and_grows(void **state)
{
    (void)state;
    struct log log;
    log_init(&log, 1000);
    uint64_t next = 1000, first = 1000;
    for (unsigned round = 1; round < 200; round++) {
        for (unsigned i = 0; i < round; i++)
            append(&log, next++);
        check(&log, first, next);
        first += round * 9 / 10;
        log_drop(&log, first);
        check(&log, first, next);
    }
    log_finish(&log);
    check(&log, next, next);
}

static void test_drop_beyond(void **state)
{
    (void)state;
    struct log log;
    log_init(&log, 1);
    append(&log, 1);
    append(&log, 2);
    log_drop(&log, 2);
    log_drop(&log, 1); /* never back */
    check(&log, 2, 3);
    log_drop(&log, 50);
    check(&log, 50, 50);
    append(&log, 50);
    check(&log, 50, 51);
    log_finish(&log);
}

static void test_lets_go(void **state)
{
    (void)state;
    struct log log;
    struct message *message = numbered(1);
    log_init(&log, 1);
    assert_int_equal(log_append(&log, message), 0);
    log_drop(&log, 2);
    assert_int_equal(message->refs, 1);
    message_unref(message);
    log_finish(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_wraps_and_grows),
        cmocka_unit_test(test_drop_beyond),
        cmocka_unit_test(test_lets_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
