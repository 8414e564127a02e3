/* SPDX-License-Identifier: MIT */
#include "side_pushlab.h"

#include "progress.h"

#include <stdio.h>

enum { OPEN_LIMIT_MS = 30000, SPARE_CONNECTIONS = 16 };

static bool start_server(struct side_pushlab *pushlab, const struct common_options *common,
                         const struct pushlab_settings *settings)
{
    const struct load_options *options = &pushlab->side.options;
    char connections[24], workers[24];
    /* While another side has its turn, nobody asks this one anything or answers its pings. */
    const char *arguments[] = {"--feed",
                               "none",
                               "--workers",
                               workers,
                               "--heartbeat",
                               "1h",
                               "--idle-timeout",
                               "10m",
                               "--head-timeout",
                               "10m",
                               "--max-connections",
                               connections,
                               NULL,
                               NULL,
                               NULL};
    snprintf(connections, sizeof(connections), "%u",
             options->subscribers + options->publishers + pushlab->others + SPARE_CONNECTIONS);
    snprintf(workers, sizeof(workers), "%u", settings->workers);
    if (settings->flush) {
        arguments[12] = "--flush";
        arguments[13] = settings->flush;
    }
    return server_start(common, arguments, &pushlab->server);
}

bool side_pushlab_start(struct side_pushlab *pushlab, const struct common_options *common,
                        const struct pushlab_settings *settings)
{
    struct side *side = &pushlab->side;
    pushlab->control.fd = -1;
    if (!side->name)
        side->name = "pushlab";
    snprintf(pushlab->topic, sizeof(pushlab->topic), "bench-%lld", (long long)now_ns());
    if (!start_server(pushlab, common, settings))
        return false;
    side->pids[0] = pushlab->server.pid;
    side->pid_count = pushlab->server.pid > 0;
    return control_open(&pushlab->control, &pushlab->server.endpoint);
}

/* A held poll gives no sign by itself. */
bool side_pushlab_open(struct side_pushlab *pushlab, const struct side_plan *plan)
{
    struct side *side = &pushlab->side;
    int64_t wanted = pushlab->others;
    if (side->options.kind->reads != READS_NOW)
        wanted += side->options.subscribers;
    if (!side_open(side, plan, &pushlab->server.endpoint, pushlab->topic))
        return false;
    if (control_await_subscribers(&pushlab->control, pushlab->topic, wanted, OPEN_LIMIT_MS) ==
        wanted)
        return true;
    fprintf(stderr, "pushbench: %s counts another number of subscribers\n", side->name);
    return false;
}

void side_pushlab_note_flush(struct side_pushlab *pushlab, struct report *report)
{
    if (cJSON_HasObjectItem(report->document, "flush"))
        return;
    cJSON *stats = control_get(&pushlab->control, "/stats");
    const char *flush = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(stats, "flush"));
    if (flush) {
        cJSON_AddStringToObject(report->document, "flush", flush);
        report_note(report, "pushlab wrote by: %s (--flush).", flush);
    }
    cJSON_Delete(stats);
}

bool side_pushlab_stop(struct side_pushlab *pushlab)
{
    side_finish(&pushlab->side);
    if (pushlab->control.endpoint)
        control_close(&pushlab->control);
    if (!pushlab->server.pid || server_stop(&pushlab->server))
        return true;
    fprintf(stderr, "pushbench: %s did not end well when told to (SIGTERM)\n",
            pushlab->side.name);
    return false;
}
