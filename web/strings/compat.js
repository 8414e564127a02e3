// SPDX-License-Identifier: MIT
//
// Strings of the matrix page. What became of a transport, why, and the cure is said in the data.

export default {
  "compat.title": { en: "Matrix", zh: "矩阵" },
  "compat.heading": { en: "What gets through", zh: "谁能穿过去" },
  "compat.lead": {
    en: "Each transport, sent through each proxy. Pick who takes care, then click a cell: why, and which line cures it.",
    zh: "每种传输都从每个代理里走一遍。先选谁来操心，再点一格：看原因，看哪一行配置能治。",
  },
  "compat.products": { en: "real products", zh: "真实产品" },
  "compat.products_help": {
    en: "pushbench compat real: programs of Debian 12, as they come and set up for push",
    zh: "pushbench compat real：Debian 12 里的程序，出厂配置和为推送配好的都有",
  },
  "compat.faults": { en: "single faults", zh: "单一毛病" },
  "compat.faults_help": {
    en: "pushbench compat quick: one fault each, made by pushrelay, named after products that have it",
    zh: "pushbench compat quick：由 pushrelay 一次只制造一种毛病，括号里是有这种毛病的产品",
  },
  "compat.care": { en: "Who takes care", zh: "谁来操心" },
  "compat.naive": { en: "naive server", zh: "朴素的服务器" },
  "compat.careful": { en: "careful server", zh: "谨慎的服务器" },
  "compat.cured": { en: "proxy cured, too", zh: "代理也配好" },
  "compat.about_naive": {
    en: "The server says nothing but what it has to; the proxies are as they come.",
    zh: "服务器只说非说不可的话；代理保持出厂配置。",
  },
  "compat.about_careful": {
    en: "The server forbids caching, buffering and compressing, and sends heartbeats; the proxies are as they come.",
    zh: "服务器声明不要缓存、不要缓冲、不要压缩，并发送心跳；代理仍是出厂配置。",
  },
  "compat.about_cured": {
    en: "The server is careful, and each proxy has the lines that it needs for push.",
    zh: "服务器谨慎，每个代理也写上了推送所需的那几行配置。",
  },
  "compat.of": { en: "of {all}", zh: "／{all}" },
  "compat.matrix": { en: "Environments by transports", zh: "环境与传输方式的矩阵" },
  "compat.environment": { en: "Through", zh: "穿过" },
  "compat.gets_through": { en: "Everything came, in time and in order.", zh: "消息全部按时、按次序到达。" },
  "compat.cure": { en: "Cure:", zh: "药方：" },
  "compat.cure_server": {
    en: "the server's own care is enough: `Cache-Control: no-store, no-transform`, `X-Accel-Buffering: no`, a length on polls, heartbeats each 15 s.",
    zh: "服务器自己谨慎就够了：`Cache-Control: no-store, no-transform`、`X-Accel-Buffering: no`、轮询带长度、每 15 秒一次心跳。",
  },
  "compat.cure_proven": { en: "(see “proxy cured, too”)", zh: "（效果见“代理也配好”）" },
  "compat.figure_least": { en: "after silence", zh: "静默之后" },
  "compat.figure_least_help": {
    en: "From publishing to arrival, the shorter of the two messages that follow silence; this is also what stands in the cell",
    zh: "从发布到送达：静默之后的两条消息里较短的一个；格子里写的也是它",
  },
  "compat.figure_slowest": { en: "slowest", zh: "最慢的一条" },
  "compat.figure_slowest_help": { en: "The longest delay of a message", zh: "所有消息中最长的延迟" },
  "compat.figure_resumed": { en: "caught up after", zh: "重连后补齐" },
  "compat.figure_resumed_help": {
    en: "From reconnecting to having all that was published meanwhile",
    zh: "从重新连上，到拿齐断开期间发布的消息",
  },
  "compat.figure_got": { en: "got", zh: "收到" },
  "compat.figure_got_help": { en: "Messages that came, of those published", zh: "收到的消息数／发布的消息数" },
  "compat.figure_heartbeats": { en: "heartbeats", zh: "心跳" },
  "compat.figure_heartbeats_help": { en: "Heartbeats that were seen", zh: "看到的心跳次数" },
  "compat.figure_answers": { en: "answers", zh: "响应" },
  "compat.figure_answers_help": { en: "Answers to polls", zh: "轮询得到的响应数" },
  "compat.run": {
    en: "Measured {date}: `{command}`; {processors} processors, Linux {kernel}. Minutes of silence were seconds.",
    zh: "测于 {date}：`{command}`；{processors} 个处理器，Linux {kernel}。几分钟的静默压成了几秒。",
  },
  "compat.unknown": { en: "?", zh: "？" },
  "compat.open": { en: "Show a run of your own (or drop its file here)", zh: "看你自己测的（也可把文件拖进来）" },
  "compat.open_help": {
    en: "A file that pushbench compat real --json=FILE has written; it is read here and sent nowhere",
    zh: "由 pushbench compat real --json=FILE 写出的文件；只在本页读取，不会上传",
  },
  "compat.no_run": {
    en: "There is no matrix to show: {text}. Measure one: `./dev compat --json=web/compat/matrix.json`, then start the server anew.",
    zh: "没有矩阵可看：{text}。请先测一遍：`./dev compat --json=web/compat/matrix.json`，再重启服务器。",
  },
  "compat.no_file": {
    en: "{name} holds no matrix ({text}). Such a file is written by `./dev compat --json=FILE`.",
    zh: "{name} 里没有矩阵（{text}）。这种文件由 `./dev compat --json=FILE` 写出。",
  },
  "compat.no_support": {
    en: "The browsers' table could not be read: {text}. Is the server running? Load the page again.",
    zh: "读不到浏览器支持表：{text}。服务器在运行吗？请重新加载本页。",
  },

  "compat.order_middleboxes": { en: "The order through middleboxes", zh: "排名之一：穿过中间设备" },
  "compat.claim": {
    en: "Claim 17 of the textbook: **short poll > long poll > long connection > WebSocket**. A long connection may be keep-alive, over which polls go, or SSE: two verdicts.",
    zh: "课文的第 17 条说法：**短轮询 > 长轮询 > 长连接 > WebSocket**。“长连接”可以指 keep-alive（轮询就走在它上面），也可以指 SSE，所以有两个结论。",
  },
  "compat.server": { en: "With", zh: "条件" },
  "compat.measured": { en: "Measured: gets through in", zh: "实测：能通的环境数" },
  "compat.as_keep_alive": { en: "as keep-alive", zh: "指 keep-alive" },
  "compat.as_sse": { en: "as SSE", zh: "指 SSE" },
  "compat.holds": { en: "holds", zh: "成立" },
  "compat.ties": { en: "holds but for ties", zh: "成立，但有并列" },
  "compat.all_tie": { en: "all tie", zh: "全部并列" },
  "compat.fails": { en: "does not hold", zh: "不成立" },
  "compat.reversed": { en: "Where it is reversed", zh: "在哪里反过来" },
  "compat.and": { en: ", ", zh: "、" },
  "compat.or": { en: " or ", zh: "或" },

  "compat.order_browsers": { en: "The order by browser", zh: "排名之二：看浏览器" },
  "compat.year": { en: "Year", zh: "年份" },
  "compat.browser": { en: "Newest version of", zh: "当时的最新版" },
  "compat.at_the_end": { en: "End of {year}, of {all} browsers:", zh: "{year} 年底，{all} 种浏览器中：" },
  "compat.had_websocket": { en: "Reversed in {names}: WebSocket, and no EventSource.", zh: "反过来的是 {names}：有 WebSocket，没有 EventSource。" },
  "compat.not_yet": { en: "not yet", zh: "还没有" },
  "compat.never": { en: "never", zh: "始终没有" },
  "compat.unborn": { en: "not there yet", zh: "尚未问世" },
  "compat.ended": { en: "ended", zh: "已停用" },
  "compat.source": {
    en: "From {package} {version} of {date}. Each browser counts as one, however many used it; a prefix or a flag does not count as support. The bars: the share of the browsers there were.",
    zh: "取自 {package} {version}（{date}）。每种浏览器都算一个，不论用的人多少；要加前缀或开关的不算支持。柱高是当时各浏览器中支持的比例。",
  },
  "compat.honest": {
    en: "**How to read it.** Each product is measured in one version and one configuration; counts say in how many of these it gets through, not how common they are. A short poll asked each 250 ms, which is its delay. Whether a cell works is tried again before it is called broken. How long silence is borne is found by `pushbench compat soak`. To measure your own machine: `./dev compat --json=mine.json`.",
    zh: "**怎么读。** 每种产品只测了一个版本、一种配置；个数说的是这些环境里有几个能通，不是它们有多常见。短轮询每 250 毫秒问一次，它的延迟由此而来。一格不通，会重试之后才下结论。静默多久会被断，由 `pushbench compat soak` 来量。测你自己的机器：`./dev compat --json=mine.json`。",
  },
};
