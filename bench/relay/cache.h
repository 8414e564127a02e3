/* SPDX-License-Identifier: MIT
 *
 * Cache: whole answers, by what was asked for, for a while. Bounded by count and bytes; the
 * oldest makes room. Pure: time is given from outside, in microseconds. One thread.
 */
#ifndef PUSHRELAY_CACHE_H
#define PUSHRELAY_CACHE_H

#include "../../server/bytes.h"

enum { CACHE_ENTRIES_LIMIT = 64, CACHE_BYTES_LIMIT = 4 << 20, CACHE_ANSWER_LIMIT = 256 << 10 };

struct cache;

/* NULL when out of memory. */
struct cache *cache_create(void);
void cache_destroy(struct cache *cache);
/* The answer under this key that is still good, or NULL; valid until the cache is next called.
 * *ret_age_us: since it was stored. */
const struct bytes *cache_find(struct cache *cache, struct slice key, int64_t now,
                               int64_t *ret_age_us);
/* Keeps a copy in place of an older one; one over CACHE_ANSWER_LIMIT is not kept. False when
 * not. */
bool cache_store(struct cache *cache, struct slice key, struct slice answer, int64_t now,
                 int64_t good_until);

#endif
