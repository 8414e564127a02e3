/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
            return false;
    return true;
}

struct bytes *bytes_create(const void *data, size_t len)
{
    struct builder builder = {0};
    builder_add(&builder, data, len);
    return builder_take(&builder);
}

struct bytes *bytes_ref(struct bytes *bytes)
{
    if (bytes)
        atomic_fetch_add_explicit(&bytes->refs, 1, memory_order_relaxed);
    return bytes;
}

void bytes_unref(struct bytes *bytes)
{
    /* Acquire and release: whoever frees must see every other holder's last read. */
    if (bytes && atomic_fetch_sub_explicit(&bytes->refs, 1, memory_order_acq_rel) == 1)
        free(bytes);
}

/* ---- builder ---------------------------------------------------------------------------- */

static bool builder_grow(struct builder *builder, size_t len)
{
    size_t used = builder_len(builder);
    if (builder->failed || len > BYTES_LIMIT - used)
        goto fail;
    size_t capacity = builder->capacity ? builder->capacity : 112;
    while (capacity < used + len)
        capacity += capacity;
    /* Room past the limit would be written to without coming by here again. */
    if (capacity > BYTES_LIMIT)
        capacity = BYTES_LIMIT;
    struct bytes *bytes = realloc(builder->bytes, sizeof(*bytes) + capacity);
    if (!bytes)
        goto fail;
    if (!builder->bytes) {
        atomic_init(&bytes->refs, 1);
        bytes->len = 0;
    }
    builder->bytes = bytes;
    builder->capacity = capacity;
    return true;
fail:
    builder->failed = true;
    return false;
}

void builder_finish(struct builder *builder)
{
    free(builder->bytes);
    *builder = (struct builder){0};
}

char *builder_reserve(struct builder *builder, size_t len)
{
    size_t used = builder_len(builder);
    if ((builder->failed || !builder->bytes || builder->capacity - used < len) &&
        !builder_grow(builder, len))
        return NULL;
    return builder->bytes->data + used;
}

void builder_claim(struct builder *builder, size_t len)
{
    if (!builder->failed)
        builder->bytes->len += (uint32_t)len;
}

void builder_add(struct builder *builder, const void *data, size_t len)
{
    char *room = builder_reserve(builder, len);
    if (!room || len == 0)
        return;
    memcpy(room, data, len);
    builder_claim(builder, len);
}

void builder_add_slice(struct builder *builder, struct slice slice)
{
    builder_add(builder, slice.at, slice.len);
}

void builder_add_text(struct builder *builder, const char *text)
{
    builder_add(builder, text, strlen(text));
}

void builder_add_u64(struct builder *builder, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    builder_add(builder, digits + at, sizeof(digits) - at);
}

void builder_format(struct builder *builder, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    char *room = len < 0 ? NULL : builder_reserve(builder, (size_t)len + 1);
    if (room) {
        vsnprintf(room, (size_t)len + 1, format, again);
        builder_claim(builder, (size_t)len);
    } else {
        builder->failed = true;
    }
    va_end(again);
    va_end(arguments);
}

void builder_add_base64(struct builder *builder, const void *data, size_t len)
{
    if (len > BYTES_LIMIT / 2) {
        builder->failed = true;
        return;
    }
    char *room = builder_reserve(builder, (len + 2) / 3 * 4 + 1);
    if (room)
        builder_claim(builder, (size_t)EVP_EncodeBlock((unsigned char *)room, data, (int)len));
}

size_t builder_len(const struct builder *builder)
{
    return builder->bytes ? builder->bytes->len : 0;
}

struct slice builder_slice(const struct builder *builder)
{
    if (!builder->bytes)
        return (struct slice){"", 0};
    return (struct slice){builder->bytes->data, builder->bytes->len};
}

void builder_truncate(struct builder *builder, size_t len)
{
    if (len < builder_len(builder))
        builder->bytes->len = (uint32_t)len;
}

struct bytes *builder_take(struct builder *builder)
{
    struct bytes *bytes = NULL;
    if (builder_reserve(builder, 0)) {
        bytes = builder->bytes;
        builder->bytes = NULL;
        /* Shared bytes live as long as the log holds them: give back what growing left over. */
        if (builder->capacity - bytes->len > 64) {
            struct bytes *fitted = realloc(bytes, sizeof(*bytes) + bytes->len);
            bytes = fitted ? fitted : bytes;
        }
    }
    builder_finish(builder);
    return bytes;
}
