/* SPDX-License-Identifier: MIT */
#include "advice_words.h"

#include "../map/map_words.h"

#include <stdio.h>
#include <string.h>

static const struct words sentences[ADVICE_WORDS] = {
    [ADVICE_TOO_LATE] = {{"too late: up to {1} ms, and {2} ms are allowed",
                          "太晚：最坏 {1} 毫秒，而只允许 {2} 毫秒"}},
    [ADVICE_TOO_LATE_POLL] =
        {{"too late: up to {1} ms with a poll each {3} ms, and {2} ms are allowed",
          "太晚：每 {3} 毫秒轮询一次，最坏 {1} 毫秒，而只允许 {2} 毫秒"}},
    [ADVICE_TOO_LATE_BETWEEN] =
        {{"too late: up to {1} ms for what comes while nobody asks, and {2} ms are allowed",
          "太晚：两次请求之间到达的消息最坏要等 {1} 毫秒，而只允许 {2} 毫秒"}},
    [ADVICE_ONE_WAY] = {{"one way: to speak back a client needs a second connection, and a "
                         "POST each time",
                         "只能单向：客户端要说话得另开连接，每次发一个 POST"}},
    [ADVICE_WAITS] = {{"its connection waits for an answer: to speak back a client needs a "
                       "second one, and a POST each time",
                       "连接正等着响应：客户端要说话得另开连接，每次发一个 POST"}},
    [ADVICE_NEEDS_UPGRADE] =
        {{"a proxy that does not pass Upgrade on refuses it: try it there first, and keep "
          "another transport to fall back on",
          "不转发 Upgrade 的代理会拒绝它：先在那里试一试，并准备好退路"}},
    [ADVICE_MAY_BE_GATHERED] = {{"a proxy that gathers answers delays it: try it there",
                                 "会缓冲响应的代理会让它变慢：要在那里试一试"}},
    [ADVICE_NO_TRANSPORT] = {{"No transport meets this: allow a longer delay.",
                              "没有一种方式能满足：请放宽允许的延迟。"}},
    [ADVICE_TAKE] = {{"Take {1}: {2}", "选用{1}：{2}"}},
    [ADVICE_FOR_BATCHES] = {{"the delay allows a poll each {1} s, which brings {2} messages at "
                             "once",
                             "允许的延迟够每 {1} 秒轮询一次，一次就取回 {2} 条消息"}},
    [ADVICE_FOR_HOLDING] =
        {{"an answer is held until there is something: no request is in vain",
          "响应一直等到有消息才返回，没有一个请求是白发的"}},
    [ADVICE_FOR_SILENCE] =
        {{"messages are sparse for the delay allowed ({1} in each interval of a poll): a "
          "stream does nothing until there is one",
          "相对于允许的延迟，消息很稀疏（每个轮询间隔 {1} 条）：流在没有消息时什么也不做"}},
    [ADVICE_FOR_STREAMS] = {{"a message on a stream needs no request", "流上的消息不需要请求"}},
    [ADVICE_NEXT] = {{"; {1}, the next, takes {2} x the CPU and {3} x the wire bytes.",
                      "；其次是{1}，CPU 是它的 {2} 倍，线路字节是它的 {3} 倍。"}},
    [ADVICE_ALONE] = {{"; no other is left.", "；此外别无选择。"}},
    [ADVICE_ALONE_BUT_DOUBTFUL] = {{"; no other is left but a doubtful one.",
                                    "；此外只剩下存疑的。"}},
    [ADVICE_GATHER] =
        {{"It is batching that makes {5} cheap, and push can batch, too: with a server that "
          "gathers for {1} ms (--coalesce), {2} takes {3} x the CPU and {4} x the wire bytes "
          "of {5}, and is no later at worst than allowed.",
          "{5}省在成批，而推送也能成批：让服务器先攒 {1} 毫秒再写（--coalesce），"
          "{2}的 CPU 是{5}的 {3} 倍，线路字节是 {4} 倍，最坏延迟仍在允许之内。"}},
};

const char *advice_name(enum cost_transport transport, enum language language)
{
    if (language == ENGLISH) /* as it stands in the table */
        return cost_transport_names[transport];
    return words_in(&map_words[WORD_SHORT_POLL_CLOSE + transport], language);
}

void advice_say(enum advice_word word, enum language language, const char *const arguments[],
                char ret_text[ADVICE_TEXT_SIZE])
{
    size_t len = 0;
    for (const char *at = words_in(&sentences[word], language);
         *at && len + 1 < ADVICE_TEXT_SIZE;) {
        if (at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}') {
            len += (size_t)snprintf(ret_text + len, ADVICE_TEXT_SIZE - len, "%s",
                                    arguments[at[1] - '1']);
            at += 3;
        } else {
            ret_text[len++] = *at++;
        }
    }
    ret_text[len < ADVICE_TEXT_SIZE ? len : ADVICE_TEXT_SIZE - 1] = '\0';
}
