/* SPDX-License-Identifier: MIT */
#include "../../server/assets.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* ---- a folder of pages ------------------------------------------------------------------ */

static char root[] = "/tmp/pushlab-test-assets-XXXXXX";

static const char *path_to(const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t len)
{
    FILE *file = fopen(path_to(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
}

static void write_text(const char *name, const char *text)
{
    write_file(name, text, strlen(text));
}

static void make_link(const char *target, const char *name)
{
    assert_int_equal(symlink(target, path_to(name)), 0);
}

static char script[5000];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(root))
        return -1;
    memset(script, 'x', sizeof(script));
    write_text("index.html", "<!doctype html>");
    write_file("app.js", script, sizeof(script));
    write_text("README.md", "not for readers of pages");
    write_text(".hidden", "secret");
    write_text("strange.zzz", "?");
    mkdir(path_to("lessons"), 0755);
    write_text("lessons/index.html", "<p>lessons");
    write_text("lessons/sse.html", "<p>sse");
    mkdir(path_to(".git"), 0755);
    write_text(".git/config", "secret");
    make_link("/etc/passwd", "passwd.txt");
    make_link("/etc", "etc");
    make_link("lessons/sse.html", "linked.html");
    make_link(".", "loop");
    make_link("nowhere", "dangling.html");
    return mkfifo(path_to("pipe.html"), 0644);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"index.html",       "app.js",
                                        "README.md",        ".hidden",
                                        "strange.zzz",      "lessons/index.html",
                                        "lessons/sse.html", ".git/config",
                                        "passwd.txt",       "etc",
                                        "linked.html",      "loop",
                                        "dangling.html",    "pipe.html",
                                        "large.bin"};
    (void)state;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(path_to(names[i]));
    rmdir(path_to("lessons"));
    rmdir(path_to(".git"));
    return rmdir(root);
}

/* ---- asking ----------------------------------------------------------------------------- */

static struct reply get(const struct assets *assets, const char *path, const char *headers)
{
    static char text[2048];
    static const struct request_limits limits = {
        .head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 0};
    struct request request;
    struct refusal refusal;
    struct reply reply = {0};
    int len =
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", path, headers);
    assert_int_equal(request_parse(text, (size_t)len, &limits, &request, &refusal), len);
    const struct asset *asset = assets_find(assets, request.path);
    if (asset)
        asset_answer(asset, &request, &reply);
    else
        reply.status = 404;
    return reply;
}

/* The value of a header line of the reply, or NULL; lives until the next call. */
static const char *header_of(const struct reply *reply, const char *name)
{
    static char value[512];
    char wanted[64];
    struct slice headers = builder_slice(&reply->headers);
    snprintf(wanted, sizeof(wanted), "%s: ", name);
    const char *at = memmem(headers.at, headers.len, wanted, strlen(wanted));
    if (!at)
        return NULL;
    at += strlen(wanted);
    size_t len = (size_t)((const char *)memchr(at, '\r', 512) - at);
    memcpy(value, at, len);
    value[len] = '\0';
    return value;
}

static void assert_status(const struct assets *assets, const char *path, const char *headers,
                          int status)
{
    struct reply reply = get(assets, path, headers);
    if (reply.status != status)
        fail_msg("%s: %d, not %d", path, reply.status, status);
    reply_finish(&reply);
}

/* ---- tests ------------------------------------------------------------------------------ */

static void test_names(void **state)
{
    struct assets *assets = *state;
    static const char *const served[] = {
        "/", "/app.js", "/lessons/", "/lessons/sse.html", "/linked.html", "/strange.zzz"};
    static const char *const not_served[] = {"/index.html/",
                                             "/lessons",
                                             "/README.md",
                                             "/.hidden",
                                             "/.git/config",
                                             "/passwd.txt",
                                             "/etc/passwd",
                                             "/loop/app.js",
                                             "/dangling.html",
                                             "/pipe.html",
                                             "/../etc/passwd",
                                             "/./app.js",
                                             "//app.js",
                                             "/lessons/../app.js",
                                             "/%61pp.js",
                                             "/%2e%2e/etc/passwd",
                                             "/app.js%00",
                                             "/app.jsx",
                                             "/app.j",
                                             "/APP.JS",
                                             "/lessons//sse.html",
                                             "/app.js/"};
    for (unsigned i = 0; i < sizeof(served) / sizeof(served[0]); i++)
        assert_status(assets, served[i], "", 200);
    for (unsigned i = 0; i < sizeof(not_served) / sizeof(not_served[0]); i++)
        assert_status(assets, not_served[i], "", 404);
    assert_null(assets_find(NULL, SLICE("/")));
    assert_null(assets_find(assets, SLICE("")));
}

static void test_headers(void **state)
{
    struct assets *assets = *state;
    struct reply reply = get(assets, "/", "");
    assert_string_equal(reply.content_type, "text/html; charset=utf-8");
    assert_int_equal(reply.body->len, 15);
    assert_string_equal(header_of(&reply, "Cache-Control"), "no-cache");
    assert_string_equal(header_of(&reply, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(header_of(&reply, "Referrer-Policy"), "no-referrer");
    assert_non_null(
        strstr(header_of(&reply, "Content-Security-Policy"), "default-src 'self';"));
    reply_finish(&reply);
    reply = get(assets, "/app.js", "");
    assert_string_equal(reply.content_type, "text/javascript; charset=utf-8");
    assert_null(header_of(&reply, "Content-Security-Policy"));
    assert_string_equal(header_of(&reply, "Vary"), "Accept-Encoding");
    reply_finish(&reply);
    reply = get(assets, "/strange.zzz", "");
    assert_string_equal(reply.content_type, "application/octet-stream");
    reply_finish(&reply);
}

static bool gets_gzip(const struct assets *assets, const char *accept)
{
    char headers[128];
    snprintf(headers, sizeof(headers), "Accept-Encoding: %s\r\n", accept);
    struct reply reply = get(assets, "/app.js", headers);
    bool gzip = header_of(&reply, "Content-Encoding") != NULL;
    reply_finish(&reply);
    return gzip;
}

static void test_accept_encoding(void **state)
{
    struct assets *assets = *state;
    assert_true(gets_gzip(assets, "gzip"));
    assert_true(gets_gzip(assets, "deflate, GZIP ,br"));
    assert_true(gets_gzip(assets, "gzip;q=0.5"));
    assert_true(gets_gzip(assets, "br;q=1, gzip ; q=1.0"));
    assert_false(gets_gzip(assets, ""));
    assert_false(gets_gzip(assets, "identity"));
    assert_false(gets_gzip(assets, "gzip;q=0"));
    assert_false(gets_gzip(assets, "gzip;q=0.000"));
    assert_false(gets_gzip(assets, "gzipped, xgzip"));
}

static void test_gzip_body(void **state)
{
    struct assets *assets = *state;
    struct reply reply = get(assets, "/app.js", "Accept-Encoding: gzip\r\n");
    char plain[sizeof(script) + 1];
    z_stream stream = {.next_in = (Bytef *)reply.body->data,
                       .avail_in = reply.body->len,
                       .next_out = (Bytef *)plain,
                       .avail_out = sizeof(plain)};
    assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, sizeof(script));
    assert_memory_equal(plain, script, sizeof(script));
    inflateEnd(&stream);
    reply_finish(&reply);
    /* Small ones are left as they are. */
    reply = get(assets, "/", "Accept-Encoding: gzip\r\n");
    assert_null(header_of(&reply, "Content-Encoding"));
    assert_null(header_of(&reply, "Vary"));
    reply_finish(&reply);
}

static void test_etag(void **state)
{
    struct assets *assets = *state;
    char plain[64], gzip[64], headers[256];
    struct reply reply = get(assets, "/app.js", "");
    strcpy(plain, header_of(&reply, "ETag"));
    reply_finish(&reply);
    reply = get(assets, "/app.js", "Accept-Encoding: gzip\r\n");
    strcpy(gzip, header_of(&reply, "ETag"));
    reply_finish(&reply);
    assert_int_equal(plain[0], '"');
    assert_string_not_equal(plain, gzip);

    snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", plain);
    reply = get(assets, "/app.js", headers);
    assert_int_equal(reply.status, 304);
    assert_null(reply.body);
    assert_string_equal(header_of(&reply, "ETag"), plain);
    assert_string_equal(header_of(&reply, "Vary"), "Accept-Encoding");
    reply_finish(&reply);
    snprintf(headers, sizeof(headers),
             "If-None-Match: \"a\", W/%s\r\nAccept-Encoding: gzip\r\n", gzip);
    assert_status(assets, "/app.js", headers, 304);
    assert_status(assets, "/app.js", "If-None-Match: *\r\n", 304);
    assert_status(assets, "/app.js", "If-None-Match: \"other\"\r\n", 200);
    snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", gzip);
    assert_status(assets, "/app.js", headers, 200);
}

static int silent_stderr;

/* Loads while standard error goes nowhere: these loads complain, rightly. */
static struct assets *load_silently(const char *folder)
{
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    silent_stderr = dup(STDERR_FILENO);
    dup2(fileno(nowhere), STDERR_FILENO);
    struct assets *assets = assets_create(folder);
    dup2(silent_stderr, STDERR_FILENO);
    close(silent_stderr);
    fclose(nowhere);
    return assets;
}

static void test_limits(void **state)
{
    (void)state;
    write_text("large.bin", "");
    assert_int_equal(truncate(path_to("large.bin"), ASSET_BYTES_LIMIT), 0);
    struct assets *assets = load_silently(root);
    assert_non_null(assets);
    assets_destroy(assets);
    assert_int_equal(truncate(path_to("large.bin"), ASSET_BYTES_LIMIT + 1), 0);
    assert_null(load_silently(root));
    unlink(path_to("large.bin"));
    assert_null(load_silently("/nowhere/at/all"));
    assert_null(load_silently(""));
    assets_destroy(NULL);
}

static void test_trailing_slash(void **state)
{
    (void)state;
    struct assets *assets = load_silently(path_to("lessons//"));
    assert_status(assets, "/sse.html", "", 200);
    assert_status(assets, "/", "", 200);
    assets_destroy(assets);
}

static int load(void **state)
{
    *state = assets_create(root);
    return *state ? 0 : -1;
}

static int unload(void **state)
{
    assets_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, load, unload),
        cmocka_unit_test_setup_teardown(test_headers, load, unload),
        cmocka_unit_test_setup_teardown(test_accept_encoding, load, unload),
        cmocka_unit_test_setup_teardown(test_gzip_body, load, unload),
        cmocka_unit_test_setup_teardown(test_etag, load, unload),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_trailing_slash),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
