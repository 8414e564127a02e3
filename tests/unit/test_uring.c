/* SPDX-License-Identifier: MIT
 *
 * Writes that go to the kernel together, over real sockets. The linker puts our
 * io_uring_submit_and_wait in the place of liburing's, so that the ring can fail. Where the
 * system has no io_uring for us, the cases are skipped.
 */
#include "../../server/uring.h"

#include "../../server/logger.h"
#include "one_worker.h"

#include <fcntl.h>
#include <liburing.h>

enum { PAIRS = 300, BODY = 1 << 20 };

/* ---- a ring that does as little as the test says -----------------------------------------
 */

static atomic_int calls;
static atomic_int good_calls = -1; /* so many go well before those that fail; -1: all */
static int failure;                /* what the others answer */
static unsigned portion;           /* writes that a good call takes; 0: all */

int __real_io_uring_submit_and_wait(struct io_uring *ring, unsigned wait_nr);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned wait_nr);

int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned wait_nr)
{
    if (atomic_fetch_add(&calls, 1) == atomic_load(&good_calls)) {
        atomic_fetch_add(&good_calls, failure == -EINTR ? 0 : 1);
        return failure;
    }
    unsigned tail = ring->sq.sqe_tail, left = tail - ring->sq.sqe_head;
    if (portion == 0 || left <= portion)
        return __real_io_uring_submit_and_wait(ring, wait_nr);
    /* The kernel, too, does not wait when it has not taken all. */
    ring->sq.sqe_tail = ring->sq.sqe_head + portion;
    int taken = __real_io_uring_submit_and_wait(ring, 0);
    ring->sq.sqe_tail = tail;
    return taken;
}

/* ---- sockets, and what is written to them ------------------------------------------------
 */

/* One write, and what became of it. */
struct outcome {
    const struct wave *wave;
    unsigned times;
    ssize_t result;
};

static struct uring *uring;
static int ends[PAIRS][2]; /* ours, the peer's */
static unsigned pair_count;
static struct outcome outcomes[PAIRS];
static struct wave waves[4];
static char got[BODY];

static void open_pairs(unsigned count)
{
    for (; pair_count < count; pair_count++)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends[pair_count]),
                         0);
}

static void open_uring(void)
{
    int error = uring_create(&uring);
    if (!error)
        return;
    print_message("# skipped: io_uring cannot be used here: %s\n", strerror(-error));
    skip();
}

static int start(void **state)
{
    (void)state;
    uring = NULL;
    pair_count = 0;
    atomic_store(&calls, 0);
    atomic_store(&good_calls, -1);
    portion = 0;
    memset(outcomes, 0, sizeof(outcomes));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    uring_destroy(uring);
    for (unsigned i = 0; i < pair_count; i++)
        for (unsigned end = 0; end < 2; end++)
            if (ends[i][end] >= 0)
                close(ends[i][end]);
    for (unsigned i = 0; i < sizeof(waves) / sizeof(waves[0]); i++) {
        for (unsigned j = 0; j < waves[i].count; j++)
            bytes_unref(waves[i].frames[j]);
        wave_finish(&waves[i]);
    }
    return 0;
}

static void close_end(unsigned pair, unsigned end)
{
    close(ends[pair][end]);
    ends[pair][end] = -1;
}

/* Frames that differ, each of len bytes and a few more. */
static const struct wave *fill(unsigned which, unsigned frames, size_t len)
{
    static char text[BODY];
    struct wave *wave = &waves[which];
    for (unsigned i = 0; i < frames; i++) {
        memset(text, 'a' + (int)(i % 26), len);
        int more = snprintf(text + len, 16, "<%u:%u>", which, i);
        struct bytes *frame = bytes_create(text, len + (size_t)more);
        assert_non_null(frame);
        wave_add(wave, frame);
    }
    return wave;
}

static void on_written(const struct wave *wave, void *arg, ssize_t result)
{
    struct outcome *outcome = arg;
    assert_ptr_equal(wave, outcome->wave);
    outcome->times++;
    outcome->result = result;
}

static void add(unsigned pair, const struct wave *wave)
{
    outcomes[pair] = (struct outcome){.wave = wave};
    uring_add(uring, ends[pair][0], wave, &outcomes[pair]);
}

/* What the peer has: the first `len` bytes of the wave, and nothing else. */
static void check_peer(unsigned pair, const struct wave *wave, size_t len)
{
    size_t got_len = 0, checked = 0;
    ssize_t more;
    while ((more = recv(ends[pair][1], got + got_len, sizeof(got) - got_len, 0)) > 0)
        got_len += (size_t)more;
    assert_int_equal(got_len, len);
    for (unsigned i = 0; checked < len; i++) {
        size_t part =
            wave->frames[i]->len < len - checked ? wave->frames[i]->len : len - checked;
        assert_memory_equal(got + checked, wave->frames[i]->data, part);
        checked += part;
    }
}

static void check_outcome(unsigned pair, ssize_t result)
{
    assert_int_equal(outcomes[pair].times, 1);
    assert_int_equal(outcomes[pair].result, result);
}

/* It was written whole, once. */
static void check_whole(unsigned pair)
{
    const struct wave *wave = outcomes[pair].wave;
    check_outcome(pair, (ssize_t)wave->bytes);
    check_peer(pair, wave, wave->bytes);
}

/* As much as the socket takes and its peer does not read. */
static void stuff(unsigned pair)
{
    setsockopt(ends[pair][0], SOL_SOCKET, SO_SNDBUF, &(int){8192}, sizeof(int));
    while (send(ends[pair][0], "stuffing", 8, 0) > 0)
        ;
    assert_int_equal(errno, EAGAIN);
}

/* ---- tests -------------------------------------------------------------------------------
 */

static void test_nothing(void **state)
{
    (void)state;
    open_uring();
    assert_false(uring_full(uring));
    assert_true(uring_submit(uring, on_written));
    assert_int_equal(calls, 0);
    uring_destroy(NULL);
}

static void test_every_size_of_wave(void **state)
{
    (void)state;
    static const unsigned frames[] = {1, 3, STREAM_FRAMES_LIMIT, STREAM_FRAMES_LIMIT};
    open_uring();
    open_pairs(4);
    for (unsigned i = 0; i < 4; i++)
        fill(i, frames[i], 100);
    wave_join(&waves[3]);
    assert_non_null(waves[3].joined);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4; i++)
            add(i, &waves[i]);
        assert_true(uring_submit(uring, on_written));
        for (unsigned i = 0; i < 4; i++)
            check_whole(i);
    }
    assert_int_equal(calls, 3);
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = 0; j < waves[i].count; j++)
            assert_int_equal(waves[i].frames[j]->refs, 1);
}

/* The first of those who share has been added before the wave is joined for the others. */
static void test_joined_after_the_first(void **state)
{
    (void)state;
    open_uring();
    open_pairs(3);
    add(0, fill(0, 8, 50));
    wave_join(&waves[0]);
    add(1, &waves[0]);
    add(2, &waves[0]);
    assert_true(uring_submit(uring, on_written));
    for (unsigned i = 0; i < 3; i++)
        check_whole(i);
}

static void test_more_than_it_holds(void **state)
{
    (void)state;
    unsigned full = 0;
    open_uring();
    open_pairs(PAIRS);
    fill(0, 1, 10);
    fill(1, 5, 10);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < PAIRS; i++) {
            if (uring_full(uring)) {
                assert_true(uring_submit(uring, on_written));
                assert_false(uring_full(uring));
                full++;
            }
            add(i, &waves[i % 2]);
        }
        assert_true(uring_submit(uring, on_written));
        for (unsigned i = 0; i < PAIRS; i++)
            check_whole(i);
    }
    assert_int_equal(calls, full + 3);
    assert_in_range(full, 1, 30);
}

static void test_short_write(void **state)
{
    (void)state;
    open_uring();
    open_pairs(2);
    for (unsigned i = 0; i < 2; i++)
        setsockopt(ends[i][0], SOL_SOCKET, SO_SNDBUF, &(int){8192}, sizeof(int));
    add(0, fill(0, 1, 500000));
    add(1, fill(1, STREAM_FRAMES_LIMIT, 8000));
    assert_true(uring_submit(uring, on_written));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(outcomes[i].times, 1);
        assert_in_range(outcomes[i].result, 1, waves[i].bytes - 1);
        check_peer(i, &waves[i], (size_t)outcomes[i].result);
        stuff(i);
        add(i, &waves[i]);
    }
    assert_true(uring_submit(uring, on_written));
    for (unsigned i = 0; i < 2; i++)
        check_outcome(i, -EAGAIN);
}

/* A closed peer, a file that is none, a socket that is full and a wave that is cut, each
 * between two that go well; through the ring, or the plain sends that stand in for it. */
static void write_bad_among_good(bool expected)
{
    enum { GONE = 1, NO_FILE = 3, FULL = 5, CUT = 7, COUNT = 9 };
    open_pairs(COUNT);
    fill(0, 4, 100000);
    fill(1, 2, 20);
    close_end(GONE, 1);
    close_end(NO_FILE, 0);
    stuff(FULL);
    setsockopt(ends[CUT][0], SOL_SOCKET, SO_SNDBUF, &(int){8192}, sizeof(int));
    for (unsigned i = 0; i < COUNT; i++)
        add(i, &waves[i == CUT ? 0 : 1]);
    assert_int_equal(uring_submit(uring, on_written), expected);
    check_outcome(GONE, -EPIPE);
    check_outcome(NO_FILE, -EBADF);
    check_outcome(FULL, -EAGAIN);
    assert_int_equal(outcomes[CUT].times, 1);
    assert_in_range(outcomes[CUT].result, 1, waves[0].bytes - 1);
    check_peer(CUT, &waves[0], (size_t)outcomes[CUT].result);
    for (unsigned i = 0; i < COUNT; i += 2)
        check_whole(i);
}

static void test_bad_among_good(void **state)
{
    (void)state;
    open_uring();
    write_bad_among_good(true);
    /* The next ones have nothing to do with it. */
    add(0, &waves[1]);
    assert_true(uring_submit(uring, on_written));
    check_whole(0);
}

static int lowest_free_file(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(fd);
    return fd;
}

static void test_leaves_no_file(void **state)
{
    (void)state;
    open_uring();
    uring_destroy(uring);
    open_pairs(1);
    fill(0, 3, 10);
    int before = lowest_free_file();
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(uring_create(&uring), 0);
        add(0, &waves[0]);
        if (i % 3) { /* or it goes with a write that was never submitted */
            assert_true(uring_submit(uring, on_written));
            check_whole(0);
        }
        uring_destroy(uring);
    }
    uring = NULL;
    check_peer(0, &waves[0], 0);
    assert_int_equal(lowest_free_file(), before);
}

/* ---- a ring that fails -------------------------------------------------------------------
 */

/* Of COUNT writes the kernel takes `portion` with each of `before` calls; then it fails. */
static void fail_after(int before, unsigned taken, int error)
{
    enum { COUNT = 20 };
    stop(NULL);
    start(NULL);
    open_uring();
    open_pairs(COUNT);
    fill(0, 1, 30);
    fill(1, 6, 30);
    wave_join(&waves[1]);
    fill(2, 6, 30);
    portion = taken;
    failure = error;
    atomic_store(&good_calls, before);
    for (unsigned i = 0; i < COUNT; i++)
        add(i, &waves[i % 3]);
    bool again = error == -EINTR; /* a signal came: no failure */
    assert_int_equal(uring_submit(uring, on_written), again);
    for (unsigned i = 0; i < COUNT; i++)
        check_whole(i);
    assert_true(atomic_load(&calls) > before);
}

static void test_ring_fails(void **state)
{
    (void)state;
    static const int errors[] = {-EBUSY, -ENOMEM, -EAGAIN, -EINTR};
    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        fail_after(0, 0, errors[i]);
        fail_after(1, 1, errors[i]);
        fail_after(2, 7, errors[i]);
        fail_after(6, 3, errors[i]);
    }
}

static void test_taken_in_portions(void **state)
{
    (void)state;
    open_uring();
    portion = 2;
    write_bad_among_good(true);
    assert_int_equal(calls, 5);
}

static void test_ring_fails_with_bad_among_good(void **state)
{
    (void)state;
    open_uring();
    failure = -ENOMEM;
    atomic_store(&good_calls, 0);
    write_bad_among_good(false);
}

/* ---- with streams, as the server uses it -------------------------------------------------
 */

enum { READERS = 24, FRAMES = 400 };

/* A cursor in the frames, and all that its peer must have and has. */
struct reader {
    struct stream stream;
    unsigned next;
    size_t received;
};

static struct bytes *feed[FRAMES];
static struct reader readers[READERS];
static char whole[BODY];
static uint64_t seed;

static unsigned random_below(unsigned limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % limit;
}

static size_t make_frames(void)
{
    static char text[4096];
    size_t len = 0;
    for (unsigned i = 0; i < FRAMES; i++) {
        size_t frame_len = 1 + random_below(random_below(8) ? 300 : sizeof(text));
        for (size_t j = 0; j < frame_len; j++)
            text[j] = (char)(i + j * 7);
        feed[i] = bytes_create(text, frame_len);
        assert_non_null(feed[i]);
        memcpy(whole + len, text, frame_len);
        len += frame_len;
    }
    return len;
}

static void on_reader_written(const struct wave *wave, void *arg, ssize_t result)
{
    struct reader *reader = arg;
    reader->next += stream_written(&reader->stream, wave, result);
}

/* Writes what the reader lacks of the first `head` frames: behind its outbox, or with others.
 * Those who stand at the same place do not share here; that is portion.h's. */
static void give(struct reader *reader, struct wave *wave, unsigned head)
{
    wave->count = 0;
    wave->bytes = 0;
    for (unsigned i = reader->next; i < head && wave->count < STREAM_FRAMES_LIMIT; i++)
        wave_add(wave, feed[i]);
    if (random_below(2))
        wave_join(wave);
    if (reader->stream.outbox)
        reader->next += stream_write(&reader->stream, wave);
    else if (wave->count > 0)
        uring_add(uring, reader->stream.fd, wave, reader);
}

static void take(struct reader *reader, unsigned pair)
{
    ssize_t len = recv(ends[pair][1], got, 1 + random_below(20000), 0);
    if (len <= 0)
        return;
    assert_memory_equal(got, whole + reader->received, (size_t)len);
    reader->received += (size_t)len;
    reader->stream.blocked = false;
}

/* Frames cut anywhere are finished, each once and in order, whoever else is in the uring. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    static struct wave own[READERS];
    open_uring();
    open_pairs(READERS);
    seed = 11;
    size_t len = make_frames();
    for (unsigned i = 0; i < READERS; i++) {
        setsockopt(ends[i][0], SOL_SOCKET, SO_SNDBUF, &(int){4096}, sizeof(int));
        readers[i] = (struct reader){.stream.fd = ends[i][0]};
    }
    unsigned through = 0, head = 0;
    while (through < READERS) {
        head += random_below(40);
        if (head > FRAMES)
            head = FRAMES;
        for (unsigned i = 0; i < READERS; i++)
            if (!readers[i].stream.blocked)
                give(&readers[i], &own[i], head);
        assert_true(uring_submit(uring, on_reader_written));
        through = 0;
        for (unsigned i = 0; i < READERS; i++) {
            wave_finish(&own[i]);
            assert_false(readers[i].stream.broken);
            if (random_below(3) || head == FRAMES)
                take(&readers[i], i);
            through += readers[i].received == len;
        }
    }
    for (unsigned i = 0; i < READERS; i++) {
        assert_int_equal(readers[i].next, FRAMES);
        assert_null(readers[i].stream.outbox);
    }
    for (unsigned i = 0; i < FRAMES; i++) {
        assert_int_equal(feed[i]->refs, 1);
        bytes_unref(feed[i]);
    }
}

/* ---- a whole server ----------------------------------------------------------------------
 */

enum { HEARERS = 80 };

static struct house house;
static int hearers[HEARERS];

static void open_house(void)
{
    open_uring();
    house_options(&house);
    house.options.flush = FLUSH_URING;
    house_open(&house);
    for (unsigned i = 0; i < HEARERS; i++) {
        hearers[i] = dial_and_ask(&house, "GET /sse/t");
        assert_true(hear(&house, hearers[i], "retry: "));
    }
    await_figure(&stats_of(&house, "sse")->subscribers, HEARERS);
}

/* All hear it, and nothing between it and what they have heard before. */
static void publish_and_hear(int number)
{
    char data[32], event[64];
    snprintf(data, sizeof(data), "message %d", number);
    snprintf(event, sizeof(event), "data: %s\n\n", data);
    publish(&house, "t", data);
    for (unsigned i = 0; i < HEARERS; i++) {
        assert_true(hear(&house, hearers[i], event));
        assert_ptr_equal(strstr(house.received, "data: "), strstr(house.received, event));
    }
}

static void close_house(void)
{
    for (unsigned i = 0; i < HEARERS; i++)
        close(hearers[i]);
    await_figure(&stats_of(&house, "sse")->subscribers, 0);
    house_close(&house);
}

static void test_one_call_for_all(void **state)
{
    (void)state;
    open_house();
    for (int i = 1; i <= 20; i++) {
        publish_and_hear(i);
        assert_int_equal(atomic_load(&calls), i);
    }
    close_house();
}

static void test_a_server_outlives_its_ring(void **state)
{
    (void)state;
    log_level_set(LOG_LEVEL_ERROR); /* it warns, as it should */
    failure = -ENOMEM;
    portion = HEARERS / 2;
    atomic_store(&good_calls, 3);
    open_house();
    for (int i = 1; i <= 5; i++) /* the first in two portions; the ring fails with the second */
        publish_and_hear(i);
    assert_int_equal(atomic_load(&calls), 4); /* and is asked no more */
    close_house();
    log_level_set(LOG_LEVEL_WARNING);
}

#define batch_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        batch_test(test_nothing),
        batch_test(test_every_size_of_wave),
        batch_test(test_joined_after_the_first),
        batch_test(test_more_than_it_holds),
        batch_test(test_short_write),
        batch_test(test_bad_among_good),
        batch_test(test_leaves_no_file),
        batch_test(test_ring_fails),
        batch_test(test_taken_in_portions),
        batch_test(test_ring_fails_with_bad_among_good),
        batch_test(test_cut_anywhere),
        batch_test(test_one_call_for_all),
        batch_test(test_a_server_outlives_its_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
