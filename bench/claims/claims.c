/* SPDX-License-Identifier: MIT
 *
 * pushbench claims: what a textbook says of the transports, one claim after the other, each
 * measured here and judged.
 *
 * Each experiment runs in a process of its own, so that none is disturbed by what another has
 * left behind, and an interruption costs no more than the one that runs. It hands its finding
 * over as JSON.
 */
#include "claims.h"

#include "../command.h"
#include "../progress.h"
#include "../report.h"
#include "../server_process.h"

#include "../../server/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHOSEN_LIMIT = 32, READ_SIZE = 4096, TURN_MS = 200 };

struct claims_options {
    struct claims claims;
    const char *lang;
    struct count_list only;
};

struct running {
    const struct claims_options *options;
    struct report report;
    struct progress progress;
    const struct claim *chosen[CHOSEN_LIMIT];
    unsigned count;
    int64_t planned_ns; /* of those before the one that runs */
};

/* ---- interruption ------------------------------------------------------------------------ */

static volatile sig_atomic_t interrupted;
static volatile pid_t child;

/* The experiment ends its servers itself. */
static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
    if (child > 0)
        kill(child, SIGTERM);
}

static void handle_signals(void (*handler)(int))
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction action = {.sa_handler = handler};
        sigaction(numbers[i], &action, NULL);
    }
}

/* ---- one experiment ---------------------------------------------------------------------- */

/* In the child. What it leaves to the parent is a whole finding, or nothing. */
static void experiment(const struct claim *claim, const struct claims *claims, int fd)
{
    struct finding finding = {0};
    char *text = NULL;
    if (finding_begin(&finding, claim) && claim->run(claims, &finding))
        text = cJSON_PrintUnformatted(finding.json);
    for (size_t len = text ? strlen(text) : 0, done = 0; done < len;) {
        ssize_t wrote = write(fd, text + done, len - done);
        if (wrote < 0)
            break;
        done += (size_t)wrote;
    }
    free(text);
    finding_finish(&finding);
    exit(EXIT_SUCCESS);
}

static int64_t planned_ns(const struct running *running, const struct claim *claim)
{
    bool quick = running->options->claims.quick;
    return (int64_t)(quick ? claim->quick_seconds : claim->seconds) * 1000000000;
}

/* Reads until the child is done, and shows how far it should be by now. */
static void receive(struct running *running, const struct claim *claim, int fd,
                    struct builder *text)
{
    int64_t begin_ns = now_ns(), limit_ns = planned_ns(running, claim);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    for (;;) {
        int64_t passed_ns = now_ns() - begin_ns;
        progress_update(
            &running->progress,
            (uint64_t)(running->planned_ns + (passed_ns < limit_ns ? passed_ns : limit_ns)));
        if (poll(&waiting, 1, TURN_MS) <= 0)
            continue;
        char *room = builder_reserve(text, READ_SIZE);
        ssize_t got = room ? read(fd, room, READ_SIZE) : 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        builder_claim(text, (size_t)got);
    }
}

/* The finding, to be freed by cJSON_Delete; NULL: there is none. */
static cJSON *run_one(struct running *running, const struct claim *claim)
{
    int ends[2];
    cJSON *finding = NULL;
    struct builder text = {0};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    fflush(stdout);
    child = process_fork();
    if (child == 0) {
        handle_signals(SIG_DFL);
        if (interrupted)
            exit(EXIT_SUCCESS);
        close(ends[0]);
        experiment(claim, &running->options->claims, ends[1]);
    }
    close(ends[1]);
    if (child > 0) {
        if (interrupted)
            kill(child, SIGTERM);
        receive(running, claim, ends[0], &text);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    child = 0;
    close(ends[0]);
    struct slice all = builder_slice(&text);
    if (all.len > 0 && !text.failed)
        finding = cJSON_ParseWithLength(all.at, all.len);
    builder_finish(&text);
    return finding;
}

/* ---- all of them ------------------------------------------------------------------------- */

/* A row of the report is the finding, and what the closing table needs. */
static void enter(struct running *running, const struct claim *claim, cJSON *finding,
                  double seconds)
{
    struct report *report = &running->report;
    const cJSON *broken = cJSON_GetObjectItemCaseSensitive(finding, "broken");
    cJSON_AddNumberToObject(finding, "seconds", seconds);
    cJSON_AddStringToObject(finding, "result",
                            claims_said(finding, "verdict_kind", running->options->lang));
    cJSON_AddItemToArray(report->rows, finding);
    if (cJSON_GetArraySize(broken) > 0)
        report_broken(report, "claim %u: a check did not hold, see above", claim->id);
}

static void run_all(struct running *running)
{
    const char *json = running->options->claims.common.json;
    int64_t all_ns = 0;
    for (unsigned i = 0; i < running->count; i++)
        all_ns += planned_ns(running, running->chosen[i]);
    progress_init(&running->progress, "claims", (uint64_t)all_ns);
    handle_signals(on_interrupt);
    for (unsigned i = 0; i < running->count && !interrupted; i++) {
        const struct claim *claim = running->chosen[i];
        int64_t begin_ns = now_ns();
        cJSON *finding = run_one(running, claim);
        running->planned_ns += planned_ns(running, claim);
        progress_finish(&running->progress);
        if (finding) {
            if (!json || strcmp(json, "-") != 0)
                claims_print(finding, running->options->lang);
            enter(running, claim, finding, (double)(now_ns() - begin_ns) / 1e9);
        } else if (!interrupted) {
            report_broken(&running->report,
                          "claim %u could not be measured; see standard error", claim->id);
        }
    }
    cJSON_AddBoolToObject(running->report.document, "cut_short", interrupted);
    if (interrupted)
        report_note(&running->report, "Interrupted: %d of %u claims were measured.",
                    cJSON_GetArraySize(running->report.rows), running->count);
    handle_signals(SIG_DFL);
}

/* ---- the command ------------------------------------------------------------------------- */

static bool wanted(const struct count_list *only, unsigned id)
{
    for (unsigned i = 0; i < only->count; i++)
        if (only->values[i] == id)
            return true;
    return only->count == 0;
}

/* The exit status, or -1: go on. */
static int choose(struct running *running)
{
    const struct count_list *only = &running->options->only;
    const char *lang = running->options->lang;
    for (const struct claim *claim = claims_table; claim->id; claim++)
        if (wanted(only, claim->id))
            running->chosen[running->count++] = claim;
    if (strcmp(lang, "en") != 0 && strcmp(lang, "zh") != 0) {
        fprintf(stderr, "pushbench claims: --lang: there are en and zh\n");
        return EXIT_USAGE;
    }
    if (only->count == 0 || running->count == only->count)
        return -1;
    fprintf(stderr, "pushbench claims: --only: a claim is named twice, or is none of those "
                    "that are measured:");
    for (const struct claim *claim = claims_table; claim->id; claim++)
        fprintf(stderr, " %u", claim->id);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

/* As programs find a person's language: the first of these that says anything. */
static const char *language_of_person(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? "zh" : "en";
    }
    return "en";
}

static int claims_run(int argc, char **argv)
{
    struct claims_options options = {.lang = language_of_person()};
    const struct argument arguments[] = {
        {"only", 0, ARGUMENT_LIST, &options.only, "IDS", "these claims alone: 8,11", 1, 22},
        {"lang", 0, ARGUMENT_TEXT, &options.lang, "LANG", "of the text: en, zh", 0, 0},
        {"quick", 0, ARGUMENT_FLAG, &options.claims.quick, NULL,
         "two minutes, not five; figures are rougher", 0, 0},
        OWN_SERVER_ARGUMENTS(&options.claims.common),
        {0},
    };
    struct running running = {.options = &options};
    int status = arguments_read(argc, argv, claims_command.summary, arguments);
    if (status < 0)
        status = choose(&running);
    if (status >= 0)
        return status;
    bool chinese = strcmp(options.lang, "zh") == 0;
    report_init(&running.report, "claims",
                chinese ? "各条说法的结论" : "The claims, and what became of them");
    cJSON_AddBoolToObject(running.report.document, "quick", options.claims.quick);
    report_column(&running.report, "id", chinese ? "说法" : "claim", 0);
    report_column(&running.report, "seconds", chinese ? "秒" : "seconds", 1);
    report_column(&running.report, "result", chinese ? "结论" : "verdict", 0);
    run_all(&running);
    status = report_print(&running.report, options.claims.common.json);
    report_finish(&running.report);
    return interrupted ? EXIT_CUT_SHORT : status;
}

const struct command claims_command = {
    .name = "claims",
    .summary = "What a textbook claims of the transports, each claim measured and judged.",
    .run = claims_run,
};
