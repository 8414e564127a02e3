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
    uint64_t bytes = next > first ? (next - first) * message_footprint(log_at(log, first)) : 0;
    assert_int_equal(log->bytes, bytes);
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

/* What a burst needed is not kept for ever after. */
static void test_shrinks(void **state)
{
    (void)state;
    struct log log;
    log_init(&log, 1);
    for (uint64_t seq = 1; seq <= 10000; seq++)
        append(&log, seq);
    uint32_t most = log.capacity;
    for (uint64_t seq = 10001; seq <= 11000; seq++) {
        append(&log, seq);
        log_drop(&log, seq > 10900 ? seq - 2 : seq - 9000);
        check(&log, seq > 10900 ? seq - 2 : seq - 9000, seq + 1);
        assert_int_equal(log.capacity<most, seq> 10900);
    }
    assert_true(log.capacity <= 16);
    log_finish(&log);
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
        cmocka_unit_test(test_empty),   cmocka_unit_test(test_wraps_and_grows),
        cmocka_unit_test(test_shrinks), cmocka_unit_test(test_drop_beyond),
        cmocka_unit_test(test_lets_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
