// SPDX-License-Identifier: MIT
//
// Matrix: environments by transports. A cell says in a sign, a word and a colour what became of the
// transport there; a click unfolds why, what cures it, and what was measured.

import { h } from "../dom.js";
import { formatDelay } from "../format.js";
import { language, say, sayAttribute, t } from "../i18n.js";
import { cureOf, passageOf, rowAt, TRANSPORTS } from "./run.js";

const SIGNS = { prompt: "✓", late: "◷", none: "✗", unknown: "–" };

export class Matrix {
  #place;
  #opened = null; // {name, transport}

  constructor(place) {
    this.#place = place;
  }

  close() {
    this.#opened = null;
  }

  draw(run, care) {
    const focused = this.#place.contains(document.activeElement) ? document.activeElement.dataset : null;
    const heads = TRANSPORTS.map((name) => say(h("th", { scope: "col", "data-transport": name }), `transport.${name}`));
    const head = h("tr", {}, say(h("th", { scope: "col" }), "compat.environment"), ...heads);
    const body = h("tbody", {}, ...run.environments.flatMap((one) => this.#rows(run, one, care)));
    this.#place.replaceChildren(h("table", { class: "matrix" }, h("thead", {}, head), body));
    if (focused?.transport) this.#button(focused.name, focused.transport)?.focus();
  }

  #button(name, transport) {
    const buttons = [...this.#place.querySelectorAll("button")];
    return buttons.find(({ dataset }) => dataset.name === name && dataset.transport === transport);
  }

  #rows(run, environment, care) {
    const row = rowAt(environment, care);
    const name = h("th", { scope: "row", translate: "no" }, environment.title[language().code], " ", h("small", {}, environment.version));
    const cells = TRANSPORTS.map((transport) => this.#cell(run, environment, care, transport, row));
    const line = h("tr", {}, name, ...cells);
    if (this.#opened?.name !== environment.name || !row) return [line];
    return [line, detailRow(environment, care, this.#opened.transport, row)];
  }

  #cell(run, environment, care, transport, row) {
    if (!row) return h("td", {}, SIGNS.unknown);
    const cell = row.cells[transport];
    const opened = this.#opened?.name === environment.name && this.#opened.transport === transport;
    const told = cell.told[language().code];
    const button = h(
      "button",
      {
        type: "button", "data-name": environment.name, "data-transport": transport, "data-passage": passageOf(cell),
        "aria-expanded": opened ? "true" : "false",
        "aria-label": `${environment.title[language().code]}, ${t(`transport.${transport}`)}: ${told}`,
      },
      h("b", { "aria-hidden": "true" }, SIGNS[passageOf(cell)]),
      h("span", {}, told),
      h("small", {}, passageOf(cell) === "prompt" ? delayOf(cell) : ""),
    );
    button.addEventListener("click", () => {
      this.#opened = opened ? null : { name: environment.name, transport };
      this.draw(run, care);
    });
    return h("td", {}, button);
  }
}

/** What a message took that follows silence: of two, since one of them may have met a busy machine. */
function delayOf(cell) {
  return cell.least_ms === null ? "" : formatDelay(cell.least_ms);
}

// ---- what a click unfolds ----

function detailRow(environment, care, transport, row) {
  const cell = row.cells[transport];
  const heading = [environment.title[language().code], t(`transport.${transport}`), t(`compat.${row.server}`)].join(" · ");
  const box = h("div", { class: "detail" }, h("h3", {}, heading), reason(cell));
  const cure = cureLine(environment, care, transport);
  if (cure) box.append(cure);
  if (cell.sent > 0) box.append(figures(cell));
  return h("tr", { class: "unfolded", "data-transport": transport }, h("td", { colspan: TRANSPORTS.length + 1 }, box));
}

function reason(cell) {
  const text = cell.reason[language().code];
  return text ? h("p", { class: "reason-text" }, text) : say(h("p", { class: "reason-text" }), "compat.gets_through");
}

function cureLine(environment, care, transport) {
  const by = cureOf(environment, care, transport);
  if (!by) return null;
  const label = say(h("b"), "compat.cure");
  if (by === "server") return h("p", { class: "cure" }, label, " ", say(h("span"), "compat.cure_server"));
  const remedy = h("code", {}, environment.remedy[language().code]);
  return h("p", { class: "cure" }, label, " ", remedy, " ", say(h("span"), "compat.cure_proven"));
}

function figures(cell) {
  const list = [
    ["least", formatDelay(cell.least_ms)],
    ["slowest", formatDelay(cell.max_ms)],
    ["resumed", formatDelay(cell.resumed_ms)],
    ["got", `${cell.got} / ${cell.sent}`],
    ["heartbeats", String(cell.heartbeats)],
    ["answers", String(cell.answers)],
  ];
  const pair = ([name, text]) => h("div", {}, say(sayAttribute(h("dt"), "title", `compat.figure_${name}_help`), `compat.figure_${name}`), h("dd", {}, text));
  return h("dl", { class: "figures-row" }, ...list.map(pair));
}
