/* SPDX-License-Identifier: MIT
 *
 * Probes: what is judged from what was seen, and answers as middleboxes may have left them,
 * whole and byte by byte. And the orders that counts of environments come to.
 */
#include "../../bench/compat/compat_orders.h"
#include "../../bench/compat/probe_answer.h"
#include "../../bench/compat/probe_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { MS = 1000, SECOND = 1000 * MS };

/* ---- judging ----------------------------------------------------------------------------- */

/* All came, at once. */
static struct probe_seen good(enum transport_reads reads)
{
    return (struct probe_seen){.reads = reads,
                               .connected = true,
                               .answered = true,
                               .sent = 5,
                               .got = 5,
                               .answers = reads == READS_ON ? 0 : 7,
                               .connect_us = MS / 10,
                               .first_us = MS,
                               .least_us = MS,
                               .max_us = 40 * MS,
                               .answer_us = reads == READS_ON ? -1 : MS,
                               .silence_us = 2 * SECOND,
                               .cut_after_us = 0};
}

static void assert_judged(const struct probe_seen *seen, enum probe_outcome outcome,
                          const char *told)
{
    char text[64];
    assert_int_equal(probe_judge(seen), outcome);
    probe_tell(seen, outcome, ENGLISH, text, sizeof(text));
    assert_string_equal(text, told);
}

static void test_works(void **state)
{
    (void)state;
    for (enum transport_reads reads = READS_NOW; reads <= READS_ON; reads++) {
        struct probe_seen seen = good(reads);
        assert_judged(&seen, PROBE_WORKS, "works");
        seen.max_us = 900 * MS; /* one, by chance */
        assert_judged(&seen, PROBE_WORKS, "works");
    }
}

static void test_late(void **state)
{
    (void)state;
    struct probe_seen seen = good(READS_ON);
    seen.least_us = 208 * MS;
    assert_judged(&seen, PROBE_LATE, "late by 208 ms");
    seen.connect_us = 50 * MS; /* far away: two round trips are in it */
    assert_judged(&seen, PROBE_WORKS, "works");

    seen = good(READS_NOW); /* messages wait for the poll; its answer must not */
    seen.least_us = 400 * MS;
    assert_judged(&seen, PROBE_WORKS, "works");
    seen.answer_us = 200 * MS;
    assert_int_equal(probe_judge(&seen), PROBE_LATE);
}

static void test_buffered(void **state)
{
    (void)state;
    struct probe_seen seen = good(READS_ON);
    seen.got = 0;
    seen.offered_bytes = 114688;
    assert_judged(&seen, PROBE_BUFFERED, "buffered (> 112 KiB)");
    seen.got = 5;
    seen.let_go_bytes = 4096;
    assert_judged(&seen, PROBE_BUFFERED, "buffered (4 KiB)");
    seen.let_go_bytes = 0; /* the first came with the burst */
    seen.first_us = seen.max_us = 2 * SECOND;
    assert_judged(&seen, PROBE_BUFFERED, "buffered (2.0 s)");
}

static void test_refused(void **state)
{
    (void)state;
    struct probe_seen seen = good(READS_ON);
    seen.got = 0;
    seen.status = 426;
    assert_judged(&seen, PROBE_REFUSED, "refused (426)");
    seen.status = 403;
    seen.tunnel_refused = true;
    assert_judged(&seen, PROBE_REFUSED, "refused (CONNECT 403)");
    seen = (struct probe_seen){.reads = READS_ON};
    assert_judged(&seen, PROBE_REFUSED, "refused (no connection)");
}

static void test_silence(void **state)
{
    (void)state;
    struct probe_seen seen = good(READS_WAIT);
    seen.cuts = 1;
    seen.cut_after_us = 1500 * MS;
    assert_judged(&seen, PROBE_CUT, "cut after 1.5 s");

    seen = good(READS_ON); /* the first came, and after the silence nothing, nor an end */
    seen.got = 1;
    assert_judged(&seen, PROBE_SILENT, "dead");
    seen = good(READS_WAIT);
    seen.got = 1;
    seen.dead = true;
    assert_judged(&seen, PROBE_SILENT, "dead");
    seen = good(READS_ON); /* a handshake that nobody answers */
    seen.got = 0;
    seen.dead = true;
    assert_judged(&seen, PROBE_SILENT, "dead");
}

static void test_caches(void **state)
{
    (void)state;
    struct probe_seen seen = good(READS_NOW);
    seen.got = 0;
    assert_judged(&seen, PROBE_STALE, "stale");
    seen = good(READS_WAIT);
    seen.got = 0;
    seen.hasty = PROBE_HASTY_LIMIT + 1;
    assert_judged(&seen, PROBE_LOOPING, "looping");
    seen.nonsense = true;
    assert_judged(&seen, PROBE_BROKEN, "broken");
}

static void test_resuming(void **state)
{
    (void)state;
    struct probe_seen seen = good(READS_ON);
    assert_true(probe_resumed(&seen)); /* not tried */
    seen.late_sent = 3;
    seen.late_got = 2;
    assert_false(probe_resumed(&seen));
    seen.late_got = 3;
    assert_true(probe_resumed(&seen));
}

/* ---- answers ----------------------------------------------------------------------------- */

struct read_back {
    int status;
    bool complete, keeps;
    char body[256];
    size_t used;
};

/* What comes of bytes, presented whole or one by one. */
static struct read_back read_answer(const char *bytes, size_t len, size_t step, bool ends)
{
    struct probe_answer answer = {0};
    struct builder unread = {0};
    struct read_back back = {0};
    for (size_t at = 0; at < len && !answer.complete; at += step) {
        builder_add(&unread, bytes + at, at + step > len ? len - at : step);
        struct slice all = builder_slice(&unread);
        ssize_t used = probe_answer_read(&answer, all.at, all.len);
        assert_true(used >= 0);
        struct builder rest = {0};
        builder_add(&rest, all.at + used, all.len - (size_t)used);
        builder_finish(&unread);
        unread = rest;
        back.used += (size_t)used;
    }
    if (ends)
        probe_answer_end(&answer);
    struct slice body = builder_slice(&answer.body);
    assert_true(body.len < sizeof(back.body));
    if (body.len > 0)
        memcpy(back.body, body.at, body.len);
    back.status = answer.status;
    back.complete = answer.complete;
    back.keeps = answer.keeps;
    builder_finish(&unread);
    probe_answer_finish(&answer);
    return back;
}

static void assert_answer(const char *bytes, size_t len, bool ends, bool keeps,
                          const char *body)
{
    for (size_t step = 1; step <= len; step += len > 1 ? len - 1 : 1) {
        struct read_back back = read_answer(bytes, len, step, ends);
        assert_int_equal(back.status, 200);
        assert_true(back.complete);
        assert_int_equal(back.keeps, keeps);
        assert_string_equal(back.body, body);
    }
}

#define ASSERT_ANSWER(bytes, ends, keeps, body)                                                \
    assert_answer(bytes, sizeof(bytes) - 1, ends, keeps, body)

static void test_framings(void **state)
{
    (void)state;
    ASSERT_ANSWER("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, true, "hello");
    ASSERT_ANSWER("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, true, "");
    ASSERT_ANSWER("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
                  false, true, "hello");
    ASSERT_ANSWER("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", true, false, "hello");
    ASSERT_ANSWER("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, false, "hello");
}

static void test_what_follows_is_left(void **state)
{
    (void)state;
    static const char two[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 ";
    assert_int_equal(read_answer(two, sizeof(two) - 1, sizeof(two), false).used,
                     sizeof(two) - sizeof("HTTP/1.1 "));
    static const char upgraded[] = "HTTP/1.1 101 Switching Protocols\r\n\r\nframes";
    struct read_back back =
        read_answer(upgraded, sizeof(upgraded) - 1, sizeof(upgraded), false);
    assert_int_equal(back.status, 101);
    assert_int_equal(back.used, sizeof(upgraded) - sizeof("frames"));
}

static void test_no_answers(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "SSH-2.0", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct probe_answer answer = {0};
        const char *at = bad[i];
        ssize_t used = 0;
        for (size_t len = strlen(at); used >= 0 && len > 0 && !answer.complete; at += used)
            if ((used = probe_answer_read(&answer, at, len)) > 0)
                len -= (size_t)used;
        assert_int_equal(used, -1);
        probe_answer_finish(&answer);
    }
}

/* Compressed in two pieces, each flushed: the first is there before the second came. */
static void test_gzip_as_it_comes(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    z_stream stream = {0};
    unsigned char packed[256];
    struct probe_answer answer = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    assert_int_equal(probe_answer_read(&answer, head, sizeof(head) - 1), sizeof(head) - 1);
    for (const char *piece = "one "; piece; piece = *piece == 'o' ? "two" : NULL) {
        stream.next_in = (Bytef *)(uintptr_t)piece;
        stream.avail_in = (uInt)strlen(piece);
        stream.next_out = packed;
        stream.avail_out = sizeof(packed);
        assert_int_equal(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
        size_t len = sizeof(packed) - stream.avail_out;
        assert_int_equal(probe_answer_read(&answer, (const char *)packed, len), len);
        const char *sofar = *piece == 'o' ? "one " : "one two";
        assert_true(slice_equal(builder_slice(&answer.body), slice_of(sofar)));
    }
    deflateEnd(&stream);
    assert_true(answer.compressed);
    assert_true(probe_answer_end(&answer));
    probe_answer_finish(&answer);
}

/* ---- orders ------------------------------------------------------------------------------ */

static void assert_order(unsigned a, unsigned b, unsigned c, unsigned d,
                         enum order_verdict verdict, const char *told)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    const unsigned counts[] = {a, b, c, d};
    char text[80];
    assert_int_equal(order_of(counts, 4), verdict);
    order_tell(names, counts, 4, text, sizeof(text));
    assert_string_equal(text, told);
}

static void test_orders(void **state)
{
    (void)state;
    assert_order(4, 3, 2, 1, ORDER_HOLDS, "a 4 > b 3 > c 2 > d 1");
    assert_order(4, 4, 2, 1, ORDER_TIES, "a 4 = b 4 > c 2 > d 1");
    assert_order(3, 3, 3, 3, ORDER_EVEN, "a 3 = b 3 = c 3 = d 3");
    assert_order(4, 3, 1, 2, ORDER_FAILS, "a 4 > b 3 > d 2 > c 1");
}

static void test_reversals(void **state)
{
    (void)state;
    const enum passage passages[] = {PASSAGE_PROMPT, PASSAGE_NONE, PASSAGE_LATE,
                                     PASSAGE_PROMPT};
    assert_int_equal(order_reversed(passages, 4, 0), 4); /* none is better */
    assert_int_equal(order_reversed(passages, 4, 1), 3); /* the last of two */
    assert_int_equal(order_reversed(passages, 4, 2), 3); /* late, where one is prompt */
    assert_int_equal(order_reversed(passages, 4, 3), 4); /* none is said to be worse */
    assert_int_equal(order_reversed(passages, 3, 1), 2);
}

static void test_told_in_chinese(void **state)
{
    (void)state;
    char en[64], zh[64];
    struct probe_seen seen = good(READS_ON);
    for (enum probe_outcome outcome = PROBE_WORKS; outcome <= PROBE_BROKEN; outcome++) {
        probe_tell(&seen, outcome, ENGLISH, en, sizeof(en));
        probe_tell(&seen, outcome, CHINESE, zh, sizeof(zh));
        assert_true(*en && *zh && strcmp(en, zh) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_works),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_buffered),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_caches),
        cmocka_unit_test(test_resuming),
        cmocka_unit_test(test_framings),
        cmocka_unit_test(test_what_follows_is_left),
        cmocka_unit_test(test_no_answers),
        cmocka_unit_test(test_gzip_as_it_comes),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_reversals),
        cmocka_unit_test(test_told_in_chinese),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
