// SPDX-License-Identifier: MIT
//
// Frames: a WebSocket frame taken apart (RFC 6455, 5.2), down to its bits.
//
//    0 1 2 3 4 5 6 7   0 1 2 3 4 5 6 7
//   |F|R|R|R| op-   | |M| length      |  (length 126: 2 more bytes, 127: 8 more)
//   |I|S|S|S| code  | |A|             |  then the masking key, 4 bytes, if MASK is set
//   |N|V|V|V|       | |S|             |  then the payload
//                      |K|

import { utf8 } from "./octets.js";
import { part } from "./unit.js";

export const OPCODES = { 0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };

/** What the frame's head says, or null when it is not there as a whole. */
export function readFrameHead(bytes) {
  if (bytes.length < 2) return null;
  const [first, second] = bytes;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const masked = (second & 0x80) !== 0;
  const size = 2 + extended + (masked ? 4 : 0);
  if (bytes.length < size) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = extended === 8 ? Number(view.getBigUint64(2)) : extended === 2 ? view.getUint16(2) : short;
  const bit = (mask) => (first & mask) !== 0;
  return {
    fin: bit(0x80), rsv1: bit(0x40), rsv2: bit(0x20), rsv3: bit(0x10), opcode: first & 0x0f,
    masked, short, length, extended, size,
    key: masked ? bytes.slice(size - 4, size) : null,
  };
}

/** The whole frame at the front of the bytes: {size, head, parts, payload (unmasked)}; or null. */
export function readFrame(bytes) {
  const head = readFrameHead(bytes);
  if (!head || bytes.length < head.size + head.length) return null;
  const size = head.size + head.length;
  const parts = [part("frame_first", 0, 1, "framing"), part("frame_second", 1, 2, "framing")];
  if (head.extended) parts.push(part("frame_length", 2, 2 + head.extended, "framing"));
  if (head.masked) parts.push(part("frame_key", head.size - 4, head.size, "framing"));
  if (head.length > 0) parts.push(part(payloadName(head), head.size, size, isData(head) ? "payload" : "framing"));
  return { size, head, parts, payload: unmask(bytes.slice(head.size, size), head.key) };
}

export function isData({ opcode }) {
  return opcode < 8;
}

function payloadName({ masked, rsv1 }) {
  if (masked) return rsv1 ? "payload_masked_compressed" : "payload_masked";
  return rsv1 ? "payload_compressed" : "payload";
}

/** Each byte XORed with the key's bytes, over and over (RFC 6455, 5.3). */
export function unmask(bytes, key) {
  return key ? bytes.map((byte, i) => byte ^ key[i % 4]) : bytes;
}

/** The code and reason of a close frame; code null where it has none. */
export function readClose(payload) {
  if (payload.length < 2) return { code: null, reason: "" };
  return { code: payload[0] * 256 + payload[1], reason: utf8(payload.slice(2)) };
}

/** A message that was compressed for itself (RFC 7692, 7.2.2); null when it is not whole or broken. */
export async function inflate(payload) {
  /* What the sender has cut off, and an empty last block, so that the stream has an end. */
  const tail = [0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff];
  try {
    const stream = new Blob([payload, new Uint8Array(tail)]).stream();
    return new Uint8Array(await new Response(stream.pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer());
  } catch {
    return null;
  }
}
