// SPDX-License-Identifier: MIT
//
// Octets: bytes as they are recorded, put together, searched and shown.

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export function toBase64(bytes) {
  return btoa(latin1(bytes));
}

export function utf8(bytes) {
  return decoder.decode(bytes);
}

export function bytesOf(text) {
  return encoder.encode(text);
}

/** One character for each byte. */
export function latin1(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function concat(...pieces) {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Where the text, all ASCII, first stands at or behind `from`; -1 when nowhere. */
export function indexOf(bytes, text, from = 0) {
  const wanted = bytesOf(text);
  for (let at = from; at + wanted.length <= bytes.length; at++) {
    let same = 0;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}

export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** As the right column of a hex dump has it. */
export function printable(byte) {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}
