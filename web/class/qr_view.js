// SPDX-License-Identifier: MIT
//
// QR view: the code as a picture that stays sharp at any size, dark on white in all colours, with
// the quiet border that cameras need; and what a phone's camera takes for "join this Wi-Fi".

import { qrOf } from "./qr.js";

const SVG = "http://www.w3.org/2000/svg";
const BORDER = 4;

/** An <svg> of the text; `label` is what is read to people. */
export function qrPicture(text, label) {
  const rows = qrOf(text);
  const size = rows.length + 2 * BORDER;
  const dark = rows.flatMap((row, y) => row.map((on, x) => (on ? `M${x + BORDER} ${y + BORDER}h1v1h-1z` : ""))).join("");
  const picture = make("svg", { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  picture.append(make("rect", { width: size, height: size, fill: "#fff" }), make("path", { d: dark, fill: "#000" }));
  return picture;
}

/** As phones read it; a network without a password is open. */
export function wifiText(network, password) {
  const plain = (text) => text.replace(/[\\;,:"]/g, "\\$&");
  return `WIFI:T:${password ? "WPA" : "nopass"};S:${plain(network)};${password ? `P:${plain(password)};` : ""};`;
}

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
