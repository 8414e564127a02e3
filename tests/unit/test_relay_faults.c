/* SPDX-License-Identifier: MIT
 *
 * The relay's faults: every way to set them, what is refused, that a refusal changes nothing,
 * and that each product's list is one.
 */
#include "../../bench/relay/faults_json.h"
#include "../../bench/relay/presets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char error[FAULT_ERROR_LIMIT];

static struct faults set(const char *list)
{
    struct faults faults = FAULTS_NONE;
    if (faults_set_list(&faults, list, error) < 0)
        fail_msg("%s: %s", list, error);
    return faults;
}

static void test_values(void **state)
{
    (void)state;
    struct faults faults = set("delay=40,jitter=500us,rate-up=64k,slice-down=7,idle-cut=2m,"
                               "idle-how=nat,buffer=all,cache=1500ms,refuse,gzip=on,gzip=off");
    assert_int_equal(faults.ways[WAY_UP].delay_us, 40000);
    assert_int_equal(faults.ways[WAY_DOWN].delay_us, 40000);
    assert_int_equal(faults.ways[WAY_UP].jitter_us, 500);
    assert_int_equal(faults.ways[WAY_UP].rate, 65536);
    assert_int_equal(faults.ways[WAY_DOWN].rate, 0);
    assert_int_equal(faults.ways[WAY_DOWN].slice, 7);
    assert_int_equal(faults.idle_cut_us, 120000000);
    assert_int_equal(faults.idle_how, IDLE_NAT);
    assert_true(faults.http.buffer == FAULT_ALL);
    assert_int_equal(faults.http.cache_us, 1500000);
    assert_true(faults.refuse && !faults.http.gzip);
    faults = set("buffer=4k,buffer=off,reset-after=2k,freeze-after-up=3s,idle-cut=60");
    assert_int_equal(faults.http.buffer, 0);
    assert_int_equal(faults.ways[WAY_DOWN].reset_after.bytes, 2048);
    assert_int_equal(faults.ways[WAY_UP].freeze_after.us, 3000000);
    assert_int_equal(faults.ways[WAY_DOWN].freeze_after.us, 0);
    assert_int_equal(faults.idle_cut_us, 60000000);
    assert_false(faults_need_http(&faults));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "nosuch",
        "delay",
        "delay=",
        "delay=-1",
        "delay=1.5",
        "delay=1x",
        "delay=4000s",
        "delay-sideways=1",
        "idle-cut-up=1",
        "refuse=maybe",
        "idle-how=bang",
        "limit=1",
        "limit=off",
        "idle-answer=200",
        "like=nosuch",
        "rate=99999999999999999999999",
        "reset-after=soon",
        "=1",
        "delay=1,,nosuch",
        "cache=25h",
        "averyveryveryverylongnameforafaultthatisnone=1",
        "delay=1000000000000000000000000000000000000000000000000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        struct faults faults = set("delay=5"), before = faults;
        *error = '\0';
        if (faults_set_list(&faults, lists[i], error) == 0)
            fail_msg("%s was taken", lists[i]);
        assert_true(*error);
        assert_memory_equal(&faults, &before, sizeof(faults));
    }
}

static void test_products(void **state)
{
    (void)state;
    for (const struct preset *preset = preset_table; preset->name; preset++) {
        struct faults none = FAULTS_NONE, faults = set(preset->faults);
        assert_ptr_equal(preset_find(preset->name), preset);
        assert_memory_not_equal(&faults, &none, sizeof(faults));
    }
    struct faults faults = set("like=nat,idle-cut=10"); /* what comes later wins */
    assert_int_equal(faults.idle_cut_us, 10000000);
    assert_int_equal(faults.idle_how, IDLE_NAT);
}

static int set_json(struct faults *faults, const char *text)
{
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    int result = faults_set_json(faults, json, error);
    cJSON_Delete(json);
    return result;
}

static void test_json(void **state)
{
    (void)state;
    struct faults faults = FAULTS_NONE;
    const char *text =
        "{\"like\":\"haproxy\",\"delay_ms\":3,\"down\":{\"delay_ms\":4,\"reset_after\":"
        "\"2s\"},\"http10\":true,\"idle_cut_ms\":null,\"buffer_bytes\":\"all\"}";
    assert_int_equal(set_json(&faults, text), 0);
    assert_int_equal(faults.ways[WAY_UP].delay_us, 3000);
    assert_int_equal(faults.ways[WAY_DOWN].delay_us, 4000);
    assert_int_equal(faults.ways[WAY_DOWN].reset_after.us, 2000000);
    assert_int_equal(faults.ways[WAY_DOWN].coalesce_us, 200000);
    assert_int_equal(faults.idle_cut_us, 0);
    assert_true(faults.http.http10 && faults.http.buffer == FAULT_ALL);

    struct faults again = FAULTS_NONE, before = faults;
    cJSON *json = faults_to_json(&faults);
    assert_int_equal(faults_set_json(&again, json, error), 0);
    assert_memory_equal(&again, &faults, sizeof(again));
    cJSON_Delete(json);

    static const char *const wrong[] = {"[]",
                                        "{\"delay_ms\":9,\"nosuch\":1}",
                                        "{\"up\":{\"buffer_bytes\":1}}",
                                        "{\"up\":null}",
                                        "{\"delay_ms\":1e300}",
                                        "{\"delay_ms\":{}}"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_true(set_json(&faults, wrong[i]) < 0);
        assert_memory_equal(&faults, &before, sizeof(faults));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
