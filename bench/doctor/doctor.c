/* SPDX-License-Identifier: MIT
 *
 * pushbench doctor: what stands between a user and a push server, and what to do about it.
 */
#include "doctor.h"
#include "../command.h"
#include "../progress.h"
#include "../server_process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { IDLE_LIMIT_S = 330 };

struct wishes {
    const char *topic, *publish_to, *proxy, *host, *token_file, *origin, *json;
    const char *sse, *websocket, *cacert;
    const struct tls_trust *trust;
    bool idle, insecure;
    uint64_t idle_limit_s, listen_s;
    struct operand_list url;
};

static bool read_token(const char *path, char ret[PUBLISH_HEADERS_LIMIT])
{
    char line[PUBLISH_HEADERS_LIMIT - 64];
    FILE *file = fopen(path, "re");
    bool good = file && fgets(line, sizeof(line), file) && line[0] != '\n';
    if (good)
        snprintf(ret, PUBLISH_HEADERS_LIMIT, "Authorization: Bearer %.*s\r\n",
                 (int)strcspn(line, "\r\n"), line);
    else
        fprintf(stderr, "pushbench doctor: --publish-token %s: %s\n", path,
                file ? "its first line is to be the token" : strerror(errno));
    if (file)
        fclose(file);
    return good;
}

/* The path to an address, under the name that the user wishes. */
static bool open_target(const char *url, const struct wishes *wishes, struct target *ret_target)
{
    char trouble[TROUBLE_LIMIT];
    if (!target_open(url, wishes->proxy, ret_target, trouble)) {
        fprintf(stderr, "pushbench doctor: %s\n", trouble);
        return false;
    }
    ret_target->way.trust = wishes->trust;
    if (wishes->host)
        target_rename(ret_target, wishes->host);
    return true;
}

/* A path in front of /publish/... has no slash at its end, and no query. */
static void cut_prefix(struct target *target)
{
    target->path[strcspn(target->path, "?")] = '\0';
    for (size_t len = strlen(target->path); len > 0 && target->path[len - 1] == '/'; len--)
        target->path[len - 1] = '\0';
}

static bool prepare(struct doctor *doctor, const struct wishes *wishes)
{
    char trouble[TROUBLE_LIMIT];
    doctor->topic = wishes->topic;
    if (wishes->token_file && !read_token(wishes->token_file, doctor->publish_headers))
        return false;
    if (!open_target(wishes->url.values[0], wishes, &doctor->target))
        return false;
    if (wishes->publish_to &&
        !target_open(wishes->publish_to, NULL, &doctor->beside, trouble)) {
        fprintf(stderr, "pushbench doctor: --publish-to: %s\n", trouble);
        return false;
    }
    doctor->beside.way.trust = wishes->trust;
    cut_prefix(&doctor->target);
    cut_prefix(&doctor->beside);
    doctor->probe_path = (struct probe_path){.authority = doctor->target.authority,
                                             .reach = doctor->target.reach,
                                             .prefix = doctor->target.path,
                                             .publish_headers = doctor->publish_headers,
                                             .first = doctor->target.first,
                                             .way = &doctor->target.way,
                                             .forward = doctor->target.forward,
                                             .beside = doctor->beside.first,
                                             .beside_way = &doctor->beside.way,
                                             .beside_authority = doctor->beside.authority,
                                             .beside_prefix = doctor->beside.path};
    return true;
}

/* The exit status. */
static int examine(const struct wishes *wishes, struct report *report)
{
    struct doctor doctor = {.begun_ns = now_ns()};
    struct idle_limits limits;
    bool idle = false;
    if (!prepare(&doctor, wishes))
        return EXIT_BROKEN;
    bool seen = doctor_look(&doctor);
    if (process_interrupted())
        return EXIT_CUT_SHORT;
    if (!seen) {
        fprintf(stderr, "pushbench doctor: %s\n", doctor.trouble);
        return EXIT_BROKEN;
    }
    if (!doctor_probe(&doctor))
        return EXIT_CUT_SHORT;
    doctor_look_back(&doctor);
    doctor.took_s = (double)(now_ns() - doctor.begun_ns) / 1e9;
    if (wishes->idle)
        idle = doctor_idle(&doctor, (unsigned)wishes->idle_limit_s, &limits);
    doctor_report(report, &doctor, idle ? &limits : NULL);
    int status = report_print(report, wishes->json);
    if (process_interrupted())
        return EXIT_CUT_SHORT;
    return wishes->idle && !idle ? EXIT_BROKEN : status;
}

/* Endpoints that know nothing of pushlab. */
static int listen_plainly(const struct wishes *wishes, struct report *report)
{
    struct target target;
    if (!open_target(wishes->sse ? wishes->sse : wishes->websocket, wishes, &target))
        return EXIT_BROKEN;
    if (wishes->sse)
        doctor_sse(report, &target, (unsigned)wishes->listen_s);
    else
        doctor_websocket(report, &target, wishes->origin, (unsigned)wishes->listen_s);
    int status = report_print(report, wishes->json);
    return process_interrupted() ? EXIT_CUT_SHORT : status;
}

static int read_wishes(int argc, char **argv, struct wishes *wishes)
{
    const struct argument arguments[] = {
        {"topic", 0, ARGUMENT_TEXT, &wishes->topic, "NAME",
         "what the names of its own topics begin with", 0, 0},
        {"publish-to", 0, ARGUMENT_TEXT, &wishes->publish_to, "URL",
         "publish past the path, to the server itself; default: by the path", 0, 0},
        {"publish-token", 0, ARGUMENT_TEXT, &wishes->token_file, "FILE",
         "its first line is the token that publishers need", 0, 0},
        {"proxy", 0, ARGUMENT_TEXT, &wishes->proxy, "HOST:PORT", "go by this forward proxy", 0,
         0},
        {"host", 0, ARGUMENT_TEXT, &wishes->host, "NAME[:PORT]",
         "the name to ask for, of the certificate too; default: the URL's", 0, 0},
        {"cacert", 0, ARGUMENT_TEXT, &wishes->cacert, "FILE",
         "https, wss: believe the issuers in it (PEM) in place of the system's", 0, 0},
        {"insecure", 'k', ARGUMENT_FLAG, &wishes->insecure, NULL,
         "https, wss: take any certificate", 0, 0},
        {"idle", 0, ARGUMENT_FLAG, &wishes->idle, NULL,
         "find out how long silence is borne, and who ends it: takes --idle-limit", 0, 0},
        {"idle-limit", 0, ARGUMENT_COUNT, &wishes->idle_limit_s, "SECONDS",
         "the longest silence to try", 1, 3600},
        {"sse", 0, ARGUMENT_TEXT, &wishes->sse, "URL",
         "listen to an event stream of any server instead", 0, 0},
        {"websocket", 0, ARGUMENT_TEXT, &wishes->websocket, "URL",
         "listen to a WebSocket of any server instead", 0, 0},
        {"origin", 0, ARGUMENT_TEXT, &wishes->origin, "ORIGIN",
         "--websocket: the page that it is to come from, as in http://example.com", 0, 0},
        {"listen", 0, ARGUMENT_COUNT, &wishes->listen_s, "SECONDS",
         "--sse, --websocket: how long to listen", 1, 3600},
        {.name = "json",
         .kind = ARGUMENT_FILE,
         .value = &wishes->json,
         .metavar = "FILE",
         .help = "what was found as JSON, to FILE or in place of the table"},
        {.name = "",
         .kind = ARGUMENT_OPERANDS,
         .value = &wishes->url,
         .metavar = "[URL]",
         .min = 0,
         .max = 1},
        {0},
    };
    return arguments_read(argc, argv, doctor_command.summary, arguments);
}

static int doctor_run(int argc, char **argv)
{
    struct wishes wishes = {.topic = "doctor", .idle_limit_s = IDLE_LIMIT_S, .listen_s = 20};
    struct report report;
    int status = read_wishes(argc, argv, &wishes);
    if (status >= 0)
        return status;
    unsigned given = wishes.url.count + (wishes.sse != NULL) + (wishes.websocket != NULL);
    if (given != 1) {
        fputs("pushbench doctor: give one address: http://HOST:PORT or https://HOST of a "
              "pushlab, or --sse URL, "
              "or --websocket URL\n",
              stderr);
        return EXIT_USAGE;
    }
    struct tls_trust *trust = tls_trust_create(wishes.cacert, wishes.insecure);
    if (!trust) {
        fprintf(stderr, "pushbench doctor: --cacert %s: it is to hold certificates in PEM\n",
                wishes.cacert ? wishes.cacert : "");
        return EXIT_USAGE;
    }
    wishes.trust = trust;
    process_keep_going();
    report_init(&report, "doctor", "What stands between you and the server");
    status = wishes.url.count ? examine(&wishes, &report) : listen_plainly(&wishes, &report);
    report_finish(&report);
    tls_trust_destroy(trust);
    return status;
}

const struct command doctor_command = {
    .name = "doctor",
    .summary = "What stands between you and a push server, and which line cures it.",
    .run = doctor_run,
};
