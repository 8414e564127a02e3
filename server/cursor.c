/* SPDX-License-Identifier: MIT */
#include "cursor.h"

#include <string.h>

/* All digits, at most 19, so that it fits into 63 bits. */
static bool parse_number(struct slice text, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (text.len == 0 || text.len > 19)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *ret_number = number;
    return number <= INT64_MAX;
}

static bool parse_epoch(struct slice text, char *ret_epoch)
{
    if (text.len == 0 || text.len > EPOCH_LIMIT)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z'))
            return false;
    }
    memcpy(ret_epoch, text.at, text.len);
    ret_epoch[text.len] = '\0';
    return true;
}

struct since since_parse(struct slice text)
{
    struct since since = {.kind = SINCE_MALFORMED};
    if (text.len == 0)
        return (struct since){.kind = SINCE_ABSENT};
    if (slice_equal(text, SLICE("now")))
        return (struct since){.kind = SINCE_NOW};
    if (slice_equal(text, SLICE("first")))
        return (struct since){.kind = SINCE_FIRST};
    if (text.at[0] == '-') {
        if (parse_number((struct slice){text.at + 1, text.len - 1}, &since.number))
            since.kind = SINCE_LAST;
        return since;
    }
    const char *dash = memchr(text.at, '-', text.len);
    if (!dash)
        return since;
    size_t epoch_len = (size_t)(dash - text.at);
    struct slice number = {dash + 1, text.len - epoch_len - 1};
    if (parse_epoch((struct slice){text.at, epoch_len}, since.epoch) &&
        parse_number(number, &since.number))
        since.kind = SINCE_CURSOR;
    return since;
}

struct since since_parse_list(struct slice text, struct slice topic)
{
    if (!memchr(text.at ? text.at : "", ':', text.len)) {
        struct since since = since_parse(text);
        /* One cursor cannot be a place in several logs. */
        if (since.kind == SINCE_CURSOR)
            since.kind = SINCE_MALFORMED;
        return since;
    }
    struct since found = {.kind = SINCE_ABSENT};
    while (text.at && text.len > 0) {
        const char *comma = memchr(text.at, ',', text.len);
        size_t len = comma ? (size_t)(comma - text.at) : text.len;
        const char *colon = memchr(text.at, ':', len);
        if (!colon)
            return (struct since){.kind = SINCE_MALFORMED};
        size_t name_len = (size_t)(colon - text.at);
        struct since since = since_parse((struct slice){colon + 1, len - name_len - 1});
        if (since.kind != SINCE_CURSOR)
            return (struct since){.kind = SINCE_MALFORMED};
        if (slice_equal((struct slice){text.at, name_len}, topic))
            found = since;
        len += comma != NULL;
        text = (struct slice){text.at + len, text.len - len};
    }
    return found;
}

static uint64_t unknown_gap(const struct log *log, const char *reason, const char *topic,
                            struct gap *ret_gap)
{
    *ret_gap = (struct gap){.topic = topic, .reason = reason};
    return log->first;
}

uint64_t since_resolve(const struct since *since, enum since_kind absent, const struct log *log,
                       const struct label *label, uint64_t head, struct gap *ret_gap)
{
    enum since_kind kind = since->kind == SINCE_ABSENT ? absent : since->kind;
    uint64_t number = since->kind == SINCE_ABSENT ? 1 : since->number;
    uint64_t held = log->next - log->first;
    *ret_gap = (struct gap){0};
    switch (kind) {
    case SINCE_FIRST:
        return log->first;
    case SINCE_LAST:
        return log->next - (number < held ? number : held);
    case SINCE_CURSOR:
        break;
    case SINCE_MALFORMED:
        return unknown_gap(log, "malformed cursor", label->name, ret_gap);
    case SINCE_NOW:
    case SINCE_ABSENT:
        return head;
    }
    if (strcmp(since->epoch, label->epoch) != 0)
        return unknown_gap(log, "cursor of another epoch", label->name, ret_gap);
    if (number >= head)
        return unknown_gap(log, "cursor beyond the head", label->name, ret_gap);
    if (number + 1 >= log->first)
        return number + 1;
    *ret_gap = (struct gap){
        .topic = label->name,
        .known = true,
        .from = number + 1,
        .to = log->first - 1,
        .count = log->first - 1 - number,
        .reason = "no longer held",
    };
    return log->first;
}

void since_add(const struct since *since, struct builder *out)
{
    builder_add_text(out, since->kind == SINCE_CURSOR ? since->epoch : "0");
    builder_add(out, "-", 1);
    builder_add_u64(out, since->kind == SINCE_CURSOR ? since->number : 0);
}

void cursor_add(const struct label *label, uint64_t next, struct builder *out)
{
    builder_add_text(out, label->epoch);
    builder_add(out, "-", 1);
    builder_add_u64(out, next - 1);
}
