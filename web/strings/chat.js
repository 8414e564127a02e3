// SPDX-License-Identifier: MIT
//
// Strings of the chat page.

export default {
  "chat.title": { en: "Chat", zh: "聊天" },
  "chat.heading": { en: "Chat over any transport", zh: "用任意传输方式聊天" },
  "chat.lead": {
    en: "Everybody on topic `chat` reads the same log. Choose how your messages reach you, and compare what speaking costs.",
    zh: "主题 `chat` 上的所有人读的是同一份日志。选择消息怎样送到你这里，再比较一下“开口说话”的代价。",
  },
  "chat.name": { en: "Your name", zh: "你的名字" },
  "chat.default_name": { en: "guest {number}", zh: "访客 {number}" },
  "chat.write": { en: "Write something", zh: "说点什么" },
  "chat.send": { en: "Send", zh: "发送" },
  "chat.add": { en: "Add a person beside", zh: "在旁边再加一位" },
  "chat.remove": { en: "Leave", zh: "离开" },
  "chat.log": { en: "Conversation", zh: "对话" },
  "chat.empty": { en: "Nobody has said anything yet.", zh: "还没有人说话。" },
  "chat.by_socket": { en: "Speaks on the connection that is open already.", zh: "在已经打开的连接上发送。" },
  "chat.by_post": { en: "Each message takes a POST request beside the receiving side.", zh: "接收之外，每说一句都要另发一个 POST 请求。" },
  "chat.not_sent": { en: "Not sent: {text}", zh: "未发送：{text}" },
  "chat.costs": { en: "connections {connections} · requests {requests} · up {up} · down {down}", zh: "连接 {connections} · 请求 {requests} · 上行 {up} · 下行 {down}" },
  "chat.costs_help": {
    en: "Since this person joined or changed the transport. Heads and connections are estimates.",
    zh: "自加入或更换传输方式以来。头部与连接数为估计值。",
  },
  "chat.look": {
    en: "**What to look for.** SSE is one-way: to speak, the page needs a second connection. WebSocket needs none. The web's first chats, WebQQ and Facebook's among them, were long poll: choose it and see how little is missing for people who type.",
    zh: "**观察要点。** SSE 是单工的：要说话就得另开一个连接；WebSocket 不用。早期的网页聊天（如 WebQQ、Facebook IM）用的是长轮询：选它试试，对打字聊天的人来说几乎感觉不到差别。",
  },
};
