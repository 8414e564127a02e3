/* SPDX-License-Identifier: MIT */
#include "service_ask.h"

#include "../claims/claims.h"

#include "../../server/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum field_kind { FIELD_COUNT, FIELD_NUMBER, FIELD_WORD, FIELD_FLAG, FIELD_CLAIMS };

/* A member of the object, and the option that it becomes. Bounds are those of the commands. */
struct field {
    const char *name, *option;
    enum field_kind kind;
    double least, most;
    const char *words[2];
};

static const struct field claims_fields[] = {
    {.name = "only", .option = "--only", .kind = FIELD_CLAIMS},
    {.name = "lang", .option = "--lang", .kind = FIELD_WORD, .words = {"en", "zh"}},
    {.name = "quick", .option = "--quick", .kind = FIELD_FLAG},
    {.name = NULL},
};

static const struct field advise_fields[] = {
    {.name = "rate", .option = "--rate", .kind = FIELD_NUMBER, .least = 0.001, .most = 10000},
    {.name = "clients", .option = "--clients", .least = 1, .most = 10000000},
    {.name = "payload", .option = "--payload", .least = 16, .most = 65000},
    {.name = "max_delay", .option = "--max-delay", .least = 1, .most = 86400000},
    {.name = "history", .option = "--history", .least = 1, .most = 900},
    {.name = "rtt", .option = "--rtt", .kind = FIELD_NUMBER, .least = 0, .most = 10000},
    {.name = "direction",
     .option = "--direction",
     .kind = FIELD_WORD,
     .words = {"down", "both"}},
    {.name = "path", .option = "--path", .kind = FIELD_WORD, .words = {"direct", "proxy"}},
    {.name = "once", .option = "--once", .kind = FIELD_FLAG},
    {.name = NULL},
};

static const struct ask_command {
    const char *path;
    const struct field *fields;
} commands[] = {
    {"/claims", claims_fields},
    {"/advise", advise_fields},
};

static const struct ask_command *find_command(const char *path)
{
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(path, commands[i].path) == 0)
            return &commands[i];
    return NULL;
}

bool service_ask_is(const char *path)
{
    return find_command(path) != NULL;
}

/* ---- arguments --------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static bool refuse(char ret_error[ASK_ERROR_SIZE],
                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ret_error, ASK_ERROR_SIZE, format, arguments);
    va_end(arguments);
    utf8_mend(ret_error); /* it may repeat the beginning of what was sent */
    return false;
}

static bool add(struct service_ask *ask, const char *argument)
{
    if (ask->count == ASK_ARGUMENTS_LIMIT)
        return false;
    ask->arguments[ask->count++] = argument;
    return true;
}

__attribute__((format(printf, 2, 3))) static bool add_text(struct service_ask *ask,
                                                           const char *format, ...)
{
    char *text = ask->text + ask->used;
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, ASK_TEXT_SIZE - ask->used, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= ASK_TEXT_SIZE - ask->used)
        return false;
    ask->used += (size_t)len + 1;
    return add(ask, text);
}

/* ---- members ----------------------------------------------------------------------------- */

static bool is_measured(double id)
{
    for (const struct claim *claim = claims_table; claim->id; claim++)
        if (id == claim->id)
            return true;
    return false;
}

/* Claims that can be measured, each once. */
static bool read_claims(const cJSON *value, char *ret_list, size_t size)
{
    const cJSON *item;
    unsigned long taken = 0;
    size_t len = 0;
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsNumber(item) || !is_measured(item->valuedouble) || len + 4 > size)
            return false;
        unsigned id = (unsigned)item->valuedouble;
        if (taken & 1UL << id)
            return false;
        taken |= 1UL << id;
        len += (size_t)snprintf(ret_list + len, size - len, "%s%u", len ? "," : "", id);
    }
    return cJSON_IsArray(value) && len > 0;
}

static bool add_claims(struct service_ask *ask, const struct field *field, const cJSON *value,
                       char ret_error[ASK_ERROR_SIZE])
{
    char list[64];
    if (read_claims(value, list, sizeof(list)))
        return add_text(ask, "%s=%s", field->option, list);
    return refuse(ret_error,
                  "\"%s\" must be a list of claims that can be measured, such as "
                  "[8]; GET / lists them",
                  field->name);
}

static bool add_number(struct service_ask *ask, const struct field *field, const cJSON *value,
                       char ret_error[ASK_ERROR_SIZE])
{
    bool whole = field->kind == FIELD_COUNT;
    double number = cJSON_IsNumber(value) ? value->valuedouble : NAN;
    if (number >= field->least && number <= field->most && (!whole || number == floor(number)))
        return add_text(ask, whole ? "%s=%.0f" : "%s=%.10g", field->option, number);
    return refuse(ret_error, "\"%s\" must be a %snumber from %.10g to %.10g", field->name,
                  whole ? "whole " : "", field->least, field->most);
}

static bool add_word(struct service_ask *ask, const struct field *field, const cJSON *value,
                     char ret_error[ASK_ERROR_SIZE])
{
    const char *text = cJSON_GetStringValue(value);
    for (unsigned i = 0; text && i < 2; i++)
        if (strcmp(text, field->words[i]) == 0)
            return add(ask, field->option) && add(ask, field->words[i]);
    return refuse(ret_error, "\"%s\" must be \"%s\" or \"%s\"", field->name, field->words[0],
                  field->words[1]);
}

static bool add_flag(struct service_ask *ask, const struct field *field, const cJSON *value,
                     char ret_error[ASK_ERROR_SIZE])
{
    if (!cJSON_IsBool(value))
        return refuse(ret_error, "\"%s\" must be true or false", field->name);
    return cJSON_IsFalse(value) || add(ask, field->option);
}

static bool add_field(struct service_ask *ask, const struct field *field, const cJSON *value,
                      char ret_error[ASK_ERROR_SIZE])
{
    switch (field->kind) {
    case FIELD_CLAIMS:
        return add_claims(ask, field, value, ret_error);
    case FIELD_WORD:
        return add_word(ask, field, value, ret_error);
    case FIELD_FLAG:
        return add_flag(ask, field, value, ret_error);
    default:
        return add_number(ask, field, value, ret_error);
    }
}

static bool add_member(struct service_ask *ask, const struct ask_command *command,
                       const cJSON *member, char ret_error[ASK_ERROR_SIZE])
{
    const struct field *field = command->fields;
    while (field->name && strcmp(field->name, member->string) != 0)
        field++;
    if (!field->name)
        return refuse(ret_error, "%s takes no \"%.40s\"", command->path, member->string);
    return add_field(ask, field, member, ret_error);
}

bool service_ask_read(const char *path, const char *json, size_t len,
                      struct service_ask *ret_ask, char ret_error[ASK_ERROR_SIZE])
{
    const struct ask_command *command = find_command(path);
    cJSON *object = cJSON_ParseWithLength(json, len);
    const cJSON *member;
    *ret_ask = (struct service_ask){.count = 0};
    /* What no other complaint explains: the same member over and over. */
    refuse(ret_error, "the body must be a JSON object, each member of it given once");
    bool good = command && cJSON_IsObject(object) && add(ret_ask, command->path + 1);
    cJSON_ArrayForEach(member, object) good =
        good && add_member(ret_ask, command, member, ret_error);
    good = good && add(ret_ask, "--json");
    cJSON_Delete(object);
    return good;
}
