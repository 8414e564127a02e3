// SPDX-License-Identifier: MIT
//
// Strings that all pages share. One row for each key, one column for each language.

export default {
  "nav.pages": { en: "Pages", zh: "页面" },
  "nav.see": { en: "Seeing it happen", zh: "亲眼看" },
  "nav.look": { en: "Looking closer", zh: "细看" },
  "nav.reach": { en: "Getting through", zh: "能不能通" },
  "nav.learn": { en: "Learning and teaching", zh: "学与教" },
  "nav.lessons": { en: "Lessons", zh: "课程" },
  "nav.claims": { en: "Claims", zh: "说法" },
  "nav.lab": { en: "Lab", zh: "实验台" },
  "nav.pictures": { en: "Pictures", zh: "图片" },
  "nav.chat": { en: "Chat", zh: "聊天" },
  "nav.wire": { en: "Wire", zh: "线路" },
  "nav.connections": { en: "Connections", zh: "连接" },
  "nav.heartbeat": { en: "Heartbeat", zh: "心跳" },
  "nav.origins": { en: "Origins", zh: "跨源" },
  "nav.compat": { en: "Matrix", zh: "矩阵" },
  "nav.ladder": { en: "Ladder", zh: "梯子" },
  "nav.doctor": { en: "Doctor", zh: "诊断" },
  "nav.noscript": { en: "No script", zh: "无脚本" },
  "nav.class": { en: "Class", zh: "课堂" },
  "nav.language": { en: "Language", zh: "语言" },
  "nav.theme": { en: "Light or dark colours", zh: "切换浅色／深色" },

  "transport.short_poll": { en: "Short poll", zh: "短轮询" },
  "transport.long_poll": { en: "Long poll", zh: "长轮询" },
  "transport.sse": { en: "SSE", zh: "SSE" },
  "transport.websocket": { en: "WebSocket", zh: "WebSocket" },
  "transport.ndjson": { en: "NDJSON", zh: "NDJSON" },
  "transport.choose": { en: "Transport", zh: "传输方式" },

  "state.connecting": { en: "connecting", zh: "正在连接" },
  "state.open": { en: "open", zh: "已连接" },
  "state.reconnecting": { en: "retrying", zh: "正在重连" },
  "state.closed": { en: "closed", zh: "已关闭" },

  "page.away": {
    en: "Doors and the bench take commands from pages of the server's own machine only. There, open {page}",
    zh: "门和测试台只听服务器本机页面的指令。请在那台机器上打开 {page}",
  },
  "page.no_transports": {
    en: "The server's list of transports could not be read: {text}. Is the server running?",
    zh: "读不到服务器的传输方式列表：{text}。服务器在运行吗？",
  },
  "gap.known": {
    en: "Gap: messages {from} to {to} ({count}) are no longer held and cannot be delivered.",
    zh: "缺口：第 {from} 至 {to} 条（共 {count} 条）服务器已不再保留，无法补发。",
  },
  "gap.unknown": {
    en: "Gap of unknown size: the cursor is not of this log, as after a restart. Going on with the oldest message held.",
    zh: "缺口大小未知：游标不属于现有的日志（例如服务器重启过）。从现存最早的一条继续。",
  },
};
