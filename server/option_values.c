/* SPDX-License-Identifier: MIT
 *
 * Reading the values of options: numbers with units, lists, and the messages for those that are
 * wrong. No message is longer than its line; each says what would be right.
 */
#include "options_table.h"

#include "origin.h"
#include "topic.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------ */

const struct option_entry *option_find(const char *name)
{
    for (const struct option_entry *entry = option_table; entry->name; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

/* How many letters must be added, removed or replaced to make one name of the other. */
static unsigned name_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    enum { NAME_LIMIT = 40 };
    unsigned row[NAME_LIMIT + 1];
    if (a_len > NAME_LIMIT || b_len > NAME_LIMIT)
        return NAME_LIMIT;
    for (unsigned j = 0; j <= b_len; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b_len; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_len];
}

const char *option_nearest(const char *name)
{
    size_t len = strcspn(name, "=");
    const char *nearest = NULL;
    unsigned least = len < 6 ? 2 : 4; /* further apart than this is another word */
    for (const struct option_entry *entry = option_table; entry->name; entry++) {
        unsigned distance = name_distance(name, len, entry->name, strlen(entry->name));
        if (distance < least) {
            least = distance;
            nearest = entry->name;
        }
    }
    return nearest;
}

const char *option_keep(const char *text, size_t len)
{
    /* Reachable from here for ever, so that no leak checker takes them for lost. */
    static struct kept {
        struct kept *next;
        char text[];
    } * kept;
    struct kept *copy = malloc(sizeof(*copy) + len + 1);
    if (!copy)
        return NULL;
    memcpy(copy->text, text, len);
    copy->text[len] = '\0';
    copy->next = kept;
    kept = copy;
    return copy->text;
}

/* ---- numbers ---------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static int
wrong(struct options_reading *reading, const char *text, const char *format, ...)
{
    int len = snprintf(reading->error, sizeof(reading->error), "%.100s: ", text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reading->error + len, sizeof(reading->error) - (size_t)len, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit count_units[] = {{"", 1}, {NULL, 0}};
static const struct unit size_units[] = {{"", 1},        {"k", 1 << 10}, {"K", 1 << 10},
                                         {"M", 1 << 20}, {"m", 1 << 20}, {"G", 1 << 30},
                                         {"g", 1 << 30}, {NULL, 0}};
static const struct unit time_units[] = {{"", 1000},       {"ms", 1},      {"s", 1000},
                                         {"m", 60 * 1000}, {"h", 3600000}, {NULL, 0}};

/* All of the len bytes as digits and a unit; false when they are not, or above 64 bits. */
static bool read_number(const char *text, size_t len, const struct unit *units,
                        uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t at = 0;
    for (; at < len && text[at] >= '0' && text[at] <= '9'; at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text[at] - '0'), &number))
            return false;
    if (at == 0)
        return false;
    for (const struct unit *unit = units; unit->name; unit++)
        if (strlen(unit->name) == len - at && memcmp(text + at, unit->name, len - at) == 0)
            return !__builtin_mul_overflow(number, unit->factor, ret_number);
    return false;
}

/* The number in the largest unit that says it exactly. */
static void write_number(uint64_t number, const struct unit *units, char *ret, size_t room)
{
    const struct unit *best = NULL;
    for (const struct unit *unit = units; unit->name; unit++)
        if (number % unit->factor == 0 && (!best || unit->factor > best->factor))
            best = unit;
    if (number == 0 || !best)
        snprintf(ret, room, "%llu", (unsigned long long)number);
    else
        snprintf(ret, room, "%llu%s", (unsigned long long)(number / best->factor),
                 units == time_units && !*best->name ? "s" : best->name);
}

static int read_bounded(struct options_reading *reading, const struct option_entry *entry,
                        const char *text, uint64_t *ret_number)
{
    bool is_time = entry->kind == OPTION_TIME, is_size = entry->kind == OPTION_SIZE;
    const struct unit *units = is_time ? time_units : is_size ? size_units : count_units;
    uint64_t number;
    char min[32], max[32];
    write_number(entry->min, units, min, sizeof(min));
    write_number(entry->max, units, max, sizeof(max));
    if (!read_number(text, strlen(text), units, &number))
        return wrong(reading, text, "must be %s, from %s to %s",
                     is_time   ? "a time such as 500ms, 10s, 5m or 1h"
                     : is_size ? "a size such as 4096, 64k, 16M or 1G"
                               : "a whole number",
                     min, max);
    if (number < entry->min || number > entry->max)
        return wrong(reading, text, "must be %s to %s", min, max);
    *ret_number = number;
    return 0;
}

static int set_history(struct options_reading *reading, const char *text)
{
    size_t count_len = strcspn(text, ",");
    const char *age = text + count_len + (text[count_len] == ',');
    size_t age_len = strcspn(age, ",");
    const char *bytes = age + age_len + (age[age_len] == ',');
    uint64_t count, age_ms, size;
    if (!read_number(text, count_len, count_units, &count) ||
        !read_number(age, age_len, time_units, &age_ms) ||
        !read_number(bytes, strlen(bytes), size_units, &size))
        return wrong(reading, text, "must be COUNT,AGE,BYTES, such as 1000,1h,16M");
    /* The ring's index has 32 bits, and ages are held in microseconds. */
    if (count < 1 || count > 1 << 24 || age_ms < 1 || age_ms > UINT32_MAX || size < 1)
        return wrong(reading, text,
                     "must be 1 to 16777216 messages, of 1ms to 1193h, of at least 1 byte");
    reading->options->history_count = count;
    reading->options->history_age_ms = age_ms;
    reading->options->history_bytes = size;
    return 0;
}

/* ---- text ------------------------------------------------------------------------------- */

static int set_flag(struct options_reading *reading, bool *flag, const char *text)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(text, words[i]) == 0) {
            *flag = i % 2;
            return 0;
        }
    return wrong(reading, text, "must be yes or no");
}

/* choices: WORD|WORD|… */
static int set_choice(struct options_reading *reading, const char *choices, unsigned *choice,
                      const char *text)
{
    unsigned index = 0;
    for (const char *at = choices;; index++) {
        size_t len = strcspn(at, "|");
        if (strlen(text) == len && memcmp(text, at, len) == 0) {
            *choice = index;
            return 0;
        }
        if (!at[len])
            return wrong(reading, text, "must be one of %s", choices);
        at += len + 1;
    }
}

static int set_token(struct options_reading *reading, const char **token, const char *path)
{
    enum { TOKEN_LIMIT = 1024 };
    static const char remedy[] = "make one with `openssl rand -hex 32 > FILE`";
    char line[TOKEN_LIMIT + 2] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return wrong(reading, path, "%s: %s", strerror(errno), remedy);
    size_t len = fread(line, 1, sizeof(line) - 1, file);
    bool failed = ferror(file);
    fclose(file);
    if (failed)
        return wrong(reading, path, "cannot be read: %s", remedy);
    line[len] = '\0';
    const char *start = line + strspn(line, " \t");
    len = strcspn(start, " \t\r\n");
    if (len == 0)
        return wrong(reading, path, "its first line is empty: %s", remedy);
    if (len > TOKEN_LIMIT || start[len + strspn(start + len, " \t\r")] > ' ')
        return wrong(reading, path, "its first line must be one word of at most %d letters: %s",
                     TOKEN_LIMIT, remedy);
    for (size_t i = 0; i < len; i++)
        if (start[i] < '!' || start[i] > '~')
            return wrong(reading, path, "holds what no header can carry: %s", remedy);
    *token = option_keep(start, len);
    return *token ? 0 : wrong(reading, path, "out of memory");
}

/* HOST:PORT; an IPv6 address in brackets. */
static bool listen_valid(const char *text)
{
    const char *port = *text == '[' ? strstr(text, "]:") : strchr(text, ':');
    uint64_t number;
    if (!port || port == text)
        return false;
    port += *text == '[' ? 2 : 1;
    return read_number(port, strlen(port), count_units, &number) && number <= UINT16_MAX;
}

static bool host_valid(const char *text)
{
    size_t len = strlen(text);
    if (*text == '[')
        return len > 3 && strcspn(text, "]") == len - 1;
    return len > 0 && strcspn(text, ":/@[] ") == len;
}

/* What is wrong with an item of such a list, as a remedy, or NULL. */
static const char *item_fault(enum option_kind kind, const char *text)
{
    switch (kind) {
    case OPTION_LISTEN:
        return listen_valid(text)
                   ? NULL
                   : "must be ADDR:PORT, such as localhost:8765, 0.0.0.0:80 or [::]:80";
    case OPTION_ORIGIN:
        return origin_pattern_valid(text)
                   ? NULL
                   : "must be scheme://host[:port] without a path, null, or *";
    case OPTION_HOST:
        return host_valid(text) ? NULL : "must be a name without port or path, or *";
    case OPTION_TOPIC:
        return topic_name_valid(slice_of(text))
                   ? NULL
                   : "must be a topic: 1 to 128 of A-Z a-z 0-9 . _ ~ -";
    case OPTION_FEED:
        return topic_name_valid((struct slice){text, strcspn(text, "=")})
                   ? NULL
                   : "must be NAME or NAME=RATE";
    default:
        return *text ? NULL : "must not be empty";
    }
}

bool option_is_list(enum option_kind kind)
{
    return kind >= OPTION_LIST && kind <= OPTION_FEED;
}

static int add_item(struct options_reading *reading, const struct option_entry *entry,
                    struct option_list *list, const char *text)
{
    if ((entry->kind == OPTION_TOPIC || entry->kind == OPTION_FEED) &&
        strcmp(text, "none") == 0) {
        list->count = 0;
        return 0;
    }
    const char *fault = item_fault(entry->kind, text);
    if (fault)
        return wrong(reading, text, "%s", fault);
    if (list->count == OPTION_LIST_LIMIT)
        return wrong(reading, text, "may be given at most %d times", OPTION_LIST_LIMIT);
    list->items[list->count++] = text;
    return 0;
}

/* ---- setting ---------------------------------------------------------------------------- */

static int set_member(struct options_reading *reading, const struct option_entry *entry,
                      void *member, const char *text)
{
    uint64_t number = 0;
    int error;
    switch (entry->kind) {
    case OPTION_CHOICE:
        return set_choice(reading, entry->argument, member, text);
    case OPTION_FLAG:
        return set_flag(reading, member, text);
    case OPTION_COUNT:
    case OPTION_SIZE:
    case OPTION_TIME:
        return read_bounded(reading, entry, text, member);
    case OPTION_UNSIGNED:
        error = read_bounded(reading, entry, text, &number);
        if (!error)
            *(unsigned *)member = (unsigned)number;
        return error;
    case OPTION_TEXT:
        if (!*text)
            return wrong(reading, text, "must not be empty");
        *(const char **)member = text;
        return 0;
    case OPTION_HISTORY:
        return set_history(reading, text);
    case OPTION_TOKEN:
        return set_token(reading, member, text);
    case OPTION_LIST:
    case OPTION_LISTEN:
    case OPTION_ORIGIN:
    case OPTION_HOST:
    case OPTION_TOPIC:
    case OPTION_FEED:
        return add_item(reading, entry, member, text);
    case OPTION_CONFIG:
    case OPTION_HELP:
    case OPTION_VERSION:
        break;
    }
    return wrong(reading, text, "is for the command line only");
}

int option_set(struct options_reading *reading, const struct option_entry *entry,
               const char *text, enum option_level level)
{
    unsigned char *seen = &reading->levels[entry - option_table];
    void *member = (char *)reading->options + entry->offset;
    if (level < *seen)
        return 0;
    if (level > *seen && option_is_list(entry->kind))
        ((struct option_list *)member)->count = 0;
    *seen = (unsigned char)level;
    return set_member(reading, entry, member, text);
}
