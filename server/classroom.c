/* SPDX-License-Identifier: MIT */
#include "classroom.h"

#include "bearer.h"
#include "json_scan.h"
#include "limiter.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <ifaddrs.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define FEED SLICE("class.feed")
#define CONTROL SLICE("class.control")
#define REPORTS SLICE("class.reports")
#define PREDICTIONS SLICE("class.predictions")
#define CHAT SLICE("chat")

enum { SECOND_US = 1000000, LOOK_US = 100000 /* how late a new rate may be noticed */ };

static const double RATE_FIRST = 1;
static const unsigned PAYLOAD_FIRST = 50;
static const double RESET_LIMIT = 9007199254740992.0; /* 2^53: exact in every browser */

struct classroom {
    struct bus *bus;
    const char *token;
    char made[2 * CLASS_TOKEN_BYTES + 1];
    struct limiter *limiter;
    /* What the teacher has said last. */
    atomic_bool muted;
    _Atomic double rate;
    atomic_uint payload;
    _Atomic double reset;
    /* The feed; the main thread's. */
    struct event *timer;
    int64_t published_us; /* monotonic */
    uint64_t number;
};

static int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

/* ---- life -------------------------------------------------------------------------------- */

static bool make_token(char *ret_text)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[CLASS_TOKEN_BYTES];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return false;
    for (unsigned i = 0; i < sizeof(random); i++) {
        ret_text[2 * i] = digits[random[i] >> 4];
        ret_text[2 * i + 1] = digits[random[i] & 15];
    }
    ret_text[2 * sizeof(random)] = '\0';
    return true;
}

struct classroom *classroom_create(const struct options *options, struct bus *bus)
{
    struct classroom *classroom = calloc(1, sizeof(*classroom));
    if (!classroom)
        return NULL;
    classroom->bus = bus;
    classroom->token = options->teacher_token ? options->teacher_token : classroom->made;
    classroom->rate = RATE_FIRST;
    classroom->payload = PAYLOAD_FIRST;
    classroom->limiter = limiter_create(CLASS_POSTS_PER_SECOND);
    if (classroom->limiter && make_token(classroom->made))
        return classroom;
    classroom_destroy(classroom);
    return NULL;
}

void classroom_destroy(struct classroom *classroom)
{
    if (!classroom)
        return;
    if (classroom->timer)
        event_free(classroom->timer);
    limiter_destroy(classroom->limiter);
    free(classroom);
}

/* ---- who may what ------------------------------------------------------------------------ */

const char *classroom_token(const struct classroom *classroom)
{
    return classroom->token;
}

bool classroom_teacher(const struct classroom *classroom, const struct request *request)
{
    return classroom && bearer_is(request, classroom->token);
}

/* One of this machine's interfaces has it. Those may come and go, as a hotspot does. */
static bool interface_has(const struct sockaddr *address, struct slice peer)
{
    char text[INET6_ADDRSTRLEN];
    const void *bytes = NULL;
    if (address && address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)address)->sin_addr;
    else if (address && address->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return bytes && inet_ntop(address->sa_family, bytes, text, sizeof(text)) &&
           slice_equal(slice_of(text), peer);
}

bool classroom_own_address(struct slice peer)
{
    struct ifaddrs *interfaces;
    bool own = slice_equal(peer, SLICE("127.0.0.1"));
    if (own || getifaddrs(&interfaces) != 0)
        return own;
    for (const struct ifaddrs *one = interfaces; one && !own; one = one->ifa_next)
        own = interface_has(one->ifa_addr, peer);
    freeifaddrs(interfaces);
    return own;
}

static bool of_class(struct slice topic)
{
    struct slice prefix = SLICE("class.");
    return topic.len >= prefix.len && slice_equal((struct slice){topic.at, prefix.len}, prefix);
}

int classroom_refusal(struct classroom *classroom, const struct class_post *post,
                      const char **ret_why)
{
    bool chat = slice_equal(post->topic, CHAT);
    if (post->teacher)
        return 0;
    if (!chat && !slice_equal(post->topic, REPORTS) && !slice_equal(post->topic, PREDICTIONS)) {
        if (!of_class(post->topic) && classroom_own_address(post->peer))
            return 0;
        *ret_why = "in a class only the teacher publishes here: open the address with #token= "
                   "that the server printed, or send that token (Authorization: Bearer ...)";
        return 403;
    }
    if (chat && classroom->muted) {
        *ret_why = "the teacher has muted the chat: it goes on when the teacher says so";
        return 403;
    }
    if (post->data.len > CLASS_POST_LIMIT) {
        *ret_why = "a student may publish 16384 bytes at most";
        return 413;
    }
    if (limiter_take(classroom->limiter, post->peer, post->now_us)) {
        *ret_why = "too many messages from this address: wait a second";
        return 429;
    }
    return 0;
}

/* ---- what the teacher says --------------------------------------------------------------- */

static bool is_object(const struct class_post *post)
{
    size_t at = 0;
    while (at < post->data.len && strchr(" \t\r\n", post->data.at[at]))
        at++;
    return post->json && at < post->data.len && post->data.at[at] == '{';
}

/* *ret keeps its value when there is no such member. False: it is no number within these. */
static bool read_number(struct slice object, const char *name, double most, double *ret)
{
    char text[32], *end;
    struct slice value;
    if (!json_member(object, name, &value))
        return true;
    if (value.len >= sizeof(text))
        return false;
    memcpy(text, value.at, value.len);
    text[value.len] = '\0';
    double number = strtod(text, &end);
    if (end == text || *end || !(number >= 0 && number <= most))
        return false;
    *ret = number;
    return true;
}

static bool read_flag(struct slice object, const char *name, bool *ret)
{
    struct slice value;
    if (!json_member(object, name, &value))
        return true;
    *ret = slice_equal(value, SLICE("true"));
    return *ret || slice_equal(value, SLICE("false"));
}

/* Newcomers would find what a worker still holds of the old ones; whatever is published next
 * makes it let go. */
static void wipe(struct classroom *classroom, struct slice topic, double reset)
{
    struct builder data = {0};
    struct published published;
    bus_clear(classroom->bus, topic);
    builder_format(&data, "{\"reset\":%.0f}", reset);
    struct message *message =
        message_create(MESSAGE_JSON, (struct slice){0}, builder_slice(&data));
    if (message && !data.failed)
        bus_publish(classroom->bus, topic, message, &published);
    else
        message_unref(message);
    builder_finish(&data);
}

int classroom_obey(struct classroom *classroom, const struct class_post *post,
                   const char **ret_why)
{
    bool muted = classroom->muted;
    double rate = classroom->rate, payload = classroom->payload, reset = classroom->reset;
    if (!slice_equal(post->topic, CONTROL))
        return 0;
    *ret_why = "class.control takes a JSON object: rate from 0 to 20, payload from 0 to 65536, "
               "muted true or false, reset a number; the rest is for the pages";
    if (!is_object(post) || !read_number(post->data, "rate", CLASS_RATE_LIMIT, &rate) ||
        !read_number(post->data, "payload", CLASS_PAYLOAD_LIMIT, &payload) ||
        !read_number(post->data, "reset", RESET_LIMIT, &reset) ||
        !read_flag(post->data, "muted", &muted))
        return 400;
    classroom->muted = muted;
    classroom->rate = rate;
    classroom->payload = (unsigned)payload;
    if (atomic_exchange(&classroom->reset, reset) != reset) {
        wipe(classroom, REPORTS, reset);
        wipe(classroom, PREDICTIONS, reset);
    }
    return 0;
}

/* ---- the feed ---------------------------------------------------------------------------- */

static void publish(struct classroom *classroom)
{
    struct builder data = {0};
    struct published published;
    builder_format(&data, "{\"n\":%llu,\"pad\":\"", (unsigned long long)classroom->number + 1);
    for (size_t len = builder_len(&data) + 2; len < classroom->payload; len++)
        builder_add(&data, ".", 1);
    builder_add_text(&data, "\"}");
    struct message *message =
        data.failed ? NULL
                    : message_create(MESSAGE_JSON, (struct slice){0}, builder_slice(&data));
    /* What cannot be had or held now is left out; the next one tries again. */
    if (message && bus_publish(classroom->bus, FEED, message, &published) == 0)
        classroom->number++;
    builder_finish(&data);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct classroom *classroom = arg;
    double rate = classroom->rate;
    int64_t now_us = monotonic_us(), wait_us = LOOK_US;
    if (rate > 0) {
        double interval_us = fmin(SECOND_US / rate, 1e12);
        int64_t due_us = classroom->published_us + (int64_t)interval_us;
        if (due_us <= now_us) {
            publish(classroom);
            /* By the clock and not by when we woke; but what was missed is not made up for. */
            bool late = now_us - due_us > (int64_t)interval_us;
            classroom->published_us = late ? now_us : due_us;
            due_us = classroom->published_us + (int64_t)interval_us;
        }
        if (due_us - now_us < wait_us)
            wait_us = due_us > now_us ? due_us - now_us : 0;
    }
    event_add(classroom->timer, &(struct timeval){.tv_usec = (suseconds_t)wait_us});
}

bool classroom_start(struct classroom *classroom, struct event_base *base)
{
    classroom->timer = evtimer_new(base, on_tick, classroom);
    return classroom->timer && event_add(classroom->timer, &(struct timeval){0}) == 0;
}
