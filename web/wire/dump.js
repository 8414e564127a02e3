// SPDX-License-Identifier: MIT
//
// Dump: a unit's bytes, in hexadecimal and as text, and the table of its parts. Pointing at a part
// marks its bytes.

import { h } from "../dom.js";
import { number, say, sayAttribute } from "../i18n.js";
import { printable, utf8 } from "./octets.js";

const DUMPED_BYTES = 4096;
const ROW_BYTES = 16;
const TEXT_MOST = 400;

/** The table of parts; mark(index or null) is called when one is pointed at. */
export function partsTable(unit, mark) {
  const names = ["part", "part_at", "part_size", "part_text", "part_kind"];
  const head = h("tr", {}, ...names.map((name) => say(h("th", { scope: "col" }), `wire.${name}`)));
  const rows = unit.parts.map((part, index) => partRow(unit, part, index, mark));
  return h("div", { class: "scroll-y" }, h("table", { class: "parts" }, h("thead", {}, head), h("tbody", {}, ...rows)));
}

function partRow(unit, { name, from, to, kind }, index, mark) {
  const row = h(
    "tr",
    { "data-part": index, "data-kind": kind, tabindex: "0" },
    say(h("td", {}), `wire.part_${name}`),
    h("td", { class: "figure" }, number(from)),
    h("td", { class: "figure" }, number(to - from)),
    h("td", { class: "said" }, saidBy(unit, from, to, name)),
    say(h("td", { class: "kind" }), `wire.total_${kind}`),
  );
  const on = () => {
    row.parentElement.querySelector(".marked")?.classList.remove("marked");
    row.classList.add("marked");
    mark(index);
  };
  row.addEventListener("focus", on);
  row.addEventListener("pointerenter", on);
  return row;
}

/** Line ends can be seen; what is no text stands in hexadecimal. */
function saidBy({ bytes }, from, to, name) {
  const piece = bytes.slice(from, Math.min(to, from + TEXT_MOST));
  const more = to - from > TEXT_MOST ? "…" : "";
  if (/^frame_|masked|compressed/.test(name) || !isText(piece)) {
    return Array.from(piece.slice(0, 24), (byte) => byte.toString(16).padStart(2, "0")).join(" ") + (piece.length > 24 ? "…" : "");
  }
  return utf8(piece).replaceAll("\r", "\\r").replaceAll("\n", "\\n") + more;
}

function isText(bytes) {
  return !bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32)) && !utf8(bytes.slice(0, -3)).includes("\ufffd");
}

/** {element, mark(index or null)} */
export function hexDump(unit) {
  const partAt = partIndex(unit);
  const spans = [];
  const lines = [];
  const size = Math.min(unit.bytes.length, DUMPED_BYTES);
  for (let at = 0; at < size; at += ROW_BYTES) lines.push(...dumpLine(unit, at, Math.min(size, at + ROW_BYTES), partAt, spans));
  const pre = sayAttribute(h("pre", { class: "dump", tabindex: "0" }, ...lines), "aria-label", "wire.dump");
  const mark = (index) => {
    for (const span of spans) span.classList.toggle("marked", Number(span.dataset.of) === index);
    spans.find((span) => span.classList.contains("marked"))?.scrollIntoView({ block: "nearest" });
  };
  if (size === unit.bytes.length) return { element: h("div", {}, pre), mark };
  const cut = say(h("p"), "wire.dump_cut", { shown: size, size: unit.bytes.length });
  return { element: h("div", {}, pre, cut), mark };
}

/** For each byte, the index of its part. */
function partIndex({ bytes, parts }) {
  const index = new Int32Array(bytes.length).fill(-1);
  parts.forEach(({ from, to }, i) => index.fill(i, from, to));
  return index;
}

function dumpLine(unit, from, to, partAt, spans) {
  const { bytes, parts } = unit;
  const runs = (show) => {
    const list = [];
    for (let at = from, end; at < to; at = end) {
      for (end = at + 1; end < to && partAt[end] === partAt[at]; end++);
      const span = h("span", { "data-kind": parts[partAt[at]]?.kind, "data-of": partAt[at] });
      span.textContent = Array.from(bytes.slice(at, end), (byte, i) => show(byte, at + i)).join("");
      spans.push(span);
      list.push(span);
    }
    return list;
  };
  const hex = (byte, at) => byte.toString(16).padStart(2, "0") + (at % ROW_BYTES === 7 ? "  " : " ");
  const missing = ROW_BYTES - (to - from);
  const blank = " ".repeat(missing * 3 + (missing > 8 ? 1 : 0));
  const offset = h("span", { class: "offset" }, from.toString(16).padStart(5, "0"));
  return [offset, "  ", ...runs(hex), blank, " ", ...runs(printable), "\n"];
}

/** The same as plain text, for a file. */
export function dumpText(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = Array.from(bytes.slice(at, at + ROW_BYTES));
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    lines.push(`  ${at.toString(16).padStart(5, "0")}  ${hex.padEnd(ROW_BYTES * 3)} ${row.map(printable).join("")}`);
  }
  return lines.join("\n");
}
