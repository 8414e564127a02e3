/* SPDX-License-Identifier: MIT
 *
 * What pushbench compat makes for the products it starts, and learns of them.
 */
#include "../../bench/compat/certificate.h"
#include "../../bench/compat/middlebox.h"

#include <limits.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/pushlab-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static FILE *open_in(const char *name, const char *mode, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    return file;
}

static void test_certificate(void **state)
{
    (void)state;
    char cert_path[PATH_MAX], key_path[PATH_MAX];
    assert_true(certificate_write(folder));
    FILE *cert_file = open_in("cert.pem", "r", cert_path);
    FILE *key_file = open_in("key.pem", "r", key_path);
    X509 *certificate = PEM_read_X509(cert_file, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_PrivateKey(key_file, NULL, NULL, NULL);
    assert_non_null(certificate);
    assert_non_null(key);
    assert_int_equal(X509_check_private_key(certificate, key), 1);
    assert_int_equal(X509_verify(certificate, key), 1);
    assert_int_equal(X509_cmp_current_time(X509_get0_notAfter(certificate)), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    fclose(cert_file);
    fclose(key_file);
    assert_int_equal(unlink(cert_path) | unlink(key_path), 0);
}

static void test_no_certificate(void **state)
{
    (void)state;
    assert_false(certificate_write("/nowhere/at/all"));
}

static void test_folder(void **state)
{
    (void)state;
    char path[PROCESS_FOLDER_LIMIT], far[2 * PROCESS_FOLDER_LIMIT];
    setenv("TMPDIR", folder, 1);
    assert_true(process_folder(path));
    assert_memory_equal(path, folder, strlen(folder));
    assert_int_equal(rmdir(path), 0);
    memset(far, 'x', sizeof(far) - 1);
    far[sizeof(far) - 1] = '\0';
    setenv("TMPDIR", far, 1);
    assert_false(process_folder(path));
    assert_string_equal(path, "");
    unsetenv("TMPDIR");
}

/* Of a program that says this, to standard error as many do. */
static void assert_version(const char *said, const char *version)
{
    const struct middlebox box = {.asks_version = "-v"};
    char path[PATH_MAX], found[MIDDLEBOX_VERSION_LIMIT];
    FILE *file = open_in("program", "w", path);
    fprintf(file, "#!/bin/sh\n[ \"$1\" = -v ] && echo '%s' >&2\n", said);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
    middlebox_version(&box, path, found);
    assert_string_equal(found, version);
    assert_int_equal(unlink(path), 0);
}

static void test_versions(void **state)
{
    (void)state;
    assert_version("nginx version: nginx/1.22.1", "1.22.1");
    assert_version("HAProxy version 2.6.12-1+deb12u1 2023/12/16", "2.6.12");
    assert_version("v2.6.2 h1:wKoFIxpmOJLGl3QXoo6PNbYvGW4xLEgo32GPBEjWL8o=", "2.6.2");
    assert_version("varnishd (varnish-7.1.1 revision 7cee1c581bead20)", "7.1.1");
    assert_version("Squid Cache: Version 5.7", "5.7");
    assert_version("build 17, of no version", "");
    assert_version("1.2.3.4.5.6.7.8.9.10.11.12.13.14", "1.2.3.4.5.6.7.8.9.10.11");
}

static void test_a_program_that_is_not_there(void **state)
{
    (void)state;
    const struct middlebox box = {.asks_version = "-v"};
    char found[MIDDLEBOX_VERSION_LIMIT];
    middlebox_version(&box, "/nowhere/at/all", found);
    assert_string_equal(found, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_no_certificate),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_a_program_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
