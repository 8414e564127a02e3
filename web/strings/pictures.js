// SPDX-License-Identifier: MIT
//
// Strings of the picture page.

export default {
  "pictures.title": { en: "Pictures", zh: "图片" },
  "pictures.heading": { en: "A picture feed", zh: "图片流" },
  "pictures.snippet_heading": { en: "The tutorial's client, as it stands", zh: "教程里的客户端代码，原样运行" },
  "pictures.snippet_lead": {
    en: "A few lines of JavaScript. Every text message is a PNG picture in base64, about one a second, and the code appends each of them to the page.",
    zh: "只有几行 JavaScript。每条文本消息是一张 base64 编码的 PNG 图片，大约每秒一张，代码把每一张都追加到页面末尾。",
  },
  "pictures.source": { en: "Source: {file}", zh: "源代码：{file}" },
  "pictures.result": { en: "Result", zh: "运行结果" },
  "pictures.running": { en: "Running {file}", zh: "正在运行 {file}" },
  "pictures.port_note": {
    en: "The code names `localhost:8765`, but this page comes from `{host}`. So the other version, which differs only in the address, is the one that runs.",
    zh: "代码里写死了 `localhost:8765`，而本页来自 `{host}`。因此运行的是另一个版本，它只改了地址。",
  },
  "pictures.original": { en: "As in the tutorial", zh: "教程原样" },
  "pictures.adapted": { en: "With this server's address", zh: "换成本服务器地址" },
  "pictures.appended": {
    en: "{count} pictures appended. It never takes one away: the page grows by {height} pixels so far.",
    zh: "已追加 {count} 张。它从不删除旧图：页面已增高 {height} 像素。",
  },
  "pictures.appended_none": { en: "Waiting for the first picture.", zh: "正在等待第一张图片。" },
  "pictures.start": { en: "Start", zh: "运行" },
  "pictures.stop": { en: "Stop", zh: "停止" },

  "pictures.side_heading": { en: "The same pictures, replaced in place", zh: "同样的图片，原位替换" },
  "pictures.side_lead": {
    en: "Topic `frames` in every way there is. Each picture shows when it was drawn: compare hands and digits with the clock.",
    zh: "主题 `frames` 以各种方式送达。每张图上是绘制时刻：用指针和数字与时钟对照。",
  },
  "pictures.clock": { en: "Clock of this page", zh: "本页时钟" },
  "pictures.interval": { en: "Short poll every", zh: "短轮询间隔" },
  "pictures.way_short_poll": { en: "Short poll", zh: "短轮询" },
  "pictures.way_long_poll": { en: "Long poll", zh: "长轮询" },
  "pictures.way_sse": { en: "SSE", zh: "SSE" },
  "pictures.way_websocket": { en: "WebSocket base64", zh: "WebSocket base64" },
  "pictures.way_binary": { en: "WebSocket binary", zh: "WebSocket 二进制" },
  "pictures.way_ndjson": { en: "NDJSON", zh: "NDJSON" },
  "pictures.way_multipart": { en: "Plain <img>", zh: "普通 <img>" },
  "pictures.no_script": {
    en: "No script: `multipart/x-mixed-replace`.",
    zh: "不用脚本：`multipart/x-mixed-replace`。",
  },
  "pictures.broken": {
    en: "The stream has ended. Load the page again.",
    zh: "图片流已中断，请重新加载本页。",
  },
  "pictures.none": {
    en: "No picture yet. The server draws them on the topic `frames`, unless it was started with another `--feed`: start it with `--feed frames` too.",
    zh: "还没有图片。图片由服务器画在主题 `frames` 上；若启动时用了别的 `--feed`，请再加上 `--feed frames`。",
  },
  "pictures.fps": { en: "per second", zh: "张／秒" },
  "pictures.size": { en: "bytes per picture", zh: "每张字节数" },
  "pictures.size_help": {
    en: "Body bytes for each picture that came: base64 and JSON included, heads not, before any compression. For the plain <img> as the server counts them.",
    zh: "每张图片占用的消息体字节：含 base64 和 JSON，不含头部，按压缩前计。普通 <img> 一列由服务器统计。",
  },
  "pictures.lag": { en: "lag", zh: "滞后" },
  "pictures.lag_help": {
    en: "From the server's accepting the picture to its arrival here. A bare binary frame carries no time: it is recognised by its checksum once another column has had the same picture, and what a plain <img> shows by its pixels, looked at each 50 ms.",
    zh: "从服务器接收图片到本页收到。裸的二进制帧不带时间：等另一列收到同一张图后，靠校验和认出；普通 <img> 则每 50 毫秒看一次像素来辨认。",
  },
  "pictures.skipped": { en: "never shown", zh: "未能显示" },
  "pictures.skipped_help": {
    en: "They arrived together with a newer one, which replaced them at once.",
    zh: "它们与更新的图片一起到达，当即被替换。",
  },
  "pictures.alt": { en: "Latest picture by {transport}", zh: "{transport}收到的最新图片" },
  "pictures.look": {
    en: "**What to look for.** Short poll jumps: many pictures arrive at once, and only the newest is seen. Over polling every picture is paid for with a head or with base64; a binary frame, and a part of `multipart`, carries it as it is. For one picture now and then nobody would notice.",
    zh: "**观察要点。** 短轮询是一跳一跳的：多张图片同时到达，只看得见最新的一张。轮询要为图片额外付出头部和 base64；二进制帧和 `multipart` 的一段则原样传送。如果只是偶尔一张图片，谁也察觉不到差别。",
  },
};
