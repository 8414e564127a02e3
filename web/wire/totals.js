// SPDX-License-Identifier: MIT
//
// Totals: what each transport has cost so far, counted from the bytes themselves. All bars are
// drawn to one scale.

import { h, setText } from "../dom.js";
import { has, number, say } from "../i18n.js";
import { countsOf, KINDS } from "./unit.js";

const DRAW_EVERY_MS = 250;
const COLUMNS = ["connections", "requests", ...KINDS];

export class Totals {
  #names;
  #rows = new Map();
  #box;
  #body = h("tbody");
  #timer = 0;

  /** names: the transports; whatever else is asked for goes in a row of its own. */
  constructor(box, names) {
    this.#names = names;
    this.#box = box;
    this.clear();
  }

  clear() {
    this.#rows.clear();
    this.#body = h("tbody");
    this.#box.replaceChildren(h("table", {}, this.#heading(), this.#body));
  }

  add(unit) {
    if (!unit.way || unit.bytes.length === 0) return;
    const row = this.#row(this.#names.includes(unit.transport) ? unit.transport : "");
    row.connections.add(unit.connection.number);
    row.requests += unit.what === "request" ? 1 : 0;
    const counts = countsOf(unit);
    for (const kind of KINDS) row[unit.way][kind] += counts[kind];
    this.#timer ||= setTimeout(() => this.draw(), DRAW_EVERY_MS);
  }

  draw() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const rows = [...this.#rows.values()];
    const most = Math.max(1, ...rows.flatMap(({ up, down }) => [sum(up), sum(down)]));
    for (const row of rows) drawRow(row, most);
  }

  #heading() {
    const cells = COLUMNS.map((name) => {
      const words = say(h("span", { class: KINDS.includes(name) ? `key ${name}` : null }), `wire.total_${name}`);
      return h("th", { scope: "col" }, words);
    });
    const share = say(h("th", { scope: "col", class: "share" }), "wire.total_share");
    return h("thead", {}, h("tr", {}, say(h("th", { scope: "col" }), "wire.totals"), ...cells, share));
  }

  #row(name) {
    const known = this.#rows.get(name);
    if (known) return known;
    const title = h("th", { scope: "row" }, name);
    say(title, name === "" ? "wire.other" : has(`transport.${name}`) ? `transport.${name}` : name);
    const cells = COLUMNS.map(() => h("td", {}, h("div"), h("div")));
    const bars = { up: bar(), down: bar() };
    const share = h("td", { class: "share" }, bars.up.element, bars.down.element);
    const element = h("tr", { "data-transport": name || "other" }, title, ...cells, share);
    const none = () => ({ headers: 0, framing: 0, payload: 0 });
    const row = { connections: new Set(), requests: 0, up: none(), down: none(), cells, bars, element };
    this.#rows.set(name, row);
    this.#sort();
    return row;
  }

  /** In the order of the transports, so that rows keep their place from one time to the next. */
  #sort() {
    const place = (name) => (name === "" ? this.#names.length : this.#names.indexOf(name));
    const rows = [...this.#rows].sort(([a], [b]) => place(a) - place(b));
    this.#body.append(...rows.map(([, { element }]) => element));
  }
}

function bar() {
  const spans = KINDS.map((kind) => h("span", { class: kind }));
  return { spans, element: h("div", { class: "bar" }, ...spans) };
}

function sum(counts) {
  return KINDS.reduce((total, kind) => total + counts[kind], 0);
}

function drawRow({ connections, requests, up, down, cells, bars }, most) {
  setText(cells[0].firstChild, number(connections.size));
  setText(cells[1].firstChild, number(requests));
  for (const [i, kind] of KINDS.entries()) {
    setText(cells[2 + i].firstChild, `↑ ${number(up[kind])}`);
    setText(cells[2 + i].lastChild, `↓ ${number(down[kind])}`);
    bars.up.spans[i].style.width = `${(100 * up[kind]) / most}%`;
    bars.down.spans[i].style.width = `${(100 * down[kind]) / most}%`;
  }
}
