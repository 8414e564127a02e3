/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <stdlib.h>

struct entry {
    struct bytes *key, *answer; /* NULL: free */
    int64_t stored, good_until;
};

struct cache {
    struct entry entries[CACHE_ENTRIES_LIMIT];
    size_t bytes;
};

struct cache *cache_create(void)
{
    return calloc(1, sizeof(struct cache));
}

static void drop(struct cache *cache, struct entry *entry)
{
    if (entry->answer)
        cache->bytes -= entry->answer->len;
    bytes_unref(entry->key);
    bytes_unref(entry->answer);
    *entry = (struct entry){0};
}

void cache_destroy(struct cache *cache)
{
    if (!cache)
        return;
    for (unsigned i = 0; i < CACHE_ENTRIES_LIMIT; i++)
        drop(cache, &cache->entries[i]);
    free(cache);
}

static struct entry *find(struct cache *cache, struct slice key)
{
    for (unsigned i = 0; i < CACHE_ENTRIES_LIMIT; i++) {
        const struct bytes *has = cache->entries[i].key;
        if (has && slice_equal((struct slice){has->data, has->len}, key))
            return &cache->entries[i];
    }
    return NULL;
}

const struct bytes *cache_find(struct cache *cache, struct slice key, int64_t now,
                               int64_t *ret_age_us)
{
    struct entry *entry = find(cache, key);
    if (!entry)
        return NULL;
    if (now >= entry->good_until) {
        drop(cache, entry);
        return NULL;
    }
    *ret_age_us = now - entry->stored;
    return entry->answer;
}

/* The entry stored first; unless they must be used, free ones count as oldest. */
static struct entry *oldest(struct cache *cache, bool used)
{
    struct entry *best = NULL;
    for (unsigned i = 0; i < CACHE_ENTRIES_LIMIT; i++) {
        struct entry *entry = &cache->entries[i];
        if (!entry->key && !used)
            return entry;
        if (entry->key && (!best || entry->stored < best->stored))
            best = entry;
    }
    return best;
}

bool cache_store(struct cache *cache, struct slice key, struct slice answer, int64_t now,
                 int64_t good_until)
{
    if (answer.len > CACHE_ANSWER_LIMIT)
        return false;
    struct entry *entry = find(cache, key);
    if (entry)
        drop(cache, entry);
    while (cache->bytes + answer.len > CACHE_BYTES_LIMIT)
        drop(cache, oldest(cache, true));
    entry = oldest(cache, false);
    drop(cache, entry);
    entry->key = bytes_create(key.at, key.len);
    entry->answer = bytes_create(answer.at, answer.len);
    entry->stored = now;
    entry->good_until = good_until;
    if (entry->answer)
        cache->bytes += entry->answer->len;
    if (entry->key && entry->answer)
        return true;
    drop(cache, entry);
    return false;
}
