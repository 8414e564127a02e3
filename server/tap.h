/* SPDX-License-Identifier: MIT
 *
 * Tap: the bytes of a connection as they went over the wire, for the wire inspector (--lab).
 *
 * A request with `wire=KEY` in its query has its connection tapped, if somebody reads the topic
 * `~wire.KEY`: the records are that topic's messages, JSON, bounded as the server's own topics
 * are (bus.h). The key is what proves that the connection is one's own: whoever reads has made
 * it up, and has put it into the addresses of those requests. So a tap follows only requests
 * that bear its key; behind a proxy, others' may come on the same connection.
 *
 *   {"connection":N,"what":"open","opened":US,"whole":B,"client":"IP","client_port":P,
 *    "server":"IP","server_port":P}   opened: accepted at (null: not known); whole: nothing
 * went over it before
 *   {"connection":N,"what":"up|down","data":"BASE64"}        from the client, to the client
 *   {"connection":N,"what":"client_end|server_end"}          that side sends no more (FIN)
 *   {"connection":N,"what":"reset|close|left"}               left: not followed any further
 *
 * A record's time is its message's. `missed`, a number of records, is added to the first one
 * after some that the log could not take; `unchunked`: true to a request whose chunks were put
 * together before it could be known whose it is.
 */
#ifndef PUSHLAB_TAP_H
#define PUSHLAB_TAP_H

#include "bus.h"

#include <sys/uio.h>

struct tap;
struct taps;

enum {
    TAP_KEY_MIN = 16, /* hexadecimal digits: 64 bits, to be made at random */
    TAP_KEY_LIMIT = 64,
    TAP_TOPICS_LIMIT = 64, /* keys at one time */
    /* What a key's topic holds at most. */
    TAP_HISTORY_COUNT = 4096,
    TAP_HISTORY_AGE_S = 300,
    TAP_HISTORY_BYTES = 1 << 20,
};

enum tap_event { TAP_CLIENT_END, TAP_SERVER_END, TAP_RESET, TAP_CLOSE, TAP_LEFT };

/* ---- the server's; any thread ---- */

/* NULL when out of memory. */
struct taps *taps_create(struct bus *bus);
/* Accepts NULL. No tap may be left. */
void taps_destroy(struct taps *taps);
/* A socket was accepted: its life begins. */
void taps_accepted(struct taps *taps, int fd);
/* Whether the name is that of a key's topic. */
bool taps_topic(struct slice name);
/* Whether another key's topic may be made; true for one that is there. */
bool taps_room(struct taps *taps, struct slice topic);

/* ---- a connection's; its worker's thread. Most accept NULL and do nothing then. ---- */

/* Taps the socket, from the bytes that follow on: its `open` is recorded. NULL: nobody reads
 * the key's topic, or memory. */
struct tap *tap_create(struct taps *taps, struct slice key, int fd);
/* Records how it ends, and frees it. */
void tap_destroy(struct tap *tap, enum tap_event end);
bool tap_has_key(const struct tap *tap, struct slice key);
/* Something went over the socket that was not recorded. */
void taps_spoken(struct taps *taps, int fd);
/* One request, whole. */
void tap_request(struct tap *tap, const char *bytes, size_t len, bool unchunked);
/* From now on whatever comes belongs to the request that was the last. */
void tap_own(struct tap *tap);
/* Bytes that came: recorded when they are owned. */
void tap_came(struct tap *tap, const char *bytes, size_t len);
/* The first len bytes of the parts went out. There must be a tap. */
void tap_went(struct tap *tap, const struct iovec *parts, size_t len);
void tap_note(struct tap *tap, enum tap_event event);

#endif
