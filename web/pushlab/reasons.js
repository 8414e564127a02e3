// SPDX-License-Identifier: MIT
//
// Reasons: every code that `why` may carry, and its sentence in each language. {name} is filled from
// its args, {subject} with the transport that the code is about.

const NAMES = {
  websocket: { en: "WebSocket", zh: "WebSocket" },
  sse: { en: "SSE", zh: "SSE" },
  long_poll: { en: "long poll", zh: "长轮询" },
  short_poll: { en: "short poll", zh: "短轮询" },
};

export const REASONS = {
  starting: { en: "The first request is on its way.", zh: "第一个请求已发出。" },
  best: { en: "{subject} works, and nothing better was asked for.", zh: "{subject}可用，没有要求更好的方式。" },
  works: { en: "Works.", zh: "可用。" },
  trying: { en: "{subject} is being tried.", zh: "正在试用{subject}。" },
  unused: { en: "A better one works.", zh: "更好的方式可用。" },
  unavailable: {
    en: "There is no {subject} in this environment: give one in the options.",
    zh: "当前环境没有{subject}：请在选项里提供。",
  },
  shared: { en: "Another tab reads, and passes it on.", zh: "由另一个标签页接收并转发。" },
  closed: { en: "Closed.", zh: "已关闭。" },

  upgrade_blocked: {
    en: "The server would take a WebSocket, but the handshake does not reach it whole: a proxy on the way removes Upgrade, or refuses tunnels (CONNECT).",
    zh: "服务器愿意接受 WebSocket，但握手没有完整到达：途中的代理去掉了 Upgrade，或拒绝建立隧道（CONNECT）。",
  },
  host_changed: {
    en: "A proxy on the way gives the server another Host, {host}: so it takes this page's handshake for another site's, and refuses it. Let the proxy pass on Host, and Upgrade too.",
    zh: "途中的代理把 Host 改成了 {host}：服务器因此以为握手来自别的网站，予以拒绝。请让代理原样转发 Host，Upgrade 也一样。",
  },
  websocket_refused: {
    en: "The WebSocket handshake was refused ({status}). {text}",
    zh: "WebSocket 握手被拒绝（{status}）。{text}",
  },
  websocket_failed: {
    en: "The WebSocket handshake failed, and a page is not told why.",
    zh: "WebSocket 握手失败，浏览器不告诉网页原因。",
  },
  websocket_late: {
    en: "No answer to the WebSocket handshake within {seconds} s: something on the way holds it back.",
    zh: "{seconds} 秒内 WebSocket 握手没有响应：途中有设备把它扣住了。",
  },
  websocket_mute: {
    en: "The WebSocket opened, but nothing came back over it within {seconds} s: frames do not get through.",
    zh: "WebSocket 已打开，但 {seconds} 秒内收不到回音：帧过不去。",
  },
  sse_buffered: {
    en: "Nothing of the event stream came within {seconds} s: a proxy on the way buffers it.",
    zh: "{seconds} 秒内没有收到事件流的任何内容：途中的代理把它缓冲起来了。",
  },
  sse_bunched: {
    en: "Two events that were sent 300 ms apart came together: something on the way gathers the event stream.",
    zh: "相隔 300 毫秒发出的两个事件同时到达：途中有设备在攒事件流。",
  },
  sse_refused: {
    en: "The event stream was refused; an EventSource does not say how.",
    zh: "事件流被拒绝，EventSource 不说明原因。",
  },
  sse_ended: {
    en: "The event stream ended before it had begun: no answer, or the server is full.",
    zh: "事件流还没开始就结束了：没有响应，或服务器已满。",
  },

  no_answer: {
    en: "No answer: the server is not running, the line is cut, or another origin is not allowed in.",
    zh: "没有响应：服务器未运行、线路中断，或不允许跨源访问。",
  },
  refused: { en: "The server refused with {status}: {text}", zh: "服务器拒绝（{status}）：{text}" },
  busy: {
    en: "The server has no room now ({status}), and asks to come back in {seconds} s.",
    zh: "服务器暂时没有余量（{status}），要求 {seconds} 秒后再来。",
  },
  gateway: {
    en: "A proxy answered {status}: it could not reach the server.",
    zh: "代理返回 {status}：它连不上服务器。",
  },
  foreign_answer: {
    en: "Something that is no pushlab server answered ({status}): a login page, or a proxy's own page.",
    zh: "回答的不是 pushlab 服务器（{status}）：可能是登录页或代理自己的页面。",
  },
  cache_answers: {
    en: "Works, but a cache on the way answered for the server; each request now has an address of its own.",
    zh: "可用，但途中有缓存代替服务器回答；现在每个请求都用不同的地址。",
  },
  hold_cut: {
    en: "A held request was cut after {seconds} s: something on the way does not bear silence. Shorter holds are asked for if it happens again.",
    zh: "被 hold 住的请求在 {seconds} 秒后被切断：途中有设备容不下静默。若再发生，将要求更短的 hold。",
  },
  went_silent: {
    en: "{subject} went silent: nothing for {seconds} s, not even a heartbeat.",
    zh: "{subject}没有声息：{seconds} 秒没有任何数据，连心跳也没有。",
  },
  broke: { en: "{subject}: the connection broke.", zh: "{subject}：连接中断。" },
  closed_by_server: { en: "{subject}: closed with {code}. {text}", zh: "{subject}：被关闭（{code}）。{text}" },
  server_leaving: { en: "The server is shutting down.", zh: "服务器正在关闭。" },
};

/** The sentence for a `why` or one of its rungs. language: "en" or "zh". */
export function explain({ code, args, subject, transport }, language = "en") {
  const about = NAMES[subject ?? transport]?.[language] ?? "";
  const known = { ...args, subject: about };
  const sentence = REASONS[code][language].replace(/\{(\w+)\}/g, (whole, name) => known[name] ?? whole);
  const spaced = sentence.replace(/([A-Za-z])(?=\p{Script=Han})|(\p{Script=Han})(?=[A-Za-z])/gu, "$& ");
  return (spaced[0].toUpperCase() + spaced.slice(1)).trim();
}
