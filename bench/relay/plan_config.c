/* SPDX-License-Identifier: MIT
 *
 * Plans from JSON:
 *   {"to": "localhost:8765", "control": "0", "faults": {…}, "doors": [
 *     {"name": "slow", "listen": "8081", "to": "…", "like": "nginx", "faults": {"delay_ms":
 * 40}}]}
 */
#include "faults_json.h"
#include "plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20 };

__attribute__((format(printf, 2, 3))) static bool wrong(const char *path, const char *format,
                                                        ...)
{
    va_list arguments;
    fprintf(stderr, "pushrelay: %s: ", path);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return false;
}

static cJSON *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file ? malloc(FILE_LIMIT) : NULL;
    size_t len = text ? fread(text, 1, FILE_LIMIT, file) : 0;
    cJSON *json = NULL;
    if (!text)
        wrong(path, "%s", strerror(errno));
    else if (!(json = cJSON_ParseWithLength(text, len)) || !cJSON_IsObject(json))
        wrong(path, "not a JSON object; bench/relay/README.md shows one");
    free(text);
    if (file)
        fclose(file);
    return json;
}

/* A text of the object, otherwise when it has none; NULL when it is no text or too long. */
static const char *text_of(const cJSON *object, const char *name, const char *otherwise)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!value)
        return otherwise;
    bool good = cJSON_IsString(value) && strlen(value->valuestring) < PLAN_ADDRESS_LIMIT;
    return good ? value->valuestring : NULL;
}

static bool set_faults(struct faults *faults, const cJSON *object, const char *path)
{
    char error[FAULT_ERROR_LIMIT];
    const cJSON *like = cJSON_GetObjectItemCaseSensitive(object, "like");
    const cJSON *more = cJSON_GetObjectItemCaseSensitive(object, "faults");
    const char *product = cJSON_IsString(like) ? like->valuestring : "";
    if ((like && faults_set(faults, "like", product, error) < 0) ||
        (more && faults_set_json(faults, more, error) < 0))
        return wrong(path, "%s", error);
    return true;
}

static bool knows_keys(const cJSON *object, const char *const *known, const char *path)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, object)
    {
        unsigned i = 0;
        while (known[i] && strcmp(known[i], value->string) != 0)
            i++;
        if (!known[i])
            return wrong(path, "%.60s: no such key here", value->string);
    }
    return true;
}

static bool add_door(struct plan *plan, const cJSON *object, const struct faults *base,
                     const char *to, const char *path)
{
    static const char *const known[] = {"name", "listen", "to", "like", "faults", NULL};
    const char *name = text_of(object, "name", NULL), *listen = text_of(object, "listen", "0");
    to = text_of(object, "to", to ? to : "");
    if (!cJSON_IsObject(object) || !name || !listen || !to)
        return wrong(path,
                     "a door is {\"name\": \"slow\", \"listen\": \"8081\", …}, all texts");
    struct door_plan *door = plan_add(plan, name, strlen(name), base, to);
    if (!door)
        return wrong(path, "door %.60s: each name once, and shorter than %d letters", name,
                     DOOR_NAME_LIMIT);
    snprintf(door->listen, sizeof(door->listen), "%s", listen);
    return knows_keys(object, known, path) && set_faults(&door->faults, object, path);
}

bool plan_read_config(struct plan *plan, const char *path, const struct faults *base,
                      const char *to)
{
    static const char *const known[] = {"to", "control", "like", "faults", "doors", NULL};
    struct faults common = *base;
    cJSON *json = read_file(path);
    if (!json)
        return false;
    const cJSON *doors = cJSON_GetObjectItemCaseSensitive(json, "doors"), *door;
    const char *control = text_of(json, "control", "");
    to = to ? to : text_of(json, "to", "");
    bool good = knows_keys(json, known, path) && set_faults(&common, json, path);
    if (good && (!control || !to))
        good = wrong(path, "to and control must be texts");
    if (good && (!cJSON_IsArray(doors) || !cJSON_GetArraySize(doors)))
        good = wrong(path, "\"doors\" must be a list of at least one");
    if (good && !*plan->control)
        snprintf(plan->control, sizeof(plan->control), "%s", control);
    for (door = good ? doors->child : NULL; good && door; door = door->next)
        good = add_door(plan, door, &common, to, path);
    cJSON_Delete(json);
    return good;
}
