// SPDX-License-Identifier: MIT
//
// Detail: one unit taken apart: its parts, a frame's bits, what it carries, a handshake's answer
// worked out, and its bytes.

import { h } from "../dom.js";
import { has, say } from "../i18n.js";
import { workOutAccept } from "./accept.js";
import { hexDump, partsTable } from "./dump.js";
import { isData, OPCODES } from "./frames.js";
import { hexOf, printable, utf8 } from "./octets.js";

const CARRIED_MOST = 4000;
const UNMASKED_SHOWN = 16;

export class Detail {
  #box;
  #unit = null;

  constructor(box) {
    this.#box = box;
    this.clear();
  }

  clear() {
    this.#unit = null;
    this.#box.replaceChildren(say(h("p"), "wire.pick"));
  }

  show(unit) {
    this.#unit = unit;
    this.#box.dataset.what = unit.what;
    this.#box.replaceChildren(...heading(unit));
    if (has(`wire.about_${unit.what}`)) this.#add(say(h("p", { class: "explains" }), `wire.about_${unit.what}`));
    if (unit.frame) this.#add(...frameBits(unit));
    if (unit.frame) this.#add(...carried(unit));
    if (unit.switched && unit.key) this.#showAccept(unit);
    if (unit.bytes.length === 0) return;
    const dump = hexDump(unit);
    this.#add(say(h("h3"), "wire.parts"), partsTable(unit, dump.mark), say(h("h3"), "wire.dump"), dump.element);
  }

  #add(...elements) {
    this.#box.append(...elements);
  }

  #showAccept(unit) {
    const place = h("div");
    this.#add(place);
    workOutAccept(unit.key).then((worked) => {
      if (this.#unit === unit) place.replaceChildren(...acceptSteps(worked, unit.head.headers.get("sec-websocket-accept")));
    });
  }
}

function heading({ what, about, way, at_us, bytes, connection }) {
  const title = h("h2", {}, say(h("span"), `wire.what_${what}`), about ? ` ${about}` : "");
  const time = new Date(at_us / 1000);
  const clock = `${time.toTimeString().slice(0, 8)}.${String(Math.floor(at_us % 1e6)).padStart(6, "0")}`;
  const line = h("p", {}, say(h("span"), "wire.connection", { number: connection.number }), ` · ${clock}`);
  if (way) line.append(" · ", say(h("span"), `wire.${way}`));
  if (bytes.length) line.append(" · ", say(h("span"), "wire.size", { size: bytes.length }));
  return [title, line];
}

// ---- frames ----

function frameBits({ bytes, frame }) {
  const bits = [...bytes.slice(0, 2)].flatMap((byte) => [...byte.toString(2).padStart(8, "0")]);
  const names = [["FIN", ""], ["RSV1", ""], ["RSV2", ""], ["RSV3", ""], ["opcode", "w4"], ["MASK", ""], ["length", "w7"]];
  const cells = bits.map((bit) => h("b", {}, bit));
  const under = names.map(([name, width]) => h("span", { class: width }, name));
  const picture = h("div", { class: "bits", "aria-hidden": "true" }, ...cells, ...under);
  const length = { 0: "wire.length_7", 2: "wire.length_16", 8: "wire.length_64" }[frame.extended];
  const name = OPCODES[frame.opcode] ?? "?";
  const said = [
    ["wire.bit_fin", { value: Number(frame.fin) }, frame.fin ? "wire.fin_1" : "wire.fin_0"],
    [frame.rsv1 ? "wire.rsv_1" : "wire.rsv_0", {}],
    ["wire.opcode", { number: frame.opcode, name }],
    [frame.masked ? "wire.mask_1" : "wire.mask_0", {}],
    [length, { length: frame.length }],
  ];
  const list = said.map(([key, args, more]) => {
    const item = h("li", {}, say(h("span"), key, args));
    if (more) item.append(" · ", say(h("span"), more));
    return item;
  });
  return [say(h("h3"), "wire.bits"), picture, h("ul", { class: "bits-say" }, ...list)];
}

function carried({ frame, payload, carried: inflated }) {
  if (payload.length === 0) return [];
  const elements = [say(h("h3"), "wire.carries")];
  if (frame.masked) elements.push(say(h("p"), "wire.unmasked", { key: hexOf(frame.key) }), unmasking(frame.key, payload));
  const compressed = frame.rsv1 && isData(frame);
  if (compressed && !inflated) return [...elements, say(h("p"), "wire.not_inflated")];
  if (compressed) elements.push(say(h("p"), "wire.inflated", { from: payload.length, to: inflated.length }));
  const bytes = inflated.slice(0, CARRIED_MOST);
  const text = frame.opcode === 2 || frame.opcode === 8 ? `${hexOf(bytes.slice(0, 64))}${bytes.length > 64 ? " …" : ""}` : utf8(bytes);
  elements.push(h("pre", { class: "dump carried", tabindex: "0" }, frame.opcode === 8 ? `${text}  ${closeText(bytes)}` : text));
  return elements;
}

/** The first bytes of it: as sent, the key, and what comes out. */
function unmasking(key, payload) {
  const shown = [...payload.slice(0, UNMASKED_SHOWN)];
  const hex = (byte) => byte.toString(16).padStart(2, "0");
  const rows = {
    sent: shown.map((byte, i) => hex(byte ^ key[i % 4])),
    key: shown.map((_, i) => hex(key[i % 4])),
    result: shown.map(hex),
    text: shown.map(printable),
  };
  const row = ([name, cells]) =>
    h("tr", {}, say(h("th", { scope: "row" }), `wire.xor_${name}`), ...cells.map((cell) => h("td", {}, cell)));
  return h("div", { class: "scroll-x" }, h("table", { class: "xor" }, ...Object.entries(rows).map(row)));
}

function closeText(bytes) {
  return bytes.length < 2 ? "" : `${bytes[0] * 256 + bytes[1]} ${utf8(bytes.slice(2))}`;
}

// ---- the handshake ----

function acceptSteps({ key, joined, digest, accept }, sent) {
  const step = (name, ...shown) => h("li", {}, say(h("span"), name), h("code", {}, ...shown));
  const guid = h("span", { class: "guid" }, joined.slice(key.length));
  const list = h(
    "ol",
    { class: "accept" },
    step("wire.accept_key", key),
    step("wire.accept_joined", key, guid),
    step("wire.accept_digest", digest),
    step("wire.accept_base64", accept),
    step("wire.accept_sent", sent ?? "–"),
  );
  const same = sent === accept;
  const verdict = h("p", { class: same ? "accept-verdict" : "accept-verdict bad" });
  return [say(h("h3"), "wire.accept_heading"), list, say(verdict, same ? "wire.accept_same" : "wire.accept_differs")];
}
