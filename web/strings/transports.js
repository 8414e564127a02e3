// SPDX-License-Identifier: MIT
//
// Strings for what a transport is doing, and why: the reasons of transports/*.js.

export default {
  "reason.connecting": { en: "Sending the first request", zh: "正在发出第一个请求" },
  "reason.stopped": { en: "Paused here. The cursor is kept", zh: "已在本页暂停，游标保留" },
  "reason.short_poll": {
    en: "Asks every {seconds} s, answered at once",
    zh: "每 {seconds} 秒请求一次，服务器马上返回",
  },
  "reason.short_poll_close": {
    en: "Asks every {seconds} s on a new connection each time",
    zh: "每 {seconds} 秒请求一次，每次新建连接、答完关闭",
  },
  "reason.long_poll": {
    en: "The server holds the request, {seconds} s at most",
    zh: "服务器 hold 住请求，最多 {seconds} 秒",
  },
  "reason.sse": { en: "One request, one answer that does not end", zh: "一个请求，一个不结束的响应" },
  "reason.websocket": { en: "One handshake, then both sides may speak", zh: "一次握手，此后双方都可随时发送" },
  "reason.websocket_raw": { en: "No subprotocol: each frame is a picture", zh: "不用子协议：一帧就是一张图片" },
  "reason.ndjson": { en: "One request, one JSON object per line", zh: "一个请求，响应里一行一个 JSON" },
  "reason.no_answer": {
    en: "No answer: the server is not running, or the line is cut",
    zh: "没有响应：服务器未运行，或线路中断",
  },
  "reason.held": {
    en: "No answer has begun: something in between holds it back, or the line is cut",
    zh: "响应迟迟没有开始：中间有设备扣住了它，或线路中断",
  },
  "reason.refused": { en: "The server refused with {status}: {text}", zh: "服务器拒绝（{status}）：{text}" },
  "reason.cache": {
    en: "Empty answers come at once: a cache in between answers for the server",
    zh: "空响应来得太快：中间有缓存在代替服务器回答",
  },
  "reason.sse_refused": {
    en: "The event stream was refused: the server is not running, or did not answer 200",
    zh: "事件流被拒绝：服务器未运行，或返回的不是 200",
  },
  "reason.sse_broken": {
    en: "The stream ended; the browser reconnects by itself",
    zh: "事件流中断，浏览器会自动重连",
  },
  "reason.silent": {
    en: "Nothing for {seconds} s, not even a heartbeat: taken for dead",
    zh: "{seconds} 秒没有任何数据，连心跳也没有：判定连接已失效",
  },
  "reason.bye": { en: "The server is shutting down", zh: "服务器正在关闭" },
  "reason.stream_ended": { en: "The server ended the stream", zh: "服务器结束了响应" },
  "reason.line_broken": { en: "The connection broke", zh: "连接中断" },
  "reason.websocket_refused": {
    en: "No handshake: the server is not running, refused, or a proxy removed Upgrade",
    zh: "握手失败：服务器未运行、拒绝连接，或代理去掉了 Upgrade",
  },
  "reason.websocket_no_answer": {
    en: "No answer to the handshake within {seconds} s",
    zh: "{seconds} 秒内握手没有响应",
  },
  "reason.websocket_closed": { en: "Closed by the server: {code} {text}", zh: "服务器关闭了连接：{code} {text}" },
  "reason.dead": {
    en: "No answer to the heartbeat within {seconds} s: taken for dead",
    zh: "心跳 {seconds} 秒内无应答：判定服务器已失联",
  },
  "reason.retry": { en: "Next try in {seconds} s. {reason}", zh: "{seconds} 秒后重试。{reason}" },
};
