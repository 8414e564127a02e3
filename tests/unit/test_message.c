/* SPDX-License-Identifier: MIT */
#include "../../server/message.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static atomic_uint encode_calls;

static void encode_plain(const struct message *message, unsigned parameter, struct builder *out)
{
    atomic_fetch_add(&encode_calls, 1);
    builder_format(out, "%u:", parameter);
    builder_add_slice(out, message->data);
}

static atomic_bool encode_fails;

static void encode_brittle(const struct message *message, unsigned parameter,
                           struct builder *out)
{
    (void)parameter;
    if (encode_fails)
        builder_reserve(out, (size_t)BYTES_LIMIT + 1);
    builder_add_slice(out, message->data);
}

static const struct encoding plain_encoding = {.name = "plain", .encode = encode_plain};
static const struct encoding twin_encoding = {.name = "plain", .encode = encode_plain};
static const struct encoding brittle_encoding = {.name = "brittle", .encode = encode_brittle};

static void assert_bytes(const struct bytes *bytes, const char *text)
{
    assert_non_null(bytes);
    assert_int_equal(bytes->len, strlen(text));
    assert_memory_equal(bytes->data, text, bytes->len);
}

static void test_labels(void **state)
{
    (void)state;
    struct label *label = label_create("0123456789abcdef", "weather");
    assert_string_equal(label->epoch, "0123456789abcdef");
    assert_string_equal(label->name, "weather");
    assert_ptr_equal(label_ref(label), label);
    label_unref(label);
    assert_string_equal(label->name, "weather");
    label_unref(label);
    assert_null(label_create("0123456789abcdefg", "weather"));
    assert_null(label_ref(NULL));
    label_unref(NULL);
}

static void test_create(void **state)
{
    (void)state;
    char event[] = "tick", data[] = "a\0b";
    struct message *message =
        message_create(MESSAGE_BINARY, slice_of(event), (struct slice){data, 3});
    memset(event, 'x', 4); /* a copy was made */
    memset(data, 'x', 3);
    assert_int_equal(message->type, MESSAGE_BINARY);
    assert_true(slice_equal(message->event, SLICE("tick")));
    assert_true(slice_equal(message->data, SLICE("a\0b")));
    assert_true(message_footprint(message) > sizeof(*message) + 4 + 3);
    assert_ptr_equal(message_ref(message), message);
    message_unref(message);
    message_unref(message);

    message = message_create(MESSAGE_TEXT, slice_of(NULL), slice_of(NULL));
    assert_int_equal(message->event.len, 0);
    assert_int_equal(message->data.len, 0);
    message_unref(message);

    assert_null(message_create(MESSAGE_TEXT, SLICE(""), (struct slice){"", SIZE_MAX}));
    assert_null(message_ref(NULL));
    message_unref(NULL);
}

static void test_id(void **state)
{
    (void)state;
    struct message *message = message_create(MESSAGE_TEXT, SLICE(""), SLICE("hello"));
    message->label = label_create("k3", "t");
    message->seq = UINT64_MAX;
    struct builder builder = {0};
    message_add_id(message, &builder);
    assert_true(slice_equal(builder_slice(&builder), SLICE("k3-18446744073709551615")));
    builder_finish(&builder);
    message_unref(message); /* and the label with it: a sanitizer sees to that */
}

static void test_type_names(void **state)
{
    (void)state;
    assert_string_equal(message_type_name(MESSAGE_TEXT), "text");
    assert_string_equal(message_type_name(MESSAGE_JSON), "json");
    assert_string_equal(message_type_name(MESSAGE_BINARY), "binary");
}

static struct message *labelled(void)
{
    struct message *message = message_create(MESSAGE_TEXT, SLICE(""), SLICE("hello"));
    message->label = label_create("k3", "t");
    return message;
}

/* The bytes may be looked at as long as they lie beside the message. */
static struct bytes *encoded(struct message *message, const struct encoding *encoding,
                             unsigned parameter)
{
    struct bytes *bytes = message_encoded(message, encoding, parameter);
    bytes_unref(bytes);
    return bytes;
}

static void test_encodings(void **state)
{
    (void)state;
    struct message *message = labelled();
    atomic_store(&encode_calls, 0);
    struct bytes *first = message_encoded(message, &plain_encoding, 0);
    assert_bytes(first, "0:hello");
    assert_ptr_equal(encoded(message, &plain_encoding, 0), first);
    assert_int_equal(encode_calls, 1);
    /* Another parameter, and another address, are other encodings. */
    assert_bytes(encoded(message, &plain_encoding, 15), "15:hello");
    struct bytes *twin = encoded(message, &twin_encoding, 0);
    assert_ptr_not_equal(twin, first);
    assert_ptr_equal(encoded(message, &plain_encoding, 0), first);
    assert_ptr_equal(encoded(message, &twin_encoding, 0), twin);
    assert_int_equal(encode_calls, 3);
    /* What is being sent outlives the message. */
    message_unref(message);
    assert_bytes(first, "0:hello");
    bytes_unref(first);
}

static void test_encodings_are_counted_and_dropped(void **state)
{
    (void)state;
    struct message *message = labelled(), *other = labelled();
    label_unref(other->label);
    other->label = label_ref(message->label);
    const struct label *label = message->label;
    assert_int_equal(label->encoded_bytes, 0);
    struct bytes *first = message_encoded(message, &plain_encoding, 0);
    uint64_t one = label->encoded_bytes;
    assert_true(one > first->len);
    encoded(message, &twin_encoding, 0);
    encoded(other, &plain_encoding, 0);
    assert_int_equal(label->encoded_bytes, 3 * one);

    message_drop_encoded(message);
    assert_int_equal(label->encoded_bytes, one);
    assert_bytes(first, "0:hello"); /* whoever has it, has it */
    atomic_store(&encode_calls, 0);
    assert_bytes(encoded(message, &plain_encoding, 0), "0:hello");
    assert_int_equal(encode_calls, 1);
    assert_int_equal(label->encoded_bytes, 2 * one);
    message_unref(other);
    assert_int_equal(label->encoded_bytes, one);
    bytes_unref(first);
    message_unref(message);
}

static void test_encoding_fails(void **state)
{
    (void)state;
    struct message *message = labelled();
    encode_fails = true;
    assert_null(message_encoded(message, &brittle_encoding, 0));
    assert_null(message_encoded(message, &brittle_encoding, 0));
    assert_bytes(encoded(message, &plain_encoding, 0), "0:hello");
    /* A failure is not remembered. */
    encode_fails = false;
    assert_bytes(encoded(message, &brittle_encoding, 0), "hello");
    message_unref(message);
}

/* ---- two threads ------------------------------------------------------------------------ */

enum { ROUNDS = 2000, VARIANTS = 5 };

struct racer {
    pthread_barrier_t *start;
    struct message **messages;
    bool backwards, drops;
    struct bytes *got[ROUNDS][VARIANTS];
};

static void *race(void *argument)
{
    struct racer *racer = argument;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct message *message = racer->messages[round];
        pthread_barrier_wait(racer->start);
        for (unsigned i = 0; i < VARIANTS; i++) {
            unsigned variant = racer->backwards && round % 2 ? VARIANTS - 1 - i : i;
            racer->got[round][variant] = message_encoded(message, &plain_encoding, variant);
            if (racer->drops)
                message_drop_encoded(message);
        }
        message_unref(message);
    }
    return NULL;
}

static void run_race(struct racer *racers, struct message **messages)
{
    pthread_barrier_t start;
    pthread_t threads[2];
    pthread_barrier_init(&start, NULL, 2);
    for (unsigned i = 0; i < ROUNDS; i++) {
        messages[i] = labelled();
        message_ref(messages[i]);
        message_ref(messages[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        /* Every second round in opposite orders: they meet at one encoding, or at two. */
        racers[i].start = &start;
        racers[i].messages = messages;
        racers[i].backwards = i == 1;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (unsigned i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
}

static void check_and_drop(struct bytes *bytes, unsigned variant)
{
    assert_int_equal(bytes->data[0], '0' + variant);
    bytes_unref(bytes);
}

static void test_race(void **state)
{
    (void)state;
    static struct racer racers[2];
    static struct message *messages[ROUNDS];
    run_race(racers, messages);
    for (unsigned round = 0; round < ROUNDS; round++) {
        atomic_store(&encode_calls, 0);
        for (unsigned variant = 0; variant < VARIANTS; variant++) {
            assert_ptr_equal(racers[0].got[round][variant], racers[1].got[round][variant]);
            assert_ptr_equal(encoded(messages[round], &plain_encoding, variant),
                             racers[0].got[round][variant]);
            check_and_drop(racers[0].got[round][variant], variant);
            check_and_drop(racers[1].got[round][variant], variant);
        }
        assert_int_equal(encode_calls, 0);
        message_unref(messages[round]);
    }
}

static void test_race_with_dropping(void **state)
{
    (void)state;
    static struct racer racers[2] = {{.drops = true}, {.drops = false}};
    static struct message *messages[ROUNDS];
    run_race(racers, messages);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned variant = 0; variant < VARIANTS; variant++) {
            check_and_drop(racers[0].got[round][variant], variant);
            check_and_drop(racers[1].got[round][variant], variant);
        }
        message_drop_encoded(messages[round]);
        assert_int_equal(messages[round]->label->encoded_bytes, 0);
        message_unref(messages[round]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_type_names),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_encodings_are_counted_and_dropped),
        cmocka_unit_test(test_encoding_fails),
        cmocka_unit_test(test_race),
        cmocka_unit_test(test_race_with_dropping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
