/* SPDX-License-Identifier: MIT */
#include "faults_json.h"

#include <errno.h>
#include <string.h>

enum { TEXT_LIMIT = 64, MS = 1000 };

static const char *const way_names[WAYS] = {[WAY_UP] = "up", [WAY_DOWN] = "down"};

/* ---- reading ----------------------------------------------------------------------------- */

/* A JSON value as the command line would have it; false for what never is a value. */
static bool to_text(const struct fault *fault, const cJSON *value, char *ret_text)
{
    if (cJSON_IsString(value))
        snprintf(ret_text, TEXT_LIMIT, "%s", value->valuestring);
    else if (cJSON_IsNumber(value))
        snprintf(ret_text, TEXT_LIMIT, "%.15g%s", value->valuedouble,
                 fault->kind == FAULT_TIME ? "ms" : "");
    else if (cJSON_IsBool(value) || cJSON_IsNull(value))
        snprintf(ret_text, TEXT_LIMIT, "%s", cJSON_IsTrue(value) ? "on" : "off");
    else
        return false;
    return true;
}

static const struct fault *find_key(const char *key)
{
    for (const struct fault *fault = fault_table; fault->name; fault++)
        if (strcmp(fault->key, key) == 0)
            return fault;
    return NULL;
}

static int complain(char *error, const char *key, const char *what)
{
    snprintf(error, FAULT_ERROR_LIMIT, "%.60s: %s", key, what);
    return -EINVAL;
}

static int set_value(struct faults *faults, unsigned ways, const cJSON *value, char *error)
{
    const struct fault *fault = find_key(value->string);
    char text[TEXT_LIMIT];
    if (strcmp(value->string, "like") == 0 && cJSON_IsString(value))
        return faults_set(faults, "like", value->valuestring, error);
    if (!fault || (ways != (1 << WAY_UP | 1 << WAY_DOWN) && !fault->each_way))
        return complain(error, value->string, "no such fault here; state lists all");
    if (!to_text(fault, value, text))
        return complain(error, value->string, "must be a number, a text, true, false or null");
    return faults_set_entry(faults, fault, ways, text, error);
}

static int set_way(struct faults *faults, unsigned way, const cJSON *object, char *error)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, object)
    {
        int result = set_value(faults, 1U << way, value, error);
        if (result < 0)
            return result;
    }
    return 0;
}

int faults_set_json(struct faults *faults, const cJSON *object, char *error)
{
    struct faults changed = *faults;
    const cJSON *value;
    if (!cJSON_IsObject(object))
        return complain(error, "faults", "must be an object such as {\"delay_ms\": 40}");
    cJSON_ArrayForEach(value, object)
    {
        bool up = strcmp(value->string, way_names[WAY_UP]) == 0;
        bool down = strcmp(value->string, way_names[WAY_DOWN]) == 0;
        int result;
        if ((up || down) && !cJSON_IsObject(value))
            return complain(error, value->string, "must be an object");
        if (up || down)
            result = set_way(&changed, up ? WAY_UP : WAY_DOWN, value, error);
        else
            result = set_value(&changed, 1 << WAY_UP | 1 << WAY_DOWN, value, error);
        if (result < 0)
            return result;
    }
    *faults = changed;
    return 0;
}

/* ---- writing ----------------------------------------------------------------------------- */

static cJSON *trigger_to_json(const struct trigger *trigger)
{
    char text[TEXT_LIMIT];
    if (!trigger->us)
        return trigger->bytes ? cJSON_CreateNumber((double)trigger->bytes) : cJSON_CreateNull();
    bool whole_ms = trigger->us % MS == 0;
    snprintf(text, sizeof(text), whole_ms ? "%llums" : "%lluus",
             (unsigned long long)(whole_ms ? trigger->us / MS : trigger->us));
    return cJSON_CreateString(text);
}

static cJSON *value_to_json(const struct fault *fault, const void *value)
{
    if (fault->kind == FAULT_FLAG)
        return cJSON_CreateBool(*(const bool *)value);
    if (fault->kind == FAULT_TRIGGER)
        return trigger_to_json(value);
    uint64_t number = *(const uint64_t *)value;
    if (fault->kind == FAULT_HOW)
        return cJSON_CreateString(idle_how_names[number]);
    if (fault->kind == FAULT_SIZE_OR_ALL && number == FAULT_ALL)
        return cJSON_CreateString("all");
    return cJSON_CreateNumber((double)number / (fault->kind == FAULT_TIME ? MS : 1));
}

cJSON *faults_to_json(struct faults *faults)
{
    cJSON *object = cJSON_CreateObject(), *ways[WAYS];
    for (unsigned way = 0; way < WAYS; way++)
        ways[way] = cJSON_AddObjectToObject(object, way_names[way]);
    for (const struct fault *fault = fault_table; fault->name; fault++)
        for (unsigned way = 0; way < (fault->each_way ? WAYS : 1); way++)
            cJSON_AddItemToObject(fault->each_way ? ways[way] : object, fault->key,
                                  value_to_json(fault, fault_value(faults, fault, way)));
    return object;
}
