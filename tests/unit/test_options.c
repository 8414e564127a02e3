/* SPDX-License-Identifier: MIT */
#include "../../server/options_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_LIMIT = 80 };

/* What options_read wrote to stream (1 or 2) while it read the space-separated arguments. */
static struct outcome {
    int result;
    char text[16384];
    struct options options;
} outcome;

static void read_words(int stream, char *words)
{
    char *argv[ARGUMENTS_LIMIT] = {"pushlab"}, *rest = words;
    int argc = 1;
    for (char *word; (word = strtok_r(NULL, " ", &rest)) && argc < ARGUMENTS_LIMIT - 1;)
        argv[argc++] = word;
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(NULL);
    int saved = dup(stream);
    dup2(fileno(file), stream);
    outcome.result = options_read(argc, argv, &outcome.options);
    fflush(NULL);
    dup2(saved, stream);
    close(saved);
    rewind(file);
    outcome.text[fread(outcome.text, 1, sizeof(outcome.text) - 1, file)] = '\0';
    fclose(file);
}

/* The words must outlive the options: argv does, in a program. */
#define READ(...)                                                                              \
    do {                                                                                       \
        static char words_[ARGUMENTS_LIMIT * 32];                                              \
        snprintf(words_, sizeof(words_), "--web . " __VA_ARGS__);                              \
        read_words(2, words_);                                                                 \
    } while (0)

#define ACCEPT(...)                                                                            \
    do {                                                                                       \
        READ(__VA_ARGS__);                                                                     \
        assert_string_equal(outcome.text, "");                                                 \
        assert_int_equal(outcome.result, 0);                                                   \
    } while (0)

#define REFUSE(message, ...)                                                                   \
    do {                                                                                       \
        READ(__VA_ARGS__);                                                                     \
        assert_int_equal(outcome.result, -1);                                                  \
        assert_string_equal(outcome.text, "pushlab: " message "\n");                           \
    } while (0)

static void assert_list(const struct option_list *list, const char *joined)
{
    char text[1024] = "";
    for (unsigned i = 0; i < list->count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, list->items[i]);
    }
    assert_string_equal(text, joined);
}

static void test_defaults(void **state)
{
    (void)state;
    struct options options;
    options_default(&options);
    assert_list(&options.listen, "localhost:8765");
    assert_list(&options.feeds, "clock host frames");
    assert_list(&options.publics, "frames");
    assert_list(&options.origins, "");
    assert_list(&options.hosts, "");
    assert_list(&options.modules, "");
    assert_in_range(options.workers, 1, 8);
    assert_false(options.lab);
    assert_null(options.publish_token);
    assert_int_equal(options.history_count, 1000);
    assert_int_equal(options.history_age_ms, 3600000);
    assert_int_equal(options.history_bytes, 16 << 20);
    assert_int_equal(options.connections_limit, 19000);
    assert_int_equal(options.connections_per_peer_limit, 0);
    assert_int_equal(options.topics_limit, 10000);
    assert_int_equal(options.memory_limit, 512 << 20);
    assert_int_equal(options.head_limit, 8192);
    assert_int_equal(options.target_limit, 4096);
    assert_int_equal(options.headers_limit, 64);
    assert_int_equal(options.publish_limit, 1 << 20);
    assert_int_equal(options.message_limit, 16 << 20);
    assert_int_equal(options.fragment_limit, 65536);
    assert_int_equal(options.outbox_limit, 1 << 20);
    assert_int_equal(options.publish_rate, 0);
    assert_int_equal(options.head_timeout_ms, 10000);
    assert_int_equal(options.body_timeout_ms, 30000);
    assert_int_equal(options.idle_timeout_ms, 75000);
    assert_int_equal(options.hold_ms, 25000);
    assert_int_equal(options.heartbeat_ms, 15000);
    assert_int_equal(options.heartbeat_timeout_ms, 10000);
    assert_int_equal(options.retry_ms, 3000);
    assert_int_equal(options.coalesce_ms, 0);
    assert_int_equal(options.drain_ms, 4000);
    assert_int_equal(options.flush, FLUSH_AUTO);
}

/* Every default must pass its own option's check, or it was silently dropped. */
static void test_defaults_are_valid(void **state)
{
    (void)state;
    struct options options;
    options_default(&options);
    for (const struct option_entry *entry = option_table; entry->name; entry++) {
        struct options_reading reading = {.options = &options};
        if (!entry->standard || option_is_list(entry->kind))
            continue;
        if (option_set(&reading, entry, entry->standard, LEVEL_COMMAND))
            fail_msg("--%s %s", entry->name, reading.error);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    ACCEPT("--workers 3 --hold 500ms --heartbeat 2m --retry 7 --idle-timeout 1h "
           "--publish-limit 64k --max-memory 2G --head-limit 16K --coalesce=20ms");
    assert_int_equal(outcome.options.workers, 3);
    assert_int_equal(outcome.options.hold_ms, 500);
    assert_int_equal(outcome.options.heartbeat_ms, 120000);
    assert_int_equal(outcome.options.retry_ms, 7000);
    assert_int_equal(outcome.options.idle_timeout_ms, 3600000);
    assert_int_equal(outcome.options.publish_limit, 65536);
    assert_int_equal(outcome.options.memory_limit, (uint64_t)2 << 30);
    assert_int_equal(outcome.options.head_limit, 16384);
    assert_int_equal(outcome.options.coalesce_ms, 20);
    ACCEPT("--history 5,90s,1M --head-limit 1k");
    assert_int_equal(outcome.options.history_count, 5);
    assert_int_equal(outcome.options.history_age_ms, 90000);
    assert_int_equal(outcome.options.history_bytes, 1 << 20);
    assert_int_equal(outcome.options.target_limit, 1024);
}

static void test_wrong_numbers(void **state)
{
    (void)state;
    REFUSE("--workers 0: must be 1 to 64", "--workers 0");
    REFUSE("--workers 65: must be 1 to 64", "--workers 65");
    REFUSE("--workers two: must be a whole number, from 1 to 64", "--workers two");
    REFUSE("--workers -1: must be a whole number, from 1 to 64", "--workers -1");
    REFUSE("--workers 1k: must be a whole number, from 1 to 64", "--workers 1k");
    REFUSE("--hold 121s: must be 0 to 2m", "--hold 121s");
    REFUSE("--hold 1x: must be a time such as 500ms, 10s, 5m or 1h, from 0 to 2m", "--hold 1x");
    REFUSE("--head-limit 1T: must be a size such as 4096, 64k, 16M or 1G, from 256 to 1M",
           "--head-limit 1T");
    REFUSE("--retry 99999999999999999999: must be a time such as 500ms, 10s, 5m or 1h, "
           "from 0 to 1h",
           "--retry 99999999999999999999");
    REFUSE("--retry 18446744073709551615h: must be a time such as 500ms, 10s, 5m or 1h, "
           "from 0 to 1h",
           "--retry 18446744073709551615h");
    REFUSE("--history 5: must be COUNT,AGE,BYTES, such as 1000,1h,16M", "--history 5");
    REFUSE("--history 5,1h,1M,2: must be COUNT,AGE,BYTES, such as 1000,1h,16M",
           "--history 5,1h,1M,2");
    REFUSE("--history 0,1h,1M: must be 1 to 16777216 messages, of 1ms to 1193h, of at least 1 "
           "byte",
           "--history 0,1h,1M");
}

static void test_choices(void **state)
{
    (void)state;
    ACCEPT("--flush send");
    assert_int_equal(outcome.options.flush, FLUSH_SEND);
    ACCEPT("--flush=uring");
    assert_int_equal(outcome.options.flush, FLUSH_URING);
    ACCEPT("--flush uring --flush auto");
    assert_int_equal(outcome.options.flush, FLUSH_AUTO);
    REFUSE("--flush banana: must be one of auto|send|uring", "--flush banana");
    REFUSE("--flush sen: must be one of auto|send|uring", "--flush sen");
    REFUSE("--flush sender: must be one of auto|send|uring", "--flush sender");
    REFUSE("--flush auto|send: must be one of auto|send|uring", "--flush auto|send");
    REFUSE("--flush : must be one of auto|send|uring", "--flush=");
    REFUSE("--flush needs an argument: --flush auto|send|uring", "--flush");
}

static void test_lists(void **state)
{
    (void)state;
    ACCEPT("--listen 127.0.0.1:0 --listen [::1]:80 --feed none --public none "
           "--origin https://*.a.example --origin * --host lab --host [::2] --transport x.so");
    assert_list(&outcome.options.listen, "127.0.0.1:0 [::1]:80");
    assert_list(&outcome.options.feeds, "");
    assert_list(&outcome.options.publics, "");
    assert_list(&outcome.options.origins, "https://*.a.example *");
    assert_list(&outcome.options.hosts, "lab [::2]");
    assert_list(&outcome.options.modules, "x.so");
    ACCEPT("--feed clock=10 --public a --public b --lab");
    assert_list(&outcome.options.feeds, "clock=10");
    assert_list(&outcome.options.publics, "a b");
    assert_true(outcome.options.lab);
    REFUSE("--listen 8765: must be ADDR:PORT, such as localhost:8765, 0.0.0.0:80 or [::]:80",
           "--listen 8765");
    REFUSE("--listen a:65536: must be ADDR:PORT, such as localhost:8765, 0.0.0.0:80 or [::]:80",
           "--listen a:65536");
    REFUSE("--listen ::1:80: must be ADDR:PORT, such as localhost:8765, 0.0.0.0:80 or [::]:80",
           "--listen ::1:80");
    REFUSE("--origin a.example: must be scheme://host[:port] without a path, null, or *",
           "--origin a.example");
    REFUSE("--host a:80: must be a name without port or path, or *", "--host a:80");
    REFUSE("--public a/b: must be a topic: 1 to 128 of A-Z a-z 0-9 . _ ~ -", "--public a/b");
}

static void test_list_limit(void **state)
{
    (void)state;
    char words[2048] = "--web .";
    for (unsigned i = 0; i < OPTION_LIST_LIMIT + 1; i++)
        strcat(words, " --host=a");
    read_words(2, words);
    assert_int_equal(outcome.result, -1);
    assert_string_equal(outcome.text, "pushlab: --host a: may be given at most 64 times\n");
}

static void test_unknown(void **state)
{
    (void)state;
    REFUSE("--workres: no such option: did you mean --workers?", "--workres 3");
    REFUSE("--publish_token=x: no such option: did you mean --publish-token?",
           "--publish_token=x");
    REFUSE("--xyzzy: no such option: see pushlab --help", "--xyzzy");
    REFUSE("--max: could mean several options: write more of it", "--max 3");
    REFUSE("-x: no such option: see pushlab --help", "-x");
    REFUSE("--lab=no: --lab takes no argument", "--lab=no");
    REFUSE("--workers needs an argument: --workers COUNT", "--workers");
    REFUSE("stray: options start with --: see pushlab --help", "stray");
    READ("--work 2");
    assert_int_equal(outcome.options.workers, 2);
}

static void test_failure_leaves_the_result(void **state)
{
    (void)state;
    ACCEPT("--workers 5");
    REFUSE("--hold 1d: must be a time such as 500ms, 10s, 5m or 1h, from 0 to 2m",
           "--workers 7 --hold 1d");
    assert_int_equal(outcome.options.workers, 5);
}

/* ---- files ------------------------------------------------------------------------------ */

static char file_name[] = "/tmp/pushlab-test-options-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(file_name);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(file_name);
}

static void write_file(const char *text)
{
    FILE *file = fopen(file_name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_config(void **state)
{
    (void)state;
    write_file("# a comment\n[a section]\nworkers = 3\nfeed = clock=5\nfeed = frames\n"
               "origin = https://a.example ; why\nlab = yes\nhistory = 7,1m,1k\nhold = 3s\n");
    ACCEPT("--hold 9s --config %s --origin https://b.example", file_name);
    assert_int_equal(outcome.options.workers, 3);
    assert_list(&outcome.options.feeds, "clock=5 frames");
    assert_true(outcome.options.lab);
    assert_int_equal(outcome.options.history_count, 7);
    /* The command line stands, whether it comes before or after. */
    assert_int_equal(outcome.options.hold_ms, 9000);
    assert_list(&outcome.options.origins, "https://b.example");
    write_file("lab = off");
    ACCEPT("--config %s", file_name);
    assert_false(outcome.options.lab);
}

static void assert_config_error(const char *config, const char *error)
{
    char expected[512];
    write_file(config);
    READ("--config %s", file_name);
    assert_int_equal(outcome.result, -1);
    snprintf(expected, sizeof(expected), "pushlab: %s:%s\n", file_name, error);
    assert_string_equal(outcome.text, expected);
}

static void test_config_errors(void **state)
{
    (void)state;
    assert_config_error("\nworkers = 0\n", "2: workers 0: must be 1 to 64");
    assert_config_error("worker = 1\n", "1: worker is no option: did you mean workers?");
    assert_config_error("a = 1\n", "1: a is no option");
    assert_config_error("lab = yes\nnonsense\nworkers = 0\n", "2: must be `name = value`");
    assert_config_error("lab = perhaps\n", "1: lab perhaps: must be yes or no");
    assert_config_error("flush = banana\n", "1: flush banana: must be one of auto|send|uring");
    assert_config_error("config = x\n", "1: config x: is for the command line only");
    char line[2048];
    memset(line, 'x', sizeof(line));
    memcpy(line, "lab = no\nweb = ", 15);
    line[sizeof(line) - 1] = '\0';
    assert_config_error(line, "2: the line is too long");
    REFUSE("--config /nowhere: No such file or directory", "--config /nowhere");
}

static void test_token(void **state)
{
    (void)state;
    write_file("  s3cret-token== \r\nmore\n");
    ACCEPT("--publish-token %s", file_name);
    assert_string_equal(outcome.options.publish_token, "s3cret-token==");
#define REMEDY "make one with `openssl rand -hex 32 > FILE`"
    REFUSE("--publish-token /nowhere: No such file or directory: " REMEDY,
           "--publish-token /nowhere");
    static const char *const faulty[][2] = {
        {"\nsecond\n", "its first line is empty: " REMEDY},
        {"", "its first line is empty: " REMEDY},
        {"two words\n", "its first line must be one word of at most 1024 letters: " REMEDY},
        {"t\xc3\xb6ken\n", "holds what no header can carry: " REMEDY},
    };
    for (unsigned i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
        char expected[512];
        write_file(faulty[i][0]);
        READ("--publish-token %s", file_name);
        assert_int_equal(outcome.result, -1);
        snprintf(expected, sizeof(expected), "pushlab: --publish-token %s: %s\n", file_name,
                 faulty[i][1]);
        assert_string_equal(outcome.text, expected);
    }
}

/* ---- help ------------------------------------------------------------------------------- */

static void test_help(void **state)
{
    (void)state;
    char words[] = "--help", version[] = "--version";
    read_words(1, words);
    assert_int_equal(outcome.result, 1);
    for (const struct option_entry *entry = option_table; entry->name; entry++) {
        char name[64];
        snprintf(name, sizeof(name), "\n  --%s", entry->name);
        assert_non_null(strstr(outcome.text, name));
    }
    for (const char *line = outcome.text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("wider than 80 columns: %.100s", line);
    read_words(1, version);
    assert_int_equal(outcome.result, 1);
    assert_memory_equal(outcome.text, "pushlab ", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_defaults_are_valid),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_wrong_numbers),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_list_limit),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_failure_leaves_the_result),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_errors),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
