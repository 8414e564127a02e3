/* SPDX-License-Identifier: MIT
 *
 * Bytes: an immutable, reference-counted run of bytes, and the builder that makes one.
 *
 * Everything the server sends is bytes: a message in one encoding, an answer's head, a shared
 * long-poll body. They are written once, shared by every stream that sends them, and freed when
 * the last reference goes. References may be taken and dropped by any thread.
 */
#ifndef PUSHLAB_BYTES_H
#define PUSHLAB_BYTES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes inside something that outlives it. */
struct slice {
    const char *at;
    size_t len;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

/* A slice of a NUL-terminated string, or of nothing when text is NULL. */
struct slice slice_of(const char *text);
bool slice_equal(struct slice a, struct slice b);
/* ASCII case is ignored; locale is not looked at. */
bool slice_equal_nocase(struct slice a, struct slice b);

struct bytes {
    atomic_uint refs;
    uint32_t len;
    char data[];
};

/* A copy of len bytes (at most BYTES_LIMIT) with one reference, or NULL when out of memory. */
struct bytes *bytes_create(const void *data, size_t len);
/* One more reference; accepts NULL. Returns its argument. */
struct bytes *bytes_ref(struct bytes *bytes);
/* Drops one reference and frees with the last; accepts NULL. */
void bytes_unref(struct bytes *bytes);

enum { BYTES_LIMIT = 1 << 30 };

/*
 * A builder grows bytes in place. Running out of memory (or over BYTES_LIMIT) makes it
 * *failed*: every later call does nothing and builder_take gives NULL, so that a caller checks
 * once, at the end. A zeroed builder is a valid empty one.
 */
struct builder {
    struct bytes *bytes; /* bytes->len is what has been written */
    size_t capacity;
    bool failed;
};

/* Frees what has been built and leaves an empty builder; accepts one that was taken. */
void builder_finish(struct builder *builder);
/* Room for len more bytes, to be written by the caller and then claimed with builder_claim;
 * NULL when failed. Ends with the next call on the builder. */
char *builder_reserve(struct builder *builder, size_t len);
void builder_claim(struct builder *builder, size_t len);
void builder_add(struct builder *builder, const void *data, size_t len);
void builder_add_slice(struct builder *builder, struct slice slice);
/* Without the terminating NUL. */
void builder_add_text(struct builder *builder, const char *text);
void builder_add_u64(struct builder *builder, uint64_t number);
__attribute__((format(printf, 2, 3))) void builder_format(struct builder *builder,
                                                          const char *format, ...);
/* RFC 4648 section 4, with padding. */
void builder_add_base64(struct builder *builder, const void *data, size_t len);
size_t builder_len(const struct builder *builder);
/* What has been written so far; ends with the next call. */
struct slice builder_slice(const struct builder *builder);
/* Forget everything behind the first len bytes. */
void builder_truncate(struct builder *builder, size_t len);
/* The bytes, with one reference that is now the caller's; the builder is empty again. Never
 * NULL for an empty builder unless memory runs out; NULL when failed. */
struct bytes *builder_take(struct builder *builder);

#endif
