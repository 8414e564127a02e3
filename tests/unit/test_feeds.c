/* SPDX-License-Identifier: MIT */
#include "../../server/feeds/canvas.h"
#include "../../server/feeds/feed.h"
#include "../../server/feeds/png_encode.h"
#include "../../server/feeds/proc.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint64_t noon_us = 1795347000123456; /* 2026-11-22T11:30:00.123456Z */

static void *feed_open(const struct feed *feed)
{
    void *state = NULL;
    assert_true(feed->rate > 0);
    assert_true(strlen(feed->name) > 0 && strlen(feed->summary) > 0);
    if (feed->create)
        assert_int_equal(feed->create(&state), 0);
    return state;
}

static void feed_close(const struct feed *feed, void *state)
{
    if (!feed->destroy)
        return;
    feed->destroy(state);
    feed->destroy(NULL);
}

static cJSON *make_json(const struct feed *feed, void *state, uint64_t number, uint64_t time_us)
{
    struct builder builder = {0};
    assert_int_equal(feed->type, MESSAGE_JSON);
    assert_int_equal(feed->make(state, number, time_us, &builder), 0);
    assert_false(builder.failed);
    struct slice text = builder_slice(&builder);
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text.at, text.len, &end, false);
    assert_non_null(json);
    assert_ptr_equal(end, text.at + text.len);
    builder_finish(&builder);
    return json;
}

static double number_in(const cJSON *json, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsNumber(number))
        fail_msg("no number %s", name);
    return number->valuedouble;
}

/* ---- clock ------------------------------------------------------------------------------ */

static void test_clock(void **state)
{
    (void)state;
    static const struct {
        uint64_t time_us;
        const char *text;
    } cases[] = {
        {noon_us, "{\"number\":7,\"time_us\":1795347000123456,"
                  "\"iso\":\"2026-11-22T11:30:00.123Z\"}"},
        {1709251199999999,
         "{\"number\":7,\"time_us\":1709251199999999,\"iso\":\"2024-02-29T23:59:59.999Z\"}"},
        {0, "{\"number\":7,\"time_us\":0,\"iso\":\"1970-01-01T00:00:00.000Z\"}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct builder builder = {0};
        assert_int_equal(clock_feed.make(NULL, 7, cases[i].time_us, &builder), 0);
        struct slice text = builder_slice(&builder);
        assert_int_equal(text.len, strlen(cases[i].text));
        assert_memory_equal(text.at, cases[i].text, text.len);
        builder_finish(&builder);
    }
    void *clock = feed_open(&clock_feed);
    cJSON *json = make_json(&clock_feed, clock, UINT64_MAX, noon_us);
    assert_non_null(cJSON_GetObjectItem(json, "number"));
    cJSON_Delete(json);
    feed_close(&clock_feed, clock);
    /* A year beyond four digits is no ISO date, but nothing breaks. */
    struct builder builder = {0};
    clock_feed.make(NULL, 1, UINT64_MAX, &builder);
    builder_finish(&builder);
}

/* ---- host ------------------------------------------------------------------------------- */

static void assert_traffic(const cJSON *json)
{
    assert_true(number_in(json, "rx_rate") >= 0);
    assert_true(number_in(json, "tx_rate") >= 0);
    assert_true(number_in(json, "rx_bytes") >= 0);
    assert_true(number_in(json, "tx_bytes") >= 0);
}

static void assert_host(const cJSON *json)
{
    const cJSON *cpu = cJSON_GetObjectItem(json, "cpu");
    assert_in_range((uintmax_t)number_in(cpu, "total"), 0, 100);
    const cJSON *cores = cJSON_GetObjectItem(cpu, "cores");
    assert_true(cJSON_GetArraySize(cores) >= 1);
    for (const cJSON *core = cores->child; core; core = core->next)
        assert_true(core->valuedouble >= 0 && core->valuedouble <= 100);

    const cJSON *memory = cJSON_GetObjectItem(json, "memory");
    assert_true(number_in(memory, "total") > 16e6);
    assert_true(number_in(memory, "available") > 0);
    assert_true(number_in(memory, "available") <= number_in(memory, "total"));

    assert_traffic(cJSON_GetObjectItem(json, "network"));
    assert_traffic(cJSON_GetObjectItem(json, "loopback"));
    const cJSON *load = cJSON_GetObjectItem(json, "load");
    assert_int_equal(cJSON_GetArraySize(load), 3);
    assert_true(number_in(json, "uptime") > 0);

    const cJSON *server = cJSON_GetObjectItem(json, "server");
    assert_true(number_in(server, "rss") > 1e5 && number_in(server, "rss") < 1e11);
    assert_true(number_in(server, "fds") >= 3);
}

static void test_host(void **state)
{
    (void)state;
    void *host = feed_open(&host_feed);
    for (uint64_t number = 1; number <= 5; number++) {
        cJSON *json = make_json(&host_feed, host, number, noon_us);
        assert_true(number_in(json, "number") == (double)number);
        assert_true(number_in(json, "time_us") == (double)noon_us);
        assert_host(json);
        cJSON_Delete(json);
    }
    feed_close(&host_feed, host);
}

/* The server's own descriptors are counted as they come and go. */
static void test_host_descriptors(void **state)
{
    (void)state;
    uint64_t before, after;
    assert_true(proc_descriptors(&before));
    int files[10];
    for (int i = 0; i < 10; i++)
        files[i] = open("/dev/null", O_RDONLY);
    assert_true(proc_descriptors(&after));
    assert_int_equal(after, before + 10);
    for (int i = 0; i < 10; i++)
        close(files[i]);
}

/* ---- /proc ------------------------------------------------------------------------------ */

static void test_proc_cpu(void **state)
{
    (void)state;
    /* Processor 1 is switched off; 3 is beyond the limit. */
    static const char text[] = "cpu  100 1 20 300 40 5 6 7 50 0\n"
                               "cpu0 10 1 2 30 4 5 6 7 0 0\n"
                               "cpu2 1 0 0 9 0 0 0 0 0 0\n"
                               "cpu3 1 0 0 9 0 0 0 0 0 0\n"
                               "intr 123 0 0\n";
    struct cpu_time all, cores[3] = {{1, 2}, {3, 4}, {5, 6}};
    assert_true(proc_cpu(text, &all));
    assert_int_equal(all.total, 479);
    assert_int_equal(all.busy, 139);
    assert_int_equal(proc_cores(text, cores, 3), 3);
    assert_int_equal(cores[0].total, 65);
    assert_int_equal(cores[0].busy, 31);
    assert_int_equal(cores[1].total, 4);
    assert_int_equal(cores[2].busy, 1);
    assert_int_equal(cores[2].total, 10);

    static const char *const broken[] = {
        "", "cpu", "cpu ", "cpu  1 2 3\n4 5 6 7 8", "cpu0 1", "cpu  1 2 3 x 5 6 7 8"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        assert_false(proc_cpu(broken[i], &all));
        assert_int_equal(proc_cores(broken[i], cores, 3), 0);
    }
    assert_int_equal(all.total, 479); /* untouched */
}

static void test_cpu_busy(void **state)
{
    (void)state;
    const struct cpu_time before = {.busy = 100, .total = 1000};
    assert_int_equal(cpu_busy(before, (struct cpu_time){150, 1200}, 7), 250);
    assert_int_equal(cpu_busy(before, (struct cpu_time){100, 1200}, 7), 0);
    assert_int_equal(cpu_busy(before, (struct cpu_time){300, 1200}, 7), 1000);
    assert_int_equal(cpu_busy(before, before, 7), 7);
    assert_int_equal(cpu_busy(before, (struct cpu_time){90, 900}, 7), 7);
    /* Single counters step back at times: the share stays one. */
    assert_int_equal(cpu_busy(before, (struct cpu_time){90, 1200}, 7), 0);
    assert_int_equal(cpu_busy(before, (struct cpu_time){500, 1200}, 7), 1000);
}

static void test_proc_traffic(void **state)
{
    (void)state;
    static const char text[] =
        "Inter-|   Receive                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
        "    lo:    3267      29    0    0    0     0          0         0     3268      29\n"
        "  eth0: 10 1 0 0 0 0 0 0 20 1 0\n"
        "wlan0:18446744073709550000 1 0 0 0 0 0 0 40 1 0\n"
        "broken: 1 2\n";
    struct traffic network, loopback;
    assert_true(proc_traffic(text, &network, &loopback));
    assert_int_equal(loopback.rx_bytes, 3267);
    assert_int_equal(loopback.tx_bytes, 3268);
    assert_int_equal(network.rx_bytes, 18446744073709550010U);
    assert_int_equal(network.tx_bytes, 60);
    assert_false(proc_traffic("", &network, &loopback));
    assert_false(proc_traffic("Inter-|\n face |bytes\n", &network, &loopback));
    assert_int_equal(network.tx_bytes, 60);
}

static void test_proc_rest(void **state)
{
    (void)state;
    struct memory memory;
    assert_true(proc_memory("MemTotal:  8 kB\nMemFree: 1 kB\nMemAvailable: 2 kB\n", &memory));
    assert_int_equal(memory.total, 8192);
    assert_int_equal(memory.available, 2048);
    assert_false(proc_memory("MemTotal: 8 kB\nMemFree: 1 kB\n", &memory));
    assert_false(proc_memory("", &memory));

    char load[3][16];
    assert_true(proc_load("0.12 10.00 3.5 1/100 12345\n", load));
    assert_string_equal(load[0], "0.12");
    assert_string_equal(load[1], "10.00");
    assert_string_equal(load[2], "3.5");
    /* It is copied into JSON: nothing that is not a number may pass. */
    static const char *const broken[] = {"",
                                         "1.0 2.0",
                                         "1 2 3",
                                         ". . .",
                                         "1. 2. 3.",
                                         "1.2.3 1.0 1.0",
                                         "-1.0 2.0 3",
                                         "1.0 2.0 nan 1/100",
                                         "1..0 1.0 1.0",
                                         "1.00000000000000000000 1.0 1.0"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        assert_false(proc_load(broken[i], load));

    uint64_t number;
    assert_true(proc_uptime("123.45 99.00\n", &number));
    assert_int_equal(number, 123);
    assert_false(proc_uptime("", &number));
    assert_true(proc_resident("100 7 5 1 0 9 0\n", &number));
    assert_int_equal(number, 7 * (uint64_t)sysconf(_SC_PAGESIZE));
    assert_false(proc_resident("100\n", &number));
}

static void test_proc_read(void **state)
{
    (void)state;
    char text[1 << 16] = "x", small[4] = "xxx";
    assert_false(proc_read(proc_open("/proc/no/such/file"), text, sizeof(text)));
    assert_string_equal(text, "");
    int stat = proc_open("/proc/stat");
    assert_true(stat >= 0);
    for (int i = 0; i < 3; i++) {
        assert_true(proc_read(stat, text, sizeof(text))); /* from the beginning each time */
        assert_memory_equal(text, "cpu ", 4);
    }
    assert_true(proc_read(stat, small, sizeof(small)));
    assert_string_equal(small, "cpu");
    close(stat);
}

/* ---- frames ----------------------------------------------------------------------------- */

enum { RGB = 3, PICTURE_BYTES = CANVAS_WIDTH * CANVAS_HEIGHT * RGB };

/* Three bytes a pixel, to be freed. */
static uint8_t *decode(struct slice file)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, file.at, file.len));
    assert_int_equal(image.width, CANVAS_WIDTH);
    assert_int_equal(image.height, CANVAS_HEIGHT);
    assert_true(image.format & PNG_FORMAT_FLAG_COLORMAP);
    image.format = PNG_FORMAT_RGB;
    assert_int_equal(PNG_IMAGE_SIZE(image), PICTURE_BYTES);
    uint8_t *pixels = malloc(PICTURE_BYTES);
    assert_non_null(pixels);
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    assert_int_equal(image.warning_or_error, 0);
    return pixels;
}

static uint8_t *make_picture(void *frames, uint64_t number, uint64_t time_us)
{
    struct builder builder = {0};
    assert_int_equal(frames_feed.make(frames, number, time_us, &builder), 0);
    assert_in_range(builder_len(&builder), 1000, 12000);
    uint8_t *pixels = decode(builder_slice(&builder));
    builder_finish(&builder);
    return pixels;
}

static void test_frames(void **state)
{
    (void)state;
    assert_int_equal(frames_feed.type, MESSAGE_BINARY);
    void *frames = feed_open(&frames_feed);
    uint8_t *before = make_picture(frames, 1, noon_us);
    /* Ten a second, as it is meant, then once round the dial and beyond six digits. */
    for (uint64_t number = 2; number < 50; number++) {
        uint8_t *now = make_picture(frames, number, noon_us + number * 100000);
        assert_memory_not_equal(now, before, PICTURE_BYTES);
        free(before);
        before = now;
    }
    static const uint64_t numbers[] = {999999, 1000000, UINT64_MAX};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        uint8_t *now = make_picture(frames, numbers[i], noon_us);
        assert_memory_not_equal(now, before, PICTURE_BYTES);
        free(before);
        before = now;
    }
    /* A millisecond shows, and so does the number. */
    uint8_t *later = make_picture(frames, UINT64_MAX, noon_us + 1000);
    assert_memory_not_equal(later, before, PICTURE_BYTES);
    free(later);
    free(before);
    feed_close(&frames_feed, frames);
}

static void test_frames_fail(void **state)
{
    (void)state;
    void *frames = feed_open(&frames_feed);
    struct builder builder = {.failed = true};
    assert_true(frames_feed.make(frames, 1, noon_us, &builder) < 0);
    assert_null(builder_take(&builder));
    feed_close(&frames_feed, frames);
}

/* What is drawn is what is decoded; nothing is drawn outside. */
static void test_canvas(void **state)
{
    (void)state;
    static struct canvas canvas;
    canvas_box(&canvas, -5, -5, 10, 10, INK_GREEN, CANVAS_LEVELS - 1);
    canvas_box(&canvas, CANVAS_WIDTH - 3, CANVAS_HEIGHT - 3, 10, 10, INK_AMBER, 2);
    canvas_line(&canvas, -50, 100, CANVAS_WIDTH + 50, 100, 3, INK_CYAN);
    canvas_line(&canvas, 60, 60, 60, 60, 4, INK_WHITE);
    canvas_ring(&canvas, 0, CANVAS_HEIGHT, 40, 3, INK_GREY);
    canvas_text(&canvas, CANVAS_WIDTH - 8, CANVAS_HEIGHT - 4, 3, INK_WHITE, "8\xE4\x7F");
    canvas_dot(&canvas, -1, 0, INK_WHITE, 1);
    canvas_dot(&canvas, 0, CANVAS_HEIGHT, INK_WHITE, 1);
    assert_int_equal(canvas.pixels[0][0], INK_GREEN * CANVAS_LEVELS + CANVAS_LEVELS - 1);
    assert_int_equal(canvas.pixels[100][200], INK_CYAN * CANVAS_LEVELS + CANVAS_LEVELS - 1);
    assert_int_equal(canvas.pixels[60][60], INK_WHITE * CANVAS_LEVELS + CANVAS_LEVELS - 1);
    assert_int_equal(canvas_text_width(2, ""), 0);
    assert_int_equal(canvas_text_width(2, "12"), 22);

    struct builder builder = {0};
    assert_int_equal(png_encode(&canvas, &builder), 0);
    uint8_t *pixels = decode(builder_slice(&builder));
    for (int i = 0; i < CANVAS_WIDTH * CANVAS_HEIGHT; i++) {
        unsigned index = canvas.pixels[i / CANVAS_WIDTH][i % CANVAS_WIDTH];
        assert_in_range(index, 0, CANVAS_COLOURS - 1);
        struct colour colour = canvas_colour(index);
        assert_memory_equal(pixels + (size_t)i * RGB, &colour, RGB);
    }
    free(pixels);
    builder_finish(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_host_descriptors),
        cmocka_unit_test(test_proc_cpu),
        cmocka_unit_test(test_cpu_busy),
        cmocka_unit_test(test_proc_traffic),
        cmocka_unit_test(test_proc_rest),
        cmocka_unit_test(test_proc_read),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frames_fail),
        cmocka_unit_test(test_canvas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
