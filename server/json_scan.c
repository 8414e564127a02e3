/* SPDX-License-Identifier: MIT */
#include "json_scan.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_space(struct slice text, size_t at)
{
    while (at < text.len && is_space(text.at[at]))
        at++;
    return at;
}

/* text.at[at] is the opening quote; gives what is behind the closing one. */
static size_t skip_string(struct slice text, size_t at)
{
    for (at++; at < text.len && text.at[at] != '"'; at++)
        at += text.at[at] == '\\';
    return at + 1;
}

static size_t skip_value(struct slice text, size_t at)
{
    unsigned depth = 0;
    for (; at < text.len; at++) {
        char c = text.at[at];
        if (c == '"')
            at = skip_string(text, at) - 1;
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        else if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            break;
    }
    return at < text.len ? at : text.len;
}

static struct slice trimmed(struct slice text, size_t from, size_t to)
{
    while (to > from && is_space(text.at[to - 1]))
        to--;
    return (struct slice){text.at + from, to - from};
}

bool json_next(struct slice object, size_t *at, struct slice *ret_name, struct slice *ret_value)
{
    size_t from = skip_space(object, *at);
    if (from >= object.len || (*at == 0 && object.at[from] != '{'))
        return false;
    from = skip_space(object, from + 1); /* the brace, or the comma */
    if (from >= object.len || object.at[from] != '"')
        return false;
    size_t end = skip_string(object, from);
    size_t colon = skip_space(object, end), value = skip_space(object, colon + 1);
    if (end > object.len || value > object.len) /* cut off, so not of json_check's */
        return false;
    *at = skip_value(object, value); /* the comma, or the closing brace */
    *ret_name = (struct slice){object.at + from + 1, end - from - 2};
    *ret_value = trimmed(object, value, *at);
    return true;
}

bool json_member(struct slice object, const char *name, struct slice *ret_value)
{
    struct slice found, wanted = slice_of(name), value;
    size_t at = 0;
    while (json_next(object, &at, &found, &value)) {
        if (slice_equal(found, wanted)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* Four hexadecimal digits. */
static unsigned read_unit(const char *digits)
{
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = digits[i];
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
        unit = unit << 4 | digit;
    }
    return unit;
}

static void add_code_point(struct builder *out, unsigned code)
{
    char utf8[4];
    size_t len = 0;
    if (code < 0x80) {
        utf8[len++] = (char)code;
    } else if (code < 0x800) {
        utf8[len++] = (char)(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        utf8[len++] = (char)(0xE0 | code >> 12);
        utf8[len++] = (char)(0x80 | (code >> 6 & 0x3F));
    } else {
        utf8[len++] = (char)(0xF0 | code >> 18);
        utf8[len++] = (char)(0x80 | (code >> 12 & 0x3F));
        utf8[len++] = (char)(0x80 | (code >> 6 & 0x3F));
    }
    if (code >= 0x80)
        utf8[len++] = (char)(0x80 | (code & 0x3F));
    builder_add(out, utf8, len);
}

/* An escape from its backslash on; gives how long it was (RFC 8259, section 7). */
static size_t add_escape(const char *escape, struct builder *out)
{
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    if (escape[1] != 'u') {
        const char *letter = strchr(letters, escape[1]);
        builder_add(out, letter ? &values[letter - letters] : &escape[1], 1);
        return 2;
    }
    unsigned code = read_unit(escape + 2);
    if (code < 0xD800 || code > 0xDBFF) {
        add_code_point(out, code);
        return 6;
    }
    unsigned low = read_unit(escape + 8); /* json_check lets only whole pairs pass */
    add_code_point(out, 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF)));
    return 12;
}

bool json_unescape(struct slice value, struct builder *out)
{
    if (value.len < 2 || value.at[0] != '"')
        return false;
    const char *at = value.at + 1, *end = value.at + value.len - 1;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        const char *plain_end = escape ? escape : end;
        builder_add(out, at, (size_t)(plain_end - at));
        at = plain_end;
        if (escape)
            at += add_escape(escape, out);
    }
    return !out->failed;
}
