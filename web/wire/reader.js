// SPDX-License-Identifier: MIT
//
// Reader: the bytes of one connection, one way, cut into units as they come. It follows HTTP from
// message to message: a head says how its body is framed (RFC 9112, 6.3), and after 101 come
// frames. No clock, no page: bytes in, units out.

import { payloadBytes } from "../transports/bytes.js";
import { inflate, isData, OPCODES, readClose, readFrame } from "./frames.js";
import { headLength, readHead } from "./heads.js";
import { concat, indexOf, utf8 } from "./octets.js";
import { part } from "./unit.js";

const EVENT_STREAM = "text/event-stream";
const LINES = "application/x-ndjson";

/** What both ways of a connection know of each other: what was asked, and what it has become. */
export class Exchange {
  /** Requests without an answer yet: {method, upgrade}. */
  asked = [];
  /** Of the last WebSocket handshake's answer. */
  deflates = false;
  key = "";
}

export class Reader {
  #way;
  #exchange;
  #bytes = new Uint8Array(0);
  #state = "head"; // then "length", "chunks", "events", "lines", "rest" or "frames"
  #left = 0;
  #type = "";

  constructor(way, exchange) {
    this.#way = way;
    this.#exchange = exchange;
  }

  /** Takes bytes in; resolves to the units that they complete. */
  async push(bytes) {
    this.#bytes = concat(this.#bytes, bytes);
    const units = [];
    for (let unit = await this.#next(); unit; unit = await this.#next()) units.push(unit);
    return units;
  }

  /** The connection has been switched: frames follow. */
  switchToFrames() {
    this.#state = "frames";
  }

  /** Bytes that are not a whole unit, at the end; or null. */
  rest() {
    return this.#bytes.length > 0 ? this.#unit("unfinished", this.#bytes.length, (to) => [part("rest", 0, to, "framing")]) : null;
  }

  async #next() {
    if (this.#bytes.length === 0) return null;
    switch (this.#state) {
      case "head": return this.#head();
      case "length": return this.#lengthBody();
      case "chunks": return this.#chunk();
      case "events": return this.#event();
      case "lines": return this.#line();
      case "rest": return this.#unit("body", this.#bytes.length, (to) => [part("body", 0, to, "payload")]);
      default: return this.#frame();
    }
  }

  /** Takes the first `size` bytes as a unit. parts: their list, or a function of the size. */
  #unit(what, size, parts, more = {}) {
    const bytes = this.#bytes.slice(0, size);
    this.#bytes = this.#bytes.slice(size);
    const list = typeof parts === "function" ? parts(size) : parts;
    return { what, way: this.#way, bytes, parts: list, about: "", ...more };
  }

  // ---- heads ----

  #head() {
    const size = headLength(this.#bytes);
    if (size === 0) return null;
    const head = readHead(this.#bytes.slice(0, size));
    const unit = this.#unit(this.#way === "up" ? "request" : "answer", size, head.parts, { head });
    if (this.#way === "up") this.#asked(head, unit);
    else this.#answered(head, unit);
    return unit;
  }

  #asked({ start: [method, target], headers }, unit) {
    unit.about = `${method} ${target}`;
    const upgrade = /websocket/i.test(headers.get("upgrade") ?? "");
    this.#exchange.asked.push({ method, upgrade });
    if (upgrade) this.#exchange.key = headers.get("sec-websocket-key") ?? "";
    this.#frameBody(headers, "head");
    if (upgrade) this.#state = "undecided"; // until the answer says
  }

  #answered({ start: [, status, reason], headers }, unit) {
    unit.about = `${status} ${reason}`;
    if (status === "100") return;
    const request = this.#exchange.asked.shift();
    unit.key = this.#exchange.key;
    this.#type = (headers.get("content-type") ?? "").split(";")[0];
    if (status === "101") {
      this.#exchange.deflates = /permessage-deflate/.test(headers.get("sec-websocket-extensions") ?? "");
      unit.switched = true;
      this.#state = "frames";
      return;
    }
    unit.switched = request?.upgrade ? false : undefined;
    if (request?.method === "HEAD" || status === "204" || status === "304") return;
    this.#frameBody(headers, this.#endless());
  }

  /** What a body without a length is. */
  #endless() {
    return { [EVENT_STREAM]: "events", [LINES]: "lines" }[this.#type] ?? "rest";
  }

  #frameBody(headers, otherwise) {
    this.#left = Number(headers.get("content-length") ?? NaN);
    if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) this.#state = "chunks";
    else if (this.#left > 0) this.#state = "length";
    else this.#state = this.#left === 0 ? "head" : otherwise;
  }

  /** An answer to a handshake that is no 101: requests go on. */
  goOn() {
    if (this.#state === "undecided") this.#state = "head";
  }

  // ---- bodies ----

  #lengthBody() {
    if (this.#bytes.length < this.#left) return null;
    this.#state = "head";
    const text = utf8(this.#bytes.slice(0, this.#left));
    const unit = this.#unit("body", this.#left, (to) => [part("body", 0, to, "payload")]);
    const batch = this.#type === "application/json" ? json(text) : undefined;
    if (Array.isArray(batch?.messages)) {
      unit.data = batch.messages.reduce((sum, message) => sum + payloadBytes(message), 0);
      unit.messages = batch.messages.length;
    } else if (this.#way === "down") {
      unit.data = 0; // figures and acknowledgements: nothing that was published
    }
    unit.about = short(text);
    return unit;
  }

  /** RFC 9112, 7.1: the size in hexadecimal, CRLF, so many bytes, CRLF; the last has size 0. */
  #chunk() {
    const line = indexOf(this.#bytes, "\r\n");
    if (line < 0) return null;
    const size = parseInt(utf8(this.#bytes.slice(0, line)), 16) || 0;
    const end = line + 2 + size + 2;
    if (this.#bytes.length < end) return null;
    if (size === 0) this.#state = "head";
    const parts = [part("chunk_size", 0, line + 2, "framing")];
    if (size > 0) parts.push(part("chunk_data", line + 2, end - 2, "payload"));
    parts.push(part("crlf", end - 2, end, "framing"));
    return this.#unit("chunk", end, parts, { about: short(utf8(this.#bytes.slice(line + 2, end - 2))) });
  }

  // ---- streams ----

  /** WHATWG HTML, 9.2.6: fields, a line each, up to a blank line. */
  #event() {
    const end = indexOf(this.#bytes, "\n\n");
    if (end < 0) return null;
    const bytes = this.#bytes.slice(0, end + 2);
    const fields = {};
    const parts = [];
    let at = 0;
    for (let next = bytes.indexOf(10); next > at; next = bytes.indexOf(10, at)) {
      parts.push(...field(bytes, at, next, fields));
      at = next + 1;
    }
    parts.push(part("blank_line", at, at + 1, "framing"));
    const message = json(fields.data);
    const unit = this.#unit("event", end + 2, parts, { about: fields.event ?? short(fields.data ?? Object.keys(fields).join(", ")) });
    if (message?.id !== undefined && message.type) unit.data = payloadBytes(message);
    else if (fields.event === "heartbeat" || fields.data === undefined) unit.data = 0;
    return unit;
  }

  #line() {
    const end = this.#bytes.indexOf(10);
    if (end < 0) return null;
    const text = utf8(this.#bytes.slice(0, end));
    const message = json(text);
    const data = message?.type ? payloadBytes(message) : 0;
    const parts = [part("line", 0, end, "payload"), part("line_end", end, end + 1, "framing")];
    return this.#unit("line", end + 1, parts, { about: short(text), data });
  }

  // ---- frames ----

  async #frame() {
    if (this.#state !== "frames") return null;
    const frame = readFrame(this.#bytes);
    if (!frame) return null;
    const { head, payload } = frame;
    const unit = this.#unit("frame", frame.size, frame.parts, { frame: head, payload });
    unit.carried = payload;
    if (isData(head) && head.rsv1) unit.carried = head.fin ? await inflate(payload) : null;
    unit.about = [OPCODES[head.opcode] ?? head.opcode, sayCarried(unit)].join(" ").trim();
    if (isData(head) && unit.carried) unit.data = published(unit.carried);
    return unit;
  }
}

/** A field's name, its colon with the space, and its value: three parts, and the line's end. */
function field(bytes, from, to, fields) {
  const colon = bytes.indexOf(58, from);
  const inside = colon >= 0 && colon < to;
  const name = utf8(bytes.slice(from, inside ? colon : to));
  if (!inside) return [part("field_name", from, to + 1, "framing", name)];
  const value = bytes[colon + 1] === 32 ? colon + 2 : colon + 1;
  const text = utf8(bytes.slice(value, to));
  if (name) fields[name] = name === "data" && fields.data !== undefined ? `${fields.data}\n${text}` : text;
  const parts = [part(name ? "field_name" : "comment", from, value, "framing", name)];
  if (to > value) parts.push(part("field_value", value, to, name === "data" ? "payload" : "framing", name));
  parts.push(part("line_end", to, to + 1, "framing"));
  return parts;
}

/** Bytes of what was published in a message of pushlab.json; all of it, when it is no such. */
function published(bytes) {
  const object = json(utf8(bytes));
  if (object?.type && "data" in object) return payloadBytes(object);
  if (object?.publish) return payloadBytes(object.publish);
  const own = ["ready", "heartbeat", "ping", "pong", "published", "error", "gap", "subscribe", "unsubscribe"];
  return object && own.some((name) => name in Object(object)) ? 0 : bytes.length;
}

function sayCarried({ frame: { opcode }, payload, carried }) {
  if (opcode === 2 || !carried) return "";
  if (opcode !== 8) return short(utf8(carried));
  const { code, reason } = readClose(payload);
  return code === null ? "" : `${code} ${reason}`;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function short(text, most = 200) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
