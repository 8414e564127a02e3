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
  "chat.by_long_poll": {
    en: "WebQQ and Facebook chat began like this: a request the server holds until somebody speaks. To speak, a POST.",
    zh: "WebQQ 和 Facebook 聊天当年就是这样：服务器 hold 住一个请求，有人说话才应答；自己说话另发 POST。",
  },
  "chat.by_sse": {
    en: "One answer that never ends brings every line. It runs one way only: to speak, a POST.",
    zh: "一个不结束的响应送来每一句话，但只有下行：自己说话要另发 POST。",
  },
  "chat.by_websocket": {
    en: "Hears and speaks on one connection, both at any time: a line is a frame, not a request.",
    zh: "听和说共用一个连接，双方随时可发：一句话是一帧，不是一个请求。",
  },
  "chat.by_post": { en: "Each message takes a POST request beside the receiving side.", zh: "接收之外，每说一句都要另发一个 POST 请求。" },
  "chat.not_sent": { en: "Not sent: {text}", zh: "未发送：{text}" },
  "chat.is_typing": { en: "{name} is typing …", zh: "{name} 正在输入……" },
  "chat.several_typing": { en: "{name} are typing …", zh: "{name} 正在输入……" },
  "chat.lines": {
    en: "This person's connections over the last 20 seconds. Shaded: a request is held, or a stream is open. Arrow down: something is heard. Arrow up: something is said, by POST on a line of its own, by WebSocket on the same one.",
    zh: "此人最近 20 秒的连接。浅色：请求被 hold 住，或流开着。向下箭头：听到一条。向上箭头：说出一条，POST 走另一条线，WebSocket 走同一条线。",
  },
  "chat.hears": { en: "hears", zh: "听" },
  "chat.speaks": { en: "speaks: POST", zh: "说：POST" },
  "chat.hears_and_speaks": { en: "hears and speaks", zh: "听和说" },
  "chat.connections": { en: "connections", zh: "个连接" },
  "chat.requests": { en: "requests", zh: "次请求" },
  "chat.bytes": { en: "Bytes each, both ways", zh: "每次的字节数（往返合计）" },
  "chat.line": { en: "say", zh: "说一句" },
  "chat.typing": { en: "type", zh: "在输入" },
  "chat.hearing": { en: "hear", zh: "听一条" },
  "chat.line_counts": { en: "lines said: {messages}, requests: {requests}", zh: "说了 {messages} 句，请求 {requests} 次" },
  "chat.typing_counts": { en: "“is typing” signals: {messages}, requests: {requests}", zh: "“正在输入”信号 {messages} 个，请求 {requests} 次" },
  "chat.hearing_counts": { en: "lines and signals heard: {messages}, requests: {requests}", zh: "听到话和信号共 {messages} 条，请求 {requests} 次" },
  "chat.costs_help": {
    en: "Since this person joined or changed the transport; what was said before is heard then, too. Heads and connections are estimates. All bars of all persons have one scale.",
    zh: "自加入或更换传输方式以来，包括加入时补听的历史。头部与连接数为估计值。所有人的横条用同一比例尺。",
  },
  "chat.look_heading": { en: "What to look for", zh: "观察要点" },
  "chat.look_first": {
    en: "**Long poll came first.** The web's great chats, WebQQ and Facebook's among them, were long poll. Write a line in each card and see how little is missing for people who type: all three have it at once. What differs is the price.",
    zh: "**长轮询走在前面。** 早期的网页聊天（如 WebQQ、Facebook 聊天）都是长轮询。在每张卡片里各说一句：三家都立刻听到，打字聊天的人几乎感觉不到差别，差别在代价。",
  },
  "chat.look_typing": {
    en: "**“Is typing” is the dear part.** Hold a key down and watch the other cards: one signal every two seconds. Over POST each costs hundreds of bytes of headers for a few of payload, and each signal heard costs a long poll a whole request. Over WebSocket it is one small frame.",
    zh: "**贵的是“正在输入”。** 连续打字，看其他卡片：每两秒一个信号。用 POST 时，几个字节的内容要配几百字节头部；长轮询每听到一个信号还要再付一个请求。WebSocket 只是一个小小的帧。",
  },
  "chat.look_duplex": {
    en: "**Duplex is to be seen.** Arrows down are heard, arrows up are said. With long poll and SSE they are on two connections; with WebSocket both are on one.",
    zh: "**双工看得见。** 向下的箭头是听到，向上的是说出。长轮询和 SSE 分在两个连接上，WebSocket 在同一个连接上。",
  },
};
