// SPDX-License-Identifier: MIT
//
// Strings of the ladder page. The reasons stand in ../pushlab/reasons.js, with the library.

export default {
  "ladder.title": { en: "Ladder", zh: "梯子" },
  "ladder.heading": { en: "The ladder", zh: "传输梯子" },
  "ladder.lead": {
    en: "The client library starts on long poll at once, tries better ways beside it, and says why it is where it is.",
    zh: "客户端库先用长轮询立即开始，同时试用更好的方式，并说明为什么停在这一级。",
  },
  "ladder.topic": { en: "Topic", zh: "主题" },
  "ladder.allowed": { en: "Allowed, the best first", zh: "允许的方式（最好的在前）" },
  "ladder.share": { en: "One connection for all tabs", zh: "所有标签页共用一个连接" },
  "ladder.share_help": {
    en: "Open this page in a second tab: one of them reads from the server and passes it on. Close it, and the other one takes over.",
    zh: "在第二个标签页打开本页：其中一个从服务器接收并转发。关掉它，另一个就接替。",
  },
  "ladder.start": { en: "Start anew", zh: "重新开始" },
  "ladder.none_allowed": { en: "Allow at least one transport.", zh: "请至少允许一种传输方式。" },
  "ladder.nothing": { en: "Nothing yet", zh: "暂无" },
  "ladder.used": { en: "in use", zh: "使用中" },
  "ladder.other_tab": { en: "another tab's", zh: "其他标签页的" },
  "ladder.works": { en: "works", zh: "可用" },
  "ladder.trying": { en: "on trial", zh: "试用中" },
  "ladder.failed": { en: "does not work", zh: "不可用" },
  "ladder.unused": { en: "not needed", zh: "不需要" },
  "ladder.received": { en: "Received", zh: "收到的消息" },
  "ladder.messages": { en: "messages", zh: "消息" },
  "ladder.lost": { en: "lost", zh: "丢失" },
  "ladder.repeated": { en: "repeated", zh: "重复" },
  "ladder.reordered": { en: "reordered", zh: "乱序" },
  "ladder.gaps": { en: "gaps", zh: "缺口" },
  "ladder.write": { en: "Publish something to the topic", zh: "向主题发布点什么" },
  "ladder.publish": { en: "Publish", zh: "发布" },
  "ladder.not_sent": { en: "Not published: {text}", zh: "未发布：{text}" },
  "ladder.history": { en: "What changed", zh: "变化经过" },
  "ladder.look": {
    en: "**What to look for.** Over a straight line the ladder ends at WebSocket within a moment. Let a middleman stand between, and open this page at its address: what a proxy does to push is named here. Nothing is lost while it changes.",
    zh: "**观察要点。** 直连时，梯子一转眼就升到 WebSocket。让一个“中间人”站在中间，再从它的地址打开本页：代理对推送做了什么，这里会说出来。切换过程中什么也不丢。",
  },
};
