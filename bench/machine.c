/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include "../server/bytes.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

enum { LINE_SIZE = 256, COMMAND_LINE_LIMIT = 4096 };

static void add_date(cJSON *document)
{
    char text[32];
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
        cJSON_AddStringToObject(document, "date", text);
}

/* As a shell would take it. */
static void add_word(struct builder *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,%+@";
    if (*word && word[strspn(word, plain)] == '\0') {
        builder_add_text(out, word);
        return;
    }
    builder_add_text(out, "'");
    for (; *word; word++)
        if (*word == '\'')
            builder_add_text(out, "'\\''");
        else
            builder_add(out, word, 1);
    builder_add_text(out, "'");
}

/* The kernel keeps it, so that nobody needs to hand it down from main. */
static void add_command_line(cJSON *document)
{
    char words[COMMAND_LINE_LIMIT];
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t len = file ? fread(words, 1, sizeof(words) - 1, file) : 0;
    struct builder out = {0};
    if (file)
        fclose(file);
    words[len] = '\0';
    for (size_t at = 0; at < len; at += strlen(words + at) + 1) {
        const char *slash =
            strrchr(words, '/'); /* of the program: where it lies is no matter */
        if (at > 0)
            builder_add_text(&out, " ");
        add_word(&out, at == 0 && slash ? slash + 1 : words + at);
    }
    builder_add(&out, "", 1);
    if (len > 0 && !out.failed)
        cJSON_AddStringToObject(document, "command_line", builder_slice(&out).at);
    builder_finish(&out);
}

static void add_processor(cJSON *machine)
{
    char line[LINE_SIZE];
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && fgets(line, sizeof(line), file)) {
        const char *value = strchr(line, ':');
        if (strncmp(line, "model name", strlen("model name")) != 0 || !value)
            continue;
        line[strcspn(line, "\n")] = '\0';
        cJSON_AddStringToObject(machine, "processor", value + 1 + strspn(value + 1, " "));
        break;
    }
    if (file)
        fclose(file);
}

static void add_libraries(cJSON *machine)
{
    char text[LINE_SIZE];
#ifdef __clang__
    static const char compiler[] = "clang " __clang_version__;
#else
    static const char compiler[] = "gcc " __VERSION__;
#endif
    cJSON_AddStringToObject(machine, "compiler", compiler);
    snprintf(text, sizeof(text), "libevent %s, cJSON %s, glibc %s", event_get_version(),
             cJSON_Version(), gnu_get_libc_version());
    cJSON_AddStringToObject(machine, "libraries", text);
}

void machine_describe(cJSON *document)
{
    struct utsname system;
    double load;
    add_date(document);
    add_command_line(document);
    cJSON *machine = cJSON_AddObjectToObject(document, "machine");
    if (uname(&system) == 0) {
        cJSON_AddStringToObject(machine, "kernel", system.release);
        cJSON_AddStringToObject(machine, "architecture", system.machine);
    }
    cJSON_AddNumberToObject(machine, "processors", (double)sysconf(_SC_NPROCESSORS_ONLN));
    add_processor(machine);
    cJSON_AddNumberToObject(machine, "memory_bytes",
                            (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
    add_libraries(machine);
    if (getloadavg(&load, 1) == 1) /* of the minute before: nothing of it is ours */
        cJSON_AddNumberToObject(machine, "load_before", load);
}
