// SPDX-License-Identifier: MIT
//
// Strings of the lessons: of each its question, how it goes, what is good, what it costs, an
// exercise and its answer. No figure is written here: those of the last bench stand below a lesson.

export default {
  "lesson.websocket_title": { en: "WebSocket", zh: "WebSocket" },
  "lesson.websocket_question": { en: "One handshake, and then? Both sides may speak whenever they like.", zh: "握一次手，然后呢？双方想说就说。" },
  "lesson.websocket_how": {
    en: "First TCP opens a connection. Then the client sends an ordinary HTTP request that asks for an upgrade; the server answers `101`. From there on no HTTP is left: both sides send frames, small packets with a head of a few bytes, at any time and in both directions at once.",
    zh: "先由 TCP 建立连接，客户端再发一个普通的 HTTP 请求，提出升级；服务器回答 `101`。从这一刻起，线路上不再有 HTTP：双方随时可以发送帧，帧头只有几个字节，两个方向互不等待。",
  },
  "lesson.websocket_good": {
    en: "Nothing has to be asked for, and hardly a byte is spent around a message. To speak back the client needs no second connection.",
    zh: "不必一次次去问，消息之外几乎不多花字节；客户端要说话，也不用另开连接。",
  },
  "lesson.websocket_price": {
    en: "A proxy that does not know `Upgrade` stops it. The browser does not come back by itself, and does not know where it was. And no same-origin policy stands in the way of other sites: the server must judge `Origin` itself.",
    zh: "遇到不认识 `Upgrade` 的代理就过不去。断线后浏览器不会自己重连，也不记得读到哪里。同源策略管不到它，别的网站也能来连，只能由服务器检查 `Origin`。",
  },
  "lesson.websocket_exercise": {
    en: "Publish three messages. Then begin anew and publish a fourth. Does the client get the first three again? What would it need in order to get what it missed while it was away?",
    zh: "发布三条消息，点“重新运行”，再发布第四条。前三条会补发吗？若要补上断开期间错过的消息，客户端还缺什么？",
  },
  "lesson.websocket_answer": {
    en: "It does not. A raw WebSocket has no memory: who is away misses what is said. The client must keep a cursor and give it when it connects; here the subprotocol `pushlab.json` and `since=` do that.",
    zh: "不会。WebSocket 本身没有记忆，不在场就错过了。客户端要自己记住游标，重连时交给服务器；本站由子协议 `pushlab.json` 和 `since=` 来做这件事。",
  },

  "lesson.heartbeat_title": { en: "Heartbeat", zh: "心跳检测" },
  "lesson.heartbeat_question": { en: "Nothing comes. Is there nothing to say, or is nobody there?", zh: "没有消息，是没话可说，还是对方已经不在了？" },
  "lesson.heartbeat_how": {
    en: "At an interval the client sends a probe and sets a timer. When the answer comes, the timer is cleared. When the timer ends first, the peer is taken for dead, the connection is closed, and the client connects again.",
    zh: "客户端每隔一段时间发一个探测，同时启动计时器。收到应答就清掉计时器；计时器先到点，就认定对方失联，关掉连接再重连。",
  },
  "lesson.heartbeat_good": {
    en: "A peer that falls silent is found after interval and timeout together at the latest. A heartbeat also keeps routers and proxies from forgetting a connection on which nothing is said.",
    zh: "对方一旦沉默，最迟在“间隔加超时”之后就能发现。心跳还能让路由器和代理不至于把没有数据的连接忘掉。",
  },
  "lesson.heartbeat_price": {
    en: "Every beat costs bytes, and on a phone it wakes the radio. A timeout that is too short buries the living: a phone that slept, a process that paused, a long way.",
    zh: "每次心跳都要花流量，在手机上还会唤醒射频。超时设得太短，会把活人判死：手机刚醒、进程停顿了一下、路途太远。",
  },
  "lesson.heartbeat_exercise": {
    en: "Read the code: which number is the interval, which the timeout? After how long at most is a frozen server found? Then try it: open the page of the heartbeat and freeze the server.",
    zh: "读代码：哪个数是间隔，哪个是超时？服务器卡死后，最迟多久能发现？然后到“心跳”页冻结服务器，验证一下。",
  },
  "lesson.heartbeat_answer": {
    en: "3000 is the interval, 1000 the timeout, both in milliseconds. At worst the server freezes just after an answer: then a whole interval passes before the next probe, and its timeout comes on top, together four seconds.",
    zh: "3000 是间隔，1000 是超时，单位都是毫秒。最坏的情况是刚应答完就卡死：要等满一个间隔才有下一次探测，再加上超时，一共四秒。",
  },

  "lesson.short_poll_title": { en: "Short poll", zh: "短轮询" },
  "lesson.short_poll_question": { en: "Is there anything? No. And now? No. And now?", zh: "有新消息吗？没有。现在呢？没有。现在呢？" },
  "lesson.short_poll_how": {
    en: "The client asks at a fixed interval. The server answers at once, with what is new or with nothing; here it then closes the connection, as the textbook has it (`close=1`).",
    zh: "客户端按固定间隔去问，服务器马上回答，有就给，没有就说没有。这里按课文的说法，答完就关闭连接（`close=1`）。",
  },
  "lesson.short_poll_good": {
    en: "It is the easiest to write, on both ends. It gets through every proxy, needs nothing of the server between two questions, and survives any break: the next question is a new start.",
    zh: "两端都最好写；什么代理都能过；两次询问之间，服务器什么都不用保留；断线也不怕，下一次询问就是重新开始。",
  },
  "lesson.short_poll_price": {
    en: "A message waits for the next question, half an interval on average. And whether anything has happened or not, every client goes on asking: the cost is clients times questions.",
    zh: "消息要等到下一次询问，平均晚半个间隔。不管有没有新消息，每个客户端都照问不误：开销等于客户端数乘以询问次数。",
  },
  "lesson.short_poll_exercise": {
    en: "Publish one message just after a line `←`, another just before. How late does each arrive? Then change nothing for half a minute and count: how many answers were of use?",
    zh: "刚出现一行 `←` 时发一条，快到下一次询问时再发一条，各晚了多久？然后半分钟什么都不发，数一数：有几个响应是有用的？",
  },
  "lesson.short_poll_answer": {
    en: "The first waits for nearly the whole interval, the second hardly at all. In the half minute none was of use. Shorten the interval and the delay falls, but useless answers rise in the same measure: this trade is all there is to short poll.",
    zh: "第一条几乎等满一个间隔，第二条几乎不用等。那半分钟里没有一个响应有用。间隔缩短，延迟下降，无用的响应却按同样的倍数增加：短轮询的取舍就在这里。",
  },

  "lesson.long_poll_title": { en: "Long poll", zh: "长轮询" },
  "lesson.long_poll_question": { en: "What if the server simply waits before it answers?", zh: "如果服务器先不急着回答呢？" },
  "lesson.long_poll_how": {
    en: "The client asks, and the server holds the request until there is a message or the hold is over (`wait=10`: ten seconds). Then it answers, and the client asks at once again, with the cursor that it was given.",
    zh: "客户端发出请求，服务器先压着不答，直到有新消息，或等到时限（`wait=10` 即十秒）。答完之后，客户端带着拿到的游标马上再问。",
  },
  "lesson.long_poll_good": {
    en: "A message arrives as soon as it is there, yet to everything in between it is ordinary HTTP. While nothing happens there are few requests.",
    zh: "消息一来就能送到，而在中间设备看来，这只是普通的 HTTP。没有消息时，请求也很少。",
  },
  "lesson.long_poll_price": {
    en: "Each message costs a whole request with all its headers. Held requests take connections and memory; a server that gives each a thread soon has none left. What comes between an answer and the next request must be kept, or it is lost.",
    zh: "每条消息都要一个完整的请求，带着全部头部。压住的请求占连接、占内存；如果一个请求占一个线程，线程很快就用完。回答之后、下次请求之前到来的消息，服务器必须留着，否则就丢了。",
  },
  "lesson.long_poll_exercise": {
    en: "Wait until a line `← 200: 0` comes without your doing anything. What was that? Then click as fast as you can: does each message get an answer of its own?",
    zh: "什么都不做，等到出现一行 `← 200: 0`，这是怎么回事？然后尽量快地连续点“发布”：每条消息都有单独的响应吗？",
  },
  "lesson.long_poll_answer": {
    en: "The hold was over: an empty answer, so that nothing in between takes the connection for dead. When messages come faster than client and server can exchange question and answer, several share one answer, and the requests per message fall below one.",
    zh: "那是等到了时限：回一个空响应，免得中间设备以为连接已死。消息来得比一问一答还快时，几条消息会合在一个响应里，平均每条消息用不到一个请求。",
  },

  "lesson.keep_alive_title": { en: "Long connection (keep-alive)", zh: "长连接（keep-alive）" },
  "lesson.keep_alive_question": { en: "The connection stays. Is that a push?", zh: "连接一直不断，这就算推送了吗？" },
  "lesson.keep_alive_how": {
    en: "HTTP/1.1 keeps a TCP connection for the next request unless somebody closes it. The client still has to ask; only the opening of connections is saved. The line tells whether a request needed a new one.",
    zh: "HTTP/1.1 默认保留 TCP 连接，供下一个请求使用，除非有人关闭它。话还是要由客户端来问，省下的只是建立连接。演示里每一行都写明这次请求有没有新建连接。",
  },
  "lesson.keep_alive_good": {
    en: "It costs nothing to use: browsers and servers do it by themselves. Compare the rows with and without closing: connections, and the processor's time for each message.",
    zh: "不花力气：浏览器和服务器自动就这样做。比较下表里“关闭”与“不关闭”两行：连接数，还有每条消息所用的处理器时间。",
  },
  "lesson.keep_alive_price": {
    en: "Every request and every answer carries its headers all the same, many times what a short message weighs. The word *long connection* is also used for an answer that does not end; that is the next lesson, and something else.",
    zh: "每个请求、每个响应照样带着头部，比一条短消息重好多倍。另外，“长连接”有时指不结束的响应，那是下一课的内容，是另一回事。",
  },
  "lesson.keep_alive_exercise": {
    en: "Watch the lines: when does `TCP +1` come, when `TCP +0`? Then open the wire inspector with short poll and compare the bytes of the headers with those of the payload.",
    zh: "看每一行：什么时候是 `TCP +1`，什么时候是 `TCP +0`？再到“线路”页打开短轮询，比较头部和载荷各占多少字节。",
  },
  "lesson.keep_alive_answer": {
    en: "A browser mostly has a connection left over from loading the page, so even the first request may need no new one. New ones come when others are busy, or when the server has closed an idle one. The headers stay, however long the connection lives.",
    zh: "浏览器加载页面后通常留有空闲连接，所以连第一个请求都可能不用新建。别的连接都在忙，或者服务器关掉了空闲连接时，才会新建。连接活得再久，头部也一个不少。",
  },

  "lesson.sse_title": { en: "SSE (server-sent events)", zh: "SSE（服务器发送事件）" },
  "lesson.sse_question": { en: "And if the answer never ends?", zh: "如果响应永远不结束呢？" },
  "lesson.sse_how": {
    en: "One GET, one answer of the type `text/event-stream` that is not ended. The server writes an event into it whenever it has something: lines of text, a blank line behind them.",
    zh: "一个 GET，一个类型为 `text/event-stream` 的响应，一直不结束。服务器有话就往里写一个事件：几行文本，后面空一行。",
  },
  "lesson.sse_good": {
    en: "It is plain HTTP, and it pushes. The browser has it built in, comes back by itself after a break, and says with `Last-Event-ID` where it was, so nothing is lost.",
    zh: "它就是普通的 HTTP，却能推送。浏览器自带，断线会自动重连，并用 `Last-Event-ID` 说明读到了哪里，消息不会丢。",
  },
  "lesson.sse_price": {
    en: "It is one-way: to speak, the client needs another request. Each stream takes one of the six connections that a browser opens to a server over HTTP/1.1. A proxy that gathers answers before it passes them on holds everything back.",
    zh: "只有一个方向：客户端要说话，得另发请求。在 HTTP/1.1 下，浏览器对同一服务器最多开六个连接，每个流占掉一个。代理若要攒齐响应才转发，消息就全被压住。",
  },
  "lesson.sse_exercise": {
    en: "Publish a few messages and look at the client: where does it ask? Then stop the server, start it again, and publish once more. Who has written the code that came back?",
    zh: "发布几条消息，在代码里找一找：它在哪里发请求？然后停掉服务器再启动，再发布一条。重连的代码是谁写的？",
  },
  "lesson.sse_answer": {
    en: "It asks once, in `new EventSource`. Coming back is the browser's doing: the line `✕` shows each try. A poll by a timer comes back, too, since it asks anew anyhow; the long poll's loop and the WebSocket of these lessons would stay silent: there one would have to write that.",
    zh: "只在 `new EventSource` 时请求一次。重连由浏览器完成，每一行 `✕` 就是一次尝试。定时去问的短轮询也会恢复，反正它还要再问；而这几课里长轮询的循环和 WebSocket 就此沉默，重连要靠程序员写。",
  },

  "lesson.choosing_title": { en: "Choosing", zh: "怎么选" },
  "lesson.choosing_question": { en: "Which one to take? It depends on six questions.", zh: "到底用哪一种？先回答六个问题。" },
  "lesson.choosing_how": {
    en: "There is no best transport, only a cheapest one that still does what you need. Begin with what is simple, and leave it only for a reason that you can name and measure.",
    zh: "没有“最好”的传输方式，只有够用而且最省的。从简单的开始，只有说得出、量得出理由时才换。",
  },
  "lesson.choosing_good": {
    en: "All transports here serve one log with one cursor. So the choice can be changed later, even in mid-stream, and a client can climb down when something in between stops the better ones.",
    zh: "这里各种传输方式读的是同一份日志，用的是同一种游标。所以以后随时能换，哪怕中途；中间有东西挡住了好的方式，客户端还可以退一步。",
  },
  "lesson.choosing_price": {
    en: "Orders such as “WebSocket is faster” hold at some rates and for some numbers of clients, and tie or flip at others. Ask for your own figures.",
    zh: "“WebSocket 更快”这类排序，只在某些消息频率、某些客户端数下成立，换一组数就可能不相上下，甚至反过来。请用你自己的数字来问。",
  },
  "lesson.choosing_exercise": {
    en: "Three cases: a weather page that changes each ten minutes; a chat of two hundred people; a stock ticker through an old company proxy. Choose for each, with a reason, before you ask the advisor.",
    zh: "三个场景：每十分钟更新一次的天气页；两百人的聊天室；隔着公司老旧代理看股票行情。先各选一种并说明理由，再问顾问。",
  },
  "lesson.choosing_answer": {
    en: "Weather: plain GETs now and then; nobody minds a minute. Chat: WebSocket, since both sides speak, or SSE with POST where that is simpler. Ticker: SSE if the proxy lets streams pass; long poll if it does not, which is what a ladder of fallbacks finds out by itself.",
    zh: "天气：偶尔一次普通 GET 就够，晚一分钟没人在意。聊天：双方都要说话，用 WebSocket；嫌麻烦也可以用 SSE 加 POST。行情：代理放行流就用 SSE，不放行就用长轮询；让客户端逐级退让，它自己会试出来。",
  },

  "lesson.fifth_title": { en: "Write a fifth transport", zh: "自己写第五种传输方式" },
  "lesson.fifth_question": { en: "What is left to write, when the log and the cursor are there?", zh: "日志和游标都有了，还剩什么要写？" },
  "lesson.fifth_how": {
    en: "A topic is a log. A subscriber is a cursor in it. A transport says when to read, and how to frame: a file with a few small functions and one table at its end. There is no loop to write, no queue and no socket.",
    zh: "主题是一份日志，订阅者是其中的一个游标。传输方式只管两件事：什么时候读，怎样封装。一个文件，几个小函数，末尾一张表；不用写循环、队列，也不碰套接字。",
  },
  "lesson.fifth_good": {
    en: "It is loaded at run time: nothing in the server is changed. Its column, its counters and its place in the lists appear by themselves. The contract suite runs every case over it too.",
    zh: "它在运行时加载，服务器一行也不用改。实验台里的列、计数器、各种列表都会自动出现；契约测试的每个用例也会在它身上跑一遍。",
  },
  "lesson.fifth_price": {
    en: "Promises are easily forgotten: give the cursor before the first message, tell every gap, show a sign of life at each interval. The contract suite knows most of them, and says by a test's name what was broken.",
    zh: "有些承诺容易忘：第一条消息之前先给游标，有缺口必须说明，每隔一段时间报一次平安。契约测试管住了其中大多数，看失败用例的名字就知道违背了哪一条。",
  },
  "lesson.fifth_exercise": {
    en: "Now break it on purpose: let `mine_gap` do nothing but `return 0`, build, and run the contract again. Which promise is broken? Put it back; then empty the body of `mine_heartbeat`. What does the suite say now?",
    zh: "现在故意弄坏它：让 `mine_gap` 什么都不写，只 `return 0`，构建后再跑契约测试。违背了哪个承诺？改回来，再把 `mine_heartbeat` 的函数体清空，这回测试怎么说？",
  },
  "lesson.fifth_answer": {
    en: "Without the gap the tests of gaps fail, those of foreign cursors, and the slow reader that is to be told: a reader would believe that it has everything. Without the heartbeat all stays green: no test of the contract waits for one. A promise without a test is a wish; write that test.",
    zh: "不说明缺口时，缺口的用例、外来游标的用例、读得慢的订阅者的用例都会失败：读者会以为自己什么都没漏。去掉心跳却仍然全绿：契约测试里没有哪个用例在等它。没有测试的承诺只是愿望，请你把这个测试写出来。",
  },
};
