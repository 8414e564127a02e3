// SPDX-License-Identifier: MIT
//
// Strings of the connections lab.

export default {
  "connections.title": { en: "Connections", zh: "连接" },
  "connections.heading": { en: "Connections lab", zh: "连接实验" },
  "connections.lead": {
    en: "Who waits, holds a connection. A browser has six for a host, a server as many as it allows, and when all break they all come back.",
    zh: "等待就要占着连接。浏览器对一台主机只有六个，服务器能给的也有限；而它们一旦全断，又会一齐回来。",
  },

  "connections.eight": { en: "Eight subscribers in one browser", zh: "一个浏览器里的八个订阅者" },
  "connections.share": { en: "One of them leads and shares", zh: "由一个带头，共用连接" },
  "connections.share_help": {
    en: "The client library's `share`: one tab holds the connection and passes on what it reads, by BroadcastChannel; a Web Lock decides which one.",
    zh: "客户端库的 `share`：一个标签页持有连接，用 BroadcastChannel 把收到的转给其他页；由 Web Lock 决定谁带头。",
  },
  "connections.stop": { en: "Close all", zh: "全部关闭" },
  "connections.stop_help": { en: "Gives all connections back to the browser.", zh: "把连接全部还给浏览器。" },
  "connections.about_websocket": {
    en: "Eight WebSockets are eight connections, which browsers do not count among the six. All eight have each message.",
    zh: "八个 WebSocket 就是八个连接，但浏览器不把它们算进那六个。每条消息八个都收得到。",
  },
  "connections.about_sse": {
    en: "Six event streams hold the six connections. The other two wait for one to become free, which it never does; so does everything else.",
    zh: "六个事件流占满了六个连接。另外两个只能等，而连接永远不会空出来；其他请求也一样要等。",
  },
  "connections.about_long_poll": {
    en: "Six polls are held; two have not even been asked. When a message comes, the six are answered and make room: those two have it a moment later.",
    zh: "六个轮询被 hold 住，两个连问都没问成。消息一来，六个得到响应、腾出连接，那两个才稍后拿到。",
  },
  "connections.about_short_poll": {
    en: "Eight ask once a second, each for a millisecond: six connections are more than enough.",
    zh: "八个每秒各问一次，每次只用一毫秒：六个连接绰绰有余。",
  },
  "connections.about_other": {
    en: "A stream like SSE: each holds one of the six connections.",
    zh: "和 SSE 一样是流：每个占住六个连接之一。",
  },
  "connections.about_shared": {
    en: "One connection for all eight. Close the one that leads: another takes over, from the same cursor.",
    zh: "八个共用一个连接。关掉带头的那个，另一个就从同一游标接替。",
  },
  "connections.of": { en: "{have} of {all}", zh: "{have} / {all}" },
  "connections.have": { en: "have message {number}", zh: "收到了第 {number} 条" },
  "connections.server_counts": { en: "Subscribers, says the server", zh: "服务器数到的订阅者" },
  "connections.server_help": {
    en: "As it answered when the message was published: so many were there to be given it.",
    zh: "发布消息时服务器的回答：当时有这么多个等着收。",
  },
  "connections.guest": { en: "Anything else: `GET /time`", zh: "其他请求：`GET /time`" },
  "connections.guest_help": {
    en: "What another page, a picture or a form of this site would wait for its answer.",
    zh: "本站的其他网页、图片、表单，要等这么久才有响应。",
  },
  "connections.guest_waits": { en: "waits, {seconds} s by now", zh: "在等，已 {seconds} 秒" },
  "connections.text": { en: "a message for all", zh: "给大家的消息" },
  "connections.after": { en: "{delay} after it was sent", zh: "发出后 {delay}" },
  "connections.not_published": {
    en: "Not published: {text}. Is the server running?",
    zh: "未发布：{text}。服务器在运行吗？",
  },
  "connections.leave": { en: "Close", zh: "关闭" },
  "connections.return": { en: "Open", zh: "打开" },
  "connections.seat_connecting": { en: "connecting", zh: "正在连接" },
  "connections.seat_open": { en: "connected", zh: "已连接" },
  "connections.seat_queued": { en: "queues", zh: "排队中" },
  "connections.seat_reconnecting": { en: "retrying", zh: "正在重连" },
  "connections.seat_closed": { en: "closed", zh: "已关闭" },
  "connections.seat_leads": { en: "leads", zh: "带头" },
  "connections.seat_follows": { en: "follows", zh: "跟随" },

  "connections.storm": { en: "Reconnect storm", zh: "重连风暴" },
  "connections.storm_lead": {
    en: "Event streams are cut all at once, as when a server restarts. The histogram shows when each is back.",
    zh: "所有事件流同时被切断，就像服务器重启。直方图显示它们各自何时回来。",
  },
  "connections.no_storm": {
    en: "This needs several doors to cut, and real connections through them: start with `./dev run --lab`. For thousands of clients: `pushbench churn`.",
    zh: "这里需要几扇能切断的门和穿过它们的真实连接：请用 `./dev run --lab` 启动。上千个客户端请用 `pushbench churn`。",
  },
  "connections.storm_cut": { en: "Connect, and cut all", zh: "连上，再全部切断" },
  "connections.storm_browser": { en: "EventSource by itself", zh: "EventSource 自己重连" },
  "connections.storm_browser_about": {
    en: "Waits what the server has said (`retry:`, 3 s): everybody the same.",
    zh: "等服务器说的时间（`retry:`，3 秒）：人人一样。",
  },
  "connections.storm_same": { en: "All wait a second", zh: "都等一秒" },
  "connections.storm_same_about": { en: "A timer of one's own, without chance.", zh: "自己设定时器，不加随机。" },
  "connections.storm_spread": { en: "Each waits by chance", zh: "各等各的（随机）" },
  "connections.storm_spread_about": {
    en: "The client library's backoff: half of the wait is chance, here 1 to 2 s.",
    zh: "客户端库的退避：等待时间有一半是随机的，这里是 1 到 2 秒。",
  },
  "connections.histogram": {
    en: "Histogram: how many were back in each tenth of a second after the cut.",
    zh: "直方图：切断之后，每十分之一秒内回来了多少个。",
  },
  "connections.seconds": { en: "{seconds} s", zh: "{seconds} 秒" },
  "connections.storm_idle": { en: "Not tried yet.", zh: "还没试过。" },
  "connections.storm_opens": { en: "Connecting …", zh: "正在连接……" },
  "connections.storm_runs": { en: "Cut. {back} are back.", zh: "已切断，回来了 {back} 个。" },
  "connections.storm_done": {
    en: "All {all} are back, the last after {last}; at most {peak} within {bin} ms.",
    zh: "{all} 个都回来了，最后一个用了 {last}；最挤的 {bin} 毫秒里有 {peak} 个。",
  },
  "connections.storm_failed": { en: "It did not work: {text}", zh: "没有成功：{text}" },
  "connections.too_long": {
    en: "not all connected in time; close other pages of this lab and try again",
    zh: "没有全部按时连上；请关掉本实验的其他网页再试",
  },

  "connections.full": { en: "A full server", zh: "服务器满员" },
  "connections.full_lead": {
    en: "A second, small server stands beside this one, with eight places (`--max-connections 8`). Fill it, then ask for one more.",
    zh: "旁边另有一个小服务器，只有八个位子（`--max-connections 8`）。先占满，再要一个。",
  },
  "connections.no_small": {
    en: "The small server comes with `./dev run --lab`; this one has better things to do than to be full.",
    zh: "小服务器随 `./dev run --lab` 一起启动；不该让正在上课的这个满员。",
  },
  "connections.full_fill": { en: "Take all places", zh: "占满所有位子" },
  "connections.full_leave": { en: "Free one", zh: "让出一个" },
  "connections.full_ask": { en: "Ask", zh: "再要一个" },
  "connections.full_taken": { en: "{count} taken by WebSockets of this page", zh: "本页的 WebSocket 占了 {count} 个" },
  "connections.full_unasked": { en: "Not asked yet.", zh: "还没问过。" },
  "connections.full_answered": { en: "{status}: there was a place.", zh: "{status}：还有位子。" },
  "connections.full_refused": {
    en: "{status}, `Retry-After: {retry}`: come back in {retry} s. The server's words: {text}",
    zh: "{status}，`Retry-After: {retry}`：{retry} 秒后再来。服务器的原话：{text}",
  },
  "connections.full_failed": { en: "No answer: {text}", zh: "没有响应：{text}" },
  "connections.full_asks": { en: "Asking …", zh: "正在请求……" },
  "connections.full_waits": {
    en: "200, `retry: 5000`, end: turned away so far: {tries}. EventSource comes back by itself. Free a place, and wait.",
    zh: "200，`retry: 5000`，然后结束：已被请回 {tries} 次，EventSource 会自己再来。让出一个位子，等着看。",
  },
  "connections.full_gone": {
    en: "Refused for good: an EventSource that gets anything but 200 never comes back.",
    zh: "彻底被拒：EventSource 只要收到的不是 200，就再也不会回来。",
  },
  "connections.full_in": { en: "In, {seconds} s after the first try.", zh: "进来了，离第一次尝试 {seconds} 秒。" },
  "connections.full_socket": {
    en: "Refused, code {code}. The answer was 503 with `Retry-After`, too, but a script is not told.",
    zh: "被拒，代码 {code}。响应同样是带 `Retry-After` 的 503，但脚本看不到。",
  },
  "connections.full_place": { en: "There was a place.", zh: "还有位子。" },

  "connections.look": { en: "What to look for", zh: "观察要点" },
  "connections.look_six": {
    en: "**Six, and then nothing.** Choose SSE: two of eight get nothing, and a plain request of this site waits as well. Nothing is broken, no error is shown: it is a queue inside the browser. Close one of the six, and one of the two comes in.",
    zh: "**六个之后就没有了。** 选 SSE：八个里有两个什么也收不到，本站的普通请求也在等。什么都没坏，也没有报错：是浏览器内部在排队。关掉六个中的一个，等着的就进来一个。",
  },
  "connections.look_cure": {
    en: "**The cure.** Let one lead and share: eight have each message, over one connection. Or WebSocket. Or HTTP/2, where streams share a connection.",
    zh: "**解法。** 由一个带头、共用连接：八个都收得到，只占一个连接。或者用 WebSocket；或者用 HTTP/2，多个流共用一个连接。",
  },
  "connections.look_jitter": {
    en: "**Chance spares the server.** Without it, all who were cut together come back together, again and again. A little chance turns the peak into a plain.",
    zh: "**随机救了服务器。** 没有随机，一起断的就一起回来，一次又一次。加一点随机，尖峰就成了平地。",
  },
  "connections.honest": { en: "What this page cannot show", zh: "本页看不出来的" },
  "connections.honest_h2": {
    en: "The limit is one of HTTP/1.1. Over HTTP/2, which browsers speak only with TLS, a hundred streams share one connection. This server speaks HTTP/1.1.",
    zh: "这是 HTTP/1.1 的限制。浏览器只在 TLS 之上使用 HTTP/2，那里上百个流共用一个连接。本服务器使用 HTTP/1.1。",
  },
  "connections.honest_storm": {
    en: "Some dozens of clients of one browser are no storm for a server. `pushbench churn` lets thousands come and go, and checks what is left behind.",
    zh: "一个浏览器里的几十个客户端，对服务器谈不上风暴。`pushbench churn` 能让成千上万个来来去去，并检查留下了什么。",
  },
  "connections.honest_all": {
    en: "All tabs of a browser together have the six. Another open page of this lab takes its share of them; then fewer than six get through here.",
    zh: "六个连接是这个浏览器所有标签页合计的。本实验的其他网页开着，也会占去几个，这里能通的就不足六个。",
  },
};
