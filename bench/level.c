/* SPDX-License-Identifier: MIT */
#include "level.h"

#include <time.h>

enum { NOTICE_LIMIT_MS = 20000, NOTICE_POLL_MS = 10, SETTLE_LIMIT_MS = 10000 };

struct level level_read(struct control *control, pid_t pid, const char *topic,
                        double connections)
{
    struct level level = {.connections = -1};
    for (unsigned waited = 0; waited < NOTICE_LIMIT_MS; waited += NOTICE_POLL_MS) {
        level.connections = control_stat(control, "connections");
        level.subscribers = control_subscribers(control, topic);
        if (level.connections <= connections && level.subscribers <= 0)
            break;
        nanosleep(&(struct timespec){.tv_nsec = NOTICE_POLL_MS * 1000000L}, NULL);
    }
    if (pid) {
        level.memory = process_memory_settled(pid, SETTLE_LIMIT_MS);
        level.files = process_files(pid);
    }
    return level;
}

void level_report(struct report *report, const char *key, const struct level *level)
{
    cJSON *object = cJSON_AddObjectToObject(report->document, key);
    cJSON_AddNumberToObject(object, "connections", level->connections);
    cJSON_AddNumberToObject(object, "subscribers", (double)level->subscribers);
    cJSON_AddNumberToObject(object, "files", level->files);
    cJSON_AddNumberToObject(object, "anon_bytes", (double)level->memory.anon_bytes);
    cJSON_AddNumberToObject(object, "pss_bytes", (double)level->memory.pss_bytes);
}
