// SPDX-License-Identifier: MIT
//
// Bytes: what a request or an answer weighs. A page never sees the heads that the browser sends,
// nor those of an EventSource or a WebSocket, so these are put together from the parts that are
// known. They are estimates (within some tens of bytes) and are shown as such. TCP and IP are not
// counted.

const encoder = new TextEncoder();

export function utf8Length(text) {
  return encoder.encode(text).length;
}

function clientHints() {
  const hints = navigator.userAgentData;
  if (!hints || !globalThis.isSecureContext) return "";
  const brands = hints.brands.map((b) => `"${b.brand}";v="${b.version}"`).join(", ");
  return (
    `sec-ch-ua-platform: "${hints.platform}"\r\n` +
    `sec-ch-ua: ${brands}\r\n` +
    `sec-ch-ua-mobile: ?${hints.mobile ? 1 : 0}\r\n`
  );
}

function languageLine() {
  return `Accept-Language: ${navigator.languages.map((l, i) => (i ? `${l};q=0.${9 - i}` : l)).join(",")}\r\n`;
}

/** The head of a GET or POST as this browser would send it. `lines`: further header lines. */
export function requestHeadBytes(method, url, lines = "") {
  const { pathname, search, host } = new URL(url, location.href);
  const head =
    `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n` +
    `Pragma: no-cache\r\nCache-Control: no-cache\r\nUser-Agent: ${navigator.userAgent}\r\n` +
    `Accept: */*\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n` +
    `Sec-Fetch-Dest: empty\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n` +
    clientHints() + languageLine() + lines + "\r\n";
  return utf8Length(head);
}

/** The head of an answer whose headers the page can read (fetch, same origin). */
export function answerHeadBytes(response) {
  let bytes = `HTTP/1.1 ${response.status} ${response.statusText}\r\n\r\n`.length;
  for (const [name, value] of response.headers) bytes += name.length + value.length + 4;
  return bytes;
}

/** What the server says in the head of every feed answer. */
const FEED_LINES =
  "Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\nPushlab-Next: 12345678-123\r\n";

/** The head that opens an event stream, which an EventSource keeps to itself. */
export const STREAM_HEAD_BYTES = utf8Length(
  `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n${FEED_LINES}\r\n`,
);

/** Both heads of the WebSocket handshake (RFC 6455, section 4). */
export function handshakeBytes(url, subprotocol) {
  const { pathname, search, host } = new URL(url, location.href);
  const protocolLine = subprotocol ? `Sec-WebSocket-Protocol: ${subprotocol}\r\n` : "";
  const extensions = "Sec-WebSocket-Extensions: permessage-deflate";
  const up =
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
    `Pragma: no-cache\r\nCache-Control: no-cache\r\nUser-Agent: ${navigator.userAgent}\r\n` +
    `Upgrade: websocket\r\nOrigin: ${location.origin}\r\nSec-WebSocket-Version: 13\r\n` +
    `Accept-Encoding: gzip, deflate, br, zstd\r\n${languageLine()}` +
    `Sec-WebSocket-Key: ${"x".repeat(24)}\r\n${extensions}; client_max_window_bits\r\n` +
    `${protocolLine}\r\n`;
  const down =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${"x".repeat(28)}\r\n${protocolLine}` +
    `${extensions}; server_no_context_takeover; client_no_context_takeover\r\n${FEED_LINES}\r\n`;
  return { up: utf8Length(up), down: utf8Length(down) };
}

/** The head of one WebSocket frame (RFC 6455, section 5.2); a browser's frames are masked. */
export function frameHeadBytes(length, masked) {
  const size = length < 126 ? 2 : length < 65536 ? 4 : 10;
  return size + (masked ? 4 : 0);
}

/** What was published, without anything around it. */
export function payloadBytes(message) {
  if (message.type === "json") return utf8Length(JSON.stringify(message.data));
  if (message.type !== "binary") return utf8Length(message.data);
  const padding = message.data.endsWith("==") ? 2 : message.data.endsWith("=") ? 1 : 0;
  return (message.data.length / 4) * 3 - padding;
}
