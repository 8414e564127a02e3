// SPDX-License-Identifier: MIT
//
// Accept: what a server must answer to a WebSocket handshake, step by step (RFC 6455, 4.2.2): the
// client's key with a fixed GUID behind it, its SHA-1, in base64. It proves nothing about who the
// server is, only that it has understood that this is WebSocket.

import { bytesOf, hexOf, toBase64 } from "./octets.js";

export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Resolves to {key, joined, digest (hex), accept}. */
export async function workOutAccept(key) {
  const joined = key + GUID;
  const digest = await sha1(bytesOf(joined));
  return { key, joined, digest: hexOf(digest), accept: toBase64(digest) };
}

/** By the browser where it lets us: on localhost and over HTTPS only. */
async function sha1(bytes) {
  if (!globalThis.crypto?.subtle) return ownSha1(bytes);
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
}

/** FIPS 180-4, 6.1: 80 steps over five words for every 64 bytes. */
export function ownSha1(bytes) {
  const padded = pad(bytes);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let at = 0; at < padded.byteLength; at += 64) addBlock(state, padded, at);
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

/** A bit 1, zeros, and the length in bits, to a multiple of 64 bytes. */
function pad(bytes) {
  const padded = new Uint8Array((Math.floor((bytes.length + 8) / 64) + 1) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  return view;
}

function addBlock(state, view, from) {
  const words = Array.from({ length: 16 }, (_, i) => view.getUint32(from + 4 * i));
  for (let i = 16; i < 80; i++) words.push(turn(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1));
  let [a, b, c, d, e] = state;
  for (let i = 0; i < 80; i++) {
    const [mix, constant] = step(i, b, c, d);
    [a, b, c, d, e] = [(turn(a, 5) + mix + e + constant + words[i]) | 0, a, turn(b, 30), c, d];
  }
  [a, b, c, d, e].forEach((word, i) => (state[i] = (state[i] + word) >>> 0));
}

function step(i, b, c, d) {
  if (i < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (i < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (i < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

function turn(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}
