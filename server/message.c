/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <stdlib.h>
#include <string.h>

/* The allocator's header and rounding, and a place in the topic's ring and in a replica's. */
enum { BESIDES_BYTES = 32 };

struct encoded {
    struct encoded *next;
    const struct encoding *encoding;
    unsigned parameter;
    struct bytes *bytes; /* one reference */
};

const char *message_type_name(enum message_type type)
{
    static const char *const names[] = {
        [MESSAGE_TEXT] = "text", [MESSAGE_JSON] = "json", [MESSAGE_BINARY] = "binary"};
    return names[type];
}

/* ---- label ------------------------------------------------------------------------------ */

struct label *label_create(const char *epoch, const char *name)
{
    size_t name_size = strlen(name) + 1;
    size_t epoch_len = strlen(epoch);
    if (epoch_len > EPOCH_LIMIT)
        return NULL;
    struct label *label = malloc(sizeof(*label) + name_size);
    if (!label)
        return NULL;
    if (pthread_mutex_init(&label->lock, NULL) != 0) {
        free(label);
        return NULL;
    }
    atomic_init(&label->refs, 1);
    atomic_init(&label->encoded_bytes, 0);
    memcpy(label->epoch, epoch, epoch_len + 1);
    memcpy(label->name, name, name_size);
    return label;
}

struct label *label_ref(struct label *label)
{
    if (label)
        atomic_fetch_add_explicit(&label->refs, 1, memory_order_relaxed);
    return label;
}

void label_unref(struct label *label)
{
    if (!label || atomic_fetch_sub_explicit(&label->refs, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_destroy(&label->lock);
    free(label);
}

/* ---- message ---------------------------------------------------------------------------- */

struct message *message_create(enum message_type type, struct slice event, struct slice data)
{
    if (event.len > BYTES_LIMIT || data.len > BYTES_LIMIT)
        return NULL;
    struct message *message = malloc(sizeof(*message) + event.len + data.len);
    if (!message)
        return NULL;
    *message = (struct message){
        .type = type,
        .event = {message->storage, event.len},
        .data = {message->storage + event.len, data.len},
    };
    atomic_init(&message->refs, 1);
    /* An empty slice may have no address, which memcpy must not be given. */
    if (event.len)
        memcpy(message->storage, event.at, event.len);
    if (data.len)
        memcpy(message->storage + event.len, data.at, data.len);
    return message;
}

struct message *message_ref(struct message *message)
{
    if (message)
        atomic_fetch_add_explicit(&message->refs, 1, memory_order_relaxed);
    return message;
}

void message_unref(struct message *message)
{
    if (!message || atomic_fetch_sub_explicit(&message->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (message->encoded)
        message_drop_encoded(message);
    label_unref(message->label);
    free(message);
}

size_t message_footprint(const struct message *message)
{
    return sizeof(*message) + message->event.len + message->data.len + BESIDES_BYTES;
}

void message_add_id(const struct message *message, struct builder *out)
{
    builder_add_text(out, message->label->epoch);
    builder_add(out, "-", 1);
    builder_add_u64(out, message->seq);
}

/* ---- encodings -------------------------------------------------------------------------- */

static void encoded_destroy(struct encoded *encoded)
{
    if (!encoded)
        return;
    bytes_unref(encoded->bytes);
    free(encoded);
}

static size_t encoded_footprint(const struct encoded *encoded)
{
    return sizeof(*encoded) + sizeof(*encoded->bytes) + encoded->bytes->len;
}

static struct encoded *encoded_create(const struct message *message,
                                      const struct encoding *encoding, unsigned parameter)
{
    struct builder builder = {0};
    encoding->encode(message, parameter, &builder);
    struct bytes *bytes = builder_take(&builder);
    struct encoded *encoded = bytes ? malloc(sizeof(*encoded)) : NULL;
    if (!encoded) {
        bytes_unref(bytes);
        return NULL;
    }
    *encoded = (struct encoded){
        .encoding = encoding,
        .parameter = parameter,
        .bytes = bytes,
    };
    return encoded;
}

/* A reference to what is there, or NULL. Under the label's lock. */
static struct bytes *encoded_find(const struct message *message,
                                  const struct encoding *encoding, unsigned parameter)
{
    const struct encoded *encoded = message->encoded;
    while (encoded && (encoded->encoding != encoding || encoded->parameter != parameter))
        encoded = encoded->next;
    return encoded ? bytes_ref(encoded->bytes) : NULL;
}

struct bytes *message_encoded(struct message *message, const struct encoding *encoding,
                              unsigned parameter)
{
    struct label *label = message->label;
    pthread_mutex_lock(&label->lock);
    struct bytes *found = encoded_find(message, encoding, parameter);
    pthread_mutex_unlock(&label->lock);
    if (found)
        return found;

    struct encoded *made = encoded_create(message, encoding, parameter);
    if (!made)
        return NULL;
    pthread_mutex_lock(&label->lock);
    found = encoded_find(message, encoding, parameter); /* another may have been quicker */
    if (!found) {
        found = bytes_ref(made->bytes);
        label->encoded_bytes += encoded_footprint(made);
        made->next = message->encoded;
        message->encoded = made;
        made = NULL;
    }
    pthread_mutex_unlock(&label->lock);
    encoded_destroy(made);
    return found;
}

void message_drop_encoded(struct message *message)
{
    struct label *label = message->label;
    pthread_mutex_lock(&label->lock);
    struct encoded *encoded = message->encoded;
    message->encoded = NULL;
    for (const struct encoded *each = encoded; each; each = each->next)
        label->encoded_bytes -= encoded_footprint(each);
    pthread_mutex_unlock(&label->lock);
    while (encoded) {
        struct encoded *next = encoded->next;
        encoded_destroy(encoded);
        encoded = next;
    }
}
