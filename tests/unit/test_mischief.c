/* SPDX-License-Identifier: MIT
 *
 * Mischief: the books tell exactly what was done to messages, whatever the seed.
 */
#include "../../bench/compare/mischief.h"
#include "../../bench/delivery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CLIENTS = 7, LEN = 24, SEEDS = 50 };

/* Each message goes to all clients in turn. */
static void play(struct mischief *mischief, struct delivery *delivery, unsigned messages)
{
    for (unsigned number = 0; number < messages; number++) {
        struct builder text = {0};
        delivery_publish(delivery, 0, 0, LEN, &text);
        for (unsigned client = 0; client < CLIENTS; client++) {
            struct slice texts[MISCHIEF_TEXTS];
            unsigned count = mischief_pass(mischief, client, builder_slice(&text), texts);
            assert_true(count <= MISCHIEF_TEXTS);
            for (unsigned i = 0; i < count; i++)
                delivery_take(delivery, client, texts[i], 1);
        }
        builder_finish(&text);
    }
}

static void check(uint64_t seed, unsigned messages)
{
    struct mischief mischief;
    struct delivery delivery;
    assert_true(mischief_init(&mischief, seed, CLIENTS, messages));
    assert_true(delivery_init(&delivery, CLIENTS, 1, messages));
    play(&mischief, &delivery, messages);
    assert_int_equal(delivery_missing(&delivery), MISDEEDS_EACH);
    assert_int_equal(delivery.duplicates, MISDEEDS_EACH);
    assert_int_equal(delivery.reordered, MISDEEDS_EACH);
    assert_int_equal(delivery.strange, 0);
    for (enum misdeed_kind kind = 0; kind < MISDEED_KINDS; kind++)
        assert_int_equal(mischief.done[kind], MISDEEDS_EACH);
    mischief_finish(&mischief);
    delivery_finish(&delivery);
}

static void test_books_tell_it_all(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        check(seed, MISCHIEF_MESSAGES);
        check(seed, 3 * MISCHIEF_MESSAGES + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_books_tell_it_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
