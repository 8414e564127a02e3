/* SPDX-License-Identifier: MIT */
#include "json_check.h"

#include "octets.h"
#include "utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An object or array that is open. */
struct level {
    bool object;
    unsigned names; /* how many of the checker's names belong to the levels around it */
};

struct checker {
    const char *start;
    const char *at;
    const char *end;
    unsigned depth;
    struct level levels[JSON_DEPTH_LIMIT];
    /* The names of all open objects, innermost last. */
    struct slice *names;
    unsigned name_count;
    unsigned name_capacity;
    struct json_error error;
};

static int fail_at(struct checker *checker, const char *at, const char *reason)
{
    checker->error = (struct json_error){reason, (size_t)(at - checker->start)};
    return -EINVAL;
}

static int fail(struct checker *checker, const char *reason)
{
    return fail_at(checker, checker->at, reason);
}

/* The byte at hand, or 0 at the end. A NUL in the text is nowhere right, so they may be one. */
static unsigned char peek(const struct checker *checker)
{
    return checker->at < checker->end ? (unsigned char)*checker->at : 0;
}

static void skip_space(struct checker *checker)
{
    while (checker->at < checker->end && (*checker->at == ' ' || *checker->at == '\t' ||
                                          *checker->at == '\n' || *checker->at == '\r'))
        checker->at++;
}

/* ---- strings ---------------------------------------------------------------------------- */

/* The value of four hexadecimal digits, or -1. */
static int hex4(const char *at, const char *end)
{
    int value = 0;
    for (unsigned i = 0; i < 4; i++) {
        int digit = at < end ? octet_hex(*at++) : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Behind a backslash. RFC 8259, section 7; pairs of surrogates must be whole (8.2). */
static int check_escape(struct checker *checker)
{
    const char *start = checker->at - 1;
    unsigned char c = peek(checker);
    if (c && strchr("\"\\/bfnrt", c)) {
        checker->at++;
        return 0;
    }
    int unit = c == 'u' ? hex4(checker->at + 1, checker->end) : -1;
    if (unit < 0)
        return fail_at(checker, start, "unknown escape in a string");
    checker->at += 5;
    if (unit < 0xd800 || unit > 0xdfff)
        return 0;
    int low = unit <= 0xdbff && peek(checker) == '\\' && checker->end - checker->at >= 2 &&
                      checker->at[1] == 'u'
                  ? hex4(checker->at + 2, checker->end)
                  : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return fail_at(checker, start, "half a surrogate pair in a string");
    checker->at += 6;
    return 0;
}

/* At the opening quote; on success behind the closing one, and *ret_inside is what is between.
 */
static int check_string(struct checker *checker, struct slice *ret_inside)
{
    const char *quote = checker->at++;
    while (checker->at < checker->end) {
        unsigned char c = (unsigned char)*checker->at;
        if (c == '"') {
            *ret_inside = (struct slice){quote + 1, (size_t)(checker->at - quote - 1)};
            checker->at++;
            return 0;
        }
        if (c < 0x20)
            return fail(checker, "control character in a string: it must be escaped");
        if (c == '\\') {
            checker->at++;
            int error = check_escape(checker);
            if (error)
                return error;
            continue;
        }
        const char *run = checker->at;
        while (checker->at < checker->end && (unsigned char)*checker->at >= 0x80)
            checker->at++;
        if (checker->at == run)
            checker->at++;
        else if (!utf8_valid(run, (size_t)(checker->at - run)))
            return fail_at(checker, run, "invalid UTF-8 in a string");
    }
    return fail_at(checker, quote, "this string has no end");
}

/* ---- names ------------------------------------------------------------------------------ */

/* Gives a name's characters as UTF-8, byte by byte, escapes decoded. */
struct name_reader {
    const char *at;
    const char *end;
    unsigned char pending[4]; /* the rest of an escape, last byte first */
    unsigned pending_count;
};

static void decode_escape(struct name_reader *reader)
{
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    char c = *++reader->at;
    unsigned char *out = reader->pending;
    reader->at++;
    if (c != 'u') {
        const char *letter = strchr(letters, c);
        out[reader->pending_count++] = (unsigned char)(letter ? values[letter - letters] : c);
        return;
    }
    unsigned point = (unsigned)hex4(reader->at, reader->end);
    reader->at += 4;
    if (point >= 0xd800 && point <= 0xdbff) {
        point = 0x10000 + ((point - 0xd800) << 10) +
                ((unsigned)hex4(reader->at + 2, reader->end) - 0xdc00);
        reader->at += 6;
    }
    static const unsigned char leads[] = {0x00, 0xc0, 0xe0, 0xf0};
    unsigned more = (point >= 0x80) + (point >= 0x800) + (point >= 0x10000);
    for (unsigned i = 0; i < more; i++, point >>= 6)
        out[reader->pending_count++] = (unsigned char)(0x80 | (point & 0x3f));
    out[reader->pending_count++] = (unsigned char)(leads[more] | point);
}

/* The next byte, or -1 behind the last. */
static int next_byte(struct name_reader *reader)
{
    if (!reader->pending_count) {
        if (reader->at == reader->end)
            return -1;
        if (*reader->at != '\\')
            return (unsigned char)*reader->at++;
        decode_escape(reader);
    }
    return reader->pending[--reader->pending_count];
}

static int compare_names(const void *left, const void *right)
{
    const struct slice *a = left, *b = right;
    struct name_reader one = {.at = a->at, .end = a->at + a->len};
    struct name_reader two = {.at = b->at, .end = b->at + b->len};
    int x, y;
    do {
        x = next_byte(&one);
        y = next_byte(&two);
    } while (x == y && x >= 0);
    return x - y;
}

/* At a name; on success behind its colon. */
static int check_name(struct checker *checker)
{
    struct slice name;
    skip_space(checker);
    if (peek(checker) != '"')
        return fail(checker, "expected a name in quotes");
    if (checker->name_count == JSON_NAMES_LIMIT)
        return fail(checker, "too many names in one object");
    int error = check_string(checker, &name);
    if (error)
        return error;
    if (checker->name_count == checker->name_capacity) {
        unsigned capacity = checker->name_capacity ? checker->name_capacity * 2 : 32;
        struct slice *names = realloc(checker->names, capacity * sizeof(*names));
        if (!names)
            return -ENOMEM;
        checker->names = names;
        checker->name_capacity = capacity;
    }
    checker->names[checker->name_count++] = name;
    skip_space(checker);
    if (peek(checker) != ':')
        return fail(checker, "expected a colon behind the name");
    checker->at++;
    return 0;
}

/* When an object closes: equal names are neighbours once they are sorted. Sorting bounds the
 * cost without a hash that somebody could make collide. */
static int check_unique(struct checker *checker, unsigned first)
{
    struct slice *names = checker->names + first;
    unsigned count = checker->name_count - first;
    if (count > 1)
        qsort(names, count, sizeof(*names), compare_names);
    for (unsigned i = 1; i < count; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0) {
            const char *a = names[i - 1].at, *b = names[i].at;
            return fail_at(checker, (a > b ? a : b) - 1, "the same name twice in one object");
        }
    checker->name_count = first;
    return 0;
}

/* ---- numbers and words ------------------------------------------------------------------ */

static bool skip_digits(struct checker *checker)
{
    const char *start = checker->at;
    while (octet_digit((char)peek(checker)))
        checker->at++;
    return checker->at > start;
}

/* RFC 8259, section 6. */
static int check_number(struct checker *checker)
{
    const char *start = checker->at;
    if (peek(checker) == '-')
        checker->at++;
    bool zero = peek(checker) == '0';
    if (!skip_digits(checker))
        return fail_at(checker, start, "expected a value");
    if (zero && checker->at - start > 1 + (*start == '-'))
        return fail_at(checker, start, "a number must not start with 0");
    if (peek(checker) == '.') {
        checker->at++;
        if (!skip_digits(checker))
            return fail_at(checker, start, "expected digits behind the point");
    }
    if (peek(checker) == 'e' || peek(checker) == 'E') {
        checker->at++;
        if (peek(checker) == '+' || peek(checker) == '-')
            checker->at++;
        if (!skip_digits(checker))
            return fail_at(checker, start, "expected digits in the exponent");
    }
    return 0;
}

static int check_scalar(struct checker *checker)
{
    static const struct slice words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    struct slice ignored;
    if (peek(checker) == '"')
        return check_string(checker, &ignored);
    for (unsigned i = 0; i < 3; i++)
        if ((size_t)(checker->end - checker->at) >= words[i].len &&
            memcmp(checker->at, words[i].at, words[i].len) == 0) {
            checker->at += words[i].len;
            return 0;
        }
    return check_number(checker);
}

/* ---- structure -------------------------------------------------------------------------- */

/* At the bracket that opens; *ret_empty: it was closed at once, and is behind us. */
static int open_level(struct checker *checker, bool *ret_empty)
{
    bool object = peek(checker) == '{';
    if (checker->depth == JSON_DEPTH_LIMIT)
        return fail(checker, "nested too deeply");
    checker->at++;
    skip_space(checker);
    *ret_empty = peek(checker) == (object ? '}' : ']');
    if (*ret_empty) {
        checker->at++;
        return 0;
    }
    checker->levels[checker->depth++] = (struct level){object, checker->name_count};
    return object ? check_name(checker) : 0;
}

/* Behind a value: closes what ends here. *ret_done: nothing is open any more; otherwise another
 * value must follow. */
static int after_value(struct checker *checker, bool *ret_done)
{
    while (checker->depth) {
        struct level *level = &checker->levels[checker->depth - 1];
        skip_space(checker);
        unsigned char c = peek(checker);
        if (c == ',') {
            checker->at++;
            *ret_done = false;
            return level->object ? check_name(checker) : 0;
        }
        if (c != (level->object ? '}' : ']'))
            return fail(checker, level->object ? "expected , or }" : "expected , or ]");
        int error = level->object ? check_unique(checker, level->names) : 0;
        if (error)
            return error;
        checker->at++;
        checker->depth--;
    }
    *ret_done = true;
    return 0;
}

static int check_text(struct checker *checker)
{
    bool done = false;
    if (checker->end - checker->at >= 3 && memcmp(checker->at, "\xef\xbb\xbf", 3) == 0)
        return fail(checker, "a byte order mark before the text");
    while (!done) {
        bool whole = true;
        skip_space(checker);
        if (checker->at == checker->end)
            return fail(checker, "expected a value");
        int error = *checker->at == '{' || *checker->at == '[' ? open_level(checker, &whole)
                                                               : check_scalar(checker);
        if (!error && whole)
            error = after_value(checker, &done);
        if (error)
            return error;
    }
    skip_space(checker);
    return checker->at == checker->end ? 0 : fail(checker, "something behind the value");
}

int json_check(struct slice text, struct json_error *ret_error)
{
    struct checker checker = {.start = text.at, .at = text.at, .end = text.at + text.len};
    if (!text.len)
        checker.start = checker.at = checker.end = "";
    int error = check_text(&checker);
    free(checker.names);
    if (error == -EINVAL)
        *ret_error = checker.error;
    return error;
}
