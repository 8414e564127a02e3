/* SPDX-License-Identifier: MIT */
#include "../../server/stream.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 200, PLENTY = 1 << 22 };

static struct stream stream;
static int peer;
static char sent[PLENTY], got[PLENTY]; /* what ought to arrive, what has */
static size_t sent_len, got_len;

/* ---- a kernel that takes as little as the test says ----------------------------------------
 */

static size_t allowance = SIZE_MAX; /* bytes still taken before EAGAIN */

ssize_t __real_send(int fd, const void *data, size_t len, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t len, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct iovec parts[STREAM_FRAMES_LIMIT];
    size_t count = 0, left = allowance;
    assert_in_range(message->msg_iovlen, 1, STREAM_FRAMES_LIMIT);
    for (; count < message->msg_iovlen && left > 0; count++) {
        parts[count] = message->msg_iov[count];
        assert_true(parts[count].iov_len > 0);
        if (parts[count].iov_len > left)
            parts[count].iov_len = left;
        left -= parts[count].iov_len;
    }
    if (count == 0) {
        errno = EAGAIN;
        return -1;
    }
    ssize_t done =
        __real_sendmsg(fd, &(struct msghdr){.msg_iov = parts, .msg_iovlen = count}, flags);
    if (done > 0 && allowance != SIZE_MAX)
        allowance -= (size_t)done;
    return done;
}

ssize_t __wrap_send(int fd, const void *data, size_t len, int flags)
{
    struct iovec part = {(void *)data, len};
    return __wrap_sendmsg(fd, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, flags);
}

/* ---- help ----------------------------------------------------------------------------------
 */

static int start(void **state)
{
    (void)state;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
        return -1;
    stream = (struct stream){.fd = pair[0]};
    peer = pair[1];
    sent_len = got_len = 0;
    allowance = SIZE_MAX;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    stream_finish(&stream);
    close(stream.fd);
    if (peer >= 0)
        close(peer);
    return 0;
}

static struct bytes *text(const char *words)
{
    struct bytes *bytes = bytes_create(words, strlen(words));
    assert_non_null(bytes);
    return bytes;
}

static void expect(const struct bytes *bytes)
{
    memcpy(sent + sent_len, bytes->data, bytes->len);
    sent_len += bytes->len;
}

static void receive(void)
{
    ssize_t len;
    while ((len = recv(peer, got + got_len, sizeof(got) - got_len, 0)) > 0)
        got_len += (size_t)len;
}

static void check_received(void)
{
    receive();
    assert_int_equal(got_len, sent_len);
    assert_memory_equal(got, sent, sent_len);
}

/* Lays frames out and writes them; how many are done with. */
static unsigned write_frames(struct bytes *const frames[], unsigned count)
{
    struct wave wave = {.count = 0};
    for (unsigned i = 0; i < count; i++)
        wave_add(&wave, frames[i]);
    return stream_write(&stream, &wave);
}

static void queue(const char *words)
{
    struct bytes *bytes = text(words);
    expect(bytes);
    stream_queue(&stream, bytes);
}

/* ---- tests ---------------------------------------------------------------------------------
 */

static void test_keeps_nothing(void **state)
{
    (void)state;
    struct bytes *frames[] = {text("one"), text("two"), text("three")};
    assert_int_equal(write_frames(frames, 3), 3);
    assert_null(stream.outbox);
    for (int i = 0; i < 3; i++) {
        expect(frames[i]);
        assert_int_equal(frames[i]->refs, 1);
        bytes_unref(frames[i]);
    }
    assert_int_equal(write_frames(NULL, 0), 0);
    stream_queue(&stream, text(""));
    assert_null(stream.outbox);
    check_received();
}

static void test_queue_comes_first(void **state)
{
    (void)state;
    struct bytes *frame = text("frame");
    queue("head");
    queue("gap");
    assert_int_equal(stream_waiting(&stream), 7);
    assert_int_equal(write_frames(&frame, 1), 1);
    expect(frame);
    bytes_unref(frame);
    assert_int_equal(stream_waiting(&stream), 0);
    check_received();
}

/* Cut at every byte: the queue, then three frames, whose owner lets go of them at once. */
static void test_cut_anywhere(void **state)
{
    static const char *const words[] = {"queued-1", "queued-2", "frame-a", "frame-bb",
                                        "frame-ccc"};
    enum { TOTAL = 8 + 8 + 7 + 8 + 9 };
    for (size_t cut = 0; cut <= TOTAL; cut++)
        for (size_t again = 1; again < 12; again++) {
            stop(state);
            start(state);
            unsigned next = 2;
            queue(words[0]);
            queue(words[1]);
            for (allowance = cut; next < 5 || stream.outbox; allowance = again) {
                struct bytes *frames[3];
                stream.blocked = false;
                for (unsigned i = next; i < 5; i++)
                    frames[i - next] = text(words[i]);
                unsigned done = write_frames(frames, 5 - next);
                for (unsigned i = next; i < 5; i++) {
                    if (i < next + done)
                        expect(frames[i - next]);
                    bytes_unref(frames[i - next]); /* the log has dropped it */
                }
                next += done;
                assert_false(stream.broken);
                receive();
                assert_int_equal(got_len + stream_waiting(&stream), sent_len);
                assert_true(stream.blocked || next == 5);
            }
            check_received();
        }
}

static void test_more_than_one_call_takes(void **state)
{
    (void)state;
    char words[16];
    struct bytes *frame = text("frame");
    for (int i = 0; i < MANY; i++) {
        snprintf(words, sizeof(words), "item %d\n", i);
        queue(words);
    }
    /* Each call makes progress; the frame's turn comes when the queue is through. */
    unsigned calls = 1;
    while (write_frames(&frame, 1) == 0) {
        assert_false(stream.blocked);
        calls++;
    }
    assert_int_equal(calls, MANY / STREAM_FRAMES_LIMIT + 1);
    expect(frame);
    bytes_unref(frame);
    check_received();
    queue("more");
    stream_flush(&stream);
    check_received();
}

/* As a slow reader's outbox goes: filled at one end, emptied at the other. */
static void test_random(void **state)
{
    (void)state;
    uint64_t random = 7;
    char words[64];
    for (int step = 0; step < 20000; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        snprintf(words, sizeof(words), "%.*s%d;", (int)(random >> 33) % 40,
                 "........................................", step);
        stream.blocked = false;
        allowance = (random >> 40) % 50;
        if (random >> 63) {
            queue(words);
            stream_flush(&stream);
        } else {
            struct bytes *frames[2] = {text(words), text("second;")};
            unsigned done = write_frames(frames, 2);
            for (unsigned i = 0; i < 2; i++) {
                if (i < done)
                    expect(frames[i]);
                bytes_unref(frames[i]);
            }
        }
        if (step % 100 == 0)
            receive();
    }
    allowance = SIZE_MAX;
    stream.blocked = false;
    stream_flush(&stream);
    assert_null(stream.outbox);
    check_received();
}

static void test_real_kernel(void **state)
{
    (void)state;
    static char big[1 << 20];
    struct bytes *frame = bytes_create(big, sizeof(big));
    assert_int_equal(write_frames(&frame, 1), 1); /* begun, so it will be finished */
    assert_true(stream.blocked);
    assert_int_equal(frame->refs, 2);
    expect(frame);
    bytes_unref(frame);
    while (stream.outbox) {
        receive();
        stream.blocked = false;
        stream_flush(&stream);
    }
    check_received();
}

static void test_broken(void **state)
{
    (void)state;
    struct bytes *frame = text("frame");
    close(peer);
    peer = -1;
    assert_int_equal(write_frames(&frame, 1), 0);
    assert_true(stream.broken);
    assert_int_equal(write_frames(&frame, 1), 0);
    stream_queue(&stream, bytes_ref(frame));
    stream_flush(&stream); /* must end */
    bytes_unref(frame);
}

static void test_no_bytes(void **state)
{
    (void)state;
    stream_queue(&stream, NULL); /* memory ran out where they were made */
    assert_true(stream.broken);
}

#define stream_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        stream_test(test_keeps_nothing), stream_test(test_queue_comes_first),
        stream_test(test_cut_anywhere),  stream_test(test_more_than_one_call_takes),
        stream_test(test_random),        stream_test(test_real_kernel),
        stream_test(test_broken),        stream_test(test_no_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
