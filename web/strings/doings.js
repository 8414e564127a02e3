// SPDX-License-Identifier: MIT
//
// Strings for the lab's doors: what a transport does there, and why.

export default {
  "doing.passes": { en: "Passes.", zh: "照常通过。" },
  "doing.far_short": {
    en: "A round trip for each question, on top of the wait for it.",
    zh: "每次请求要一个来回，另加等到下一次请求的时间。",
  },
  "doing.far_long": {
    en: "Half a round trip. A message close behind another waits for the next question: up to one and a half.",
    zh: "半个来回。紧跟在另一条后面的消息要等下一次请求，最多一个半来回。",
  },
  "doing.far_stream": {
    en: "Half a round trip, also for messages close behind each other.",
    zh: "半个来回，消息接踵而至时也一样。",
  },
  "doing.jitter_stream": {
    en: "Half a round trip, more or less. Order is kept: a late message holds up those behind it.",
    zh: "半个来回，时长时短。顺序不变：前面的晚了，后面的也跟着等。",
  },
  "doing.thin_short": {
    en: "The heads of question and answer fill the line, message or not.",
    zh: "有没有消息，请求和响应的头部都要占满线路。",
  },
  "doing.thin_long": {
    en: "For each message the heads of a question and an answer come first.",
    zh: "每批消息之前，先要传一遍请求和响应的头部。",
  },
  "doing.thin_sse": {
    en: "Heads once; then the payload and its field names.",
    zh: "头部只传一次，此后只有载荷和字段名。",
  },
  "doing.thin_websocket": {
    en: "Heads once; then the payload and a few bytes of frame.",
    zh: "头部只传一次，此后只有载荷和几个字节的帧头。",
  },
  "doing.no_need": { en: "Needs no Upgrade: passes.", zh: "用不着 Upgrade，照常通过。" },
  "doing.no_upgrade": {
    en: "Its handshake arrives as a plain GET: 426. It tries again, later each time.",
    zh: "握手到服务器时只剩普通的 GET，得到 426；隔更久再试一次。",
  },
  "doing.complete_now": { en: "Its answer is complete at once: passes.", zh: "响应当场就完整，照常通过。" },
  "doing.complete_then": {
    en: "Its answer is complete as soon as it has a message: passes.",
    zh: "一有消息，响应就完整了，照常通过。",
  },
  "doing.never_complete": {
    en: "Its answer never is complete: nothing arrives.",
    zh: "响应永远不完整，什么也收不到。",
  },
  "doing.tunnel": {
    en: "After the 101 there is no answer to be changed any more, only bytes: passes.",
    zh: "101 之后不再有响应可改，只剩字节，照常通过。",
  },
  "doing.gathered": { en: "About 200 ms later.", zh: "晚大约 200 毫秒。" },
  "doing.cached_short": {
    en: "Gets its empty answer once more, from the cache, for ten seconds.",
    zh: "十秒之内，从缓存里得到的还是那份空响应。",
  },
  "doing.cached_long": {
    en: "Gets its empty answer once more, at once: it would ask without end. It notices, says so and slows down.",
    zh: "立即又得到那份空响应，本会问个不停；它察觉到这一点，说明原因并放慢。",
  },
  "doing.endless": { en: "An answer that has no end is not kept: passes.", zh: "没有结尾的响应不会被缓存，照常通过。" },
  "doing.not_kept": { en: "Its answers say `no-store`: passes.", zh: "响应声明了 `no-store`，照常通过。" },
  "doing.old_poll": {
    en: "Passes; behind the proxy each question has a connection of its own.",
    zh: "照常通过；代理后面，每次请求各用一个连接。",
  },
  "doing.old_sse": {
    en: "Passes without chunks: the end of the connection is the end of the answer.",
    zh: "不分块也能通过：连接结束就是响应结束。",
  },
  "doing.accel": { en: "Says `X-Accel-Buffering: no`: passes.", zh: "声明了 `X-Accel-Buffering: no`，照常通过。" },
  "doing.busy": { en: "Asks so often that the line is never silent: passes.", zh: "问得勤，线路从不沉默，照常通过。" },
  "doing.cut_long": {
    en: "Held without a byte, so cut. The browser or the page asks again, from the same cursor.",
    zh: "hold 期间没有字节，被断开。浏览器或页面从同一游标再问。",
  },
  "doing.cut_stream": {
    en: "Its heartbeat comes too late, so cut. It connects anew, from its cursor.",
    zh: "心跳来得太晚，被断开；从游标处重新连接。",
  },
  "doing.forgotten_long": {
    en: "Its answer goes nowhere. When no answer came in the time that it asked for, it asks again, from the same cursor.",
    zh: "响应石沉大海。过了自己要求的时间还没有响应，就从同一游标再问。",
  },
  "doing.forgotten_sse": {
    en: "Hears no heartbeat any more. After two and a half intervals it connects anew, from its cursor.",
    zh: "再也听不到心跳。过两个半间隔，它从游标处重新连接。",
  },
  "doing.forgotten_websocket": {
    en: "Its probe gets no reply: dead after interval and timeout, and back from its cursor.",
    zh: "探测没有回复：间隔加超时之后判定失联，从游标处回来。",
  },
  "doing.packed_poll": { en: "From 512 bytes on, compressed: passes.", zh: "够 512 字节就压缩，照常通过。" },
  "doing.packed_sse": {
    en: "Begins with less than 512 bytes, so it is neither compressed nor held: passes.",
    zh: "开头不足 512 字节，既不压缩也不扣留，照常通过。",
  },
};
