/* SPDX-License-Identifier: MIT
 *
 * WebSocket frames (RFC 6455, section 5), with no I/O: bytes in, events out; and the other way.
 *
 * The parser reads what a client sends. It is small, since every subscriber has one; it
 * allocates nothing and copies nothing: message data is unmasked where it lies and handed out
 * in pieces, as it comes. What must be seen whole, a frame's header (at most 14 bytes) and a
 * control frame (at most 131), is not kept inside: while it is cut, ws_parse takes nothing and
 * the caller presents the same bytes again with more behind them.
 *
 * A message is only good once its piece marked `last` has come; text is checked as it streams,
 * so that a bad byte fails at once (1007) and not at the message's end. Text that was
 * compressed is to be checked by whoever inflates it.
 */
#ifndef PUSHLAB_WS_FRAME_H
#define PUSHLAB_WS_FRAME_H

#include "../server/bytes.h"
#include "../server/utf8.h"

#include <sys/types.h>

enum {
    WS_HEADER_LIMIT = 10,    /* a server's longest header: it never masks (RFC 6455, 5.1) */
    WS_CONTROL_LIMIT = 125,  /* payload of a control frame (5.5) */
    WS_REASON_LIMIT = 123,   /* of a close frame: what the code leaves */
    WS_LEFTOVER_LIMIT = 130, /* most that ws_parse ever leaves unread */
};

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xA,
};

/* RFC 6455, 7.4.1 */
enum ws_close_code {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_UNSUPPORTED = 1003,
    WS_NO_CODE = 1005, /* a close frame without a body; never on the wire */
    WS_BAD_DATA = 1007,
    WS_POLICY = 1008,
    WS_TOO_BIG = 1009,
    WS_INTERNAL_ERROR = 1011,
    WS_TRY_LATER = 1013,
};

/* What a peer may make grow. Beyond either: 1009, as soon as the header shows it. */
struct ws_limits {
    uint64_t message_bytes; /* of one message, all its frames, as they travel */
    uint32_t fragments;     /* frames in one message, empty ones included */
};

/* Zeroed = at the start, without permessage-deflate. */
struct ws_parser {
    uint64_t left;          /* of the current data frame's payload */
    uint64_t message_bytes; /* of the current message, as its headers announced */
    uint32_t fragments;     /* of the current message */
    uint32_t mask;          /* rotated so that its first byte in memory comes next */
    struct utf8 utf8;       /* of an uncompressed text message */
    unsigned char opcode;   /* of the current message: WS_TEXT or WS_BINARY; 0 between two */
    bool deflate;           /* was negotiated, so that RSV1 has a meaning */
    bool compressed;        /* the current message */
    bool begun;             /* the current message's first piece was given out */
    bool in_frame;          /* header read, payload not yet at its end */
    bool final;             /* the current frame has FIN */
    bool over;              /* closed or failed: everything more is ignored */
};

enum ws_event_kind {
    WS_EVENT_NONE,  /* nothing happened: bytes behind a close or a failure were ignored */
    WS_EVENT_DATA,  /* a piece, possibly empty, of a message */
    WS_EVENT_PING,  /* whole; to be answered with a pong of the same data */
    WS_EVENT_PONG,  /* whole */
    WS_EVENT_CLOSE, /* whole and valid; to be answered with a close of the same code */
    WS_EVENT_FAIL,  /* the peer broke the protocol or a limit: close with code, then end */
};

struct ws_event {
    enum ws_event_kind kind;
    /* Unmasked. DATA: the piece; PING, PONG: the payload; CLOSE: the peer's reason (UTF-8).
     * Points into the bytes that were parsed and lives as long as they stay. */
    struct slice data;
    bool first;            /* DATA: nothing of this message came before */
    bool last;             /* DATA: nothing of it comes after */
    bool compressed;       /* DATA: of a permessage-deflate message, still compressed */
    enum ws_opcode opcode; /* DATA: WS_TEXT or WS_BINARY */
    unsigned code;         /* CLOSE: the peer's, or WS_NO_CODE; FAIL: what to close with */
    const char *reason;    /* FAIL: a sentence for the peer and the log (static text) */
};

/* deflate: permessage-deflate was negotiated. */
void ws_parser_init(struct ws_parser *parser, bool deflate);

/*
 * Reads on, up to the next event at most. bytes are what the client sent and are written to
 * (unmasked in place): a byte that was consumed must not be presented again.
 *   > 0  bytes consumed; *ret_event is filled. There may be more events in the rest
 *     0  nothing consumed: len is 0, or the bytes are the start of a header or control frame;
 *        keep them (at most WS_LEFTOVER_LIMIT) and come back with more behind them. They were
 *        not changed. *ret_event is untouched
 *    -1  *ret_event is a WS_EVENT_FAIL. It is given once; after it, as after a close frame,
 *        everything is consumed as WS_EVENT_NONE
 * How the bytes were cut makes no difference to what comes out but for where data is cut. A
 * loop for the caller:
 *
 *     while ((used = ws_parse(&parser, at, left, &limits, &event)) != 0) {
 *         … event …
 *         if (used < 0)
 *             break;
 *         at += used, left -= used;
 *     }
 *     … keep the `left` bytes at `at` …
 */
ssize_t ws_parse(struct ws_parser *parser, char *bytes, size_t len,
                 const struct ws_limits *limits, struct ws_event *ret_event);

/* Whether a code may stand in a close frame (RFC 6455, 7.4.1 and 7.4.2, and IANA's registry).
 */
bool ws_close_code_valid(unsigned code);

/* Masks or unmasks in place: XOR with mask (as in memory), starting at its first byte, and
 * gives the mask rotated for what follows (RFC 6455, 5.3). */
uint32_t ws_mask(char *bytes, size_t len, uint32_t mask);

/* ---- writing: a server's frames, never masked ------------------------------------------ */

/* Writes the header of a frame with payload_len bytes; gives its length, 2, 4 or 10. rsv1:
 * permessage-deflate's mark on a message's first frame. */
size_t ws_frame_header(enum ws_opcode opcode, bool fin, bool rsv1, uint64_t payload_len,
                       unsigned char ret[WS_HEADER_LIMIT]);
/* A whole message or control frame in one frame. A control frame's data is at most
 * WS_CONTROL_LIMIT long. */
void ws_add_frame(struct builder *builder, enum ws_opcode opcode, bool rsv1, const void *data,
                  size_t len);
/* A close frame: without a body for WS_NO_CODE. reason (UTF-8, NULL for none) is cut, between
 * two characters, to WS_REASON_LIMIT. */
void ws_add_close(struct builder *builder, unsigned code, const char *reason);

#endif
