/* SPDX-License-Identifier: MIT
 *
 * For tests of encodings: a message as the log would have made it, and slices compared. To be
 * included behind cmocka.h.
 */
#ifndef PUSHLAB_ENCODING_FIXTURE_H
#define PUSHLAB_ENCODING_FIXTURE_H

#include "../../server/message.h"

static inline struct message *make_message(enum message_type type, struct slice event,
                                           struct slice data)
{
    struct message *message = message_create(type, event, data);
    message->label = label_create("ep", "weather");
    message->seq = 7;
    message->time_us = 1795347000123456;
    return message;
}

static inline void assert_slice(struct slice got, struct slice expected)
{
    if (!slice_equal(got, expected))
        fail_msg("got <%.*s>, not <%.*s>", (int)got.len, got.at, (int)expected.len,
                 expected.at);
}

/* The message in this encoding, as it lies beside it. */
static inline struct slice encoded(struct message *message, const struct encoding *encoding)
{
    struct bytes *bytes = message_encoded(message, encoding, 0);
    bytes_unref(bytes);
    return (struct slice){bytes->data, bytes->len};
}

static inline struct slice as_slice(const struct bytes *bytes)
{
    return (struct slice){bytes->data, bytes->len};
}

#endif
