/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <stdlib.h>
#include <string.h>

/*
 * A message's encodings form a list that only ever grows at its head, until the message goes.
 * So a reader needs no lock: whatever head it loads, everything behind it stays as it is.
 */
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
    atomic_init(&label->refs, 1);
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
    if (label && atomic_fetch_sub_explicit(&label->refs, 1, memory_order_acq_rel) == 1)
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
    atomic_init(&message->encoded, NULL);
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

static void encoded_destroy(struct encoded *encoded)
{
    bytes_unref(encoded->bytes);
    free(encoded);
}

void message_unref(struct message *message)
{
    if (!message || atomic_fetch_sub_explicit(&message->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct encoded *encoded = atomic_load_explicit(&message->encoded, memory_order_relaxed);
    while (encoded) {
        struct encoded *next = encoded->next;
        encoded_destroy(encoded);
        encoded = next;
    }
    label_unref(message->label);
    free(message);
}

size_t message_footprint(const struct message *message)
{
    return sizeof(*message) + message->event.len + message->data.len;
}

void message_add_id(const struct message *message, struct builder *out)
{
    builder_add_text(out, message->label->epoch);
    builder_add(out, "-", 1);
    builder_add_u64(out, message->seq);
}

/* ---- encodings -------------------------------------------------------------------------- */

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

/* Looks from head on, as far as the node `end`, whose part of the list is known already. */
static struct bytes *encoded_find(const struct encoded *head, const struct encoded *end,
                                  const struct encoding *encoding, unsigned parameter)
{
    for (; head != end; head = head->next)
        if (head->encoding == encoding && head->parameter == parameter)
            return head->bytes;
    return NULL;
}

struct bytes *message_encoded(struct message *message, const struct encoding *encoding,
                              unsigned parameter)
{
    struct encoded *head = atomic_load_explicit(&message->encoded, memory_order_acquire);
    struct bytes *found = encoded_find(head, NULL, encoding, parameter);
    if (found)
        return found;

    struct encoded *made = encoded_create(message, encoding, parameter);
    if (!made)
        return NULL;
    for (;;) {
        made->next = head;
        if (atomic_compare_exchange_weak_explicit(&message->encoded, &head, made,
                                                  memory_order_acq_rel, memory_order_acquire))
            return made->bytes;
        /* Others pushed meanwhile: one of them may have made the same. */
        found = encoded_find(head, made->next, encoding, parameter);
        if (found) {
            encoded_destroy(made);
            return found;
        }
    }
}
