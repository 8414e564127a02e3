// SPDX-License-Identifier: MIT
//
// Bytes row: bytes per message as a bar whose parts (headers, framing, payload) are drawn to scale,
// and in figures. Whoever shows several gives all of them one scale.

import { h, setText } from "./dom.js";
import { formatBytes } from "./format.js";
import { say } from "./i18n.js";
import { sumOfParts } from "./transports/counters.js";

const PARTS = ["headers", "framing", "payload"];

/** {element, draw(parts, messages, scale)}; scale: bytes per message that fill the bar. */
export function bytesRow(key) {
  const bars = PARTS.map((part) => h("span", { class: part }));
  const sum = h("span", { class: "sum" }, "–");
  const element = h("div", { class: "bytes-row" }, say(h("span"), key), h("div", { class: "bar" }, ...bars), sum);
  const draw = (parts, messages, scale) => {
    PARTS.forEach((part, i) => (bars[i].style.width = messages ? `${(100 * parts[part]) / messages / scale}%` : "0"));
    setText(sum, messages ? `≈ ${formatBytes(sumOfParts(parts) / messages)}` : "–");
  };
  return { element, draw };
}

export function bytesLegend() {
  const keys = PARTS.map((part) => h("span", { class: `key ${part}` }, say(h("span"), `column.${part}`)));
  return h("div", { class: "legend" }, ...keys);
}
