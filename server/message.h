/* SPDX-License-Identifier: MIT
 *
 * Message: what was published, immutable from the moment it is in the log, with its encoded
 * forms beside it. Each encoding is made on first need, by whichever thread needs it first, and
 * then shared by every subscriber of every worker. Encodings are a cache: they can be dropped
 * at any time, and are made again should somebody ask.
 */
#ifndef PUSHLAB_MESSAGE_H
#define PUSHLAB_MESSAGE_H

#include "bytes.h"

#include <pthread.h>

enum message_type { MESSAGE_TEXT, MESSAGE_JSON, MESSAGE_BINARY };

/* "text", "json", "binary". */
const char *message_type_name(enum message_type type);

enum { EVENT_LIMIT = 64, EPOCH_LIMIT = 16 };

/* What messages of one topic have in common. Immutable but for what the lock guards. */
struct label {
    atomic_uint refs;
    pthread_mutex_t lock;           /* guards the messages' lists of encodings */
    _Atomic uint64_t encoded_bytes; /* in all of them; written under the lock */
    char epoch[EPOCH_LIMIT + 1];    /* random per creation of the topic; letters and digits */
    char name[];
};

struct label *label_create(const char *epoch, const char *name);
struct label *label_ref(struct label *label);
void label_unref(struct label *label);

struct encoded;

struct message {
    atomic_uint refs;
    enum message_type type;
    uint64_t seq;        /* 1, 2, 3 … in its topic; given under the topic's lock */
    uint64_t time_us;    /* since the Unix epoch, when it was accepted */
    struct label *label; /* whose log it is in; one reference */
    struct slice event;  /* empty when not set */
    struct slice data;   /* raw, as published */
    struct encoded *encoded;
    char storage[];
};

/*
 * One way to frame a message. Identity is the address: two transports that name the same
 * encoding share its bytes. parameter tells variants of one encoding apart (a deflate window).
 */
struct encoding {
    const char *name;
    /* Writes the frame of message; running out of memory shows in the builder. Any thread. */
    void (*encode)(const struct message *message, unsigned parameter, struct builder *out);
};

/* A copy of event and data; seq, time and label are given by the log. NULL when out of memory.
 */
struct message *message_create(enum message_type type, struct slice event, struct slice data);
struct message *message_ref(struct message *message);
void message_unref(struct message *message);

/* The message, which must have its label, in this encoding: one reference for the caller. NULL
 * when out of memory. Any thread; two that race make it twice and keep one. */
struct bytes *message_encoded(struct message *message, const struct encoding *encoding,
                              unsigned parameter);
/* Drops the encodings that are kept beside the message, which must have its label. Any thread.
 */
void message_drop_encoded(struct message *message);

/* What it costs to hold the message, its places in the rings of logs included. Encodings are
 * not: they come and go. */
size_t message_footprint(const struct message *message);

/* The message's cursor, EPOCH-SEQ. */
void message_add_id(const struct message *message, struct builder *out);

#endif
