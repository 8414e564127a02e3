/* SPDX-License-Identifier: MIT */
#include "http_head.h"

#include "../../server/octets.h"
#include "../../server/request.h"

#include <string.h>

size_t head_len(struct slice bytes)
{
    const char *at = bytes.at, *end = bytes.at + bytes.len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if (at < end && *at == '\n')
            return (size_t)(at + 1 - bytes.at);
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
            return (size_t)(at + 2 - bytes.at);
    }
    return 0;
}

/* Takes a line off; without its end. */
static struct slice take_line(struct slice *rest)
{
    const char *newline = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
    size_t whole = newline ? (size_t)(newline + 1 - rest->at) : rest->len;
    size_t len = newline ? whole - 1 : whole;
    if (newline && len && rest->at[len - 1] == '\r')
        len--;
    struct slice line = {rest->at, len};
    *rest = (struct slice){rest->at + whole, rest->len - whole};
    return line;
}

struct slice head_first(struct slice head, struct slice *ret_fields)
{
    *ret_fields = head;
    return take_line(ret_fields);
}

static struct slice trim(struct slice text)
{
    while (text.len && octet_blank(text.at[text.len - 1]))
        text.len--;
    while (text.len && octet_blank(*text.at))
        text = (struct slice){text.at + 1, text.len - 1};
    return text;
}

bool head_next(struct slice *fields, struct head_line *ret_line)
{
    const char *start = fields->at;
    struct slice line = take_line(fields);
    if (line.len == 0)
        return false;
    const char *colon = memchr(line.at, ':', line.len);
    size_t name_len = colon ? (size_t)(colon - line.at) : 0;
    struct slice value = colon ? (struct slice){colon + 1, line.len - name_len - 1} : line;
    *ret_line = (struct head_line){.whole = {start, (size_t)(fields->at - start)},
                                   .name = trim((struct slice){line.at, name_len}),
                                   .value = trim(value)};
    return true;
}

bool head_find(struct slice fields, const char *name, struct slice *ret_value)
{
    struct head_line line;
    while (head_next(&fields, &line))
        if (slice_equal_nocase(line.name, slice_of(name))) {
            *ret_value = line.value;
            return true;
        }
    return false;
}

bool head_lists(struct slice fields, const char *name, const char *token)
{
    struct head_line line;
    struct slice member;
    while (head_next(&fields, &line)) {
        if (!slice_equal_nocase(line.name, slice_of(name)))
            continue;
        while (header_list_next(&line.value, &member)) {
            const char *end = memchr(member.at, ';', member.len);
            if (end)
                member = trim((struct slice){member.at, (size_t)(end - member.at)});
            if (slice_equal_nocase(member, slice_of(token)))
                return true;
        }
    }
    return false;
}

bool head_number(struct slice text, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!octet_digit(text.at[i]) || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text.at[i] - '0'), &number))
            return false;
    *ret_number = number;
    return text.len > 0;
}

bool head_is_text(struct slice fields)
{
    static const char *const types[] = {"text/", "application/json", "application/javascript",
                                        "application/xml", "image/svg+xml"};
    struct slice type = {"", 0};
    head_find(fields, "Content-Type", &type);
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        size_t len = strlen(types[i]);
        if (type.len >= len &&
            slice_equal_nocase((struct slice){type.at, len}, (struct slice){types[i], len}))
            return true;
    }
    return false;
}

bool request_line_read(struct slice line, struct request_line *ret_line)
{
    static const struct slice version = {"HTTP/1.", 7};
    const char *end = line.at + line.len;
    const char *target = line.len ? memchr(line.at, ' ', line.len) : NULL;
    const char *last = target ? memrchr(line.at, ' ', line.len) : NULL;
    if (!target || target == line.at || last <= target + 1 || end - last != 9 ||
        memcmp(last + 1, version.at, version.len) != 0 || !octet_digit(end[-1]))
        return false;
    for (const char *at = line.at; at < target; at++)
        if (!octet_is(*at, OCTET_TOKEN))
            return false;
    *ret_line = (struct request_line){.method = {line.at, (size_t)(target - line.at)},
                                      .target = {target + 1, (size_t)(last - target - 1)},
                                      .http10 = end[-1] == '0'};
    return true;
}

int status_line_read(struct slice line)
{
    uint64_t status;
    if (line.len < 12 || memcmp(line.at, "HTTP/1.", 7) != 0 || line.at[8] != ' ' ||
        !head_number((struct slice){line.at + 9, 3}, &status) || status < 100)
        return 0;
    return (int)status;
}
