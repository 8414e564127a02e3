// SPDX-License-Identifier: MIT
//
// Strings of the class page.

export default {
  "class.title": { en: "Class", zh: "课堂" },
  "class.no_server": {
    en: "The server does not answer. Is it still running, and is this device still on the same network?",
    zh: "服务器没有回应。它还在运行吗？这台设备还连着同一个网络吗？",
  },
  "class.no_class": {
    en: "This server holds no class. Start it with `./dev run --class`, and open the teacher's address that it prints.",
    zh: "这台服务器没有开课。请用 `./dev run --class` 启动，再打开它打印出来的教师地址。",
  },
  "class.wrong_token": {
    en: "The server does not know this teacher's token: it was probably started anew. Open the teacher's address that it printed last.",
    zh: "服务器不认这个教师令牌，多半是重新启动过。请打开它最近一次打印的教师地址。",
  },
  "class.unreachable": { en: "the server does not answer", zh: "服务器没有回应" },

  "class.heading": { en: "The class measures", zh: "全班一起测" },
  "class.lead": {
    en: "Every student's browser reads the same messages and reports how long they took, by the server's clock.",
    zh: "每位同学的浏览器读同一份消息，并按服务器的时钟报告各花了多久。",
  },
  "class.not_said": { en: "The class was not told: {text}. Try again.", zh: "没能通知全班：{text}。请再试一次。" },
  "class.join": { en: "Join", zh: "加入" },
  "class_light.waiting": { en: "Waiting for the first phone", zh: "等第一部手机连上来" },
  "class_light.late": { en: "No other device is through yet. Check:", zh: "还没有别的设备连上来，请检查：" },
  "class_light.through": { en: "It works: {others} on devices of their own", zh: "通了：{others} 台别的设备在线" },
  "class.check_network": {
    en: "Same network? The phone must be on this computer's Wi-Fi, or on its hotspot. Choose another address below.",
    zh: "在同一个网络里吗？手机要连这台电脑所在的 Wi-Fi，或它开的热点。也可以在下面换一个地址。",
  },
  "class.check_firewall": {
    en: "Firewall? Let this computer's port through, for example `sudo ufw allow 8765/tcp`.",
    zh: "防火墙？放行本机端口，例如 `sudo ufw allow 8765/tcp`。",
  },
  "class.check_isolation": {
    en: "Client isolation? Guest and campus Wi-Fi often keep devices apart: open a hotspot on this computer or on a phone, and join that.",
    zh: "客户端隔离？访客网和校园网常常不让设备互访：用这台电脑或一部手机开热点，都连到热点上。",
  },
  "class.check_mobile": {
    en: "Mobile data? A phone may leave a Wi-Fi that has no internet: switch mobile data off.",
    zh: "移动数据？手机可能嫌 Wi-Fi 没有外网而自动切走：先关掉移动数据。",
  },
  "class.no_network": {
    en: "This computer is on no network. Join a Wi-Fi, or open a hotspot; its address appears here by itself.",
    zh: "这台电脑没有连任何网络。请连上 Wi-Fi 或打开热点，地址会自动出现在这里。",
  },
  "class.address": { en: "Network", zh: "网络" },
  "class.page_code": { en: "Code for http://{address}", zh: "http://{address} 的二维码" },
  "class.enlarge": { en: "As large as the screen", zh: "放大到全屏" },
  "class.close": { en: "Close", zh: "关闭" },
  "class.wifi": { en: "Code for the Wi-Fi", zh: "Wi-Fi 二维码" },
  "class.wifi_name": { en: "Network's name", zh: "网络名称" },
  "class.wifi_password": { en: "Password", zh: "密码" },
  "class.wifi_stays": { en: "The code is made in this page; nothing of it is sent.", zh: "二维码就在本页生成，什么也不发送。" },
  "class.wifi_code": { en: "Code that joins the Wi-Fi {network}", zh: "加入 Wi-Fi“{network}”的二维码" },
  "class.wifi_too_long": { en: "Too long for a code.", zh: "太长了，做不成二维码。" },

  "class.measured": { en: "Delay, by transport", zh: "延迟：按传输方式" },
  "class.students": { en: "students", zh: "名同学在线" },
  "class.by_device": { en: "By device", zh: "按设备" },
  "class.over": { en: "over", zh: "传输方式" },
  "class.nothing_yet": { en: "Nothing has been reported yet.", zh: "还没有收到报告。" },
  "class.row": {
    en: "students: {students} · 95 % below {slow} · {requests} requests, ≈ {bytes} a message",
    zh: "{students} 人 · 95 % 低于 {slow} · 每条 {requests} 次请求、≈ {bytes}",
  },
  "class.clocks": {
    en: "Large: the median. Clocks are compared with the server's as NTP does it; the error is at most half a round trip.",
    zh: "大字是中位数。各设备的时钟都按 NTP 的办法与服务器对过，误差不超过半个往返。",
  },
  "class_device.phone": { en: "Phone", zh: "手机" },
  "class_device.tablet": { en: "Tablet", zh: "平板" },
  "class_device.laptop": { en: "Computer", zh: "电脑" },
  "class_device.chrome": { en: "Chrome", zh: "Chrome 浏览器" },
  "class_device.firefox": { en: "Firefox", zh: "Firefox 浏览器" },
  "class_device.safari": { en: "Safari", zh: "Safari 浏览器" },
  "class_device.edge": { en: "Edge", zh: "Edge 浏览器" },
  "class_device.other": { en: "other browser", zh: "其他浏览器" },

  "class.say": { en: "What the class gets", zh: "发给全班什么" },
  "class.rate": { en: "Messages a second", zh: "每秒消息数" },
  "class.no_feed": { en: "none", zh: "不发" },
  "class.payload": { en: "Each", zh: "每条" },
  "class.transport": { en: "Students read over", zh: "同学用哪种方式读" },
  "class.all": { en: "all side by side", zh: "全部，并排比较" },
  "class.mute": { en: "Mute the chat", zh: "聊天静音" },
  "class.predict": { en: "Predict first", zh: "先猜，再看" },
  "class.question": { en: "Question", zh: "问题" },
  "class_ask.first": { en: "Which one brings a message soonest?", zh: "哪一种最快送到消息？" },
  "class_ask.last": { en: "Which one lets a message wait longest?", zh: "哪一种让消息等得最久？" },
  "class_ask.requests": { en: "Which one asks most often for a message?", zh: "平均每条消息，哪一种发的请求最多？" },
  "class_ask.bytes": { en: "Which one takes the fewest bytes for a message?", zh: "平均每条消息，哪一种耗费的字节最少？" },
  "class.do_ask": { en: "Ask", zh: "提问" },
  "class.do_tell": { en: "Tell the answer", zh: "公布答案" },
  "class.no_answer_yet": {
    en: "There is no answer yet: students must have measured two transports at least. Deal out all of them, and wait for some messages.",
    zh: "还没有答案：至少要测过两种传输方式。请选“全部”，再等几条消息。",
  },
  "class.voted": { en: "{voted} of {present} have predicted", zh: "{present} 人中已有 {voted} 人作答" },
  "class.told": { en: "The class has measured: {answer}.", zh: "全班测出来是：{answer}。" },
  "class.reset": { en: "Start anew", zh: "重新开始" },
  "class.reset_help": { en: "Wipes what was measured and predicted.", zh: "清空测量结果和猜测。" },

  "class.student_heading": { en: "You are in the class", zh: "你已进入课堂" },
  "class.student_lead": {
    en: "The same messages reach you in several ways. How long does each take?",
    zh: "同样的消息经几条路送到你这里，各要多久？",
  },
  "class.not_told": { en: "The class did not get it: {text}", zh: "没能送到课堂：{text}" },
  "class.choose": { en: "Choose one. Nobody sees who chose what.", zh: "选一个。没有人会知道谁选了什么。" },
  "class.chosen": { en: "Taken. You may change it until the answer is told.", zh: "已收到。公布答案之前都可以改。" },
  "class.right": { en: "The class has measured: {answer}. You were right.", zh: "全班测出来是：{answer}。你猜对了。" },
  "class.wrong": { en: "The class has measured: {answer}. Why not what you thought?", zh: "全班测出来是：{answer}。和你想的不一样，为什么？" },
  "class.own_delays": { en: "Your delays", zh: "你这里的延迟" },
  "class.own_messages": { en: "{count} messages", zh: "{count} 条消息" },
  "class.clock_behind": {
    en: "This device's clock is {offset} behind the server's (to within {error}); the delays allow for that.",
    zh: "这台设备的时钟比服务器慢 {offset}（误差不超过 {error}），延迟已按此校正。",
  },
  "class.clock_ahead": {
    en: "This device's clock is {offset} ahead of the server's (to within {error}); the delays allow for that.",
    zh: "这台设备的时钟比服务器快 {offset}（误差不超过 {error}），延迟已按此校正。",
  },
  "class.told_to_class": {
    en: "The class is told these delays, and whether this is a phone or a computer. No name, nothing is kept.",
    zh: "课堂只收到这些延迟，以及这是手机还是电脑。不记名字，也不保存。",
  },
  "class.chat": { en: "To the chat", zh: "去聊天" },
};
