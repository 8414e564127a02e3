/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "door.h"
#include "faults_json.h"

#include "../../server/utf8.h"

#include <stdio.h>
#include <string.h>

static cJSON *error_of(const char *text)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "error", text);
    return answer;
}

static cJSON *fine(void)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddTrueToObject(answer, "ok");
    return answer;
}

/* ---- state ------------------------------------------------------------------------------- */

static cJSON *counts_to_json(const struct door *door)
{
    const struct door_counts *counts = &door->counts;
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {
        {"accepted", counts->accepted},
        {"refused", counts->refused},
        {"connect_failures", counts->connect_failures},
        {"bytes_up", counts->bytes[WAY_UP]},
        {"bytes_down", counts->bytes[WAY_DOWN]},
        {"resets", counts->resets},
        {"cuts", counts->cuts},
        {"freezes", counts->freezes},
        {"idle_cuts", counts->idle_cuts},
        {"accept_pauses", door->acceptor.pauses},
        {"http_requests", counts->http.requests},
        {"http_answers", counts->http.answers},
        {"http_own_answers", counts->http.own},
        {"http_unread", counts->http.unread},
        {"cache_hits", counts->http.cache_hits},
        {"cache_stores", counts->http.cache_stores},
        {"compressed", counts->http.compressed},
        {"buffer_overflows", counts->http.overflows},
    };
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        cJSON_AddNumberToObject(object, rows[i].name, (double)rows[i].count);
    return object;
}

static cJSON *door_to_json(struct door *door)
{
    char url[PLAN_ADDRESS_LIMIT + 16];
    cJSON *object = cJSON_CreateObject();
    snprintf(url, sizeof(url), "http://%s/", door->address);
    cJSON_AddStringToObject(object, "name", door->name);
    cJSON_AddStringToObject(object, "url", url);
    if (door->to.len)
        cJSON_AddStringToObject(object, "to", door->to.authority);
    else
        cJSON_AddNullToObject(object, "to");
    cJSON_AddNumberToObject(object, "connections", door->link_count);
    cJSON_AddNumberToObject(object, "held_bytes", (double)door_held(door));
    cJSON_AddBoolToObject(object, "frozen", door->frozen);
    cJSON_AddItemToObject(object, "counts", counts_to_json(door));
    cJSON_AddItemToObject(object, "faults", faults_to_json(&door->faults));
    return object;
}

static cJSON *state(struct relay *relay, const struct door *only)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *doors = cJSON_AddArrayToObject(answer, "doors");
    for (unsigned i = 0; i < relay->door_count; i++)
        if (!only || only == relay->doors[i])
            cJSON_AddItemToArray(doors, door_to_json(relay->doors[i]));
    return answer;
}

/* ---- what is asked for ------------------------------------------------------------------- */

/* Takes all faults away, but not what makes the door what it is. */
static cJSON *mend(struct door *door)
{
    struct faults none = FAULTS_NONE;
    none.limit = door->faults.limit;
    none.http.forward = door->faults.http.forward;
    door->faults = none;
    door_changed(door);
    door_act(door, ACT_THAW);
    return fine();
}

static cJSON *act(struct door *door, const cJSON *name)
{
    static const char *const names[ACTS] = {"reset", "cut", "freeze", "thaw"};
    for (unsigned i = 0; cJSON_IsString(name) && i < ACTS; i++)
        if (strcmp(name->valuestring, names[i]) == 0) {
            door_act(door, (enum door_act)i);
            return fine();
        }
    if (cJSON_IsString(name) && strcmp(name->valuestring, "mend") == 0)
        return mend(door);
    return error_of("act: must be reset, cut, freeze, thaw or mend");
}

static cJSON *set(struct door *door, const cJSON *faults)
{
    char error[FAULT_ERROR_LIMIT];
    struct faults changed = door->faults;
    if (faults_set_json(&changed, faults, error) < 0) {
        utf8_mend(error); /* it repeats the beginning of what was sent */
        return error_of(error);
    }
    if (!door->to.len && !changed.http.forward)
        return error_of("forward: this door leads nowhere without it");
    door->faults = changed;
    door_changed(door);
    return fine();
}

static cJSON *answer_to(struct relay *relay, const cJSON *asked)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(asked, "door");
    const cJSON *get = cJSON_GetObjectItemCaseSensitive(asked, "get");
    const cJSON *faults = cJSON_GetObjectItemCaseSensitive(asked, "set");
    const cJSON *what = cJSON_GetObjectItemCaseSensitive(asked, "act");
    struct door *door = cJSON_IsString(name) ? relay_door(relay, name->valuestring) : NULL;
    if (name && !door)
        return error_of("door: there is none of this name; {\"get\":\"state\"} lists them");
    if (!get + !faults + !what != 2)
        return error_of("give one of get, set and act");
    if (get && cJSON_IsString(get) && strcmp(get->valuestring, "state") == 0)
        return state(relay, door);
    if (get)
        return error_of("get: there is state");
    if (!door && relay->door_count == 1)
        door = relay->doors[0]; /* which else */
    if (!door)
        return error_of("door: name one, there are several");
    return faults ? set(door, faults) : act(door, what);
}

char *control_answer(struct relay *relay, const char *line, size_t len)
{
    const char *end = line;
    cJSON *asked = cJSON_ParseWithLengthOpts(line, len, &end, false);
    while (asked && end < line + len && (*end == ' ' || *end == '\t' || *end == '\r'))
        end++;
    bool good = cJSON_IsObject(asked) && end == line + len;
    cJSON *answer =
        good ? answer_to(relay, asked) : error_of("not one JSON object: {\"get\":\"state\"}");
    char *text = cJSON_PrintUnformatted(answer);
    cJSON_Delete(asked);
    cJSON_Delete(answer);
    return text;
}
