/* SPDX-License-Identifier: MIT
 *
 * Plain endpoints of any server: an event stream or a WebSocket is listened to for a while.
 * What was sent is not known here, so it is only told what came, and when.
 */
#include "doctor.h"
#include "doctor_answer.h"
#include "doctor_fetch.h"

#include "../clients/client.h"
#include "../progress.h"
#include "../server_process.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
    TICK_MS = 20,
    HANDSHAKE_MS = 8000,
    LINE_LIMIT = 64,
    TOLD_SIZE = 240,
    LISTEN_LIMIT_MIB = 64, /* of whatever comes */
    FRAME_LIMIT_MIB = 8,   /* less than a line keeps */
    MIB = 1 << 20,
};

static const int64_t ms_ns = 1000000;

struct heard {
    /* What takes what came; false: nothing more is to be heard. */
    bool (*take)(struct probe_line *line, struct probe_answer *answer, struct heard *heard);
    int64_t asked_ns, head_ns, first_ns, last_ns, ended_ns; /* 0: not yet */
    int64_t longest_ns;                                     /* silence */
    int64_t pong_ns;
    unsigned events, comments, heartbeats, pieces, frames, pings;
    int close_code; /* of a WebSocket; 0: none came */
    bool compressed;
    uint64_t bytes;
    char trouble[TLS_TEXT_LIMIT]; /* why there was no way there; empty: there was */
    char given_up[TOLD_SIZE];     /* why it was not listened to any further; empty: it was */
    char line[LINE_LIMIT]; /* of a stream: the beginning of the line that is being read */
    size_t line_len;
};

/* Since the last bytes, or since the head if none came behind it. */
static void hear_silence(struct heard *heard, int64_t now)
{
    int64_t before = heard->last_ns ? heard->last_ns : heard->head_ns;
    if (before && now - before > heard->longest_ns)
        heard->longest_ns = now - before;
}

static void hear(struct heard *heard)
{
    int64_t now = now_ns();
    if (!heard->first_ns)
        heard->first_ns = now;
    hear_silence(heard, now);
    heard->last_ns = now;
    heard->pieces++;
}

static void give_up_reading(struct heard *heard, const struct probe_answer *answer)
{
    if (answer->status)
        snprintf(
            heard->given_up, TOLD_SIZE,
            "What comes behind the head cannot be read: its chunks or its gzip are broken, "
            "or a little of it unpacks to more than a stream would send.");
    else
        snprintf(heard->given_up, TOLD_SIZE,
                 "What answers there is no HTTP, or its head is longer than %d KiB: is this "
                 "the right port?",
                 PROBE_HEAD_LIMIT / 1024);
}

/* ---- event streams ----------------------------------------------------------------------- */

static void end_line(struct heard *heard)
{
    if (heard->line_len > 0 && heard->line[0] == ':')
        heard->comments++;
    else if (strncmp(heard->line, "data", 4) == 0)
        heard->events++;
    else if (strstr(heard->line, "heartbeat") || strstr(heard->line, "ping"))
        heard->heartbeats++;
    memset(heard->line, 0, sizeof(heard->line));
    heard->line_len = 0;
}

static void read_lines(struct heard *heard, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\n')
            end_line(heard);
        else if (text.at[i] != '\r' && heard->line_len + 1 < sizeof(heard->line))
            heard->line[heard->line_len++] = text.at[i];
    }
}

static bool take_stream(struct probe_line *line, struct probe_answer *answer,
                        struct heard *heard)
{
    struct slice in = builder_slice(&line->in);
    ssize_t used = in.len ? probe_answer_read(answer, in.at, in.len) : 0;
    if (used < 0) {
        give_up_reading(heard, answer);
        return false;
    }
    probe_line_took(line, (size_t)used);
    if (answer->status && !heard->head_ns)
        heard->head_ns = now_ns();
    heard->compressed = answer->compressed;
    struct slice body = builder_slice(&answer->body);
    if (body.len > 0) {
        hear(heard);
        read_lines(heard, body);
        builder_truncate(&answer->body, 0);
    }
    return !answer->complete;
}

/* ---- WebSockets -------------------------------------------------------------------------- */

static void count_frame(struct heard *heard, unsigned opcode, const unsigned char *payload,
                        size_t len)
{
    enum { CLOSE = 8, PING, PONG };
    heard->frames += opcode < CLOSE;
    heard->pings += opcode == PING;
    if (opcode == PONG && !heard->pong_ns)
        heard->pong_ns = now_ns();
    if (opcode == CLOSE)
        heard->close_code = len >= 2 ? payload[0] << 8 | payload[1] : 1005;
}

/* The length of a frame's header and of what it carries; false: the header is not whole. */
static bool read_lengths(const unsigned char *at, size_t room, size_t *ret_header,
                         uint64_t *ret_len)
{
    if (room < 2)
        return false;
    uint64_t len = at[1] & 0x7f;
    size_t header = 2 + (len == 126 ? 2 : len == 127 ? 8 : 0);
    if (room < header)
        return false;
    if (header > 2)
        len = 0;
    for (size_t i = 2; i < header; i++)
        len = len << 8 | at[i];
    *ret_header = header;
    *ret_len = len;
    return true;
}

/* Takes the whole frames off; fragments and extensions are no matter here. */
static void take_frames(struct probe_line *line, struct heard *heard)
{
    struct slice in = builder_slice(&line->in);
    const unsigned char *at = (const unsigned char *)in.at;
    size_t done = 0, header;
    uint64_t len;
    while (done < in.len && !heard->close_code &&
           read_lengths(at + done, in.len - done, &header, &len)) {
        if (len > (uint64_t)FRAME_LIMIT_MIB * MIB)
            snprintf(heard->given_up, TOLD_SIZE,
                     "A frame of %llu bytes is announced, and no more than %d MiB are waited "
                     "for here: does the server speak WebSocket behind its 101?",
                     (unsigned long long)len, FRAME_LIMIT_MIB);
        if (in.len - done - header < len || heard->given_up[0])
            break;
        hear(heard);
        count_frame(heard, at[done] & 0x0f, at + done + header, (size_t)len);
        done += header + (size_t)len;
    }
    probe_line_took(line, done);
}

static bool take_socket(struct probe_line *line, struct probe_answer *answer,
                        struct heard *heard)
{
    /* Masked with zeros; whoever speaks RFC 6455 answers it. */
    static const struct slice ping = {"\x89\x80\0\0\0\0", 6};
    if (answer->status == 0) {
        struct slice in = builder_slice(&line->in);
        ssize_t used = in.len ? probe_answer_read(answer, in.at, in.len) : 0;
        if (used < 0) {
            give_up_reading(heard, answer);
            return false;
        }
        probe_line_took(line, (size_t)used);
        if (answer->status) {
            heard->head_ns = now_ns();
            if (answer->status == 101)
                probe_line_send(line, ping);
        }
    }
    if (answer->status == 101)
        take_frames(line, heard);
    return heard->close_code == 0 && (answer->status == 0 || answer->status == 101);
}

/* ---- listening --------------------------------------------------------------------------- */

/* One look at the line. Whether there is more to be heard. */
static bool listen_once(struct probe_line *line, struct probe_answer *answer,
                        struct heard *heard)
{
    struct pollfd waiting = {.fd = line->fd, .events = probe_line_events(line)};
    size_t before = builder_len(&line->in);
    poll(&waiting, 1, TICK_MS);
    int result = waiting.revents ? probe_line_pump(line) : 0;
    heard->bytes += builder_len(&line->in) - before;
    bool goes_on = heard->take(line, answer, heard);
    if (heard->bytes > (uint64_t)LISTEN_LIMIT_MIB * MIB && !heard->given_up[0])
        snprintf(heard->given_up, TOLD_SIZE,
                 "More than %d MiB came within %.1f s, so it was not listened to any further: "
                 "is that a download, or a server that is out of order?",
                 LISTEN_LIMIT_MIB, (double)(now_ns() - heard->asked_ns) / 1e9);
    if (heard->given_up[0])
        return false;
    if (result < 0 || !goes_on)
        heard->ended_ns = now_ns();
    return !heard->ended_ns;
}

static void listen_to(const struct target *target, struct slice request, unsigned seconds,
                      struct probe_answer *answer, struct heard *heard)
{
    struct probe_line line = {.fd = -1};
    struct progress progress;
    int64_t until_ns = now_ns() + seconds * 1000 * ms_ns;
    heard->asked_ns = now_ns();
    int result = probe_line_open(&line, &target->first, &target->way);
    if (result != 0) {
        snprintf(heard->trouble, sizeof(heard->trouble), "%s", strerror(-result));
        probe_line_close(&line);
        return;
    }
    progress_init(&progress, "doctor, listening", seconds);
    probe_line_send(&line, request);
    while (now_ns() < until_ns && !process_interrupted() && listen_once(&line, answer, heard)) {
        if (!answer->status && now_ns() - heard->asked_ns > HANDSHAKE_MS * ms_ns)
            break;
        progress_update(&progress, (uint64_t)((now_ns() - heard->asked_ns) / ms_ns / 1000));
    }
    hear_silence(heard, now_ns());
    snprintf(heard->trouble, sizeof(heard->trouble), "%s", probe_line_trouble(&line));
    progress_finish(&progress);
    probe_line_close(&line);
}

/* ---- telling ----------------------------------------------------------------------------- */

static double since(const struct heard *heard, int64_t at_ns)
{
    return at_ns ? (double)(at_ns - heard->asked_ns) / 1e6 : NAN;
}

static void add_row(struct report *report, const char *what, double ms)
{
    report_row(report);
    report_text(report, "what", what);
    report_number(report, "ms", ms);
}

static void add_common(struct report *report, const struct probe_answer *answer,
                       const struct heard *heard)
{
    struct clues clues = {.count = 0};
    report_column(report, "what", "what", 0);
    report_column(report, "ms", "ms", REPORT_DIGITS);
    add_row(report, "head of the answer", since(heard, heard->head_ns));
    add_row(report, "first bytes behind it", since(heard, heard->first_ns));
    add_row(report, "longest silence", (double)heard->longest_ns / 1e6);
    add_row(report, "end", since(heard, heard->ended_ns));
    cJSON_AddNumberToObject(report->document, "status", answer->status);
    cJSON_AddNumberToObject(report->document, "bytes", (double)heard->bytes);
    clues_of_names(builder_slice(&answer->head), &clues);
    for (unsigned i = 0; i < clues.count; i++) {
        char *tail = strstr(clues.list[i].text, " (pushlab");
        if (tail)
            *tail = '\0'; /* other servers may send it themselves */
        report_note(report, "In the head: %s", clues.list[i].text);
    }
    if (heard->trouble[0])
        report_broken(report, "There was no way to it: %s.", heard->trouble);
    else if (heard->given_up[0])
        report_broken(report, "%s", heard->given_up);
    else if (answer->status == 0)
        report_broken(report,
                      "No answer came: no head within %d s, or the connection was "
                      "closed before it.",
                      HANDSHAKE_MS / 1000);
}

static const char *meaning_of(int status)
{
    switch (status) {
    case 401:
    case 407:
        return "it asks for a password";
    case 403:
        return "refused: mostly the Origin is not let in, try --origin";
    case 404:
        return "nothing lies at this path";
    case 426:
    case 400:
        return "the handshake did not arrive whole, or there is none at this path: a proxy "
               "that "
               "takes Upgrade away looks like this";
    case 502:
    case 503:
    case 504:
        return "a proxy answers, and cannot reach the server";
    case 200:
        return "an ordinary answer: the server saw a plain GET, or speaks no WebSocket here";
    default:
        return "refused";
    }
}

void doctor_sse(struct report *report, const struct target *target, unsigned seconds)
{
    struct builder request = {0};
    struct probe_answer answer = {0};
    struct heard heard = {.take = take_stream};
    fetch_begin(target, "GET", target->path[0] ? "" : "/", &request);
    builder_add_text(&request, "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n");
    listen_to(target, builder_slice(&request), seconds, &answer, &heard);
    add_common(report, &answer, &heard);
    struct slice type = probe_answer_field(&answer, "Content-Type");
    char told[ANSWER_TEXT_LIMIT];
    answer_type(builder_slice(&answer.head), told);
    bool is_stream = type.len >= 17 && memcmp(type.at, "text/event-stream", 17) == 0;
    cJSON_AddNumberToObject(report->document, "events", heard.events);
    cJSON_AddNumberToObject(report->document, "comments", heard.comments);
    if (answer.status && answer.status != 200)
        report_broken(report, "Answered with %d: %s.", answer.status,
                      meaning_of(answer.status));
    else if (answer.status && !is_stream)
        report_broken(report,
                      "Content-Type is '%s': an EventSource takes text/event-stream alone.",
                      told);
    if (heard.compressed)
        report_note(report, "It came as gzip: some compressors hold a stream back.");
    if (is_stream && !heard.first_ns)
        report_broken(report,
                      "The head came, and nothing behind it. Either nothing was sent in "
                      "these %u s, or it is held back: have something sent, and see. "
                      "With a heartbeat each 15 s it would be known.",
                      seconds);
    else if (is_stream)
        report_note(report,
                    "%u lines of data, %u comments, %u events named heartbeat or ping, "
                    "in %u pieces.",
                    heard.events, heard.comments, heard.heartbeats, heard.pieces);
    if (heard.ended_ns && is_stream)
        report_broken(report, "The stream ended by itself.");
    probe_answer_finish(&answer);
    builder_finish(&request);
}

void doctor_websocket(struct report *report, const struct target *target, const char *origin,
                      unsigned seconds)
{
    struct builder request = {0};
    struct probe_answer answer = {0};
    struct heard heard = {.take = take_socket};
    fetch_begin(target, "GET", target->path[0] ? "" : "/", &request);
    if (origin)
        builder_format(&request, "Origin: %s\r\n", origin);
    client_add_upgrade(&request);
    builder_add_text(&request, "\r\n");
    listen_to(target, builder_slice(&request), seconds, &answer, &heard);
    add_common(report, &answer, &heard);
    cJSON_AddNumberToObject(report->document, "frames", heard.frames);
    cJSON_AddNumberToObject(report->document, "pings", heard.pings);
    add_row(report, "answer to a ping", since(&heard, heard.pong_ns));
    if (answer.status == 101) {
        report_note(report, "The handshake was taken. %u frames with data, %u pings came.",
                    heard.frames, heard.pings);
        if (!heard.pong_ns)
            report_broken(report, "A ping was not answered, as RFC 6455 demands: frames do not "
                                  "get through, though the handshake did.");
        if (heard.ended_ns)
            report_broken(report,
                          "It was closed after %.1f s, with code %d (0: none was given).",
                          since(&heard, heard.ended_ns) / 1000, heard.close_code);
    } else if (answer.status) {
        report_broken(report, "The handshake was answered with %d: %s.", answer.status,
                      meaning_of(answer.status));
    }
    probe_answer_finish(&answer);
    builder_finish(&request);
}
