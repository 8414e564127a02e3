/* SPDX-License-Identifier: MIT */
#include "report_compat_words.h"

#include <string.h>

const struct words compat_strings[COMPAT_STRINGS] = {
    [COMPAT_TITLE] = {{"Which transport gets through what stands between",
                       "哪种传输穿得过中间设备"}},
    [COMPAT_LEAD] = {{"Each transport was sent through each environment: a message, silence, "
                      "four messages at once, and a reconnect after some were missed. The "
                      "server was naive (it says only what it has to), careful (it forbids "
                      "caching, buffering and compression, and sends heartbeats), or careful "
                      "with the environment set up for push.",
                      "每种传输都送进每个环境：一条消息，一段静默，紧接着四条消息，再断线漏掉"
                      "几条后重连。服务器分三种：朴素（只说非说不可的）、谨慎（禁止缓存、缓冲"
                      "和压缩，并发心跳）、谨慎而且中间设备也为推送配好。"}},
    [COMPAT_ORDERS] = {{"Does the textbook's order hold?", "教科书的排名成立吗？"}},
    [COMPAT_ORDERS_LEAD] =
        {{"“Short poll > long poll > long connection > WebSocket” in compatibility. A long "
          "connection can mean keep-alive, over which polls go: it gets through wherever "
          "they do. Or it means SSE. So there are two verdicts.",
          "兼容性上“短轮询 > 长轮询 > 长连接 > WebSocket”。“长连接”可以指 keep-alive，轮询"
          "就走在它上面，所以轮询能通它就能通；也可以指 SSE。因此有两个结论。"}},
    [COMPAT_SERVER] = {{"Server", "服务器"}},
    [COMPAT_MEASURED] = {{"Environments of {1} got through", "{1} 个环境中通过的个数"}},
    [COMPAT_AS_SSE] = {{"Long connection as SSE", "长连接指 SSE"}},
    [COMPAT_AS_KEEP_ALIVE] = {{"Long connection as keep-alive", "长连接指 keep-alive"}},
    [COMPAT_REVERSED] = {{"Where it is reversed", "在哪里反过来"}},
    [COMPAT_REVERSED_LINE] = {{"{1} ({2}): {3} gets through better than {4}, which is: {5}",
                               "{1}（{2}）：{3} 比 {4} 更通，后者：{5}"}},
    [COMPAT_NOT_REVERSED] = {{"Nowhere.", "没有。"}},
    [COMPAT_MATRIX] = {{"The matrix", "矩阵"}},
    [COMPAT_MATRIX_LEAD] = {{"✓ gets through, ◷ late, ✗ does not. Below each environment why, "
                             "and what cures it.",
                             "✓ 通过，◷ 晚到，✗ 不通。每个环境下面写着原因和药方。"}},
    [COMPAT_ENVIRONMENT] = {{"Environment", "环境"}},
    [COMPAT_BROWSERS] = {{"The other order: by browser", "另一种排名：按浏览器"}},
    [COMPAT_BROWSERS_LEAD] = {{"From which version on, and from when on, each browser has it.",
                               "每个浏览器从哪个版本、哪一年起支持。"}},
    [COMPAT_BROWSER] = {{"Browser", "浏览器"}},
    [COMPAT_NEVER] = {{"never", "从未"}},
    [COMPAT_ENDED] = {{"until {1}", "到 {1} 为止"}},
    [COMPAT_BROWSERS_VERDICT] =
        {{"Polls came first (XMLHttpRequest). SSE and WebSocket came together, from 2010 to "
          "2012, and there the order is reversed: Internet Explorer 10 and Edge up to 18 had "
          "WebSocket and never EventSource. Today all tie.",
          "轮询最早（XMLHttpRequest）。SSE 与 WebSocket 在 2010 到 2012 年同期出现，排名在这"
          "里反过来：IE 10 起和 18 以前的 Edge 有 WebSocket，却没有 "
          "EventSource。今天全部打平。"}},
    [COMPAT_BROWSERS_SOURCE] = {{"From {1} {2}, of {3}.", "取自 {1} {2}，{3}。"}},
    [COMPAT_LIES] =
        {{"Minutes of silence are seconds here; idle limits are found by `compat "
          "soak`. A cell that does not work is tried again, so that a busy machine "
          "is not taken for a proxy. All products are of one version and one "
          "configuration: others may do otherwise. Counts say how many of these "
          "environments let a transport pass, not how common they are.",
          "这里把几分钟的静默压成几秒；静默多久会被断，要用 `compat soak` 来量。不"
          "通的格子会重试，免得把机器忙当成代理作怪。每种产品只测了一个版本、一种"
          "配置，换一个可能不同。个数说的是这些环境里有多少能通，不是它们有多常见。"}},
};

const struct words *compat_care_words(const char *name)
{
    static const struct {
        const char *name;
        struct words words;
    } cares[] = {
        {"naive", {{"naive", "朴素"}}},
        {"careful", {{"careful", "谨慎"}}},
        {"cured", {{"careful, and cured", "谨慎，且已对症"}}},
    };
    for (unsigned i = 0; i < sizeof(cares) / sizeof(cares[0]); i++)
        if (name && strcmp(cares[i].name, name) == 0)
            return &cares[i].words;
    return NULL;
}
