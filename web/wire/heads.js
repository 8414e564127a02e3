// SPDX-License-Identifier: MIT
//
// Heads: the head of an HTTP message taken apart (RFC 9112, 2 to 5): the start line, and a line for
// each header.

import { indexOf, latin1 } from "./octets.js";
import { part } from "./unit.js";

/** Where the head that begins the bytes ends, behind its blank line; 0: not all of it is there. */
export function headLength(bytes) {
  const at = indexOf(bytes, "\r\n\r\n");
  return at < 0 ? 0 : at + 4;
}

/** {start: [three words], headers: Map by lower-case name, parts} */
export function readHead(bytes) {
  const text = latin1(bytes);
  const [startLine] = text.split("\r\n", 1);
  const names = text.startsWith("HTTP/") ? ["version", "status", "reason"] : ["method", "target", "version"];
  const head = { start: words(startLine), headers: new Map(), parts: [] };
  let at = 0;
  for (const [i, word] of head.start.entries()) {
    const end = i === 2 ? startLine.length : at + word.length;
    head.parts.push(part(names[i], at, end, "headers"));
    at = end + (i < 2 ? 1 : 0);
    if (i < 2) head.parts.at(-1).to = at; // with its space
  }
  head.parts.push(part("crlf", at, at + 2, "headers"));
  readLines(text, at + 2, head);
  return head;
}

/** A start line has three words, of which the last may have spaces. */
function words(line) {
  const [first, second] = line.split(" ", 2);
  return [first, second ?? "", line.slice(first.length + (second ?? "").length + 2)];
}

function readLines(text, from, head) {
  let at = from;
  for (let end = text.indexOf("\r\n", at); end > at; end = text.indexOf("\r\n", at)) {
    const colon = text.indexOf(":", at);
    const name = text.slice(at, colon);
    const key = name.toLowerCase();
    const value = text.slice(colon + 1, end).trim();
    const before = head.headers.get(key);
    head.headers.set(key, before === undefined ? value : `${before}, ${value}`);
    head.parts.push(part("header", at, end + 2, "headers", key));
    at = end + 2;
  }
  head.parts.push(part("blank_line", at, at + 2, "headers"));
}
