/* SPDX-License-Identifier: MIT
 *
 * Client: the other end of a transport, with no I/O: it writes the bytes to be sent, and reads
 * bytes that came into events. How the bytes were cut makes no difference to what comes out.
 *
 * Each client_<transport>.c mirrors the transport of that name and ends in one initialiser. All
 * four speak of the same few events, so whoever measures need not know which one it is. Who
 * connects, sends and receives is swarm.h.
 */
#ifndef PUSHBENCH_CLIENT_H
#define PUSHBENCH_CLIENT_H

#include "../../server/bytes.h"
#include "../../server/transport.h"

#include <sys/types.h>

enum { CURSOR_TEXT_LIMIT = 48 };

enum client_event_kind {
    CLIENT_OPEN, /* subscribed: the cursor is known. A held poll shows it only when answered */
    CLIENT_MESSAGE,   /* seq and data; time_us where the transport says it */
    CLIENT_HEARTBEAT, /* the line is alive */
    CLIENT_GAP,       /* the server cannot give what was asked for */
    CLIENT_ANSWERED,  /* a poll is over: ask again, now (READS_WAIT) or later (READS_NOW) */
    CLIENT_PUBLISHED, /* a publisher's message is in the log: seq, subscribers */
    CLIENT_CLOSED,    /* over: refused, said goodbye, broken, or the connection ended */
};

/* What is borrowed lives until the callback returns. */
struct client_event {
    enum client_event_kind kind;
    uint64_t seq;
    int64_t time_us;      /* when the server accepted the message; 0: not said */
    struct slice data;    /* as it travelled: JSON text in a batch, one line of SSE */
    uint64_t subscribers; /* PUBLISHED: as the server counts them */
    const char *reason;   /* CLOSED: static text */
    int status;           /* CLOSED: an HTTP status or a close code, where there was one */
};

/* The same for all clients of one run. */
struct client_options {
    const char *authority; /* HOST:PORT */
    const char *topic;
    const char *since;   /* where to begin; NULL: now */
    bool json;           /* WebSocket: the subprotocol pushlab.json */
    bool deflate;        /* WebSocket: offer permessage-deflate */
    bool close;          /* short poll: the server ends the connection after its answer */
    unsigned wait_s;     /* long poll */
    const char *headers; /* further header lines of each GET, each with its CRLF; NULL: none */
};

struct client_kind;

struct client {
    const struct client_kind *kind;
    const struct client_options *options;
    struct slice body;   /* a publisher's next message, borrowed until it was asked */
    size_t scanned;      /* of the unread bytes, how far an end was looked for in vain */
    size_t body_len;     /* of the answer being read */
    uint64_t head_bytes; /* of all answers' heads */
    uint64_t seq;        /* of the last message; at first, the cursor's */
    bool in_body;        /* the answer's head has been read */
    bool opened;         /* CLIENT_OPEN has been told */
    bool deflated;       /* permessage-deflate was agreed on */
    char cursor[CURSOR_TEXT_LIMIT];
};

/* Where events go, and what the client has to send in answer (a pong). on_event must not free
 * the client. */
struct client_sink {
    void (*on_event)(struct client *client, const struct client_event *event, void *arg);
    void *arg;
    struct builder *reply;
};

struct client_kind {
    const char *name; /* as in the URL */
    enum transport_reads reads;
    /* Writes the next request: the handshake, or a poll from the cursor on. */
    void (*ask)(struct client *client, struct builder *out);
    /*
     * Reads on. Returns how many bytes are done with; the rest is to be presented again, with
     * more behind it. Negative: nonsense came, which CLIENT_CLOSED has told. bytes may be
     * changed.
     */
    ssize_t (*read)(struct client *client, char *bytes, size_t len,
                    const struct client_sink *sink);

    /* For the yardstick: what a server sends once, and for message number seq. The message's
     * cursor is cursor, "-" and seq. NULL: there is no yardstick. */
    void (*welcome)(const struct client_options *options, struct builder *out);
    void (*frame)(const char *epoch, uint64_t seq, struct slice data, struct builder *out);
};

extern const struct client_kind short_poll_client;
extern const struct client_kind long_poll_client;
extern const struct client_kind sse_client;
extern const struct client_kind websocket_client;
/* Of a transport that a server may have loaded; not among client_kinds. */
extern const struct client_kind ndjson_client;
/* Of other servers, where theirs differ (peer.h says who uses which). */
extern const struct client_kind nchan_short_poll_client;
extern const struct client_kind nchan_long_poll_client;
extern const struct client_kind socket_io_client;
/* Not a subscriber: POSTs client->body each time it is asked. */
extern const struct client_kind publisher_client;

/* The subscribers' kinds, ended by NULL. */
extern const struct client_kind *const client_kinds[];
/* The kind of this name, or NULL. */
const struct client_kind *client_find(const char *name);
/* Whether name is one kind's or `all`; complains on standard error if it is neither. */
bool client_choose(const char *name, const struct client_kind *kinds[], unsigned *ret_count);
enum { CLIENT_KINDS_LIMIT = 8 };

void client_init(struct client *client, const struct client_kind *kind,
                 const struct client_options *options);

/* ---- for the kinds ----------------------------------------------------------------------- */

/* The head of an answer, taken apart. Slices lie in the head. */
struct answer_head {
    int status;
    size_t content_length;
    struct slice next; /* Pushlab-Next */
    struct slice etag, last_modified;
    struct slice accept;     /* Sec-WebSocket-Accept */
    struct slice extensions; /* Sec-WebSocket-Extensions */
};

/* The head's length; 0: not complete; -1: no HTTP. */
ssize_t answer_head_read(struct client *client, const char *bytes, size_t len,
                         struct answer_head *ret_head);
/* The head of an answer that does not end, unless it has been read. Its length; 0: not
 * complete, or read before; -1: told. */
ssize_t client_stream_head(struct client *client, const char *bytes, size_t len,
                           const struct client_sink *sink);
void client_tell(struct client *client, const struct client_sink *sink,
                 enum client_event_kind kind);
/* Tells CLIENT_CLOSED; gives -1. */
ssize_t client_fail(struct client *client, const struct client_sink *sink, const char *reason,
                    int status);
/* Remembers the cursor and its number. */
void client_set_cursor(struct client *client, struct slice cursor);
/* The number of a cursor EPOCH-SEQ; 0 when it has none. */
uint64_t cursor_seq(struct slice cursor);
/* An unsigned number, as far as there are digits. */
uint64_t slice_number(struct slice text);
/* The first place of a short text in the bytes from offset on; -1: nowhere. */
ssize_t bytes_find(const char *bytes, size_t len, size_t offset, struct slice wanted);
/* The request line and Host of a GET. */
void client_add_get(const struct client *client, const char *more, struct builder *out);
/* A message whose JSON text is object; tells it. */
void client_tell_json(struct client *client, const struct client_sink *sink,
                      struct slice object);
/* A gap, told as JSON: object has the cursor behind it as `next`. */
void client_tell_json_gap(struct client *client, const struct client_sink *sink,
                          struct slice object);
/* The rest of a WebSocket handshake behind the Host line, but for the blank one. */
void client_add_upgrade(struct builder *out);
/* A text frame of at most 125 bytes, masked. */
void client_add_text_frame(struct builder *out, struct slice text);

/* What one kind of poll makes of its answers. */
struct poll_answers {
    /* Looks at the head while it lies there. NULL: nothing is needed of it. */
    void (*on_head)(struct client *client, const struct answer_head *head);
    /* Tells what a body holds. False: it is no body of this kind. */
    bool (*on_body)(struct client *client, struct slice body, const struct client_sink *sink);
    /* Each answer holds one message, so there may be more: it is asked again at once, and the
     * poll is over when nothing is left (304). */
    bool one_by_one;
};

/* How polls read (client_poll.c): HTTP answers of a known length; 304 when there is nothing. */
ssize_t client_answers_read(struct client *client, const char *bytes, size_t len,
                            const struct client_sink *sink, const struct poll_answers *answers);
/* The same for pushlab's: each is a JSON batch. */
ssize_t client_poll_read(struct client *client, char *bytes, size_t len,
                         const struct client_sink *sink);

#endif
