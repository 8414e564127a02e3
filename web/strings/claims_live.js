// SPDX-License-Identifier: MIT
//
// Strings of the claims that the page tries by itself: verdicts, conditions and figures.

export default {
  "live.needs_lab": {
    en: "The server does not record connections: start it with ./dev run --lab.",
    zh: "服务器没有开启连接记录：请用 ./dev run --lab 启动。",
  },
  "live.needs_doors": {
    en: "There is no relay beside the server to play the proxy: start it with ./dev run --lab.",
    zh: "服务器旁没有中继来扮演代理：请用 ./dev run --lab 启动。",
  },
  "live.no_record": {
    en: "The record of the connection did not come. Is the server very busy? Try again.",
    zh: "没有收到连接的记录。服务器是不是太忙？请再试一次。",
  },
  "live.no_stranger": {
    en: "The frame that plays the foreign page gave no answer. Load this page anew and try again.",
    zh: "扮演外来网页的框架没有回应。请重新载入本页再试。",
  },

  "live.duplex_holds": {
    en: "holds: the directions took turns {turns} times on one connection, with nobody waiting for the other",
    zh: "成立：同一连接上两个方向交替了 {turns} 次，谁也不等谁",
  },
  "live.duplex_does_not_hold": {
    en: "does not hold here: the directions took turns {turns} times only",
    zh: "在这里不成立：两个方向只交替了 {turns} 次",
  },
  "live.duplex_unknown": {
    en: "not known: only {received} of {sent} frames came back in time",
    zh: "未知：{sent} 帧中只有 {received} 帧及时返回",
  },
  "live.duplex_regime": {
    en: "One WebSocket of this page: {frames} messages sent, one each {ms} ms, and all of them received on the same connection meanwhile. Handshakes are the server's count; another page that connects meanwhile is counted, too.",
    zh: "本页的一个 WebSocket：每 {ms} 毫秒发送一条，共 {frames} 条，同时在同一连接上全部收回。握手次数由服务器统计；此时若有别的网页连接，也会计入。",
  },
  "live.frames_up": { en: "frames sent", zh: "发送的帧" },
  "live.frames_down": { en: "frames received", zh: "收到的帧" },
  "live.frames_meanwhile": { en: "of these, received while there was still more to send", zh: "其中在尚未发完时收到的" },
  "live.turns": { en: "times that the direction changed", zh: "方向变换的次数" },
  "live.sockets_of_page": { en: "WebSockets that the page has opened", zh: "网页打开的 WebSocket" },
  "live.handshakes": { en: "handshakes, by the server's count", zh: "握手次数（服务器统计）" },

  "live.handshake_holds": {
    en: "holds: one request, one answer 101, then frames only",
    zh: "成立：一个请求，一个 101 响应，之后只有帧",
  },
  "live.handshake_fails": {
    en: "does not hold here: the answer was {status}, or a header was missing",
    zh: "在这里不成立：响应是 {status}，或缺少首部",
  },
  "live.handshake_regime": {
    en: "A WebSocket that this page has just opened, as the server recorded its bytes. The key is the browser's, the accept was worked out here.",
    zh: "本页刚打开的 WebSocket，字节由服务器记录。key 由浏览器产生，accept 由本页另行算出。",
  },
  "live.asks": { en: "The request", zh: "请求" },
  "live.answers": { en: "The answer", zh: "响应" },
  "live.asks_with": { en: "The headers that ask", zh: "请求的首部" },
  "live.answers_with": { en: "The headers that answer", zh: "响应的首部" },
  "live.accept_worked_out": { en: "Accept, worked out from the key", zh: "由 key 算出的 accept" },
  "live.heads_afterwards": { en: "HTTP heads after the handshake", zh: "握手之后的 HTTP 首部" },

  "live.stranger_holds": {
    en: "holds: the browser let both WebSockets out, and the server decided; what fetch and EventSource fetched, the browser kept from the page",
    zh: "成立：两个 WebSocket 浏览器都放行，由服务器决定；fetch 和 EventSource 取到的内容则被浏览器扣下",
  },
  "live.stranger_fails": {
    en: "does not hold here: see below what was let through, and by whom",
    zh: "在这里不成立：放行了什么、是谁放行的，见下",
  },
  "live.stranger_regime": {
    en: "A sandboxed frame in this page: its Origin is `null`, which this server does not list. The topic `clock` is for the server's own pages, `frames` for all.",
    zh: "本页里的一个沙盒框架：它的 Origin 是 `null`，不在服务器的名单上。主题 `clock` 只给服务器自己的网页，`frames` 对所有网页开放。",
  },
  "live.stranger_fetch": { en: "fetch of `clock`", zh: "用 fetch 取 `clock`" },
  "live.stranger_events": { en: "EventSource on `clock`", zh: "用 EventSource 取 `clock`" },
  "live.stranger_socket": { en: "WebSocket to `clock`", zh: "用 WebSocket 连 `clock`" },
  "live.stranger_socket_public": { en: "WebSocket to `frames`", zh: "用 WebSocket 连 `frames`" },
  "live.stranger_kept": { en: "kept from the page, by the browser", zh: "浏览器不让网页读" },
  "live.stranger_read": { en: "read by the page", zh: "网页读到了" },
  "live.stranger_refused": { en: "refused, by the server", zh: "服务器拒绝" },
  "live.stranger_open": { en: "let in, by the server", zh: "服务器放行" },
  "live.stranger_silent": { en: "no answer in time", zh: "没有及时回应" },
  "live.stranger_fetches": { en: "polls that reached the server all the same", zh: "照样到达服务器的轮询" },
  "live.stranger_streams": { en: "event streams that reached the server all the same", zh: "照样到达服务器的事件流" },

  "live.pictures_hold": {
    en: "holds: {count} pictures came without being asked for, and all of them decode and differ",
    zh: "成立：不请自来 {count} 张图片，全部可解码且各不相同",
  },
  "live.pictures_fail": {
    en: "does not hold here: only {count} of the messages were pictures, or they were the same",
    zh: "在这里不成立：只有 {count} 条消息是图片，或图片相同",
  },
  "live.pictures_none": {
    en: "not known: only {count} pictures came in time. The feed `frames` must be on",
    zh: "未知：只及时收到 {count} 张图片。需要开启 `frames` 数据源",
  },
  "live.pictures_regime": {
    en: "The endpoint that the textbook's code names, at ws://{host}: a base64 text each second.",
    zh: "课文代码所用的端点，即 ws://{host}：每秒一条 base64 文本。",
  },
  "live.pictures_came": { en: "messages that came", zh: "收到的消息" },
  "live.pictures_decoded": { en: "pictures among them", zh: "其中的图片" },
  "live.pictures_different": { en: "different ones", zh: "各不相同的" },
  "live.picture_base64_bytes": { en: "bytes of a message, on average", zh: "平均每条消息的字节" },
  "live.picture_bytes": { en: "bytes of the picture in it", zh: "其中图片本身的字节" },

  "live.paths_only_when": {
    en: "holds only for the way through middleboxes: {counts} of the ways let them through",
    zh: "仅就穿过中间设备而言成立：能通过的依次为 {counts} 种",
  },
  "live.paths_does_not_hold": {
    en: "does not hold here: the counts, in the text's order, are {counts}",
    zh: "在这里不成立：按课文的次序，能通过的种数为 {counts}",
  },
  "live.paths_unknown": { en: "not known: nothing came through, not even without a fault", zh: "未知：什么都没通过，连没有故障时也没有" },
  "live.paths_regime": {
    en: "This browser, through one door of the relay that played {count} kinds of way. A message had {s} s to come. The products themselves are on the page of the matrix.",
    zh: "用本浏览器，经中继的一扇门，由它扮演 {count} 种线路。每条消息限 {s} 秒到达。真实产品的结果见兼容性矩阵页。",
  },
  "live.paths_through": { en: "ways that let it through", zh: "能通过的线路种数" },
  "live.path_nothing": { en: "nothing in between", zh: "中间什么也没有" },
  "live.path_open": { en: "✓ came through", zh: "✓ 通过" },
  "live.path_shut": { en: "✗ did not", zh: "✗ 不通" },
  "live.path_upgrade": { en: "a proxy that strips Upgrade", zh: "代理去掉 Upgrade" },
  "live.path_http10": { en: "a proxy that speaks HTTP/1.0", zh: "代理只会 HTTP/1.0" },
  "live.path_buffer": { en: "a proxy that keeps an answer until its end", zh: "代理等响应结束才转发" },
  "live.path_coalesce": { en: "a proxy that gathers for 200 ms", zh: "代理攒 200 毫秒再发" },

  "live.uses_holds": {
    en: "holds: all {all} pairs of a use and a transport worked",
    zh: "成立：{all} 种“用途与传输方式”的组合全部可行",
  },
  "live.uses_only_when": {
    en: "holds only in part: {arrived} of {all} pairs of a use and a transport worked",
    zh: "仅部分成立：{all} 种“用途与传输方式”的组合中有 {arrived} 种可行",
  },
  "live.uses_does_not_hold": {
    en: "does not hold here: none of {all} pairs worked ({arrived} came). Are the feeds `host` and `frames` on?",
    zh: "在这里不成立：{all} 种组合无一可行（收到 {arrived}）。`host` 和 `frames` 数据源开了吗？",
  },
  "live.uses_regime": {
    en: "This page, over each transport: a line of chat, a figure of the server's own load, a picture. Short poll each {ms} ms. Delays from publishing to this page.",
    zh: "本页，经每种传输方式：一句聊天、一条服务器负载数据、一张图片。短轮询每 {ms} 毫秒一次。延迟从发布算到本页收到。",
  },
  "live.use_chat": { en: "chat: delay, ms", zh: "聊天：延迟（毫秒）" },
  "live.use_host": { en: "live monitoring: delay, ms", zh: "实时监控：延迟（毫秒）" },
  "live.use_frames": { en: "moving pictures: delay, ms", zh: "活动画面：延迟（毫秒）" },
};
