// SPDX-License-Identifier: MIT
//
// Strings of the claims board: of each claim its sentence (for those that the bench measures, as in
// bench/claims/claims_table.c), where it flips, and the lesson behind it. What the page's own
// experiments say is in claims_live.js.

export default {
  "claims.sentence_1": {
    en: "WebSocket: one TCP connection, on which both sides speak at the same time.",
    zh: "WebSocket 在单个 TCP 连接上全双工通信：双方可以同时说话。",
  },
  "claims.flips_1": {
    en: "With a proxy on the way there are two TCP connections, one on each side of it. To the page it still is one.",
    zh: "中间有代理时，代理两侧各有一个 TCP 连接；但对网页来说仍是一个。",
  },
  "claims.lesson_1": {
    en: "TCP carries both directions at once, always. HTTP's asking and answering hides that; WebSocket gives it back to the page.",
    zh: "TCP 本来就能双向同时传输，只是被 HTTP 的一问一答藏了起来。WebSocket 把它还给了网页。",
  },
  "claims.sentence_2": {
    en: "WebSocket needs one handshake; after that its connection serves for good.",
    zh: "WebSocket 只需握手一次，之后一直使用同一连接。",
  },
  "claims.flips_2": {
    en: "When the line breaks, both handshakes are needed again: TCP's, then WebSocket's.",
    zh: "线路一断，两次握手都要重来：先 TCP，再 WebSocket。",
  },
  "claims.lesson_2": {
    en: "There are two handshakes, and the text has them in the wrong order: TCP opens the connection, then an HTTP request upgrades it.",
    zh: "其实有两次握手，而且课文把顺序说反了：先由 TCP 建立连接，再用一个 HTTP 请求升级。",
  },
  "claims.sentence_3": {
    en: "The handshake is HTTP, with Upgrade, Connection and a version; after it no HTTP is left.",
    zh: "握手借助 HTTP，带有 Upgrade、Connection 和版本号；握手之后就不再需要 HTTP。",
  },
  "claims.flips_3": {
    en: "Over HTTP/2 an extended CONNECT asks for the same (RFC 8441): no Upgrade, no key. Another version than 13 is told 426.",
    zh: "在 HTTP/2 上改用扩展的 CONNECT（RFC 8441），没有 Upgrade，也没有 key。版本号不是 13 时，响应为 426。",
  },
  "claims.lesson_3": {
    en: "`Sec-WebSocket-Accept` proves one thing only: the server has understood the handshake. It is no password.",
    zh: "`Sec-WebSocket-Accept` 只证明一件事：服务器看懂了这次握手。它不是密码。",
  },
  "claims.sentence_4": {
    en: "WebSocket is outside the same-origin policy; the server judges by Origin.",
    zh: "WebSocket 不受同源策略约束，是否放行由服务器根据 Origin 判断。",
  },
  "claims.flips_4": {
    en: "For programs that are no browser: they write any Origin they like. The check protects the users of browsers; it is no login.",
    zh: "对浏览器以外的程序不成立：Origin 想写什么就写什么。这项检查保护的是浏览器的用户，不能代替登录。",
  },
  "claims.lesson_4": {
    en: "With fetch the request arrives all the same; the browser only keeps the answer from the page. With WebSocket nobody but the server says no.",
    zh: "fetch 的请求其实照样到达服务器，浏览器只是不让网页读到响应；而 WebSocket 除了服务器，没有别人会说不。",
  },
  "claims.sentence_5": {
    en: "A few lines of JavaScript show the pictures that a server pushes.",
    zh: "几行 JavaScript 就能显示服务器推送来的图片。",
  },
  "claims.flips_5": {
    en: "As long as the line is quick enough, and nobody minds that the page grows: each picture is appended, none is taken away.",
    zh: "条件是线路够快，而且不在乎页面越来越长：每张图片都追加到页面，从不移除。",
  },
  "claims.lesson_5": {
    en: "Base64 takes a third more bytes than the picture has. WebSocket could carry the picture itself.",
    zh: "base64 比图片本身多占三分之一的字节，而 WebSocket 可以直接传送图片。",
  },
  "claims.sentence_6": {
    en: "A server cannot push over plain HTTP: a client must ask for each message.",
    zh: "普通 HTTP 无法由服务器推送：每条消息都得由客户端请求。",
  },
  "claims.flips_6": {
    en: "An answer that does not end (SSE) is plain HTTP, and pushes. What HTTP cannot do is begin: the first word is always the client's.",
    zh: "不结束的响应（SSE）就是普通 HTTP，它能推送。HTTP 做不到的是由服务器先开口：第一句话总是客户端说的。",
  },
  "claims.lesson_6": {
    en: "Ask when a server may speak: once after each question (polls), or at any time once it has been asked (streams).",
    zh: "要问的是服务器什么时候可以说话：每问一次才能答一次（轮询），还是问过之后随时可说（流）。",
  },
  "claims.sentence_7": {
    en: "Probes at an interval, each with a timer, tell a dead peer from a living one.",
    zh: "定时发送探测并各设一个计时器，就能区分对端的死活。",
  },
  "claims.flips_7": {
    en: "A timeout shorter than the slowest honest answer buries the living: a phone asleep, a process paused, a long way.",
    zh: "超时若比最慢的正常应答还短，就会把活着的判成死的：手机休眠、进程暂停、路途太远。",
  },
  "claims.lesson_7": {
    en: "A peer that falls silent is found after interval and timeout together, at worst. TCP alone may take a quarter of an hour.",
    zh: "对端一旦沉默，最坏在“间隔加超时”之后就能发现；只靠 TCP 可能要一刻钟。",
  },
  "claims.sentence_8": {
    en: "Short poll is easy to write on the server, but most of its requests find nothing.",
    zh: "短轮询的服务器端容易编写，但多数请求一无所获。",
  },
  "claims.flips_8": {
    en: "From 0.7 messages a poll on, on average, half of the answers have something to give; and a feed in step with the polls wastes none.",
    zh: "平均每次轮询有 0.7 条消息以上时，一半的响应就有内容；消息与轮询同步时一次也不浪费。",
  },
  "claims.lesson_8": {
    en: "How much is useless depends on one thing only: how many messages come in a poll's interval. For chance arrivals it is e to the power of minus that.",
    zh: "无用的比例只取决于一件事：一个轮询间隔内来多少条消息。随机到达时，它等于 e 的负这么多次方。",
  },
  "claims.sentence_9": { en: "Short poll is not for many users at once.", zh: "短轮询不适合大量用户同时在线。" },
  "claims.flips_9": {
    en: "Up to the number that the verdict names, all polls together take a tenth of one processor. And where all want the same, a cache answers in the server's place.",
    zh: "不超过结论中的那个数时，所有轮询加起来只占一个处理器的十分之一；若大家要的内容相同，还可以由缓存代答。",
  },
  "claims.lesson_9": {
    en: "Polls cost clients times how often they ask, whether anything has happened or not.",
    zh: "轮询的开销是客户端数乘以询问的频率，与有没有新消息无关。",
  },
  "claims.sentence_10": {
    en: "A long poll is held until there is a message or its time is over; then comes the next.",
    zh: "长轮询的请求被保持到有消息或超时为止，然后再发下一个。",
  },
  "claims.flips_10": {
    en: "When messages come faster than a request can travel there and back, one answer brings several.",
    zh: "消息比一个来回还快时，一个响应会带回好几条。",
  },
  "claims.lesson_10": {
    en: "A long poll is a short poll that the server answers late, on purpose.",
    zh: "长轮询就是服务器故意晚答的短轮询。",
  },
  "claims.sentence_11": {
    en: "Long poll needs far fewer requests than short poll.",
    zh: "长轮询的请求数远少于短轮询。",
  },
  "claims.flips_11": {
    en: "From about one message in each poll's interval on: a short poll then fetches several at once, and asks less often.",
    zh: "每个轮询间隔内的消息达到一条左右就反过来：短轮询一次取回好几条，问得反而少。",
  },
  "claims.lesson_11": {
    en: "Long poll asks once a message, short poll once an interval. Compare the two, and you know which asks more.",
    zh: "长轮询每条消息问一次，短轮询每个间隔问一次。比一比这两个频率，就知道谁问得多。",
  },
  "claims.sentence_12": {
    en: "Holding requests costs a server threads and memory, and its connections run out.",
    zh: "保持请求会消耗服务器的线程和内存，连接数也会用尽。",
  },
  "claims.flips_12": {
    en: "On an event loop a held request takes a few kilobytes and no thread. The limit on connections is just as true of SSE and WebSocket.",
    zh: "在事件循环上，保持一个请求只占几千字节，不占线程。连接数的上限对 SSE 和 WebSocket 同样存在。",
  },
  "claims.lesson_12": {
    en: "Threads were the price of one way to write servers, not of long poll.",
    zh: "占用线程是某种服务器写法的代价，不是长轮询的代价。",
  },
  "claims.sentence_13": {
    en: "Keep-alive saves connections, not headers: unfit for monitoring, push and video.",
    zh: "keep-alive 省的是连接而不是首部，不适合监控、推送和视频。",
  },
  "claims.flips_13": {
    en: "On a short way polls on one connection keep up with a video. And beside a message as large as a picture, headers weigh next to nothing.",
    zh: "路途很短时，同一连接上的轮询跟得上视频；消息像图片那么大时，首部几乎不占分量。",
  },
  "claims.lesson_13": {
    en: "Keep-alive saves TCP's handshake and nothing of HTTP's. Headers are dear where messages are small.",
    zh: "keep-alive 省下的是 TCP 握手，HTTP 的首部一个字节也没省。消息越小，首部越贵。",
  },
  "claims.sentence_14": {
    en: "SSE delivers as soon as there is something, with no request for it.",
    zh: "SSE 一有数据就送达，无需为此请求。",
  },
  "claims.flips_14": {
    en: "One request opens the stream, one more each time it is opened again. Behind a proxy that gathers answers it is no longer at once.",
    zh: "打开流要一个请求，每次重连再要一个。遇到会攒着响应再发的代理，就谈不上马上送达了。",
  },
  "claims.lesson_14": {
    en: "SSE is one answer of HTTP that goes on and on. The browser reads it, keeps its place and comes back by itself.",
    zh: "SSE 就是一个不结束的 HTTP 响应。浏览器负责读取、记住位置，断了会自己重连。",
  },
  "claims.sentence_15": { en: "SSE takes fewer resources than polling.", zh: "SSE 比轮询节省资源。" },
  "claims.flips_15": {
    en: "When many messages come in a poll's interval: a poll that fetches them together takes less of the processor. So does a stream that gathers them.",
    zh: "一个轮询间隔内消息很多时就反过来：一次取回全部的轮询更省处理器。会合并发送的流也一样省。",
  },
  "claims.lesson_15": {
    en: "What costs is each single time that something is sent, not the transport's name.",
    zh: "真正花钱的是每一次发送，而不是传输方式叫什么名字。",
  },
  "claims.sentence_16": {
    en: "SSE goes one way: to speak back takes one more connection.",
    zh: "SSE 是单向的：要回话就得再开一个连接。",
  },
  "claims.flips_16": {
    en: "Over HTTP/2 both ways share one connection. And who speaks seldom does not notice the second one.",
    zh: "在 HTTP/2 上，两个方向共用一个连接；很少说话的人也感觉不到多出来的那个。",
  },
  "claims.lesson_16": {
    en: "One way is no fault: most pages listen far more than they speak.",
    zh: "单向并不是缺点：大多数网页听得多，说得少。",
  },
  "claims.sentence_17": {
    en: "Compatibility: short poll, then long poll, then the long connection, then WebSocket.",
    zh: "兼容性从高到低：短轮询、长轮询、长连接、WebSocket。",
  },
  "claims.flips_17": {
    en: "It is an order of proxies. Among browsers it was the other way round: Internet Explorer had WebSocket and never SSE; today all have all.",
    zh: "这是代理的次序。浏览器的次序曾经相反：IE 支持 WebSocket，却从未支持 SSE；如今全都支持。",
  },
  "claims.lesson_17": {
    en: "There are two orders of compatibility, that of what lies between and that of browsers. Ask which one is meant.",
    zh: "兼容性有两种次序：中间设备的和浏览器的。先问清楚说的是哪一种。",
  },
  "claims.sentence_18": {
    en: "Performance: WebSocket, then the long connection, then long poll, then short poll.",
    zh: "性能从高到低：WebSocket、长连接、长轮询、短轮询。",
  },
  "claims.flips_18": {
    en: "When messages are dense: a poll then brings many at once, for less processor time and fewer bytes than any stream. WebSocket and SSE mostly tie.",
    zh: "消息密集时就反过来：轮询一次带回许多条，处理器时间和字节都比流少。WebSocket 与 SSE 多半不相上下。",
  },
  "claims.lesson_18": {
    en: "There is no single order of performance. Delay, requests, bytes, processor time and memory each have their own.",
    zh: "性能没有唯一的次序：延迟、请求数、字节、处理器时间、内存各有各的次序。",
  },
  "claims.sentence_19": {
    en: "What goes on and on in real time is for WebSocket; old data, or data wanted once, for plain HTTP.",
    zh: "实时连续的数据用 WebSocket；旧数据或只取一次的数据用普通 HTTP。",
  },
  "claims.flips_19": {
    en: "A stream that is open anyway brings one value more for next to nothing. And many old messages take fewer bytes by WebSocket.",
    zh: "流若本来就开着，多取一个值几乎不花什么；旧消息很多时，WebSocket 的字节更少。",
  },
  "claims.lesson_19": {
    en: "Choose by how often the data change and how late they may come. The advisor below works it out for your figures.",
    zh: "按数据多久变一次、最多可以晚多久来选。下面的顾问会按你的数字计算。",
  },
  "claims.sentence_20": {
    en: "Push is for chat (WebQQ, Facebook), live monitoring and moving pictures.",
    zh: "推送用于聊天（WebQQ、Facebook IM）、实时监控和活动画面。",
  },
  "claims.flips_20": {
    en: "Where it must be quick or frequent: chat ran on long poll for years, but a film by short poll is a slide show.",
    zh: "看快慢和频率：聊天靠长轮询跑了很多年，而用短轮询放影片只能是幻灯片。",
  },
  "claims.lesson_20": {
    en: "A use does not settle the transport. Its rate, and how late a message may come, do.",
    zh: "决定传输方式的不是用途，而是消息的频率和可以晚多久。",
  },
  "claims.sentence_21": {
    en: "HTTP and WebSocket stand on TCP, and so both are reliable.",
    zh: "HTTP 和 WebSocket 都建立在 TCP 之上，因此都可靠。",
  },
  "claims.flips_21": {
    en: "TCP's reliability ends with its connection. What was under way when the line broke is lost, unless the reader goes on from a cursor.",
    zh: "TCP 的可靠性随连接而终止。断线时还在路上的消息就丢了，除非读者凭游标续读。",
  },
  "claims.lesson_21": {
    en: "Reliable means numbered, kept, and asked for again. That is the application's work, on any transport.",
    zh: "可靠意味着有编号、有留存、能重取。无论用哪种传输方式，这都是应用自己的事。",
  },
  "claims.sentence_22": {
    en: "WebSocket makes the exchange of data simpler; SSE is very simple and needs no plug-in.",
    zh: "WebSocket 让数据交换更简单；SSE 非常简单，不需要插件。",
  },
  "claims.flips_22": {
    en: "It is the page that becomes simpler. On the server WebSocket takes by far the most lines.",
    zh: "变简单的是网页这一端；在服务器端，WebSocket 的代码最多。",
  },
  "claims.lesson_22": {
    en: "What is hard does not vanish, it moves: into the browser, or onto the server.",
    zh: "难的部分不会消失，只会搬家：搬进浏览器，或者搬到服务器。",
  },
};
