/* SPDX-License-Identifier: MIT
 *
 * Any bytes as JSON. What is accepted must be JSON to cJSON too, and what is refused must come
 * with a reason and a place. The same bytes as an array's only element must meet the same
 * verdict.
 */
#include "../../server/json_check.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert, it is there in every build. */
#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (!(condition))                                                                      \
            abort();                                                                           \
    } while (0)

/* cJSON reads only the first 63 characters of a number, and stumbles over the rest. */
static bool has_long_number(const char *text, size_t len)
{
    enum { CJSON_NUMBER_LIMIT = 63 };
    size_t run = 0;
    for (size_t i = 0; i < len && run < CJSON_NUMBER_LIMIT; i++)
        run = text[i] && strchr("0123456789+-.eE", text[i]) ? run + 1 : 0;
    return run >= CJSON_NUMBER_LIMIT;
}

static void check_cjson(const char *text, size_t len)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    CHECK(json);
    for (; end < text + len; end++)
        CHECK(strchr(" \t\r\n", *end));
    cJSON_Delete(json);
}

static void check_nested(const char *text, size_t len, int verdict, const char *reason)
{
    struct json_error error = {NULL, 0};
    char *array = malloc(len + 2);
    CHECK(array);
    array[0] = '[';
    memcpy(array + 1, text, len);
    array[len + 1] = ']';
    int nested = json_check((struct slice){array, len + 2}, &error);
    free(array);
    if (verdict == 0)
        CHECK(nested == 0 || strcmp(error.reason, "nested too deeply") == 0);
    else if (nested == 0)
        /* Only what ends too early, or goes on with a comma, can be mended by brackets. */
        CHECK(strcmp(reason, "expected a value") == 0 ||
              strcmp(reason, "something behind the value") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_error error = {NULL, size + 1};
    const char *text = (const char *)data;
    int verdict = json_check((struct slice){text, size}, &error);
    if (verdict == 0 && !has_long_number(text, size)) {
        check_cjson(text, size);
    } else if (verdict != 0) {
        CHECK(verdict == -EINVAL);
        CHECK(error.reason && error.offset <= size);
    }
    check_nested(text, size, verdict, error.reason);
    return 0;
}
