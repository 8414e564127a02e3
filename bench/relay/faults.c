/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include "presets.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum { MS = 1000, SECOND = 1000 * MS, NAME_LIMIT = 32, TEXT_LIMIT = 64, MIB = 1 << 20 };

#define DAY_US (UINT64_C(86400) * SECOND)
#define GIB UINT64_C(1 << 30)
#define OF_WAY(member) true, offsetof(struct way, member)
#define OF_ALL(member) false, offsetof(struct faults, member)

const char *const idle_how_names[] = {"fin", "rst", "drop", "nat", NULL};

const struct fault fault_table[] = {
    {"delay", "delay_ms", FAULT_TIME, OF_WAY(delay_us), MS, 0, 3600 * (uint64_t)SECOND, "MS",
     "bytes arrive so much later; a round trip costs twice that"},
    {"jitter", "jitter_ms", FAULT_TIME, OF_WAY(jitter_us), MS, 0, 3600 * (uint64_t)SECOND, "MS",
     "and up to so much more, by chance; order is kept"},
    {"rate", "rate_bytes_s", FAULT_SIZE, OF_WAY(rate), 0, 0, GIB, "BYTES/S",
     "no faster than this"},
    {"slice", "slice_bytes", FAULT_SIZE, OF_WAY(slice), 0, 0, GIB, "BYTES",
     "no more in one write"},
    {"stall", "stall", FAULT_FLAG, OF_WAY(stall), 0, 0, 1, NULL,
     "nothing arrives until it is off, not even the end; nobody is told"},
    {"coalesce", "coalesce_ms", FAULT_TIME, OF_WAY(coalesce_us), MS, 0, 60 * (uint64_t)SECOND,
     "MS", "what comes within this time leaves together"},
    {"reset-after", "reset_after", FAULT_TRIGGER, OF_WAY(reset_after), 0, 0, GIB, "BYTES|TIME",
     "RST to both after 4096 bytes, or after 500ms"},
    {"freeze-after", "freeze_after", FAULT_TRIGGER, OF_WAY(freeze_after), 0, 0, GIB,
     "BYTES|TIME", "neither read nor written from then on, and not closed"},
    {"refuse", "refuse", FAULT_FLAG, OF_ALL(refuse), 0, 0, 1, NULL,
     "new connections are reset"},
    {"idle-cut", "idle_cut_ms", FAULT_TIME, OF_ALL(idle_cut_us), SECOND, 0, DAY_US, "S",
     "a connection that was silent for so long is cut"},
    {"idle-how", "idle_how", FAULT_HOW, OF_ALL(idle_how), 0, 0, IDLE_NAT, "fin|rst|drop|nat",
     "how: closed, reset, forgotten (later bytes get nothing, or with nat a reset)"},
    {"limit", "limit_bytes", FAULT_SIZE, OF_ALL(limit), 0, FAULT_LIMIT_MIN, GIB, "BYTES",
     "held in one direction of a connection; its sender then has to wait"},
    {"buffer", "buffer_bytes", FAULT_SIZE_OR_ALL, OF_ALL(http.buffer), 0, 0, GIB, "BYTES|all",
     "HTTP: answers are held until so many bytes have come, or the end"},
    {"heed-accel", "heed_accel", FAULT_FLAG, OF_ALL(http.heed_accel), 0, 0, 1, NULL,
     "HTTP: an answer with X-Accel-Buffering: no is not held"},
    {"strip-upgrade", "strip_upgrade", FAULT_FLAG, OF_ALL(http.strip_upgrade), 0, 0, 1, NULL,
     "HTTP: no Upgrade header gets through"},
    {"http10", "http10", FAULT_FLAG, OF_ALL(http.http10), 0, 0, 1, NULL,
     "HTTP: requests go on as HTTP/1.0, each on a connection of its own"},
    {"cache", "cache_ms", FAULT_TIME, OF_ALL(http.cache_us), SECOND, 0, DAY_US, "S",
     "HTTP: answers to GET without no-store are given again for so long"},
    {"gzip", "gzip", FAULT_FLAG, OF_ALL(http.gzip), 0, 0, 1, NULL,
     "HTTP: text is compressed, and leaves when the compressor is full"},
    {"gzip-min", "gzip_min_bytes", FAULT_SIZE, OF_ALL(http.gzip_min), 0, 0, MIB, "BYTES",
     "HTTP: only when at least so much comes first"},
    {"gzip-always", "gzip_always", FAULT_FLAG, OF_ALL(http.gzip_always), 0, 0, 1, NULL,
     "HTTP: no-transform is ignored"},
    {"naive", "naive", FAULT_FLAG, OF_ALL(http.naive), 0, 0, 1, NULL,
     "HTTP: answers lose Cache-Control and X-Accel-Buffering before all else"},
    {"idle-answer", "idle_answer", FAULT_COUNT, OF_ALL(http.idle_answer), 0, 0, 599, "STATUS",
     "HTTP: what a request gets that still waits at the idle cut"},
    {"forward", "forward", FAULT_FLAG, OF_ALL(http.forward), 0, 0, 1, NULL,
     "HTTP: a forward proxy: takes absolute targets and CONNECT"},
    {"connect-443", "connect_443", FAULT_FLAG, OF_ALL(http.connect_443), 0, 0, 1, NULL,
     "HTTP: with CONNECT to port 443 only"},
    {NULL, NULL, FAULT_FLAG, OF_ALL(refuse), 0, 0, 0, NULL, NULL},
};

void *fault_value(struct faults *faults, const struct fault *fault, unsigned way)
{
    char *base = fault->each_way ? (char *)&faults->ways[way] : (char *)faults;
    return base + fault->offset;
}

bool faults_need_http(const struct faults *faults)
{
    const struct http_faults *http = &faults->http;
    return http->buffer || http->cache_us || http->idle_answer || http->strip_upgrade ||
           http->http10 || http->gzip || http->forward || http->connect_443 || http->naive;
}

/* ---- values ------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static int wrong(char *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, FAULT_ERROR_LIMIT, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

struct suffix {
    const char *text;
    uint64_t factor;
};

static const struct suffix of_times[] = {
    {"us", 1}, {"ms", MS}, {"s", SECOND}, {"m", UINT64_C(60) * SECOND}, {NULL, 0}};
static const struct suffix of_sizes[] = {
    {"k", 1 << 10}, {"K", 1 << 10}, {"M", MIB}, {"G", 1 << 30}, {NULL, 0}};

/* Digits and maybe a suffix; without one: bare. */
static bool read_number(const char *text, const struct suffix *suffixes, uint64_t bare,
                        uint64_t *ret_number)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t number = 0, factor = bare;
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number))
            return false;
    if (text[digits]) {
        while (suffixes->text && strcmp(suffixes->text, text + digits) != 0)
            suffixes++;
        factor = suffixes->factor;
    }
    return digits && factor && !__builtin_mul_overflow(number, factor, ret_number);
}

static bool read_word(const char *text, const char *const *words, uint64_t *ret_index)
{
    for (uint64_t i = 0; words[i]; i++)
        if (strcmp(text, words[i]) == 0) {
            *ret_index = i;
            return true;
        }
    return false;
}

/* What a value may look like, for the complaint. */
static const char *remedy_of(const struct fault *fault)
{
    switch (fault->kind) {
    case FAULT_FLAG:
        return "on or off";
    case FAULT_TIME:
        return fault->unit_us == MS ? "milliseconds, or a time such as 40ms or 2s"
                                    : "seconds, or a time such as 500ms, 60s or 5m";
    case FAULT_SIZE_OR_ALL:
        return "bytes, such as 4096 or 64k, or all";
    case FAULT_TRIGGER:
        return "bytes, such as 4096 or 64k, or a time such as 500ms";
    case FAULT_HOW:
        return "fin, rst, drop or nat";
    case FAULT_COUNT:
        return "a status from 400 to 599";
    case FAULT_SIZE:
        break;
    }
    return "bytes, such as 4096, 64k or 16M";
}

static bool read_trigger(const char *text, struct trigger *ret_trigger)
{
    struct trigger trigger = {0};
    if (!read_number(text, of_sizes, 1, &trigger.bytes) &&
        !read_number(text, of_times, 0, &trigger.us))
        return false;
    *ret_trigger = trigger;
    return true;
}

static bool read_value(const struct fault *fault, const char *text, struct trigger *ret_trigger,
                       uint64_t *ret_number)
{
    static const char *const flags[] = {"off", "on", NULL};
    uint64_t number = 0;
    bool good;
    if (fault->kind == FAULT_TRIGGER) {
        *ret_trigger = (struct trigger){0};
        return strcmp(text, "off") == 0 || read_trigger(text, ret_trigger);
    }
    if (fault->kind == FAULT_FLAG)
        good = read_word(text, flags, &number);
    else if (fault->kind == FAULT_HOW)
        good = read_word(text, idle_how_names, &number);
    else if (strcmp(text, "off") == 0 && fault->min == 0)
        good = true;
    else if (fault->kind == FAULT_SIZE_OR_ALL && strcmp(text, "all") == 0) {
        *ret_number = FAULT_ALL;
        return true;
    } else {
        bool time = fault->kind == FAULT_TIME;
        good =
            read_number(text, time ? of_times : of_sizes, time ? fault->unit_us : 1, &number);
        if (fault->kind == FAULT_COUNT)
            good = good && (number == 0 || number >= 400);
    }
    *ret_number = number;
    return good && number >= fault->min && number <= fault->max;
}

/* ---- setting ----------------------------------------------------------------------------- */

int faults_set_entry(struct faults *faults, const struct fault *fault, unsigned ways,
                     const char *text, char *error)
{
    struct trigger trigger = {0};
    uint64_t number = 0;
    if (!read_value(fault, text, &trigger, &number))
        return wrong(error, "%s %.60s: must be %s", fault->name, text, remedy_of(fault));
    for (unsigned way = 0; way < WAYS; way++) {
        void *value = fault_value(faults, fault, way);
        if (fault->each_way && !(ways >> way & 1))
            continue;
        if (fault->kind == FAULT_TRIGGER)
            *(struct trigger *)value = trigger;
        else if (fault->kind == FAULT_FLAG)
            *(bool *)value = number;
        else
            *(uint64_t *)value = number;
    }
    return 0;
}

static int set_like(struct faults *faults, const char *product, char *error)
{
    const struct preset *preset = preset_find(product);
    if (!preset)
        return wrong(error, "like %.60s: no such product; --like list shows them", product);
    return faults_set_list(faults, preset->faults, error);
}

int faults_set(struct faults *faults, const char *name, const char *text, char *error)
{
    if (strcmp(name, "like") == 0)
        return set_like(faults, text, error);
    for (const struct fault *fault = fault_table; fault->name; fault++) {
        size_t len = strlen(fault->name);
        if (strncmp(name, fault->name, len) != 0)
            continue;
        const char *way = name + len;
        if (*way == '\0')
            return faults_set_entry(faults, fault, 1 << WAY_UP | 1 << WAY_DOWN, text, error);
        if (fault->each_way && strcmp(way, "-up") == 0)
            return faults_set_entry(faults, fault, 1 << WAY_UP, text, error);
        if (fault->each_way && strcmp(way, "-down") == 0)
            return faults_set_entry(faults, fault, 1 << WAY_DOWN, text, error);
    }
    return wrong(error, "%.60s: no such fault; --help lists them", name);
}

int faults_set_list(struct faults *faults, const char *list, char *error)
{
    struct faults changed = *faults;
    while (*list) {
        char name[NAME_LIMIT] = "", text[TEXT_LIMIT] = "on";
        size_t len = strcspn(list, ","), name_len = strcspn(list, ",=");
        if (name_len >= sizeof(name) || len - name_len > sizeof(text))
            return wrong(error, "%.60s: no such fault; --help lists them", list);
        memcpy(name, list, name_len);
        if (name_len < len) {
            memcpy(text, list + name_len + 1, len - name_len - 1);
            text[len - name_len - 1] = '\0';
        }
        int result = faults_set(&changed, name, text, error);
        if (result < 0)
            return result;
        list += len + (list[len] == ',');
    }
    *faults = changed;
    return 0;
}
