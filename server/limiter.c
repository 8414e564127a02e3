/* SPDX-License-Identifier: MIT */
#include "limiter.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

enum { WAYS = 4, SETS = LIMITER_BUCKETS / WAYS, TOKEN = 1000000 /* parts of one */ };

struct bucket {
    uint64_t key;   /* hash of the address; 0: free */
    uint64_t level; /* millionths of a token, as of filled_us */
    int64_t filled_us;
};

struct limiter {
    pthread_mutex_t lock; /* guards buckets */
    uint64_t rate;
    uint64_t seed;
    struct bucket buckets[SETS][WAYS];
};

struct limiter *limiter_create(uint64_t rate)
{
    struct limiter *limiter = calloc(1, sizeof(*limiter));
    if (!limiter)
        return NULL;
    if (pthread_mutex_init(&limiter->lock, NULL) != 0) {
        free(limiter);
        return NULL;
    }
    limiter->rate = rate;
    /* So that nobody can choose addresses which share a bucket. Without it they might. */
    if (getrandom(&limiter->seed, sizeof(limiter->seed), GRND_NONBLOCK) < 0)
        limiter->seed = (uintptr_t)limiter;
    return limiter;
}

void limiter_destroy(struct limiter *limiter)
{
    if (!limiter)
        return;
    pthread_mutex_destroy(&limiter->lock);
    free(limiter);
}

/* FNV-1a, seeded, and stirred so that the low bits depend on all. */
static uint64_t hash_of(const struct limiter *limiter, struct slice peer)
{
    uint64_t hash = 14695981039346656037u ^ limiter->seed;
    for (size_t i = 0; i < peer.len; i++)
        hash = (hash ^ (unsigned char)peer.at[i]) * 1099511628211u;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static void fill(const struct limiter *limiter, struct bucket *bucket, int64_t now_us)
{
    uint64_t full = limiter->rate * TOKEN;
    int64_t passed_us = now_us - bucket->filled_us;
    if (passed_us < 0)
        return;
    /* A second fills it; multiplying longer times might overflow. */
    if (passed_us >= 1000000)
        bucket->level = full;
    else
        bucket->level += (uint64_t)passed_us * limiter->rate;
    if (bucket->level > full)
        bucket->level = full;
    bucket->filled_us = now_us;
}

static struct bucket *bucket_of(struct limiter *limiter, uint64_t key, int64_t now_us)
{
    struct bucket *set = limiter->buckets[key % SETS], *fullest = NULL;
    for (unsigned i = 0; i < WAYS; i++) {
        struct bucket *bucket = &set[i];
        if (!bucket->key)
            *bucket = (struct bucket){key, limiter->rate * TOKEN, now_us};
        if (bucket->key == key)
            return bucket;
        fill(limiter, bucket, now_us);
        if (!fullest || bucket->level > fullest->level)
            fullest = bucket;
    }
    *fullest = (struct bucket){key, limiter->rate * TOKEN, now_us};
    return fullest;
}

uint64_t limiter_take(struct limiter *limiter, struct slice peer, int64_t now_us)
{
    uint64_t key = hash_of(limiter, peer), wait_us = 0;
    pthread_mutex_lock(&limiter->lock);
    struct bucket *bucket = bucket_of(limiter, key, now_us);
    fill(limiter, bucket, now_us);
    if (bucket->level >= TOKEN)
        bucket->level -= TOKEN;
    else
        wait_us = (TOKEN - bucket->level + limiter->rate - 1) / limiter->rate;
    pthread_mutex_unlock(&limiter->lock);
    return wait_us;
}
