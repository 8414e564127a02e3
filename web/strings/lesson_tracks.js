// SPDX-License-Identifier: MIT
//
// Strings of the tracks: of each step what to ask first, what to do, what the class will see.

export default {
  "step.four_title": { en: "One message, four ways", zh: "一条消息，四条路" },
  "step.four_ask": { en: "The same message leaves at the same moment for every column. Where does it arrive last, and by how much?", zh: "同一条消息同时发往各列。哪一列最后收到？晚多少？" },
  "step.four_do": { en: "Let the columns run for half a minute. Publish one message by hand, to the topic `clock` that they watch. Then set short poll to ask every half second.", zh: "让各列跑半分钟；把“发布一条消息”的主题改成各列正在看的 `clock`，手工发布一条；再把轮询间隔改成半秒。" },
  "step.four_see": { en: "Short poll is late by anything up to its interval, the others arrive together: on one machine the way is too short to tell them apart. A shorter interval helps, and doubles the requests each time it is halved.", zh: "短轮询最多晚一个间隔，其余几乎同时到：在一台机器上路太短，分不出先后。间隔每缩短一半，延迟减半，请求翻倍。" },

  "step.useless_title": { en: "Who talks when nothing happens?", zh: "没有消息时，谁还在说话？" },
  "step.useless_ask": { en: "On this topic nobody publishes. What will the four columns do in the next twenty seconds?", zh: "这个主题没有人发布消息。接下来二十秒，四列各会做什么？" },
  "step.useless_do": { en: "Do nothing at all, and read the counters of requests and of useless answers. Then publish one message.", zh: "什么都不做，只看“请求”和“无用响应”两个计数。然后发布一条消息。" },
  "step.useless_see": { en: "Short poll asks each second for nothing. Long poll asks once in five seconds, since it is held. SSE and WebSocket are silent, and still have the message first.", zh: "短轮询每秒白问一次；长轮询被服务器压住，五秒才问一次；SSE 和 WebSocket 一声不响，消息却先到。" },

  "step.handshake_title": { en: "The handshake, byte by byte", zh: "逐字节看握手" },
  "step.handshake_ask": { en: "A WebSocket begins as HTTP. Which lines of the request say what it wants to become?", zh: "WebSocket 从 HTTP 开始。请求里哪几行说明它想变成什么？" },
  "step.handshake_do": { en: "Pick the request, then the answer: there the accept value is worked out step by step. Say something “In a frame”, and compare the frame that goes up with one that comes down.", zh: "先选“请求”，再选“响应”：那里一步步算出 accept 值。然后点“用一帧”发一句，把上行的帧和下行的帧放在一起比较。" },
  "step.handshake_see": { en: "TCP opens first, then one request and `101`, and after that not a byte of HTTP. A frame's head has two bytes from the server, six from the page, which masks what it sends.", zh: "先是 TCP 建立连接，然后一个请求、一个 `101`，此后再没有一个字节属于 HTTP。短帧的头部，服务器发的是两个字节；网页发的要加掩码，是六个字节。" },

  "step.bytes_title": { en: "What a message weighs", zh: "一条消息有多重" },
  "step.bytes_ask": { en: "The message is a few dozen bytes. How many go over the wire for it, by short poll, by SSE, by WebSocket?", zh: "消息本身只有几十个字节。用短轮询、SSE、WebSocket，线路上各要走多少字节？" },
  "step.bytes_do": { en: "Let three connections run for some messages and read the totals. Ask the class which part is payload.", zh: "让三个连接各传几条消息，读合计；请学生指出哪一部分是载荷。" },
  "step.bytes_see": { en: "Polling pays for two HTTP heads each time, a useful answer or not. SSE pays once and then a few words for each event; WebSocket a few bytes.", zh: "轮询每次都付两份 HTTP 头部，有没有用都一样。SSE 只付一次，以后每个事件多几个词；WebSocket 只多几个字节。" },

  "step.heartbeat_title": { en: "Dead, or only silent?", zh: "是断了，还是没话说？" },
  "step.heartbeat_ask": { en: "Probes each two seconds, one second to answer. I freeze the server: how long until we know?", zh: "每两秒探测一次，一秒内必须应答。我现在冻结服务器，要多久才能发现？" },
  "step.heartbeat_do": { en: "Press “Server freezes” several times, each at another moment, with “Mend” in between, and let the class guess before each. Then “Cut with FIN”.", zh: "换着时刻多点几次“服务器僵死”，每次之后点“修好”，点之前先让学生猜；最后点“正常断开（FIN）”。" },
  "step.heartbeat_see": { en: "Detection takes between one and three seconds: the timeout at least, interval and timeout at most. A FIN is known at once: timers are for ends that nobody announces.", zh: "发现要一到三秒：最少是一个超时，最多是“间隔加超时”。FIN 则当场得知：定时器是为不告而别准备的。" },

  "step.pictures_title": { en: "Pictures, and their lag", zh: "图片流与滞后" },
  "step.pictures_ask": { en: "Ten pictures a second. Which column will look like a film, which like a slide show?", zh: "每秒十张图片。哪一列像电影，哪一列像幻灯片？" },
  "step.pictures_do": { en: "Compare the drawn time with the clock. Look at the bytes for each picture. Then scroll to the tutorial's own client.", zh: "把图上的时间和时钟对照，看每张图片的字节数，再往下看课文自己的客户端。" },
  "step.pictures_see": { en: "Short poll jumps and never shows most of them. Base64 takes a third more than the picture has; a binary frame takes none.", zh: "短轮询一跳一跳，大多数图片根本没显示。base64 比图片多三分之一，二进制帧一点不多。" },

  "step.connections_title": { en: "Six connections, and a full house", zh: "六个连接与满员" },
  "step.connections_ask": { en: "Eight windows of one browser want the same feed over SSE. How many get it?", zh: "同一个浏览器里八个窗口都要用 SSE 收消息，有几个能收到？" },
  "step.connections_do": { en: "Start the eight, first over SSE, then over WebSocket. “Close all”. Then let all come back at once, with and without chance. At last take all places of the small server, and ask for one more.", zh: "先用 SSE 开八个，再换 WebSocket，然后“全部关闭”。让大家同时重连，比较加不加随机延时。最后占满小服务器的位子，再要一个。" },
  "step.connections_see": { en: "Over HTTP/1.1 a browser opens six connections to a server: the seventh waits for ever. WebSockets are not counted among them. A full server says 503 and `Retry-After`.", zh: "HTTP/1.1 下浏览器对一个服务器只开六个连接，第七个一直等。WebSocket 不算在内。满员的服务器答 503 和 `Retry-After`。" },

  "step.chat_title": { en: "A chat needs two directions", zh: "聊天需要两个方向" },
  "step.chat_ask": { en: "SSE only comes down. How does a message get up? How many connections does each person need?", zh: "SSE 只能向下。话怎么传上去？每个人要几个连接？" },
  "step.chat_do": { en: "Let two students talk, one over SSE, one over WebSocket. Change transports in the middle of the talk.", zh: "请两位同学聊天，一位用 SSE，一位用 WebSocket；聊到一半换传输方式。" },
  "step.chat_see": { en: "SSE needs a POST for each word said, WebSocket one frame. Nothing is lost in the change, since both read one log by one cursor.", zh: "SSE 每说一句要一个 POST，WebSocket 只要一帧。中途换方式一条不丢，因为读的是同一份日志、同一个游标。" },

  "step.origins_title": { en: "A stranger's page asks", zh: "陌生网页来访问" },
  "step.origins_ask": { en: "A page of another site asks our server. Who stops it: the browser, or the server?", zh: "别的网站的页面来访问我们的服务器，谁来拦：浏览器，还是服务器？" },
  "step.origins_do": { en: "Let the guests try. Read what the server saw beside what they got to see. Needs `./dev run --lab`.", zh: "让各来源的页面去试，把服务器看到的和它们读到的放在一起比较。需要 `./dev run --lab`。" },
  "step.origins_see": { en: "The requests by fetch and SSE do arrive; the browser keeps the answers from the page. A WebSocket is let through: there only the server can say no.", zh: "fetch 和 SSE 的请求其实都到了，浏览器只是不让页面读响应；WebSocket 浏览器放行，只有服务器能说不。" },

  "step.paths_title": { en: "What stands in between", zh: "中间隔着什么" },
  "step.paths_ask": { en: "Proxies as they come from the box: which transport do they let through, which not?", zh: "原装设置的代理，放行哪种传输方式，拦住哪种？" },
  "step.paths_do": { en: "Read one row together. Open a cell that failed: reason and cure. Then choose “proxy cured, too”.", zh: "一起读一行；点开一个不通的格子，看原因和办法；再切到“代理也配好”。" },
  "step.paths_see": { en: "Polls get nearly everywhere. Streams are held back by those who gather answers, WebSocket by those who take `Upgrade` away. Mostly one line of configuration cures it.", zh: "轮询几乎到处能通；代理攒响应，流就被压住；代理去掉 `Upgrade`，WebSocket 就不通。大多一行配置就能治好。" },

  "step.ladder_title": { en: "Cut the line, lose nothing", zh: "断了线，一条不丢" },
  "step.ladder_ask": { en: "TCP is reliable. If the line breaks between two messages, what is lost?", zh: "TCP 是可靠的。两条消息之间断线，会丢什么？" },
  "step.ladder_do": { en: "Let the client run, stop the server's network or the server for a moment, and watch what it does.", zh: "让客户端跑着，把网络或服务器停一会儿，看它怎么办。" },
  "step.ladder_see": { en: "TCP's reliability ends with its connection. The client tries again, gives its cursor, and gets what it missed. Without a cursor it would be gone.", zh: "TCP 的可靠只到连接为止。客户端重连时交出游标，就把错过的补上了；没有游标，就真的丢了。" },

  "step.board_title": { en: "The order of performance", zh: "性能排序对不对" },
  "step.board_ask": { en: "The textbook: WebSocket, then long connection, then long poll, then short poll. Does it hold?", zh: "课文说：WebSocket、长连接、长轮询、短轮询，依次变差。成立吗？" },
  "step.board_do": { en: "Let everybody guess, then run the experiment (`./dev run --lab`).", zh: "人人先猜，再做实验（`./dev run --lab`）。" },
  "step.board_see": { en: "It holds for some figures and ties for others; the verdict says where.", zh: "有的指标成立，有的不相上下，结论里写得很清楚。" },

  "step.choose_title": { en: "Which one to take?", zh: "到底选哪一种？" },
  "step.choose_ask": { en: "A weather page, a chat, a ticker behind an old proxy: one transport for all three?", zh: "天气页、聊天室、老代理后面的行情：用同一种行吗？" },
  "step.choose_do": { en: "Go through the six questions for one case that the class names.", zh: "请学生提一个场景，按六个问题走一遍。" },
  "step.choose_see": { en: "The answer changes with rate, clients, direction and path. “It depends” is a good answer once it says on what.", zh: "答案随频率、客户端数、方向、路径而变。“看情况”是个好答案，只要说得清看什么情况。" },
};
