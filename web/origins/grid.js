// SPDX-License-Identifier: MIT
//
// Grid: ways of asking, one under the other, and guests side by side. A cell says what the server
// has seen and what the guest's page has, and shows the heads when it is chosen.

import { h, setText } from "../dom.js";
import { onLanguage, say, t } from "../i18n.js";
import { verdictOf } from "./ways.js";

let runs = 0;

export class Grid {
  #cells = new Map(); // id of the run that is on, or was the last -> Cell
  #rows;
  #evidence;

  /** onChoose(cell): a person wants to see its heads. */
  constructor(rows, guests, evidence, onChoose) {
    this.#rows = rows.map((row) => guests.map((guest) => new Cell(row, guest, onChoose)));
    this.#evidence = evidence;
    this.bodies = this.#rows.map((cells, i) => rowOf(rows[i], cells));
    onLanguage(() => this.#rows.flat().forEach((cell) => cell.show()));
  }

  /** By their names. */
  cell(way, guest) {
    return this.#rows.flat().find((cell) => cell.row.name === way && cell.guest.name === guest);
  }

  /** Every guest tries every way; resolves when all have their answers. */
  async run(what) {
    runs += 1;
    for (const id of this.#cells.keys()) this.#evidence.forget(id);
    this.#cells.clear();
    const cells = this.#rows.flat();
    cells.forEach((cell, i) => {
      cell.begin(`${runs}.${i}`);
      this.#cells.set(cell.id, cell);
    });
    await Promise.all(cells.map((cell) => this.#try(cell, what)));
  }

  /** The server has recorded something more. */
  seen(id) {
    this.#cells.get(id)?.see(this.#evidence.of(id));
  }

  async #try(cell, what) {
    const { id, row, guest } = cell;
    const path = row.path(what, guest);
    const outcome = path ? await guest.ask(id, row.way, this.#evidence.mark(path, id)) : { untried: true };
    if (cell.id === id) cell.end(outcome);
  }
}

function rowOf(row, cells) {
  const title = say(h("b", { translate: "no" }), `origin_way.${row.name}`);
  const head = h("th", { scope: "row" }, title, say(h("small"), `origin_way_about.${row.name}`));
  return h("tr", { "data-way": row.name }, head, ...cells.map((cell) => h("td", {}, cell.element)));
}

class Cell {
  id = "";
  exchanges = [];
  outcome = null;
  #seen = h("span", { class: "seen", translate: "no" });
  #verdict = h("strong");

  constructor(row, guest, onChoose) {
    this.row = row;
    this.guest = guest;
    this.element = h("button", { type: "button", "data-guest": guest.name, onclick: () => onChoose(this) }, this.#seen, this.#verdict);
  }

  get verdict() {
    return verdictOf(this.row, this.guest, this.outcome, this.exchanges);
  }

  begin(id) {
    this.id = id;
    this.exchanges = [];
    this.outcome = null;
    this.show();
  }

  see(exchanges) {
    this.exchanges = exchanges;
    this.show();
    this.onChange?.();
  }

  end(outcome) {
    this.outcome = outcome;
    this.show();
    this.onChange?.();
  }

  show() {
    const { verdict } = this;
    this.element.dataset.verdict = verdict ?? "asking";
    setText(this.#seen, this.#seenText());
    setText(this.#verdict, verdict ? t(`origin_is.${verdict}`) : "…");
  }

  #seenText() {
    if (this.row.server === false) return t("origins.not_asked");
    const words = this.exchanges.map(({ method, status }) => `${method} → ${status || "…"}`);
    const cookie = this.exchanges.some(({ request }) => /^cookie: .*pushlab-account=/im.test(request));
    return [...words, this.row.secret && cookie ? t("origins.with_cookie") : ""].filter(Boolean).join(", ") || "–";
  }
}
