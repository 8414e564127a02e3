/* SPDX-License-Identifier: MIT
 *
 * The order of performance, in both readings of the long connection: SSE, and polls on one
 * connection that is kept (18). `pushbench compare` measures it, in a process of its own.
 */
#include "../compare/compare_document.h"
#include "../server_process.h"
#include "claims.h"

#include "../../server/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 100, QUICK_CLIENTS = 50 };
enum { CHAIN = COMPARE_CHAIN, JUDGED = 5, READINGS = 2, REGIMES = 2, READ_SIZE = 65536 };

static const struct {
    enum metric metric;
    struct text label;
} metrics[JUDGED] = {
    {METRIC_DELAY_MEAN, {"delay, mean ms", "平均延迟（毫秒）"}},
    {METRIC_REQUESTS, {"requests/message", "请求数/消息"}},
    {METRIC_WIRE_BYTES, {"wire bytes/message", "线上字节/消息"}},
    {METRIC_CPU, {"server CPU us/message", "服务器 CPU 微秒/消息"}},
    {METRIC_USER_MEMORY, {"user memory B/client", "用户态内存字节/客户端"}},
};

static const struct text place = {"messages a poll", "条消息/轮询间隔"};

/* Of compare's readings those in which the short poll closes its connection. */
static const struct {
    const char *name, *key;
} readings[READINGS] = {{"long = sse", "verdict_close"},
                        {"long = keep-alive", "verdict_keep_alive"}};

/* Messages a second; times the interval, so many a poll. */
struct regime {
    const char *rate, *interval_ms, *duration_s, *heartbeat_s;
    double per_poll;
};

static const struct regime regimes[REGIMES] = {{"1", "1000", "5", "6", 1},
                                               {"20", "1000", "3", "2", 20}};
static const struct regime quick_regimes[REGIMES] = {{"4", "250", "2", "3", 1},
                                                     {"80", "250", "1", "1", 20}};

static unsigned clients_of(const struct claims *claims)
{
    return claims->quick ? QUICK_CLIENTS : CLIENTS;
}

/* ---- running compare --------------------------------------------------------------------- */

static cJSON *read_json(int fd)
{
    struct builder text = {0};
    ssize_t got = 1;
    while (got > 0) {
        char *room = builder_reserve(&text, READ_SIZE);
        got = room ? read(fd, room, READ_SIZE) : 0;
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            builder_claim(&text, (size_t)got);
    }
    struct slice all = builder_slice(&text);
    cJSON *json = all.len > 0 ? cJSON_ParseWithLength(all.at, all.len) : NULL;
    builder_finish(&text);
    return json;
}

static void run_self(const char *const *arguments, int output_fd)
{
    int errors_fd = open("/dev/null", O_WRONLY | O_CLOEXEC); /* its progress bar */
    dup2(output_fd, STDOUT_FILENO);
    if (isatty(STDERR_FILENO))
        dup2(errors_fd, STDERR_FILENO);
    execv("/proc/self/exe", (char *const *)arguments);
    _exit(127);
}

/* What it says, to be freed by cJSON_Delete; NULL: nothing. */
static cJSON *run_compare(const struct claims *claims, const struct regime *regime)
{
    char clients[16];
    const char *const arguments[] = {"pushbench",
                                     "compare",
                                     "--json",
                                     "--rate",
                                     regime->rate,
                                     "--interval",
                                     regime->interval_ms,
                                     "--duration",
                                     regime->duration_s,
                                     "--heartbeat",
                                     regime->heartbeat_s,
                                     "--repeats",
                                     "5",
                                     "--rtt",
                                     "40",
                                     "--clients",
                                     clients,
                                     claims->common.pushlab ? "--pushlab" : NULL,
                                     claims->common.pushlab,
                                     NULL};
    int ends[2];
    snprintf(clients, sizeof(clients), "%u", clients_of(claims));
    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    pid_t pid = process_fork();
    if (pid == 0)
        run_self(arguments, ends[1]);
    close(ends[1]);
    if (pid > 0)
        process_guard(pid);
    cJSON *json = read_json(ends[0]);
    close(ends[0]);
    if (pid > 0) {
        waitpid(pid, NULL, 0);
        process_unguard(pid);
    }
    return json;
}

/* ---- judging ----------------------------------------------------------------------------- */

static const struct compare_reading *reading_of(const char *key)
{
    const struct compare_reading *reading = compare_readings;
    while (strcmp(reading->key, key) != 0)
        reading++;
    return reading;
}

static const struct text *words_of(enum verdict_kind kind)
{
    static const struct text words[] = {
        [VERDICT_NONE] = {"not known", "未知"},
        [VERDICT_HOLDS] = {"holds", "成立"},
        [VERDICT_TIES] = {"holds but for ties", "除并列外成立"},
        [VERDICT_ALL_TIE] = {"all tie", "全部并列"},
        [VERDICT_LAST_FLIPS] = {"does not hold", "不成立"},
        [VERDICT_FAILS] = {"does not hold", "不成立"},
    };
    return &words[kind];
}

/* What came out, best first: "a = b < c". */
static void describe(const struct compare_kept *kept, const char *const names[CHAIN],
                     char *ret_text, size_t size)
{
    unsigned order[CHAIN], count = verdict_order(kept->figures, CHAIN, order);
    size_t len = 0;
    ret_text[0] = '\0';
    for (unsigned i = 0; i < count && len < size; i++) {
        const struct judged *figure = &kept->figures[order[i]];
        const char *sign = i == 0 ? "" : " < ";
        if (i > 0 && verdict_tie(&kept->figures[order[i - 1]], figure, kept->tolerance))
            sign = " = ";
        len += (size_t)snprintf(ret_text + len, size - len, "%s%s %.3g", sign, names[order[i]],
                                figure->spread.median);
    }
}

/* One line of the finding; what the order comes to by this metric. */
static enum verdict_kind judge(struct finding *finding, const cJSON *found, unsigned reading,
                               unsigned metric, const struct regime *regime)
{
    const struct compare_reading *asked = reading_of(readings[reading].key);
    struct compare_kept kept;
    char order[256];
    compare_document_read(found, asked, metrics[metric].metric, &kept);
    enum verdict_kind kind = verdict_of(kept.figures, CHAIN, kept.tolerance);
    describe(&kept, asked->chain, order, sizeof(order));
    cJSON *figure = finding_figure(finding, metric_infos[metrics[metric].metric].key,
                                   readings[reading].name, metrics[metric].label, NAN);
    figure_at(figure, "messages_per_poll", place, regime->per_poll);
    figure_text(figure, *words_of(kind), order);
    return kind;
}

static void judge_all(struct finding *finding, const cJSON *found, unsigned reading,
                      const struct regime *regime, enum verdict_kind ret_kinds[JUDGED])
{
    for (unsigned metric = 0; metric < JUDGED; metric++)
        ret_kinds[metric] = judge(finding, found, reading, metric, regime);
    figure_at(finding_figure(finding, "kept", readings[reading].name,
                             (struct text){"of these 5, not against the order",
                                           "以上 5 项中不违反该顺序的"},
                             claim_18_kept(ret_kinds, JUDGED)),
              "messages_per_poll", place, regime->per_poll);
}

bool claim_18_run(const struct claims *claims, struct finding *finding)
{
    const struct regime *chosen = claims->quick ? quick_regimes : regimes;
    enum verdict_kind kinds[REGIMES * READINGS * JUDGED];
    unsigned count = 0;
    for (unsigned i = 0; i < REGIMES; i++) {
        cJSON *found = run_compare(claims, &chosen[i]);
        if (!found) {
            fputs("pushbench claims: pushbench compare gave no figures\n", stderr);
            return false;
        }
        if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(found, "held")))
            finding_broken(finding, "a check of pushbench compare did not hold");
        for (unsigned reading = 0; reading < READINGS; reading++, count += JUDGED)
            judge_all(finding, found, reading, &chosen[i], kinds + count);
        cJSON_Delete(found);
    }
    finding_regime(
        finding,
        "pushbench compare: %u clients each, Poisson messages, once %s and once %s a "
        "second with a poll each %s ms, round trip 40 ms. Each line: what the order "
        "comes to, then best first with the medians; = is a tie.",
        "pushbench compare：每种方式 %u 个客户端，泊松到达，先每秒 %s 条，再每秒 %s "
        "条，每 %s 毫秒轮询一次，往返 40 "
        "毫秒。每行先说顺序是否成立，再从优到劣列出中位数，= 表示并列。",
        clients_of(claims), chosen[0].rate, chosen[1].rate, chosen[0].interval_ms);
    finding_verdict(finding, claim_18_verdict(kinds, JUDGED));
    return true;
}
