/* SPDX-License-Identifier: MIT
 *
 * Classroom (--class): a lesson with students on devices of their own. What it is about are
 * topics like any other, so that who comes late, or comes back, finds it all:
 *
 * - class.feed: what is measured; published here, as fast and as large as the teacher says.
 * - class.control: what the lesson is at. Every message is the whole of it, so the last counts.
 * - class.reports: what the students' browsers have measured.
 * - class.predictions: what students expect.
 * - chat: what they say to each other.
 *
 * Who may publish what: the teacher, known by a token, everything. A student, known by nothing,
 * to the last three only, in small pieces and not too often; the chat unless it is muted. Pages
 * on the teacher's own machine may use all topics but class.*, as without --class.
 *
 * Of a message to class.control these members are obeyed: `rate` (a second, 0: none), `payload`
 * (bytes), `muted` (true or false), and `reset`: when that number changes, what students have
 * reported and predicted is dropped.
 */
#ifndef PUSHLAB_CLASSROOM_H
#define PUSHLAB_CLASSROOM_H

#include "bus.h"
#include "options.h"
#include "request.h"

struct classroom;
struct event_base;

enum {
    CLASS_TOKEN_BYTES = 16,        /* of a token that is made here, at random */
    CLASS_POST_LIMIT = 16 << 10,   /* bytes of what a student publishes */
    CLASS_POSTS_PER_SECOND = 100,  /* of all students at one address */
    CLASS_RATE_LIMIT = 20,         /* messages a second of the feed */
    CLASS_PAYLOAD_LIMIT = 64 << 10 /* bytes of each */
};

/* Something that is about to be published. */
struct class_post {
    struct slice topic;
    struct slice data;
    struct slice peer; /* address */
    bool json;         /* the data is JSON, and valid once it is to be obeyed */
    bool teacher;      /* the request shows the token */
    int64_t now_us;    /* monotonic */
};

/* NULL when out of memory. The options and the bus outlive it. */
struct classroom *classroom_create(const struct options *options, struct bus *bus);
/* Accepts NULL. After the last thread that publishes, and before the loop it has started on. */
void classroom_destroy(struct classroom *classroom);
/* Publishes the feed from this loop from now on. False when out of memory. */
bool classroom_start(struct classroom *classroom, struct event_base *base);

/* The teacher's token, as it stands behind # in the teacher's address. */
const char *classroom_token(const struct classroom *classroom);
/* Whether the request is the teacher's. Accepts NULL: nobody is. Any thread. */
bool classroom_teacher(const struct classroom *classroom, const struct request *request);
/* 0, or the status to refuse it with, and why: a sentence that says what to do (static). Any
 * thread. */
int classroom_refusal(struct classroom *classroom, const struct class_post *post,
                      const char **ret_why);
/* Does what a message to class.control says; others are none of its business. 0; or a status
 * and a reason, as above, and nothing was done. Any thread. */
int classroom_obey(struct classroom *classroom, const struct class_post *post,
                   const char **ret_why);
/* Whether an address, as text, is one of this machine's; of loopback those alone that an
 * interface has, since a relay brings others' connections by further ones (bench/relay). */
bool classroom_own_address(struct slice peer);

#endif
