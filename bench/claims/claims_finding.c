/* SPDX-License-Identifier: MIT */
#include "claims.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SAID_LIMIT = 512 };

static void add_text(cJSON *object, const char *key, struct text text)
{
    cJSON *both = cJSON_AddObjectToObject(object, key);
    cJSON_AddStringToObject(both, "en", text.en);
    cJSON_AddStringToObject(both, "zh", text.zh);
}

/* ---- verdicts in words ------------------------------------------------------------------- */

/* A star stands for the reason, a number sign for the number, an at sign for what it lies
 * between. */
static const struct {
    const char *key;
    struct text words, words_with_reason;
} kinds[] = {
    [CLAIM_UNKNOWN] = {"unknown", {"not known", "未知"}, {"not known: *", "未知：*"}},
    [CLAIM_HOLDS] = {"holds", {"holds", "成立"}, {"holds: *", "成立：*"}},
    [CLAIM_ONLY_WHEN] = {"only_when",
                         {"holds only when", "有条件成立"},
                         {"holds only when *", "仅当*时成立"}},
    [CLAIM_FAILS] = {"does_not_hold",
                     {"does not hold", "不成立"},
                     {"does not hold: *", "不成立：*"}},
};

static const struct text reasons[CLAIM_REASONS] = {
    [REASON_NONE] = {"", ""},
    [REASON_MORE_HANDSHAKES] = {"there were # for each client", "每个客户端有 # 次"},
    [REASON_OPEN_ANSWER] = {"an answer that does not end (SSE) is plain HTTP, and pushes",
                            "不结束的响应（SSE）就是普通 HTTP，它能推送"},
    [REASON_FALSE_ALARMS] = {"# living peers were declared dead", "误判了 # 个存活的对端"},
    [REASON_LATE_ALARM] = {"it took # ms", "用了 # 毫秒"},
    [REASON_NO_ALARM] = {"a frozen peer was not found out", "有冻结的对端一直没被发现"},
    [REASON_BELOW_PER_POLL] = {"fewer than # messages come in one poll's interval (it turns "
                               "between @)",
                               "每个轮询间隔内的消息少于 # 条（在 @ 之间翻转）"},
    [REASON_ABOVE_CLIENTS] = {"more than # clients poll once a second: that takes a tenth of "
                              "a processor",
                              "每秒轮询一次的客户端超过 # 个（占用处理器的十分之一）"},
    [REASON_NOT_SHORTEST] = {"its # lines are more than another's", "它的 # 行多于其他方式"},
    [REASON_SELDOM_USELESS] = {"most of the answers had something to give",
                               "大多数响应都带有消息"},
    [REASON_AS_CHEAP] = {"it costs no more than a stream", "开销不高于流式连接"},
    [REASON_OTHER_REQUESTS] = {"there were # requests for each message",
                               "每条消息用了 # 个请求"},
    [REASON_NO_SOONER] = {"messages came no sooner than by polling", "消息到达不比轮询早"},
    [REASON_MORE_REQUESTS] = {"it takes as many requests or more", "请求数不少于短轮询"},
    [REASON_THREAD_EACH] = {"each held connection has a thread of its own: # times an event "
                            "loop's memory",
                            "每个被保持的连接各占一个线程（内存是事件循环的 # 倍）"},
    [REASON_LONG_ROUND_TRIP] = {"the round trip is longer than the time between two messages",
                                "往返时间长于两条消息的间隔"},
    [REASON_KEPT_UP] = {"polls on one connection kept up", "同一连接上的轮询跟得上"},
    [REASON_NO_HEADERS] = {"no headers were sent", "没有发送首部"},
    [REASON_LATER_THAN_WEBSOCKET] = {"messages took # ms, longer than by WebSocket",
                                     "消息用了 # 毫秒，比 WebSocket 慢"},
    [REASON_DEARER] = {"it is the dearer one in what was measured", "就所测各项而言它更贵"},
    [REASON_ONE_CONNECTION] = {"as many connections were enough", "连接数一样就够了"},
    [REASON_SSE_AND_SPARSE] = {"the long connection is SSE, and messages are sparse",
                               "长连接指 SSE 且消息稀疏"},
    [REASON_SSE] = {"the long connection is SSE", "长连接指 SSE"},
    [REASON_SPARSE] = {"messages are sparse", "消息稀疏"},
    [REASON_SOME_FIGURES] = {"one goes by some figures: # % of those above keep it",
                             "只看部分指标（以上指标中 # % 符合该顺序）"},
    [REASON_NO_FIGURE] = {"no figure here keeps the order", "没有任何指标符合该顺序"},
    [REASON_LITTLE_IS_FETCHED] = {"little is fetched: many messages take fewer bytes by "
                                  "WebSocket",
                                  "取的数据很少（消息多时 WebSocket 的字节更少）"},
    [REASON_HTTP_DEARER] = {"data wanted once takes more bytes by plain HTTP",
                            "只取一次时，普通 HTTP 的字节更多"},
    [REASON_HTTP_SUFFICES] = {"for data wanted once plain HTTP is enough, though it saves "
                              "next to nothing",
                              "只取一次时普通 HTTP 就够了，不过也几乎没省什么"},
    [REASON_CURSOR] = {"the reader goes on from a cursor: # messages were lost without",
                       "读者凭游标续读（没有游标时丢了 # 条）"},
    [REASON_LOST_ANYWAY] = {"# messages were lost, cursor or not", "有游标仍丢了 # 条"},
    [REASON_IN_THE_PAGE] = {"the page is meant: on the server WebSocket takes # lines",
                            "说的是网页端（服务器端的 WebSocket 有 # 行）"},
    [REASON_MORE_LINES] = {"it takes # lines, more than polling", "它有 # 行，多于轮询"},
};

/* Puts what is given in the place of a sign. */
static void fill(const char *pattern, char sign, const char *what, char ret[SAID_LIMIT])
{
    const char *at = strchr(pattern, sign);
    if (at)
        snprintf(ret, SAID_LIMIT, "%.*s%s%s", (int)(at - pattern), pattern, what, at + 1);
    else
        snprintf(ret, SAID_LIMIT, "%s", pattern);
}

static void add_verdict_words(cJSON *object, const char *key, const char *kind,
                              const char *reason, struct claim_verdict verdict, const char *and)
{
    char number[32], between[64], filled[SAID_LIMIT], all[SAID_LIMIT];
    snprintf(number, sizeof(number), verdict.number < 100 ? "%.3g" : "%.0f", verdict.number);
    snprintf(between, sizeof(between), "%g%s%g", verdict.between[0], and, verdict.between[1]);
    fill(reason, '#', number, all);
    fill(all, '@', between, filled);
    fill(kind, '*', filled, all);
    cJSON_AddStringToObject(object, key, all);
}

void finding_verdict(struct finding *finding, struct claim_verdict verdict)
{
    const struct text *reason = &reasons[verdict.reason];
    const struct text *kind = verdict.reason == REASON_NONE
                                  ? &kinds[verdict.kind].words
                                  : &kinds[verdict.kind].words_with_reason;
    cJSON_AddStringToObject(finding->json, "verdict", kinds[verdict.kind].key);
    add_text(finding->json, "verdict_kind", kinds[verdict.kind].words);
    cJSON *words = cJSON_AddObjectToObject(finding->json, "verdict_text");
    add_verdict_words(words, "en", kind->en, reason->en, verdict, " and ");
    add_verdict_words(words, "zh", kind->zh, reason->zh, verdict, " 与 ");
    if (verdict.kind == CLAIM_UNKNOWN)
        finding_broken(finding, "a figure that the verdict needs is missing");
}

/* ---- the rest ---------------------------------------------------------------------------- */

static void add_number(cJSON *object, const char *key, double value)
{
    cJSON_AddItemToObject(object, key,
                          isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

bool finding_begin(struct finding *finding, const struct claim *claim)
{
    finding->json = cJSON_CreateObject();
    cJSON_AddNumberToObject(finding->json, "id", claim->id);
    add_text(finding->json, "sentence", claim->sentence);
    finding->figures = cJSON_AddArrayToObject(finding->json, "figures");
    return finding->figures;
}

void finding_finish(struct finding *finding)
{
    cJSON_Delete(finding->json);
    finding->json = finding->figures = NULL;
}

cJSON *finding_figure(struct finding *finding, const char *key, const char *of,
                      struct text label, double value)
{
    cJSON *figure = cJSON_CreateObject();
    cJSON_AddItemToArray(finding->figures, figure);
    cJSON_AddStringToObject(figure, "key", key);
    if (of)
        cJSON_AddStringToObject(figure, "of", of);
    add_text(figure, "label", label);
    add_number(figure, "value", value);
    return figure;
}

void figure_at(cJSON *figure, const char *key, struct text label, double at)
{
    cJSON *place = cJSON_AddObjectToObject(figure, "at");
    cJSON_AddStringToObject(place, "key", key);
    add_text(place, "label", label);
    add_number(place, "value", at);
}

void figure_model(cJSON *figure, double value)
{
    add_number(figure, "model", value);
}

void figure_text(cJSON *figure, struct text result, const char *order)
{
    cJSON_DeleteItemFromObjectCaseSensitive(figure, "value");
    add_text(figure, "result", result);
    cJSON_AddStringToObject(figure, "order", order);
}

void finding_regime(struct finding *finding, const char *en, const char *zh, ...)
{
    char text_en[SAID_LIMIT], text_zh[SAID_LIMIT];
    va_list arguments;
    va_start(arguments, zh);
    vsnprintf(text_en, sizeof(text_en), en, arguments);
    va_end(arguments);
    va_start(arguments, zh);
    vsnprintf(text_zh, sizeof(text_zh), zh, arguments);
    va_end(arguments);
    add_text(finding->json, "regime", (struct text){text_en, text_zh});
}

void finding_note(struct finding *finding, struct text note)
{
    cJSON *notes = cJSON_GetObjectItemCaseSensitive(finding->json, "notes");
    if (!notes)
        notes = cJSON_AddArrayToObject(finding->json, "notes");
    cJSON *both = cJSON_CreateObject();
    cJSON_AddItemToArray(notes, both);
    cJSON_AddStringToObject(both, "en", note.en);
    cJSON_AddStringToObject(both, "zh", note.zh);
}

void finding_broken(struct finding *finding, const char *format, ...)
{
    char text[SAID_LIMIT];
    va_list arguments;
    cJSON *list = cJSON_GetObjectItemCaseSensitive(finding->json, "broken");
    if (!list)
        list = cJSON_AddArrayToObject(finding->json, "broken");
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
}
