/* SPDX-License-Identifier: MIT
 *
 * What is said of a cell of a matrix, in each language.
 */
#include "compat.h"

#include <stdio.h>

enum { UPGRADE_REQUIRED = 426, RESUMED_LATE_US = 800000 };

static struct words reason_of_resuming(const struct probe_seen *seen)
{
    if (!probe_resumed(seen))
        return (struct words){
            {"what was missed did not come after a reconnect", "重连之后，错过的消息没有补上"}};
    if (seen->resumed_us > RESUMED_LATE_US)
        return (struct words){{"what was missed came late after a reconnect: it waited until "
                               "more came behind it",
                               "重连之后，错过的消息来晚了：等后面又有数据才放行"}};
    return (struct words){{""}};
}

static struct words reason_of_refusal(const struct probe_seen *seen,
                                      const struct client_kind *kind)
{
    if (!seen->connected)
        return (struct words){{"nobody listens there", "那里没有程序在监听"}};
    if (seen->tunnel_refused)
        return (struct words){{"the proxy opens no tunnel (CONNECT) to this port",
                               "代理不肯为这个端口打开隧道（CONNECT）"}};
    if (kind == &websocket_client && seen->status == UPGRADE_REQUIRED)
        return (struct words){{"Upgrade was removed on the way: the server saw a plain GET",
                               "Upgrade 在半路被删掉：服务器看到的只是普通的 GET"}};
    return (struct words){{"refused on the way", "在半路被拒绝"}};
}

static struct words reason_of_buffering(const struct probe_seen *seen)
{
    if (seen->let_go_bytes == 0)
        return (struct words){
            {"the answer is held back, perhaps until it ends: a stream does not",
             "响应被扣住，也许要等它结束才放行，而流不会结束"}};
    return (struct words){
        {"the answer is held back until a buffer is full", "响应被扣住，直到缓冲区装满才放行"}};
}

static struct words reason_of_cut(const struct client_kind *kind)
{
    if (kind->reads == READS_ON)
        return (struct words){{"silence is taken for an end, and no heartbeat came",
                               "太久没有数据，又没有心跳，就被当作已经结束"}};
    return (struct words){{"held for longer than something on the way waits",
                           "请求被保持的时间超过了中间设备的耐心"}};
}

struct words compat_reason(const struct compat_cell *cell, const struct client_kind *kind)
{
    const struct probe_seen *seen = &cell->seen;
    if (cell->trouble)
        return (struct words){{cell->trouble}};
    switch (cell->outcome) {
    case PROBE_WORKS:
        return reason_of_resuming(seen);
    case PROBE_LATE:
        return (struct words){{"what is sent is gathered for a while before it goes on",
                               "数据先攒一会儿，再往下传"}};
    case PROBE_BUFFERED:
        return reason_of_buffering(seen);
    case PROBE_REFUSED:
        return reason_of_refusal(seen, kind);
    case PROBE_CUT:
        return reason_of_cut(kind);
    case PROBE_STALE:
        return (struct words){{"a cache gives old answers: nothing forbids it to",
                               "缓存给的是旧答案：没有什么禁止它这样做"}};
    case PROBE_LOOPING:
        return (struct words){
            {"a cache gives an empty answer again and again, at once: a busy loop",
             "缓存立即给出空答案，一次又一次：客户端陷入空转"}};
    case PROBE_SILENT:
        return (struct words){
            {"forgotten while it was silent, or held for ever: no answer and no error",
             "安静时连接被忘掉，或一直被扣住：没有响应，也没有错误"}};
    case PROBE_BROKEN:
        break;
    }
    return (struct words){
        {"messages were changed, repeated or out of order", "消息被改动、重复，或次序错乱"}};
}

void compat_tell(const struct compat_cell *cell, enum language language,
                 char ret[COMPAT_TOLD_LIMIT])
{
    bool zh = language == CHINESE;
    if (cell->trouble)
        snprintf(ret, COMPAT_TOLD_LIMIT, zh ? "没有测到" : "not measured");
    else if (!probe_resumed(&cell->seen))
        snprintf(ret, COMPAT_TOLD_LIMIT, zh ? "重连后没补上" : "no resume");
    else
        probe_tell(&cell->seen, cell->outcome, language, ret, COMPAT_TOLD_LIMIT);
}
