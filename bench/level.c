/* SPDX-License-Identifier: MIT */
#include "level.h"

#include <time.h>

enum {
    NOTICE_LIMIT_MS = 20000,
    NOTICE_POLL_MS = 10,
    SETTLE_LIMIT_MS = 10000,
    GIVE_BACK_LIMIT_MS = 20000,
    GIVE_BACK_POLL_MS = 100,
};

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

struct level level_read(struct control *control, pid_t pid, const char *topic,
                        double connections)
{
    struct level level = {.connections = -1};
    for (unsigned waited = 0; waited < NOTICE_LIMIT_MS; waited += NOTICE_POLL_MS) {
        level.connections = control_stat(control, "connections");
        level.subscribers = control_subscribers(control, topic);
        if (level.connections <= connections && level.subscribers <= 0)
            break;
        pause_ms(NOTICE_POLL_MS);
    }
    level.held_bytes = control_stat(control, "held_bytes");
    level.heap_bytes = control_stat(control, "heap_bytes");
    if (pid) {
        level.memory = process_memory_settled(pid, SETTLE_LIMIT_MS);
        level.files = process_files(pid);
    }
    return level;
}

static bool is_more(const struct level *level, const struct level *limit, double more_bytes)
{
    return (double)level->memory.anon_bytes > (double)limit->memory.anon_bytes + more_bytes ||
           level->heap_bytes > limit->heap_bytes + more_bytes;
}

void level_await_memory(struct level *level, struct control *control, pid_t pid,
                        const struct level *limit, double more_bytes)
{
    for (unsigned waited = 0; is_more(level, limit, more_bytes) && waited < GIVE_BACK_LIMIT_MS;
         waited += GIVE_BACK_POLL_MS) {
        pause_ms(GIVE_BACK_POLL_MS);
        level->heap_bytes = control_stat(control, "heap_bytes");
        if (pid)
            level->memory = process_memory_read(pid);
    }
}

void level_report(struct report *report, const char *key, const struct level *level)
{
    cJSON *object = cJSON_AddObjectToObject(report->document, key);
    cJSON_AddNumberToObject(object, "connections", level->connections);
    cJSON_AddNumberToObject(object, "subscribers", (double)level->subscribers);
    cJSON_AddNumberToObject(object, "files", level->files);
    cJSON_AddNumberToObject(object, "held_bytes", level->held_bytes);
    cJSON_AddNumberToObject(object, "heap_bytes", level->heap_bytes);
    cJSON_AddNumberToObject(object, "anon_bytes", (double)level->memory.anon_bytes);
    cJSON_AddNumberToObject(object, "pss_bytes", (double)level->memory.pss_bytes);
}
