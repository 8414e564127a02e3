// SPDX-License-Identifier: MIT
//
// List: all that went over the wire, a row each, oldest first. One row can be picked; arrow keys
// move. Until one is picked the newest stays in sight.

import { byId, h } from "../dom.js";
import { number, say } from "../i18n.js";

const ROWS_KEPT = 2000;
const ARROWS = { up: "↑", down: "↓" };

export class List {
  units = []; // those that have rows
  #list = byId("units");
  #picked = null;
  #follows = true;
  #held = null; // units that have come while the list is held
  #count = 0;
  #dropped = false;
  #onPick;

  constructor(onPick) {
    this.#onPick = onPick;
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.clear();
  }

  clear() {
    this.units = [];
    this.#picked = null;
    this.#follows = true;
    this.#dropped = false;
    if (this.#held) this.#held = [];
    this.#list.replaceChildren(say(h("li", { class: "empty", role: "presentation" }), "wire.empty"));
    this.#list.removeAttribute("aria-activedescendant");
    this.#describe();
  }

  /** While held nothing is added; what came is shown when it goes on. */
  hold(on) {
    const came = this.#held ?? [];
    this.#held = on ? came : null;
    if (!on) for (const unit of came) this.add(unit);
  }

  add(unit) {
    if (this.#held) {
      this.#held.push(unit);
      return;
    }
    if (this.units.length === 0) this.#list.replaceChildren();
    this.units.push(unit);
    unit.row = this.#row(unit);
    this.#list.append(unit.row);
    if (this.units.length > ROWS_KEPT) this.#drop();
    if (this.#follows) this.#list.scrollTop = this.#list.scrollHeight;
    this.#describe();
  }

  #drop() {
    const [oldest] = this.units.splice(0, 1);
    oldest.row.remove();
    this.#dropped = true;
  }

  #row(unit) {
    const first_us = (this.units[0] ?? unit).at_us;
    const seconds = number((unit.at_us - first_us) / 1e6, 3, true);
    const what = say(h("b", {}), `wire.what_${unit.what}`);
    const about = h("span", { class: unit.way ? null : "event" }, what, unit.about ? ` ${unit.about}` : "");
    this.#count += 1;
    return h(
      "li",
      {
        role: "option", id: `unit-${this.#count}`, "aria-selected": "false",
        "data-transport": unit.transport || "other", "data-what": unit.what, "data-way": unit.way,
      },
      h("time", {}, seconds),
      h("span", { class: "number" }, `#${unit.connection.number}`),
      h("span", { class: "arrow" }, ARROWS[unit.way] ?? "·"),
      about,
      h("span", { class: "size" }, unit.bytes.length ? `${number(unit.bytes.length)} B` : ""),
    );
  }

  #describe() {
    const connections = new Set(this.units.map(({ connection }) => connection.number)).size;
    if (this.#dropped) say(byId("shown"), "wire.dropped", { count: ROWS_KEPT });
    else say(byId("shown"), "wire.shown", { count: this.units.length, connections });
  }

  #clicked(event) {
    const row = event.target.closest("li[role=option]");
    if (row) this.#pick(this.units.findIndex((unit) => unit.row === row));
  }

  #key(event) {
    const at = this.units.indexOf(this.#picked);
    const last = this.units.length - 1;
    const page = 12;
    const moves = {
      ArrowDown: at + 1, ArrowUp: at < 0 ? last : at - 1, Home: 0, End: last,
      PageDown: at + page, PageUp: at - page,
    };
    if (!(event.key in moves) || last < 0) return;
    event.preventDefault();
    this.#pick(Math.min(last, Math.max(0, moves[event.key])));
    this.#follows = event.key === "End";
  }

  #pick(index) {
    const unit = this.units[index];
    this.#picked?.row.setAttribute("aria-selected", "false");
    this.#picked = unit;
    this.#follows = false;
    unit.row.setAttribute("aria-selected", "true");
    unit.row.scrollIntoView({ block: "nearest" });
    this.#list.setAttribute("aria-activedescendant", unit.row.id);
    this.#onPick(unit);
  }
}
